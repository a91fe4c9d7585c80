/** Consent: from the button to the settings, at the stand-in's own pages. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { PendingConsent, ProviderConfig, ProviderDeps } from '../provider.ts';
import { ConsentError } from '../provider.ts';
import { dropbox } from './connect.ts';
import type { DropboxEmulator } from './emulator/emulator.ts';
import { asFetch, createDropboxEmulator } from './emulator/emulator.ts';

const CONFIG: ProviderConfig = { clientId: 'abc123' };
const REDIRECT = 'http://127.0.0.1:4000/notes/?connected';

function setting() {
  const emulator = createDropboxEmulator();
  let next = 0;
  const deps: ProviderDeps = {
    fetch: asFetch(emulator),
    now: () => 1_000_000,
    randomBytes: (length) => new Uint8Array(length).map(() => next++),
  };
  return { emulator, deps };
}

const unescape = (text: string) => text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));

/** What a person does at the page: the form's fields go back with the button that was pressed. */
async function answerPage(
  emulator: DropboxEmulator,
  url: string,
  decision: 'allow' | 'cancel',
  account?: string,
): Promise<URL> {
  const page = await (await emulator.fetch(new Request(url))).text();
  const form = new URLSearchParams();
  for (const [, name = '', value = ''] of page.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g))
    form.append(unescape(name), unescape(value));
  form.set('account', account ?? emulator.accounts()[0]?.id ?? '');
  form.set('decision', decision);
  const answer = await emulator.fetch(new Request(url.replace(/\?.*/, ''), { method: 'POST', body: form }));
  expect(answer.status).toBe(302);
  return new URL(answer.headers.get('Location') ?? '');
}

async function consentError(call: Promise<unknown>): Promise<ConsentError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConsentError)) throw new Error('expected a ConsentError', { cause: error });
  return error;
}

describe('consent', () => {
  it('asks for what it needs, with a challenge and for a refresh token', async () => {
    const { deps } = setting();
    const { url, pending } = await dropbox.access.begin(CONFIG, REDIRECT, deps);
    const { origin, pathname, searchParams } = new URL(url);
    expect(origin + pathname).toBe('https://www.dropbox.com/oauth2/authorize');
    expect(Object.fromEntries(searchParams)).toEqual({
      response_type: 'code',
      client_id: 'abc123',
      redirect_uri: REDIRECT,
      state: pending.state,
      code_challenge: createHash('sha256').update(String(pending['verifier'])).digest('base64url'),
      code_challenge_method: 'S256',
      token_access_type: 'offline',
      scope: 'account_info.read files.metadata.read files.content.read files.content.write',
    });
    expect(pending['verifier']).toBe('AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8');
    expect(url).not.toContain(String(pending['verifier']));
  });

  it('goes from the page to settings that open the chosen account', async () => {
    const { emulator, deps } = setting();
    const ben = emulator.accounts()[1];
    const { url, pending } = await dropbox.access.begin(CONFIG, REDIRECT, deps);
    const callback = await answerPage(emulator, url, 'allow', ben?.id);
    expect(callback.href).toMatch(/^http:\/\/127\.0\.0\.1:4000\/notes\/\?connected=&code=/);
    const kept = JSON.parse(JSON.stringify(pending)) as PendingConsent;
    const settings = await dropbox.access.finish(CONFIG, kept, callback, deps);
    expect(settings).toEqual({
      clientId: 'abc123',
      accountId: ben?.id,
      accessToken: expect.stringMatching(/^sl\./),
      refreshToken: expect.stringMatching(/^rt-/),
      expiresAt: 1_000_000 + 14_400_000,
    });
    const storage = dropbox.open(CONFIG, settings, { ...deps, save: async () => undefined });
    expect(await storage.about()).toMatchObject({ accountId: ben?.id, label: 'ben@demo.example' });
  });

  it('takes other addresses from the configuration', async () => {
    const { deps } = setting();
    const config = {
      clientId: 'x',
      endpoints: { authorize: 'http://127.0.0.1:9/www/', api: 'http://127.0.0.1:9/api' },
    };
    const { url } = await dropbox.access.begin(config, REDIRECT, deps);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:9\/www\/oauth2\/authorize\?/);
  });

  it('knows when the person said no', async () => {
    const { emulator, deps } = setting();
    const { url, pending } = await dropbox.access.begin(CONFIG, REDIRECT, deps);
    const callback = await answerPage(emulator, url, 'cancel');
    expect((await consentError(dropbox.access.finish(CONFIG, pending, callback, deps))).kind).toBe('Declined');
  });

  it('refuses an answer to another question, and asks nobody about its code', async () => {
    const { emulator, deps } = setting();
    const { url, pending } = await dropbox.access.begin(CONFIG, REDIRECT, deps);
    const callback = await answerPage(emulator, url, 'allow');
    const asked = emulator.requests.length;
    callback.searchParams.set('state', 'forged');
    expect((await consentError(dropbox.access.finish(CONFIG, pending, callback, deps))).kind).toBe('Mismatch');
    callback.searchParams.delete('state');
    expect((await consentError(dropbox.access.finish(CONFIG, pending, callback, deps))).kind).toBe('Mismatch');
    expect(emulator.requests).toHaveLength(asked);
  });

  it.each([
    ['another verifier', { verifier: 'A'.repeat(43) }],
    ['another redirect', { redirectUri: 'http://127.0.0.1:4000/other' }],
  ])('fails, and shows no secret, with %s', async (_what, change) => {
    const { emulator, deps } = setting();
    const { url, pending } = await dropbox.access.begin(CONFIG, REDIRECT, deps);
    const callback = await answerPage(emulator, url, 'allow');
    const error = await consentError(dropbox.access.finish(CONFIG, { ...pending, ...change }, callback, deps));
    expect(error.kind).toBe('Failed');
    const words = `${error.stack} ${String(error.cause)} ${JSON.stringify(error)}`;
    for (const secret of [callback.searchParams.get('code') ?? '', String(pending['verifier'])])
      expect(words).not.toContain(secret);
  });

  it('fails when a code is used twice, or the service is away', async () => {
    const { emulator, deps } = setting();
    const { url, pending } = await dropbox.access.begin(CONFIG, REDIRECT, deps);
    const callback = await answerPage(emulator, url, 'allow');
    emulator.addFault({ route: 'oauth2/token', fault: { kind: 'drop', when: 'after' } });
    expect((await consentError(dropbox.access.finish(CONFIG, pending, callback, deps))).kind).toBe('Failed');
    expect((await consentError(dropbox.access.finish(CONFIG, pending, callback, deps))).kind).toBe('Failed');
  });

  it('fails when the page refused the request itself', async () => {
    const { deps } = setting();
    const { pending } = await dropbox.access.begin(CONFIG, REDIRECT, deps);
    const callback = new URL(`${REDIRECT}&error=invalid_scope&state=${pending.state}`);
    expect((await consentError(dropbox.access.finish(CONFIG, pending, callback, deps))).kind).toBe('Failed');
  });
});

/** The page for a request that differs from ours in some of its parameters. */
const page = async (change: Readonly<Record<string, string>>) => {
  const { emulator, deps } = setting();
  const url = new URL((await dropbox.access.begin(CONFIG, REDIRECT, deps)).url);
  for (const [name, value] of Object.entries(change)) url.searchParams.set(name, value);
  return emulator.fetch(new Request(url));
};

describe("the stand-in's page", () => {
  it('says that it is a demo and forbids scripts and frames', async () => {
    const response = await page({});
    expect(await response.text()).toContain('Dropbox (local demo)');
    const policy = response.headers.get('Content-Security-Policy') ?? '';
    for (const part of ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self' http://127.0.0.1:4000"])
      expect(policy).toContain(part);
  });

  it.each([
    [{ redirect_uri: 'https://elsewhere.example/' }],
    [{ response_type: 'token' }],
    [{ code_challenge_method: 'plain' }],
    [{ scope: 'sharing.write' }],
    [{ client_id: '' }],
    [{ state: 'x'.repeat(501) }],
  ])('refuses %j, without sending anything to the redirect address', async (change) => {
    const response = await page(change);
    expect(response.status).toBe(400);
    expect(response.headers.get('Location')).toBeNull();
  });

  it('shows what it was sent as text, never as markup', async () => {
    const response = await page({ state: '"><script>alert(1)</script>' });
    expect(await response.text()).not.toContain('<script>');
  });

  it('takes no answer from another site', async () => {
    const { emulator, deps } = setting();
    const { url } = await dropbox.access.begin(CONFIG, REDIRECT, deps);
    const body = new URL(url).searchParams;
    body.set('decision', 'allow');
    const headers = { 'Sec-Fetch-Site': 'cross-site' };
    const request = new Request('https://www.dropbox.com/oauth2/authorize', { method: 'POST', body, headers });
    expect((await emulator.fetch(request)).status).toBe(403);
  });
});
