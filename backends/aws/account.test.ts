/** People's accounts, from signing up to leaving, at the cloud on this machine: every step as the forms take it. */
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AccountError,
  type AccountErrorKind,
  type ConnectionSettings,
  type OpenDeps,
  type SignIn,
} from '../provider.ts';
import { objectName, StorageError } from '../storage.ts';
import { aws } from './connect.ts';
import { buildFunction } from './function/build.ts';
import { type LocalCloud, startLocalCloud } from './local/cloud.ts';
import { totpCode } from './local/user-pool/totp.ts';
import { INLINE_BYTES } from './protocol.ts';
import { many } from './setting.ts';

const BUILT = `.cache/function-for-account-tests-${process.pid}`;
const PASSWORD = 'a password of some length';
const OTHER = 'another password of some length';

let cloud: LocalCloud;
let closed: LocalCloud;
let time = Date.now();
const saved: ConnectionSettings[] = [];
const deps: OpenDeps = {
  fetch,
  now: () => time,
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  async save(settings) {
    saved.push(settings);
  },
};

beforeAll(async () => {
  const bundle = await buildFunction(BUILT);
  cloud = await startLocalCloud({ bundle, now: () => time });
  closed = await startLocalCloud({ bundle, now: () => time, signUp: 'invitation' });
}, 120_000);
afterAll(async () => {
  await cloud.close();
  await closed.close();
  await rm(BUILT, { recursive: true, force: true });
});

const begin = (at: LocalCloud = cloud) => aws.access.begin(at.config, deps);
const open = (settings: ConnectionSettings) => aws.open(cloud.config, settings, deps);
const account = (settings: ConnectionSettings) => aws.access.account(cloud.config, settings, deps);

let people = 0;
const newEmail = () => `person-${++people}@example.org`;

async function refusal(call: Promise<unknown>): Promise<AccountErrorKind> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AccountError)) throw new Error('expected an AccountError', { cause: error });
  for (const secret of [PASSWORD, OTHER]) expect(`${error.stack} ${String(error.cause)}`).not.toContain(secret);
  return error.kind;
}

type Step = Awaited<ReturnType<SignIn['confirm']>>;

function settingsOf(step: Step): ConnectionSettings {
  if (step.step !== 'signed-in') throw new Error(`expected to be signed in, not to be asked for ${step.step}`);
  return JSON.parse(JSON.stringify(step.settings)) as ConnectionSettings;
}

async function signedUp(email = newEmail()): Promise<{ email: string; settings: ConnectionSettings }> {
  const signIn = await begin();
  await signIn.signUpAs(email, PASSWORD);
  return { email, settings: settingsOf(await signIn.confirm(email, cloud.codeFor(email) ?? '')) };
}

const signInAs = async (email: string, password: string) => (await begin()).signIn(email, password);

/** A second step is asked for from now on. */
async function withTotp(settings: ConnectionSettings): Promise<string> {
  const own = await account(settings);
  const { secret } = await own.beginTotp();
  await own.proveTotp(totpCode(secret, time));
  return secret;
}

describe('signing up', () => {
  it('goes over a code that was mailed to settings that open the storage', async () => {
    const signIn = await begin();
    expect(signIn.signUp).toBe('open');
    const email = newEmail();
    const step = await signIn.signUpAs(` ${email} `, PASSWORD);
    expect(step).toMatchObject({ step: 'confirm', email, sentTo: expect.stringContaining('***') });
    const settings = settingsOf(await signIn.confirm(email, ` ${cloud.codeFor(email)} `));
    const name = objectName('log/first');
    await open(settings).put(name, new Uint8Array([1, 2]));
    expect(await open(settings).get(name)).toEqual(new Uint8Array([1, 2]));
    expect(await open(settings).about()).toMatchObject({ label: email, accountId: settings['accountId'] });
    expect(JSON.stringify(settings)).not.toContain(PASSWORD);
  });

  it('asks to sign in where the password isn’t known any more', async () => {
    const email = newEmail();
    await (await begin()).signUpAs(email, PASSWORD);
    const later = await begin();
    expect(await later.confirm(email, cloud.codeFor(email) ?? '')).toEqual({ step: 'sign-in' });
    expect((await later.signIn(email, PASSWORD)).step).toBe('signed-in');
  });

  it('says what is wrong with an address, a password and a code', async () => {
    const signIn = await begin();
    const email = newEmail();
    expect(await refusal(signIn.signUpAs('nobody', PASSWORD))).toBe('BadEmail');
    expect(await refusal(signIn.signUpAs(email, 'short'))).toBe('WeakPassword');
    expect(await refusal(signIn.signUpAs(email, 'rathershort'))).toBe('WeakPassword');
    expect(await refusal(signIn.signUpAs(email, ` ${PASSWORD}`))).toBe('WeakPassword');
    await signIn.signUpAs(email, PASSWORD);
    expect(await refusal(signIn.confirm(email, '000000'))).toBe('WrongCode');
    expect(await refusal(signIn.confirm(email, 'letters'))).toBe('WrongCode');
    expect(await refusal(signIn.confirm(email, ''))).toBe('WrongCode');
    cloud.expireCodes(email);
    expect(await refusal(signIn.confirm(email, cloud.codeFor(email) ?? ''))).toBe('CodeExpired');
    expect(await signIn.resend(email)).toMatchObject({ step: 'confirm' });
    expect((await signIn.confirm(email, cloud.codeFor(email) ?? '')).step).toBe('signed-in');
    expect(await refusal((await begin()).signUpAs(email, PASSWORD))).toBe('Exists');
    expect(await refusal(signIn.resend(email))).toBe('Exists');
  });

  it('names the rule that a password breaks', async () => {
    const error = await (await begin()).signUpAs(newEmail(), 'rathershort').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind: 'WeakPassword', message: 'Password not long enough' });
  });

  it('takes a second confirmation for the first one, whose answer may have been lost', async () => {
    const signIn = await begin();
    const email = newEmail();
    await signIn.signUpAs(email, PASSWORD);
    const code = cloud.codeFor(email) ?? '';
    await (await begin()).confirm(email, code);
    expect((await signIn.confirm(email, code)).step).toBe('signed-in');
  });

  it('is closed to strangers where people are invited, who choose a password of their own', async () => {
    const signIn = await begin(closed);
    expect(signIn.signUp).toBe('invitation');
    const email = newEmail();
    expect(await refusal(signIn.signUpAs(email, PASSWORD))).toBe('Closed');
    const { password } = closed.invite(email);
    expect(await signIn.signIn(email, password)).toEqual({ step: 'new-password' });
    expect(await refusal(signIn.answer('tiny'))).toBe('WeakPassword');
    const settings = settingsOf(await signIn.answer(PASSWORD));
    expect(await open(settings).about()).toMatchObject({ label: email });
  });
});

describe('signing in', () => {
  it('says no to a wrong password as to an unknown address', async () => {
    const { email } = await signedUp();
    expect(await refusal(signInAs(email, OTHER))).toBe('WrongPassword');
    expect(await refusal(signInAs(newEmail(), PASSWORD))).toBe('WrongPassword');
    expect(await refusal(signInAs(email, ''))).toBe('WrongPassword');
    expect((await signInAs(email, PASSWORD)).step).toBe('signed-in');
  });

  it('says when the address was never confirmed', async () => {
    const email = newEmail();
    await (await begin()).signUpAs(email, PASSWORD);
    expect(await refusal(signInAs(email, PASSWORD))).toBe('NotConfirmed');
  });

  it('asks for the second step, and again after a wrong code', async () => {
    const { email, settings } = await signedUp();
    expect(await (await account(settings)).totp()).toBe(false);
    const secret = await withTotp(settings);
    expect(await (await account(settings)).totp()).toBe(true);
    time += 60_000;
    const signIn = await begin();
    expect(await signIn.signIn(email, PASSWORD)).toEqual({ step: 'totp' });
    expect(await refusal(signIn.answer('000000'))).toBe('WrongCode');
    const again = settingsOf(await signIn.answer(totpCode(secret, time)));
    await (await account(again)).removeTotp();
    expect((await signInAs(email, PASSWORD)).step).toBe('signed-in');
  });

  it('takes a second step from who took the first, not from another sign-in beside it', async () => {
    const { email, settings } = await signedUp();
    const secret = await withTotp(settings);
    const stranger = await signedUp();
    time += 60_000;
    const first = await begin();
    expect(await first.signIn(email, PASSWORD)).toEqual({ step: 'totp' });
    const [second] = await Promise.all([signInAs(stranger.email, PASSWORD), signInAs(stranger.email, PASSWORD)]);
    expect(await open(settingsOf(second)).about()).toMatchObject({ label: stranger.email });
    expect(await refusal(first.answer(totpCode(secret, time)))).toBe('SessionExpired');
    expect(await first.signIn(email, PASSWORD)).toEqual({ step: 'totp' });
    expect(await open(settingsOf(await first.answer(totpCode(secret, time)))).about()).toMatchObject({ label: email });
  });

  it('says when it took too long', async () => {
    const { email, settings } = await signedUp();
    const secret = await withTotp(settings);
    time += 60_000;
    const signIn = await begin();
    await signIn.signIn(email, PASSWORD);
    time += 10 * 60_000;
    expect(await refusal(signIn.answer(totpCode(secret, time)))).toBe('SessionExpired');
  });

  it('mails a code to who forgot the password, and takes another one with it', async () => {
    const { email } = await signedUp();
    const signIn = await begin();
    expect(await signIn.forgot(email)).toMatchObject({ step: 'reset', email, sentTo: expect.stringContaining('***') });
    expect(await refusal(signIn.reset(email, '000000', OTHER))).toBe('WrongCode');
    expect(await refusal(signIn.reset(email, cloud.codeFor(email) ?? '', 'rathershort'))).toBe('WeakPassword');
    expect((await signIn.reset(email, cloud.codeFor(email) ?? '', OTHER)).step).toBe('signed-in');
    expect(await refusal(signInAs(email, PASSWORD))).toBe('WrongPassword');
    expect(await signIn.forgot(newEmail())).toMatchObject({ step: 'reset' });
  });

  it('says when an administrator wants another password first', async () => {
    const { email } = await signedUp();
    cloud.requireReset(email);
    expect(await refusal(signInAs(email, PASSWORD))).toBe('ResetRequired');
  });

  it('says when the cloud can’t be reached, or is none', async () => {
    const away: OpenDeps = { ...deps, fetch: () => Promise.reject(new TypeError('fetch failed')) };
    expect(await refusal(aws.access.begin(cloud.config, away))).toBe('Offline');
    expect(await refusal(aws.access.begin({ clientId: 'x' }, deps))).toBe('NoCloud');
    const other: OpenDeps = { ...deps, fetch: async () => Response.json({ cloud: 'another' }) };
    // Between here and the cloud stands somebody else, as a hotel does.
    expect(await refusal(aws.access.begin(cloud.config, other))).toBe('Offline');
    const gone: OpenDeps = { ...deps, fetch: async () => Response.json({ message: 'Not Found' }, { status: 404 }) };
    expect(await refusal(aws.access.begin(cloud.config, gone))).toBe('NoCloud');
  });
});

describe('an account', () => {
  it('gets another password by the old one', async () => {
    const { email, settings } = await signedUp();
    const own = await account(settings);
    expect(own.email).toBe(email);
    expect(await refusal(own.changePassword(OTHER, PASSWORD))).toBe('WrongPassword');
    expect(await refusal(own.changePassword(PASSWORD, 'rathershort'))).toBe('WeakPassword');
    await own.changePassword(PASSWORD, OTHER);
    expect((await signInAs(email, OTHER)).step).toBe('signed-in');
    expect(await refusal(signInAs(email, PASSWORD))).toBe('WrongPassword');
  });

  it('asks for no second step before one was proved', async () => {
    const { email, settings } = await signedUp();
    const own = await account(settings);
    const { secret, address } = await own.beginTotp();
    expect(address).toBe(`otpauth://totp/Satchel:${encodeURIComponent(email)}?secret=${secret}&issuer=Satchel`);
    expect(await refusal(own.proveTotp('000000'))).toBe('WrongCode');
    expect(await refusal(own.proveTotp(''))).toBe('WrongCode');
    expect(await own.totp()).toBe(false);
    expect((await signInAs(email, PASSWORD)).step).toBe('signed-in');
  });

  it('is looked after with tokens that are renewed when they have run out, and the new ones are kept', async () => {
    const { settings } = await signedUp();
    time += 2 * 3_600_000;
    saved.splice(0);
    expect(await (await account(settings)).totp()).toBe(false);
    expect(saved).toHaveLength(1);
    expect(saved[0]).toMatchObject({ accountId: settings['accountId'], email: settings['email'] });
  });

  it('is signed out here alone', async () => {
    const { email, settings } = await signedUp();
    const elsewhere = settingsOf(await signInAs(email, PASSWORD));
    await (await account(settings)).signOut({ everywhere: false });
    await (await account(settings)).signOut({ everywhere: false });
    time += 2 * 3_600_000;
    await expect(open(settings).about()).rejects.toMatchObject({ kind: 'Unauthorized' });
    expect(await refusal((await account(settings)).totp())).toBe('SignedOut');
    expect(await open(elsewhere).about()).toMatchObject({ label: email });
  });

  it('is signed out everywhere', async () => {
    const { email, settings } = await signedUp();
    const elsewhere = settingsOf(await signInAs(email, PASSWORD));
    await (await account(settings)).signOut({ everywhere: true });
    expect(await refusal((await account(elsewhere)).totp())).toBe('SignedOut');
    expect(await refusal((await account(settings)).signOut({ everywhere: true }))).toBe('SignedOut');
    time += 2 * 3_600_000;
    await expect(open(elsewhere).about()).rejects.toMatchObject({ kind: 'Unauthorized' });
  });

  it('isn’t signed out everywhere as long as nobody heard of it', async () => {
    const { settings } = await signedUp();
    const away: OpenDeps = { ...deps, fetch: () => Promise.reject(new TypeError('fetch failed')) };
    const own = await aws.access.account(cloud.config, settings, away);
    expect(await refusal(own.signOut({ everywhere: true }))).toBe('Offline');
    expect(await refusal(own.signOut({ everywhere: false }))).toBe('Offline');
  });

  it('goes with everything in it', async () => {
    const { email, settings } = await signedUp();
    const storage = open(settings);
    await storage.put(objectName('log/small'), many(10));
    await storage.put(objectName('files/large'), many(INLINE_BYTES + 1));
    await (await account(settings)).deleteAccount();
    expect(await refusal(signInAs(email, PASSWORD))).toBe('WrongPassword');
    const left = await storage.get(objectName('log/small')).catch((error: unknown) => error);
    expect(left).toBeInstanceOf(StorageError);
    const again = await signedUp(email);
    expect(again.settings['accountId']).not.toBe(settings['accountId']);
    expect((await open(again.settings).changes('log')).events).toEqual([]);
    expect(await open(again.settings).about()).toMatchObject({ used: 0 });
  });
});

describe('somebody’s own cloud', () => {
  it('is found by its address', async () => {
    const { api } = cloud.endpoints;
    for (const address of [api, `${api}/`, ` ${api}/v1/config `]) {
      const config = await aws.access.configAt(address, deps);
      expect(config).toEqual({
        clientId: cloud.config.clientId,
        label: new URL(api).host,
        endpoints: { api },
      });
      expect((await aws.access.begin(config, deps)).signUp).toBe('open');
    }
  });

  it('is found by the address of its site', async () => {
    const site: OpenDeps = {
      ...deps,
      fetch: async (input, init) => {
        const { href } = new URL(input instanceof Request ? input.url : input);
        if (href === 'https://notes.example.org/club/config.json')
          return Response.json({ aws: { ...cloud.config, label: 'Our club' } });
        return fetch(input, init);
      },
    };
    expect(await aws.access.configAt('notes.example.org/club', site)).toEqual({
      clientId: cloud.config.clientId,
      label: 'Our club',
      endpoints: { api: cloud.endpoints.api },
    });
  });

  it.each(['', 'not an address', 'http://elsewhere.example', 'ftp://127.0.0.1', 'https://127.0.0.1:1'])(
    'isn’t found at "%s"',
    async (address) => {
      expect(await refusal(aws.access.configAt(address, deps))).toBe('NoCloud');
    },
  );
});
