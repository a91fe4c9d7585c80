import { describe, expect, it } from 'vitest';
import { contentSecurityPolicy } from './content-security-policy.ts';

function directive(policy: string, name: string): string[] {
  const found = policy.split('; ').filter((part) => part.split(' ')[0] === name);
  expect(found).toHaveLength(1);
  return found[0]?.split(' ').slice(1) ?? [];
}

describe('the Content-Security-Policy', () => {
  it('lets no inline script, foreign script, plug-in, frame or base address in', () => {
    const policy = contentSecurityPolicy({});
    expect(directive(policy, 'default-src')).toEqual(["'self'"]);
    expect(directive(policy, 'script-src')).toEqual(["'self'", "'wasm-unsafe-eval'"]);
    expect(directive(policy, 'worker-src')).toEqual(["'self'"]);
    for (const name of ['object-src', 'base-uri', 'frame-src', 'frame-ancestors']) {
      expect(directive(policy, name)).toEqual(["'none'"]);
    }
    expect(directive(policy, 'form-action')).toEqual(["'self'"]);
  });

  it('lets no text become markup or script', () => {
    const policy = contentSecurityPolicy({});
    expect(directive(policy, 'require-trusted-types-for')).toEqual(["'script'"]);
    expect(directive(policy, 'trusted-types')).toEqual(['default']);
  });

  it('allows unsafe-inline for styles alone, and unsafe-eval nowhere', () => {
    const policy = contentSecurityPolicy({});
    expect(policy.match(/'unsafe-inline'/g)).toHaveLength(1);
    expect(directive(policy, 'style-src')).toContain("'unsafe-inline'");
    expect(policy).not.toContain("'unsafe-eval'");
  });

  it('connects to the providers and to AWS by default', () => {
    expect(directive(contentSecurityPolicy({}), 'connect-src')).toEqual([
      "'self'",
      'https://api.dropboxapi.com',
      'https://content.dropboxapi.com',
      'https://notify.dropboxapi.com',
      'https://*.amazonaws.com',
      'wss://*.amazonaws.com',
    ]);
  });

  it('connects to the endpoints of config.json in place of the usual ones, as origins', () => {
    const stand = 'http://127.0.0.1:4174';
    const policy = contentSecurityPolicy({
      dropbox: { endpoints: { authorize: 'http://127.0.0.1:9/x', api: stand, content: `${stand}/2/`, notify: stand } },
    });
    expect(directive(policy, 'connect-src')).toEqual([
      "'self'",
      stand,
      'https://*.amazonaws.com',
      'wss://*.amazonaws.com',
    ]);
  });

  it('connects to sockets, which are origins of their own', () => {
    const policy = contentSecurityPolicy({
      aws: {
        endpoints: {
          api: 'http://127.0.0.1:4373/v1',
          socket: 'ws://127.0.0.1:4373/socket',
          other: 'wss://x.example/?y=1',
        },
      },
    });
    expect(directive(policy, 'connect-src')).toEqual(
      expect.arrayContaining(['http://127.0.0.1:4373', 'ws://127.0.0.1:4373', 'wss://x.example']),
    );
    expect(policy).not.toContain('/socket');
  });

  it('keeps the usual address for an endpoint that config.json leaves out', () => {
    const policy = contentSecurityPolicy({ dropbox: { endpoints: { api: 'https://proxy.example' } } });
    expect(directive(policy, 'connect-src')).toContain('https://content.dropboxapi.com');
    expect(directive(policy, 'connect-src')).not.toContain('https://api.dropboxapi.com');
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', '', 'api.dropboxapi.com', '*', 'wsx://a.example', 'ws://*'])(
    'refuses the endpoint "%s", in words that say where it is',
    (api) => {
      expect(() => contentSecurityPolicy({ dropbox: { endpoints: { api } } })).toThrow(/dropbox\.endpoints\.api/);
    },
  );

  it('lets no endpoint add a directive of its own', () => {
    const api = 'https://x.example/; script-src *; x';
    expect(contentSecurityPolicy({ dropbox: { endpoints: { api } } })).not.toContain('script-src *');
    const host = 'https://x.example;script-src';
    expect(() => contentSecurityPolicy({ dropbox: { endpoints: { host } } })).toThrow(TypeError);
  });
});
