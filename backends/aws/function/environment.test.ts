import { describe, expect, it } from 'vitest';
import { readEnvironment } from './environment.ts';

const whole = {
  AWS_REGION: 'eu-central-1',
  TABLE: 'table',
  BUCKET: 'bucket',
  USER_POOL_ID: 'eu-central-1_pool',
  CLIENT_ID: 'client',
  IDENTITY_POOL_ID: 'eu-central-1:identities',
  SIGN_UP: 'invitation',
};

describe('The environment', () => {
  it('is enough with the names of what was deployed', () => {
    expect(readEnvironment(whole)).toEqual({
      table: 'table',
      epoch: '',
      allowedOrigins: ['*'],
      jwks: undefined,
      sockets: undefined,
      config: {
        cloud: 'satchel',
        version: 1,
        region: 'eu-central-1',
        userPoolId: 'eu-central-1_pool',
        clientId: 'client',
        identityPoolId: 'eu-central-1:identities',
        bucket: 'bucket',
        signUp: 'invitation',
        endpoints: {},
        limits: {},
      },
    });
  });

  it('tells clients of limits, sockets and endpoints', () => {
    const { config, sockets, allowedOrigins } = readEnvironment({
      ...whole,
      LIMITS: '{"bytes":5,"requestsPerMinute":60}',
      SOCKET_URL: 'ws://127.0.0.1:1',
      SOCKET_API: 'http://127.0.0.1:2',
      PUBLIC_ENDPOINTS: '{"userPool":"http://127.0.0.1:3"}',
      ALLOWED_ORIGINS: 'https://a.example.org, https://b.example.org',
    });
    expect(config.limits).toEqual({ bytes: 5, requestsPerMinute: 60 });
    expect(config.endpoints).toEqual({ socket: 'ws://127.0.0.1:1', userPool: 'http://127.0.0.1:3' });
    expect(sockets).toEqual({ address: 'ws://127.0.0.1:1', api: 'http://127.0.0.1:2' });
    expect(allowedOrigins).toEqual(['https://a.example.org', 'https://b.example.org']);
  });

  it.each([
    [{ TABLE: '' }, /TABLE is missing/],
    [{ SIGN_UP: 'yes' }, /"open" or "invitation"/],
    [{ LIMITS: '{' }, /LIMITS is not JSON/],
    [{ LIMITS: '{"bytes":-1}' }, /"bytes" is a whole number/],
    [{ LIMITS: '{"byte":1}' }, /no "byte"/],
    [{ SOCKET_URL: 'wss://x' }, /SOCKET_API is missing/],
    [{ CURSOR_EPOCH: 'a.b' }, /CURSOR_EPOCH/],
  ])('says in words what is wrong: %o', (wrong, words) => {
    expect(() => readEnvironment({ ...whole, ...wrong })).toThrow(words);
  });
});
