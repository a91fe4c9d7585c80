import { afterEach, expect, it, vi } from 'vitest';
import { type DropboxEmulator, dropboxEndpoints } from '../../backends/dropbox/emulator/emulator.ts';
import { readMeta } from '../vault/state.ts';
import { createDevice, createStandIn, type Device } from './device.test-support.ts';

const PASSPHRASE = 'correct horse battery staple';
const running: Device[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});

async function device(standIn: DropboxEmulator): Promise<Device> {
  const made = await createDevice(standIn);
  running.push(made);
  return made;
}

const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 20 });

async function titles(each: Device): Promise<string[]> {
  return (await each.queries.notes({ kind: 'all' })).map((note) => note.title).toSorted();
}

async function makeVault(each: Device): Promise<void> {
  await each.signIn();
  expect(await each.engine.found()).toMatchObject({ kind: 'empty' });
  const words = await each.engine.newWords();
  expect(await each.engine.createVault({ passphrase: PASSPHRASE, words })).toEqual({ kind: 'open' });
}

async function join(each: Device): Promise<void> {
  await each.signIn();
  expect(await each.engine.found()).toMatchObject({ kind: 'vault' });
  expect(await each.engine.unlock({ kind: 'passphrase', text: PASSPHRASE })).toEqual({ kind: 'open' });
  each.follow();
}

const sent = (each: Device) =>
  until(async () => {
    await each.engine.syncNow();
    expect(await each.queries.waiting()).toBe(0);
    expect((await each.queries.status())?.trouble).toBe(null);
  });
const trouble = (each: Device, expected: unknown) =>
  until(async () => {
    await each.engine.syncNow();
    expect((await each.queries.status())?.trouble).toMatchObject(expected as object);
  });

it('V27 a vault that was deleted stops every device, in words, and goes on once one of them puts it back', async () => {
  const standIn = createStandIn();
  const [one, two] = [await device(standIn), await device(standIn)];
  await one.notes.create({ text: 'Kept' });
  await makeVault(one);
  one.follow();
  await sent(one);
  await join(two);
  await until(async () => expect(await titles(two)).toEqual(['Kept']));

  await one.engine.checkStorage({ full: false });
  expect((await one.queries.storageCheck())?.last).not.toBeNull();
  expect(await one.engine.deleteVault()).toEqual({ kind: 'done' });
  // It isn't any more as the check found it.
  expect((await one.queries.storageCheck())?.last).toBeNull();
  for (const each of [one, two]) await trouble(each, { kind: 'closed', left: 0 });
  await two.notes.create({ text: 'Written meanwhile' });
  await two.engine.syncNow();
  await until(async () => expect(await two.queries.waiting()).toBe(1));
  expect(standIn.filePaths().filter((path) => path.includes('.p.'))).toHaveLength(1);
  expect(await titles(two)).toEqual(['Kept', 'Written meanwhile']);

  expect(await two.engine.putBack()).toEqual({ kind: 'done' });
  await sent(two);
  await sent(one);
  await until(async () => expect(await titles(one)).toEqual(['Kept', 'Written meanwhile']));
  const fresh = await device(standIn);
  await join(fresh);
  await until(async () => expect(await titles(fresh)).toEqual(['Kept', 'Written meanwhile']));
});

it('V9 nothing is deleted, put back or left while another account is signed in', async () => {
  const standIn = createStandIn();
  const each = await device(standIn);
  await makeVault(each);
  const before = standIn.filePaths();
  const [row] = await each.host.db.connections.toArray();
  await each.host.db.connections.update(row?.id ?? '', { accountId: 'somebody else' });
  for (const decide of [
    () => each.engine.deleteVault(),
    () => each.engine.putBack(),
    () => each.engine.removeOther(),
    () => each.engine.unlockOther({ kind: 'passphrase', text: PASSPHRASE }),
  ])
    expect(await decide()).toMatchObject({ kind: 'trouble', trouble: { kind: 'other-account' } });
  expect(standIn.filePaths()).toEqual(before);
});

async function read(standIn: DropboxEmulator, path: string): Promise<Uint8Array> {
  const answer = await standIn.fetch(
    new Request(`${dropboxEndpoints('http://dropbox.test').content}/2/files/download`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${standIn.signIn().accessToken}`,
        'Dropbox-API-Arg': JSON.stringify({ path }),
      },
    }),
  );
  return new Uint8Array(await answer.arrayBuffer());
}

const vaults = async (each: Device) => (await each.queries.status())?.vaults;

const vaultOf = async (each: Device) =>
  (await each.host.state.read(['meta'], (tx) => readMeta(tx, 'vault')))?.id as string;

it('V29 of two vaults in one place the device of the other one is told, goes over with all it has, and may remove it', async () => {
  const standIn = createStandIn();
  const [one, two] = [await device(standIn), await device(standIn)];
  await one.notes.create({ text: 'One' });
  await two.notes.create({ text: 'Two' });
  await makeVault(one);
  // The other one makes its vault before it can see the first.
  const files = await Promise.all(
    standIn.filePaths().map(async (path): Promise<[string, Uint8Array]> => [path, await read(standIn, path)]),
  );
  for (const [path] of files) standIn.removeFile(path);
  await makeVault(two);
  for (const [path, bytes] of files) await standIn.writeFile(path, bytes);
  const [winner, loser] = (await vaultOf(one)) < (await vaultOf(two)) ? [one, two] : [two, one];
  for (const each of [winner, loser]) each.follow();
  await sent(winner);
  await sent(loser);
  await until(async () => expect(await vaults(loser)).toEqual({ counts: true, left: null }));
  expect(await vaults(winner)).toEqual({ counts: false, left: null });

  expect(await loser.engine.unlockOther({ kind: 'passphrase', text: 'a guess' })).toEqual({ kind: 'wrong-secret' });
  expect(await loser.engine.unlockOther({ kind: 'words', text: 'no words' })).toEqual({ kind: 'not-words' });
  expect(await loser.engine.unlockOther({ kind: 'passphrase', text: PASSPHRASE })).toEqual({ kind: 'open' });
  await sent(loser);
  await until(async () => {
    await winner.engine.syncNow();
    expect(await titles(winner)).toEqual(['One', 'Two']);
  });
  await until(async () => {
    await loser.engine.syncNow();
    expect(await vaults(loser)).toEqual({ counts: false, left: 'ready' });
  });
  expect(await loser.engine.removeOther()).toEqual({ kind: 'done' });
  await sent(loser);
  await until(async () => expect(await vaults(loser)).toEqual({ counts: false, left: null }));
  await sent(winner);
  const fresh = await device(standIn);
  await join(fresh);
  await until(async () => expect(await titles(fresh)).toEqual(['One', 'Two']));
});
