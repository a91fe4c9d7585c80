import { afterEach, expect, it, vi } from 'vitest';
// First: it brings the database that Dexie looks for.
import { createDevice, createStandIn, type Device } from './device.test-support.ts';
import { type AccountCloud, CLOUD_ADDRESS, createAccountCloud } from './account-cloud.test-support.ts';
import { createEngine } from './engine.ts';

const PASSPHRASE = 'correct horse battery staple';
const EMAIL = 'ada@example.com';
const PASSWORD = 'a good password';
const running: Device[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});

async function device(cloud: AccountCloud): Promise<Device> {
  const made = await createDevice(createStandIn(), [cloud]);
  running.push(made);
  return made;
}

const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 20 });
const asking = (step: string) => ({ kind: 'signing-in', asks: { step } });
const refused = (reason: string) => ({ kind: 'refused', reason });

async function signUp(each: Device, cloud: AccountCloud): Promise<void> {
  await each.engine.beginSignIn('cloud', {});
  const { engine } = each;
  expect(await engine.answerSignIn({ answer: 'sign-up', email: EMAIL, password: PASSWORD })).toMatchObject({
    kind: 'signing-in',
    asks: { step: 'confirm', email: EMAIL, sentTo: 'a***' },
  });
  expect(await engine.answerSignIn({ answer: 'confirm', email: EMAIL, code: cloud.mailed(EMAIL) })).toEqual({
    kind: 'signed-in',
  });
}

async function makeVault(each: Device): Promise<void> {
  const { engine } = each;
  expect(await engine.found()).toMatchObject({ kind: 'empty', account: EMAIL });
  const words = await engine.newWords();
  expect(await engine.createVault({ passphrase: PASSPHRASE, words })).toEqual({ kind: 'open' });
  each.follow();
}

const signIn = ({ engine }: Device, password = PASSWORD) =>
  engine.answerSignIn({ answer: 'sign-in', email: EMAIL, password });

async function signedInDevice(cloud: AccountCloud): Promise<Device> {
  const each = await device(cloud);
  await signUp(each, cloud);
  await makeVault(each);
  await until(async () => expect((await each.queries.status())?.lastSynced).not.toBeNull());
  return each;
}

async function titles(each: Device): Promise<string[]> {
  return (await each.queries.notes({ kind: 'all' })).map((note) => note.title).toSorted();
}

it('an account is made, proved by the mailed code, and carries a vault to a second device', async () => {
  const cloud = createAccountCloud();
  const [one, two] = [await device(cloud), await device(cloud)];
  expect(await one.engine.providers()).toContainEqual({
    kind: 'cloud',
    label: 'Cloud (test)',
    configured: true,
    access: 'account',
  });
  await one.notes.create({ text: 'From one' });
  await signUp(one, cloud);
  expect(await one.engine.signingIn()).toBeNull();
  await makeVault(one);
  expect(await two.engine.beginSignIn('cloud', {})).toEqual({
    ...asking('sign-in'),
    label: 'Cloud (test)',
    email: '',
    again: false,
    signUp: 'open',
  });
  expect(await signIn(two)).toEqual({ kind: 'signed-in' });
  expect(await two.engine.found()).toMatchObject({ kind: 'vault', account: EMAIL });
  expect(await two.engine.unlock({ kind: 'passphrase', text: PASSPHRASE })).toEqual({ kind: 'open' });
  two.follow();
  await until(async () => expect(await titles(two)).toEqual(['From one']));
  expect(await two.queries.status()).toMatchObject({ access: 'account', account: EMAIL, label: 'Cloud (test)' });
});

it('what the page is given, and what is kept between two steps, holds no password, code or token', async () => {
  const cloud = createAccountCloud();
  const each = await device(cloud);
  const told: unknown[] = [await each.engine.beginSignIn('cloud', {})];
  told.push(await each.engine.answerSignIn({ answer: 'sign-up', email: EMAIL, password: PASSWORD }));
  told.push(await each.engine.signingIn(), await each.host.db.local.toArray());
  const code = cloud.mailed(EMAIL);
  told.push(await each.engine.answerSignIn({ answer: 'confirm', email: EMAIL, code }), await each.engine.found());
  told.push(await each.engine.account(), await each.host.db.local.toArray());
  const words = JSON.stringify(told);
  for (const secret of [PASSWORD, code, ...(cloud.people.get(EMAIL)?.tokens ?? [])])
    expect(words).not.toContain(secret);
});

it('a wrong answer is told by its kind, and the same step can be answered again', async () => {
  const cloud = createAccountCloud();
  const each = await device(cloud);
  await each.engine.beginSignIn('cloud', {});
  expect(await signIn(each)).toMatchObject(refused('WrongPassword'));
  expect(await each.engine.answerSignIn({ answer: 'sign-up', email: EMAIL, password: 'short' })).toEqual({
    ...refused('WeakPassword'),
    detail: 'at least 8 characters',
  });
  await each.engine.answerSignIn({ answer: 'sign-up', email: EMAIL, password: PASSWORD });
  expect(await each.engine.answerSignIn({ answer: 'confirm', email: EMAIL, code: '1' })).toMatchObject(
    refused('WrongCode'),
  );
  expect(await each.engine.answerSignIn({ answer: 'confirm', email: EMAIL, code: 'too-old' })).toMatchObject(
    refused('CodeExpired'),
  );
  expect(await each.engine.signingIn()).toMatchObject(asking('confirm'));
  const first = cloud.mailed(EMAIL);
  expect(await each.engine.answerSignIn({ answer: 'resend', email: EMAIL })).toMatchObject(asking('confirm'));
  expect(cloud.mailed(EMAIL)).not.toBe(first);
  cloud.broken = 'Offline';
  const code = cloud.mailed(EMAIL);
  expect(await each.engine.answerSignIn({ answer: 'confirm', email: EMAIL, code })).toMatchObject(refused('Offline'));
  cloud.broken = null;
  expect(await each.engine.answerSignIn({ answer: 'confirm', email: EMAIL, code })).toEqual({ kind: 'signed-in' });
});

it('somebody who comes back from their mail to a window that was loaded anew goes on with the code', async () => {
  const cloud = createAccountCloud();
  const each = await device(cloud);
  await each.engine.beginSignIn('cloud', {});
  await each.engine.answerSignIn({ answer: 'sign-up', email: EMAIL, password: PASSWORD });
  const later = createEngine(each.host);
  expect(await later.signingIn()).toMatchObject({ ...asking('confirm'), email: EMAIL });
  const code = cloud.mailed(EMAIL);
  expect(await later.answerSignIn({ answer: 'confirm', email: EMAIL, code })).toMatchObject({
    ...asking('sign-in'),
    email: EMAIL,
  });
  expect(await later.answerSignIn({ answer: 'sign-in', email: EMAIL, password: PASSWORD })).toEqual({
    kind: 'signed-in',
  });
});

it('what only the old window knew is asked for again from the start', async () => {
  const cloud = createAccountCloud();
  cloud.invite(EMAIL, 'for once');
  const each = await device(cloud);
  await each.engine.beginSignIn('cloud', {});
  expect(await signIn(each, 'for once')).toMatchObject(asking('new-password'));
  const later = createEngine(each.host);
  expect(await later.signingIn()).toMatchObject({ ...asking('sign-in'), email: EMAIL });
  expect(await each.engine.answerSignIn({ answer: 'new-password', text: PASSWORD })).toEqual({ kind: 'signed-in' });
});

it('an unproved address, and a password that has to be changed, lead to the code they want', async () => {
  const cloud = createAccountCloud();
  const each = await device(cloud);
  await each.engine.beginSignIn('cloud', {});
  await each.engine.answerSignIn({ answer: 'sign-up', email: EMAIL, password: PASSWORD });
  await each.engine.restartSignIn();
  const first = cloud.mailed(EMAIL);
  expect(await signIn(each)).toMatchObject({ ...asking('confirm'), asks: { email: EMAIL } });
  expect(cloud.mailed(EMAIL)).not.toBe(first);
  const code = cloud.mailed(EMAIL);
  expect(await each.engine.answerSignIn({ answer: 'confirm', email: EMAIL, code })).toEqual({ kind: 'signed-in' });

  cloud.requireReset(EMAIL);
  await each.engine.cancelConnect();
  await each.engine.beginSignIn('cloud', {});
  expect(await signIn(each)).toMatchObject(asking('reset'));
  const answer = { answer: 'reset', email: EMAIL, code: cloud.mailed(EMAIL), password: 'another password' } as const;
  expect(await each.engine.answerSignIn(answer)).toEqual({ kind: 'signed-in' });
});

it('a sign-in that was given up leaves nothing behind, also when its answer comes later', async () => {
  const cloud = createAccountCloud();
  const each = await device(cloud);
  cloud.invite(EMAIL, 'for once');
  await each.engine.beginSignIn('cloud', {});
  await signIn(each, 'for once');
  const network: { answers?: () => void } = {};
  cloud.slow = new Promise((resolve) => {
    network.answers = resolve;
  });
  const late = each.engine.answerSignIn({ answer: 'new-password', text: PASSWORD });
  await each.engine.cancelConnect();
  network.answers?.();
  expect(await late).toMatchObject(refused('SessionExpired'));
  expect(await each.engine.signingIn()).toBeNull();
  expect(await each.engine.found()).toBeNull();
  expect(await signIn(each)).toMatchObject(refused('SessionExpired'));
});

it('a cloud of one’s own is found by its address, and kept with the connection', async () => {
  const cloud = createAccountCloud();
  const each = await device(cloud);
  expect(await each.engine.beginSignIn('cloud', { address: 'http://nobody.test' })).toMatchObject(refused('NoCloud'));
  expect(await each.engine.signingIn()).toBeNull();
  expect(await each.engine.beginSignIn('cloud', { address: CLOUD_ADDRESS })).toMatchObject({ label: 'My own' });
  await each.engine.answerSignIn({ answer: 'sign-up', email: EMAIL, password: PASSWORD });
  await each.engine.answerSignIn({ answer: 'confirm', email: EMAIL, code: cloud.mailed(EMAIL) });
  expect(await each.host.db.connections.toArray()).toMatchObject([
    { state: 'draft', ownClient: true, label: 'My own', config: { label: 'My own' } },
  ]);
});

it('a cloud that can’t be reached says so, and the sign-in begins once it can', async () => {
  const cloud = createAccountCloud('invitation');
  const each = await device(cloud);
  cloud.broken = 'Offline';
  expect(await each.engine.beginSignIn('cloud', {})).toMatchObject(refused('Offline'));
  cloud.broken = null;
  expect(await each.engine.signingIn()).toMatchObject({ ...asking('sign-in'), signUp: 'invitation' });
});

it('signed out elsewhere: the queue is kept, the form knows the address, and everything goes out afterwards', async () => {
  const cloud = createAccountCloud();
  const each = await signedInDevice(cloud);
  cloud.signOutEverywhere(EMAIL);
  await each.notes.create({ text: 'Written while signed out' });
  await until(async () => expect(await each.queries.status()).toMatchObject({ trouble: { kind: 'sign-in' } }));
  expect(await each.engine.account()).toMatchObject(refused('SignedOut'));
  expect(await each.queries.waiting()).toBe(1);
  expect(await each.engine.beginSignInAgain()).toMatchObject({ ...asking('sign-in'), email: EMAIL, again: true });
  await signIn(each);
  expect(await each.engine.found()).toEqual({ kind: 'known', account: EMAIL });
  await until(async () => expect(await each.queries.waiting()).toBe(0));
  await until(async () => expect(await each.queries.status()).toMatchObject({ trouble: null }));
  expect(await each.host.db.connections.toArray()).toMatchObject([{ state: 'connected', access: 'account' }]);
});

it('a password is changed only by somebody who knows the old one', async () => {
  const cloud = createAccountCloud();
  const each = await signedInDevice(cloud);
  const { engine } = each;
  const to = 'another password';
  expect(await engine.changeAccount({ change: 'password', from: 'a guess', to })).toMatchObject(
    refused('WrongPassword'),
  );
  expect(await engine.changeAccount({ change: 'password', from: PASSWORD, to: 'x' })).toMatchObject(
    refused('WeakPassword'),
  );
  expect(await engine.changeAccount({ change: 'password', from: PASSWORD, to })).toEqual({ kind: 'done' });
  const other = await device(cloud);
  await other.engine.beginSignIn('cloud', {});
  expect(await signIn(other)).toMatchObject(refused('WrongPassword'));
  expect(await signIn(other, to)).toEqual({ kind: 'signed-in' });
});

it('a second step is asked for from when it was proved until it is removed', async () => {
  const cloud = createAccountCloud();
  const each = await signedInDevice(cloud);
  const made = await each.engine.newTotp();
  if (made.kind !== 'totp') throw new Error(made.reason);
  expect(made.address).toContain(made.secret);
  expect(await each.engine.changeAccount({ change: 'prove-totp', code: '000000' })).toMatchObject(refused('WrongCode'));
  expect(await each.engine.account()).toEqual({ kind: 'account', email: EMAIL, totp: false });
  const code = `code of ${made.secret}`;
  expect(await each.engine.changeAccount({ change: 'prove-totp', code })).toEqual({ kind: 'done' });
  expect(await each.engine.account()).toMatchObject({ totp: true });

  const other = await device(cloud);
  await other.engine.beginSignIn('cloud', {});
  expect(await signIn(other)).toMatchObject(asking('totp'));
  expect(await other.engine.answerSignIn({ answer: 'totp', text: '000000' })).toMatchObject(refused('WrongCode'));
  expect(await other.engine.answerSignIn({ answer: 'totp', text: code })).toEqual({ kind: 'signed-in' });

  await each.engine.changeAccount({ change: 'remove-totp' });
  await other.engine.cancelConnect();
  await other.engine.beginSignIn('cloud', {});
  expect(await signIn(other)).toEqual({ kind: 'signed-in' });
});

it('signing out here forgets the login, also without a network, and keeps the notes', async () => {
  const cloud = createAccountCloud();
  const each = await signedInDevice(cloud);
  await each.notes.create({ text: 'Stays' });
  cloud.broken = 'Offline';
  expect(await each.engine.changeAccount({ change: 'sign-out', everywhere: true })).toMatchObject(refused('Offline'));
  expect(await each.queries.status()).not.toBeNull();
  expect(await each.engine.changeAccount({ change: 'sign-out', everywhere: false })).toEqual({ kind: 'done' });
  expect(await each.host.db.connections.toArray()).toEqual([]);
  expect(await titles(each)).toEqual(['Stays']);
  cloud.broken = null;
  await each.engine.beginSignIn('cloud', {});
  await signIn(each);
  expect(await each.engine.found()).toEqual({ kind: 'known', account: EMAIL });
});

it('signing out everywhere ends the logins of other devices', async () => {
  const cloud = createAccountCloud();
  const [one, two] = [await signedInDevice(cloud), await device(cloud)];
  await two.engine.beginSignIn('cloud', {});
  await signIn(two);
  await two.engine.found();
  await two.engine.unlock({ kind: 'passphrase', text: PASSPHRASE });
  two.follow();
  expect(await one.engine.changeAccount({ change: 'sign-out', everywhere: true })).toEqual({ kind: 'done' });
  await two.engine.syncNow();
  await until(async () => expect(await two.queries.status()).toMatchObject({ trouble: { kind: 'sign-in' } }));
});

it('an account is deleted with everything in it, and the notes stay on the device', async () => {
  const cloud = createAccountCloud();
  const each = await signedInDevice(cloud);
  await each.notes.create({ text: 'Stays' });
  await until(async () => expect(await each.queries.waiting()).toBe(0));
  const person = cloud.people.get(EMAIL);
  expect(person?.storage.used()).toBeGreaterThan(0);
  expect(await each.engine.changeAccount({ change: 'delete' })).toEqual({ kind: 'done' });
  expect(cloud.people.size).toBe(0);
  expect(person?.storage.used()).toBe(0);
  expect(await each.queries.status()).toBeNull();
  expect(await titles(each)).toEqual(['Stays']);
});
