/** Consent, tokens and their end, as the service does it for a web application's client id. */
import { beforeEach, describe, expect, it } from 'vitest';
import { createHandClock, type HandClock } from '../../hand-clock.ts';
import { createDriveEmulator, DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, type DriveEmulator } from './emulator.ts';
import { SCOPES } from './store.ts';

const DAY = 24 * 60 * 60 * 1000;
const REDIRECT = 'http://localhost:5173/back';
let clock: HandClock;
let emulator: DriveEmulator;
beforeEach(() => {
  clock = createHandClock();
  emulator = createDriveEmulator({ clock });
});

const ask = (parameters: Readonly<Record<string, string>>) =>
  new URLSearchParams({
    client_id: DEMO_CLIENT_ID,
    redirect_uri: REDIRECT,
    scope: SCOPES.drive,
    state: 'the state',
    ...parameters,
  });

const page = (parameters: Readonly<Record<string, string>>) =>
  emulator.fetch(new Request(`https://accounts.google.com/o/oauth2/v2/auth?${ask(parameters).toString()}`));

async function answer(parameters: Readonly<Record<string, string>>, form: Readonly<Record<string, string>> = {}) {
  const account = emulator.accounts()[0]?.id ?? '';
  const body = ask({ ...parameters, decision: 'allow', account, ...form });
  const request = new Request('https://accounts.google.com/o/oauth2/v2/auth', { method: 'POST', body });
  const response = await emulator.fetch(request);
  return { status: response.status, location: new URL(response.headers.get('Location') ?? 'about:blank') };
}

async function token(form: Readonly<Record<string, string>>) {
  const body = new URLSearchParams({ client_id: DEMO_CLIENT_ID, client_secret: DEMO_CLIENT_SECRET, ...form });
  const response = await emulator.fetch(new Request('https://oauth2.googleapis.com/token', { method: 'POST', body }));
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const exchange = (code: string | null, form: Readonly<Record<string, string>> = {}) =>
  token({ grant_type: 'authorization_code', code: code ?? '', redirect_uri: REDIRECT, ...form });
const refresh = (refreshToken: unknown) => token({ grant_type: 'refresh_token', refresh_token: String(refreshToken) });

const status = async (accessToken: unknown) =>
  (
    await emulator.fetch(
      new Request('https://www.googleapis.com/drive/v3/files', {
        headers: { Authorization: `Bearer ${String(accessToken)}` },
      }),
    )
  ).status;

const offline = { response_type: 'code', access_type: 'offline' };

const code = async () => (await answer(offline)).location.searchParams.get('code');

describe('a code', () => {
  it('is exchanged with the secret, for an access token and, at the first consent, a refresh token', async () => {
    const { location } = await answer(offline);
    expect(location.searchParams.get('state')).toBe('the state');
    const { body } = await exchange(location.searchParams.get('code'));
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3599, scope: SCOPES.drive });
    expect(await status(body['access_token'])).toBe(200);
    const second = await exchange((await answer(offline)).location.searchParams.get('code'));
    expect(second.body).not.toHaveProperty('refresh_token');
    const asked = await answer({ ...offline, prompt: 'consent' });
    expect((await exchange(asked.location.searchParams.get('code'))).body).toHaveProperty('refresh_token');
  });

  it('is worth nothing without the secret, also with PKCE', async () => {
    const challenge = { code_challenge: 'A'.repeat(43), code_challenge_method: 'S256' };
    const challenged = (await answer({ ...offline, ...challenge })).location.searchParams.get('code') ?? '';
    const bare = new URLSearchParams({ client_id: DEMO_CLIENT_ID, grant_type: 'authorization_code', code: challenged });
    const response = await emulator.fetch(
      new Request('https://oauth2.googleapis.com/token', { method: 'POST', body: bare }),
    );
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: 'invalid_request',
      error_description: 'client_secret is missing.',
    });
    expect(await exchange(challenged, { client_secret: 'guessed' })).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    });
    expect((await exchange(challenged, { code_verifier: 'wrong' })).body['error']).toBe('invalid_grant');
  });

  it('works once, for its redirect address, and for ten minutes', async () => {
    const first = await code();
    expect((await exchange(first)).status).toBe(200);
    expect((await exchange(first)).body['error']).toBe('invalid_grant');
    const elsewhere = await exchange(await code(), { redirect_uri: 'http://localhost:5173/other' });
    expect(elsewhere.body['error']).toBe('redirect_uri_mismatch');
    const late = await code();
    clock.advance(10 * 60 * 1000);
    expect((await exchange(late)).body['error']).toBe('invalid_grant');
  });
});

describe('a token without a code', () => {
  it('comes in the fragment, lives for an hour, and has no refresh token', async () => {
    const { location } = await answer({ response_type: 'token' });
    expect(location.search).toBe('');
    const fragment = new URLSearchParams(location.hash.slice(1));
    expect(fragment.get('state')).toBe('the state');
    expect(fragment.has('refresh_token')).toBe(false);
    expect(await status(fragment.get('access_token'))).toBe(200);
    clock.advance(3600 * 1000);
    expect(await status(fragment.get('access_token'))).toBe(401);
  });

  it('comes without a page where consent was given before and the account is named', async () => {
    const quiet = { response_type: 'token', prompt: 'none', login_hint: 'ada@demo.example' };
    const refused = await page(quiet);
    expect(refused.headers.get('Location')).toContain('error=interaction_required');
    await answer({ response_type: 'token' });
    expect((await page(quiet)).headers.get('Location')).toContain('#access_token=');
  });
});

describe('the consent page', () => {
  it('is shown for a known client, redirect and scope only', async () => {
    expect((await page({ response_type: 'code' })).status).toBe(200);
    expect((await page({ response_type: 'code', client_id: 'nobody' })).status).toBe(400);
    expect((await page({ response_type: 'code', redirect_uri: 'https://evil.example/' })).status).toBe(400);
    expect((await page({ response_type: 'code', scope: 'https://www.googleapis.com/auth/drive' })).status).toBe(400);
    expect((await page({ response_type: 'id' })).status).toBe(400);
  });

  it('sends a refusal back, and grants no more than was ticked', async () => {
    expect((await answer(offline, { decision: 'cancel' })).location.searchParams.get('error')).toBe('access_denied');
    const both = { ...offline, scope: `${SCOPES.drive} ${SCOPES.appDataFolder}` };
    const some = await answer(both, { granted: SCOPES.appDataFolder });
    const { body } = await exchange(some.location.searchParams.get('code'));
    expect(body['scope']).toBe(SCOPES.appDataFolder);
    expect((await answer(both)).location.searchParams.get('error')).toBe('access_denied');
  });

  it('takes no answer from another site, and shows nothing of the request as markup', async () => {
    const request = new Request('https://accounts.google.com/o/oauth2/v2/auth', {
      method: 'POST',
      body: ask(offline),
      headers: { 'Sec-Fetch-Site': 'cross-site' },
    });
    expect((await emulator.fetch(request)).status).toBe(403);
    expect(await (await page({ ...offline, state: '"><script>' })).text()).not.toContain('<script>');
  });
});

describe('a refresh token', () => {
  it('brings access tokens until the person takes it back', async () => {
    const { refreshToken } = emulator.signIn();
    const { body } = await refresh(refreshToken);
    expect(body).not.toHaveProperty('refresh_token');
    const revoke = (text: string) =>
      emulator.fetch(new Request(`https://oauth2.googleapis.com/revoke?token=${text}`, { method: 'POST' }));
    expect((await revoke(refreshToken)).status).toBe(200);
    expect((await revoke(refreshToken)).status).toBe(400);
    expect(await status(body['access_token'])).toBe(401);
    expect(await refresh(refreshToken)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  it('dies after seven days while the consent screen is in testing', async () => {
    emulator.behave({ testing: true });
    const { refreshToken } = emulator.signIn();
    clock.advance(7 * DAY);
    expect((await refresh(refreshToken)).status).toBe(200);
    clock.advance(1);
    expect((await refresh(refreshToken)).body['error']).toBe('invalid_grant');
  });
});
