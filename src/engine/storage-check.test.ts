import { once } from 'node:events';
import { afterEach, expect, it, vi } from 'vitest';
import type { DropboxEmulator } from '../../backends/dropbox/emulator/emulator.ts';
import { begin } from './check-row.ts';
import { connected } from './connections.ts';
import { createDevice, createStandIn, type Device } from './device.test-support.ts';
import { SESSION } from './host.ts';
import type { CheckShown } from './queries.ts';

const PASSPHRASE = 'correct horse battery staple';
const running: Device[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});

const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 20 });
const packsIn = (standIn: DropboxEmulator) => standIn.filePaths().filter((path) => path.includes('.p.'));

async function connectedDevice(standIn: DropboxEmulator, first: boolean): Promise<Device> {
  const each = await createDevice(standIn);
  running.push(each);
  await each.signIn();
  await each.engine.found();
  const opened = first
    ? each.engine.createVault({ passphrase: PASSPHRASE, words: await each.engine.newWords() })
    : each.engine.unlock({ kind: 'passphrase', text: PASSPHRASE });
  expect(await opened).toEqual({ kind: 'open' });
  return each;
}

/** A device whose notes are in the storage, each in a push of its own. */
async function syncedDevice(standIn: DropboxEmulator, ...texts: readonly string[]): Promise<Device> {
  const each = await connectedDevice(standIn, true);
  each.follow();
  for (const [index, text] of texts.entries()) {
    await each.notes.create({ text });
    await until(async () => expect(packsIn(standIn)).toHaveLength(index + 1));
  }
  await until(async () => expect(await each.queries.waiting()).toBe(0));
  await until(async () => expect(await each.queries.status()).toMatchObject({ phase: 'idle' }));
  return each;
}

async function shown(each: Device): Promise<CheckShown> {
  const check = await each.queries.storageCheck();
  if (!check) throw new Error('no storage is connected');
  return check;
}

const kinds = (check: CheckShown) => check.last?.report.findings.map((finding) => finding.kind).toSorted();

async function titles(each: Device): Promise<string[]> {
  return (await each.queries.notes({ kind: 'all' })).map((note) => note.title).toSorted();
}

it('a check tells what is wrong, a repair puts back what is here, and a fresh device then gets everything', async () => {
  const standIn = createStandIn();
  const laptop = await syncedDevice(standIn, 'First', 'Second');
  expect(await shown(laptop)).toEqual({ running: null, ended: null, last: null, repairable: false, lacking: [] });
  await laptop.engine.checkStorage({ full: false });
  expect(await shown(laptop)).toMatchObject({ running: null, ended: null, repairable: false, lacking: [] });
  expect(kinds(await shown(laptop))).toEqual([]);

  const [lost = '', cut = ''] = packsIn(standIn);
  standIn.removeFile(lost);
  standIn.removeFile(cut);
  await standIn.writeFile(cut, Uint8Array.of(1, 2, 3));
  await standIn.writeFile('/log/holiday.jpg', Uint8Array.of(1, 2, 3));
  await laptop.engine.checkStorage({ full: true });
  expect(kinds(await shown(laptop))).toEqual(['damaged', 'foreign', 'missing']);
  expect(await shown(laptop)).toMatchObject({ repairable: true, last: { repair: null, report: { full: true } } });
  expect((await shown(laptop)).lacking.map((note) => note.title).toSorted()).toEqual(['First', 'Second']);

  await laptop.engine.repairStorage();
  const repaired = await shown(laptop);
  expect(repaired.last?.repair?.repaired.map(({ outcome }) => outcome.kind)).toEqual(['put-back', 'put-back']);
  expect(repaired).toMatchObject({ running: null, ended: null, repairable: false });
  expect(standIn.filePaths()).toContain('/log/holiday.jpg');

  const phone = await connectedDevice(standIn, false);
  phone.follow();
  await until(async () => expect(await titles(phone)).toEqual(['First', 'Second']));
  // The laptop goes on syncing with what it knows now.
  await laptop.notes.create({ text: 'Third' });
  await until(async () => expect(await titles(phone)).toEqual(['First', 'Second', 'Third']));
});

it('a check waits for a sync to end, tells that it waits, and can be stopped by any window', async () => {
  const standIn = createStandIn();
  const laptop = await syncedDevice(standIn, 'Only');
  const sync = new AbortController();
  const syncing = laptop.host.withLock(SESSION, () => once(sync.signal, 'abort'));
  const checking = laptop.engine.checkStorage({ full: true });
  await until(async () =>
    expect((await shown(laptop)).running).toEqual({ task: 'full', step: { phase: 'waiting' }, stopping: false }),
  );
  const requests = standIn.requests.length;
  await laptop.engine.stopChecking();
  expect((await shown(laptop)).running).toMatchObject({ stopping: true });
  sync.abort();
  await Promise.all([syncing, checking]);
  expect(await shown(laptop)).toMatchObject({ running: null, ended: { kind: 'stopped' }, last: null });
  expect(standIn.requests.slice(requests).filter(({ route }) => route === 'files/download')).toEqual([]);
});

it('a check whose window was closed is told to be over by the engine that leads', async () => {
  const standIn = createStandIn();
  const laptop = await connectedDevice(standIn, true);
  await laptop.engine.checkStorage({ full: false });
  const row = await connected(laptop.host);
  await begin(laptop.host.db, row?.id ?? '', 'full');
  expect((await shown(laptop)).running).not.toBeNull();
  laptop.follow();
  await until(async () => expect(await shown(laptop)).toMatchObject({ running: null, ended: { kind: 'interrupted' } }));
  // What the one before found is still there to be read.
  expect(kinds(await shown(laptop))).toEqual([]);
});

it('a check that cannot reach the storage says why, and keeps what the last one found', async () => {
  const standIn = createStandIn();
  const laptop = await connectedDevice(standIn, true);
  await laptop.engine.checkStorage({ full: false });
  standIn.revokeTokens();
  await laptop.engine.checkStorage({ full: true });
  expect(await shown(laptop)).toMatchObject({
    running: null,
    ended: { kind: 'failed', trouble: { kind: 'sign-in' } },
    last: { report: { full: false } },
  });
});

it('V9 neither checks nor repairs what lies in another account', async () => {
  const standIn = createStandIn();
  const laptop = await connectedDevice(standIn, true);
  const row = await connected(laptop.host);
  await laptop.host.db.connections.update(row?.id ?? '', { accountId: 'somebody else' });
  for (const work of [() => laptop.engine.checkStorage({ full: false }), () => laptop.engine.repairStorage()]) {
    await work();
    expect((await shown(laptop)).last).toBeNull();
  }
  await laptop.engine.checkStorage({ full: false });
  expect((await shown(laptop)).ended).toMatchObject({ kind: 'failed', trouble: { kind: 'other-account' } });
});

it('nothing is told of a storage that was left', async () => {
  const standIn = createStandIn();
  const laptop = await connectedDevice(standIn, true);
  await laptop.engine.checkStorage({ full: false });
  await laptop.engine.disconnect();
  expect(await laptop.queries.storageCheck()).toBeNull();
  await laptop.engine.checkStorage({ full: false });
  expect(await laptop.host.db.status.toArray()).toEqual([]);
});
