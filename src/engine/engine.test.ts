import { afterEach, expect, it, vi } from 'vitest';
import type { DropboxEmulator } from '../../backends/dropbox/emulator/emulator.ts';
import type { NoteId } from '../notes/ids.ts';
import { setPinned, setTrashed } from '../notes/note.ts';
import type { ConnectionRow } from '../cache/database.ts';
import { look, unlock } from '../vault/connect.ts';
import type { VaultId } from '../vault/names.ts';
import { draft, openStorage } from './connections.ts';
import { createDevice, createStandIn, type Device } from './device.test-support.ts';

const PASSPHRASE = 'correct horse battery staple';
const running: Device[] = [];

async function device(standIn: DropboxEmulator): Promise<Device> {
  const made = await createDevice(standIn);
  running.push(made);
  return made;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});

const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 20 });

async function titles(each: Device): Promise<string[]> {
  return (await each.queries.notes({ kind: 'all' })).map((note) => note.title).toSorted();
}

async function textOf(each: Device, id: NoteId): Promise<string> {
  const open = await each.notes.open(id);
  if ('kind' in open) throw new Error(`not open: ${open.kind}`);
  const text = open.text.toJSON();
  await open.close();
  return text;
}

async function type(each: Device, id: NoteId, at: number, text: string): Promise<void> {
  const open = await each.notes.open(id);
  if ('kind' in open) throw new Error(`not open: ${open.kind}`);
  open.text.insert(at, text);
  await open.close();
}

async function connectFirst(each: Device): Promise<readonly string[]> {
  expect(await each.signIn()).toEqual({ kind: 'signed-in' });
  expect(await each.engine.found()).toMatchObject({ kind: 'empty', ownVault: false });
  const words = await each.engine.newWords();
  expect(await each.engine.createVault({ passphrase: PASSPHRASE, words })).toEqual({ kind: 'open' });
  each.follow();
  return words;
}

async function connectAnother(each: Device): Promise<void> {
  await each.signIn();
  expect(await each.engine.found()).toMatchObject({ kind: 'vault', otherVault: false });
  expect(await each.engine.unlock({ kind: 'passphrase', text: PASSPHRASE })).toEqual({ kind: 'open' });
  each.follow();
}

it('two devices with one Dropbox end up with every word, those written before connecting among them', async () => {
  const standIn = createStandIn();
  const [laptop, phone] = [await device(standIn), await device(standIn)];
  const shared = await laptop.notes.create({ text: 'Shopping\nbread', tags: ['home'] });
  await connectFirst(laptop);
  await phone.notes.create({ text: 'From the phone' });
  await connectAnother(phone);
  await until(async () => expect(await titles(phone)).toEqual(['From the phone', 'Shopping']));
  await until(async () => expect(await titles(laptop)).toEqual(['From the phone', 'Shopping']));

  await Promise.all([
    type(laptop, shared, 0, 'Laptop '),
    type(phone, shared, 14, ', milk'),
    phone.notes.setPinned(shared, true),
    laptop.notes.addTag(shared, 'food'),
  ]);
  for (const each of [laptop, phone]) {
    await until(async () => expect(await textOf(each, shared)).toBe('Laptop Shopping\nbread, milk'));
    await until(async () =>
      expect(await each.queries.note(shared)).toMatchObject({ pinned: true, tags: ['food', 'home'] }),
    );
  }
  await until(async () => expect(await laptop.queries.waiting()).toBe(0));
  expect(await laptop.queries.status()).toMatchObject({ label: 'Dropbox (test)', trouble: null });
});

it('a fresh device unlocks with the recovery words, whatever their case and spacing', async () => {
  const standIn = createStandIn();
  const laptop = await device(standIn);
  await laptop.notes.create({ text: 'Kept' });
  const words = await connectFirst(laptop);
  await until(async () => expect(await laptop.queries.waiting()).toBe(0));
  const fresh = await device(standIn);
  await fresh.signIn();
  await fresh.engine.found();
  expect(
    await fresh.engine.unlock({ kind: 'words', text: 'twelve words that are not of the list at all today' }),
  ).toEqual({ kind: 'not-words' });
  expect(await fresh.engine.unlock({ kind: 'words', text: ` ${words.join('\n').toUpperCase()} ` })).toEqual({
    kind: 'open',
  });
  fresh.follow();
  await until(async () => expect(await titles(fresh)).toEqual(['Kept']));
});

it('a wrong passphrase changes nothing, and the right one still opens', async () => {
  const standIn = createStandIn();
  await connectFirst(await device(standIn));
  const other = await device(standIn);
  await other.notes.create({ text: 'Mine' });
  await other.signIn();
  await other.engine.found();
  expect(await other.engine.unlock({ kind: 'passphrase', text: 'wrong' })).toEqual({ kind: 'wrong-secret' });
  expect(await titles(other)).toEqual(['Mine']);
  expect(await other.queries.status()).toBeNull();
  expect(await other.engine.unlock({ kind: 'passphrase', text: PASSPHRASE })).toEqual({ kind: 'open' });
});

it('a person who says no at the consent page is back where they were', async () => {
  const each = await device(createStandIn());
  expect(await each.signIn('cancel')).toEqual({ kind: 'declined' });
  expect(await each.engine.found()).toBeNull();
});

it('a revoked sign-in is told, and the waiting edits go out after signing in again', async () => {
  const standIn = createStandIn();
  const each = await device(standIn);
  await connectFirst(each);
  await until(async () => expect((await each.queries.status())?.lastSynced).not.toBeNull());
  standIn.revokeTokens();
  const id = await each.notes.create({ text: 'Written while signed out' });
  await until(async () =>
    expect(await each.queries.status()).toMatchObject({ phase: 'paused', trouble: { kind: 'sign-in' } }),
  );
  expect(await each.queries.waiting()).toBe(1);
  expect(await each.queries.waitingNotes(5)).toEqual([{ id, title: 'Written while signed out' }]);
  await each.signIn();
  expect(await each.engine.found()).toMatchObject({ kind: 'known' });
  await until(async () => expect(await each.queries.waiting()).toBe(0));
  await until(async () => expect(await each.queries.status()).toMatchObject({ trouble: null }));
});

it('signing in to another account sends nothing there', async () => {
  const standIn = createStandIn();
  const each = await device(standIn);
  await connectFirst(each);
  await each.notes.create({ text: 'For my own account only' });
  await until(async () => expect(await each.queries.waiting()).toBe(0));
  const other = standIn.accounts()[1]?.id as string;
  await each.signIn('allow', other);
  expect(await each.engine.found()).toMatchObject({ kind: 'empty', ownVault: true });
  expect(standIn.filePaths(other)).toEqual([]);
  await each.engine.cancelConnect();
  expect(await each.queries.status()).toMatchObject({ label: 'Dropbox (test)' });
  expect(standIn.filePaths(other)).toEqual([]);
});

it('a full storage is told in words, and nothing is lost once there is room', async () => {
  const standIn = createStandIn();
  const each = await device(standIn);
  await connectFirst(each);
  await until(async () => expect((await each.queries.status())?.lastSynced).not.toBeNull());
  standIn.setQuota(0);
  await each.notes.create({ text: 'One too many' });
  await until(async () => expect(await each.queries.status()).toMatchObject({ trouble: { kind: 'quota' } }));
  expect(await titles(each)).toEqual(['One too many']);
  standIn.setQuota(1_000_000);
  await until(async () => expect(await each.queries.waiting()).toBe(0));
});

it('disconnecting keeps the notes here and the vault there, and connecting again needs no passphrase', async () => {
  const standIn = createStandIn();
  const each = await device(standIn);
  await each.notes.create({ text: 'Stays' });
  await connectFirst(each);
  await until(async () => expect(await each.queries.waiting()).toBe(0));
  const there = standIn.filePaths();
  await each.engine.disconnect();
  expect(await each.queries.status()).toBeNull();
  expect(await titles(each)).toEqual(['Stays']);
  expect(standIn.filePaths()).toEqual(there);
  await each.notes.create({ text: 'Written in between' });
  await each.signIn();
  expect(await each.engine.found()).toMatchObject({ kind: 'known' });
  await until(async () => expect(await each.queries.waiting()).toBe(0));
  const fresh = await device(standIn);
  await connectAnother(fresh);
  await until(async () => expect(await titles(fresh)).toEqual(['Stays', 'Written in between']));
});

it('an emptied storage stops everything, deletes nothing, and is filled again only when the person says so', async () => {
  const standIn = createStandIn();
  const each = await device(standIn);
  await each.notes.create({ text: 'Precious' });
  await connectFirst(each);
  await until(async () => expect(await each.queries.waiting()).toBe(0));
  for (const path of standIn.filePaths()) standIn.removeFile(path);
  await each.engine.syncNow();
  await until(async () => expect(await each.queries.status()).toMatchObject({ trouble: { kind: 'emptied' } }));
  await each.notes.create({ text: 'Written after' });
  await each.engine.syncNow();
  await until(async () => expect(await each.queries.waiting()).toBe(1));
  expect(standIn.filePaths()).toEqual([]);
  expect(await titles(each)).toEqual(['Precious', 'Written after']);
  await each.engine.putBack();
  await until(async () => expect(await each.queries.waiting()).toBe(0));
  const fresh = await device(standIn);
  await connectAnother(fresh);
  await until(async () => expect(await titles(fresh)).toEqual(['Precious', 'Written after']));
});

it('sample notes stay here until somebody changes one, and then travel whole', async () => {
  const standIn = createStandIn();
  const each = await device(standIn);
  const { sampleNotes } = await import('../notes/samples.ts');
  const { applyIncoming, CHANGING } = await import('../vault/documents.ts');
  await each.host.state.write(CHANGING, (tx) =>
    applyIncoming(
      tx,
      sampleNotes().map(({ id, update }) => ({ id, doc: id, kind: 0, bytes: update as Uint8Array<ArrayBuffer> })),
    ),
  );
  await connectFirst(each);
  const [sample] = await each.queries.notes({ kind: 'all' });
  if (!sample) throw new Error('no sample');
  expect(sample.sample).toBe(true);
  await type(each, sample.id, 0, 'My own ');
  await until(async () => expect(await each.queries.waiting()).toBe(0));
  const fresh = await device(standIn);
  await connectAnother(fresh);
  // The other examples were left alone, and stay where they were made.
  await until(async () => expect(await titles(fresh)).toHaveLength(1));
  expect(await textOf(fresh, sample.id)).toBe(await textOf(each, sample.id));
});

it('properties of a note that is open are changed in the open document', async () => {
  const each = await device(createStandIn());
  const id = await each.notes.create({ text: 'Open' });
  const open = await each.notes.open(id);
  if ('kind' in open) throw new Error('not open');
  open.text.insert(4, ' note');
  await each.documents.edit(id, (doc) => setPinned(doc, true));
  await each.documents.edit(id, (doc) => setTrashed(doc, 5));
  await open.close();
  expect(await each.queries.notes({ kind: 'trash' })).toMatchObject([
    { id, title: 'Open note', pinned: true, trashedAt: 5 },
  ]);
});

it('coming again to a storage that lost its packs meanwhile sends everything once more', async () => {
  const standIn = createStandIn();
  const each = await device(standIn);
  await each.notes.create({ text: 'Precious' });
  await connectFirst(each);
  await until(async () => expect(await each.queries.waiting()).toBe(0));
  await each.engine.disconnect();
  for (const path of standIn.filePaths()) if (path.includes('.p.')) standIn.removeFile(path);
  await each.signIn();
  expect(await each.engine.found()).toMatchObject({ kind: 'known' });
  const fresh = await device(standIn);
  await connectAnother(fresh);
  await until(async () => expect(await titles(fresh)).toEqual(['Precious']));
});

it('a tab that died while it joined another vault has sent nothing of it to the storage it was leaving', async () => {
  const standIn = createStandIn();
  const other = standIn.accounts()[1]?.id as string;
  const each = await device(standIn);
  await each.notes.create({ text: 'Mine' });
  await connectFirst(each);
  await until(async () => expect(await each.queries.waiting()).toBe(0));
  const host = await device(standIn);
  await host.signIn('allow', other);
  await host.engine.found();
  expect(await host.engine.createVault({ passphrase: PASSPHRASE, words: await host.engine.newWords() })).toEqual({
    kind: 'open',
  });
  await each.signIn('allow', other);
  expect(await each.engine.found()).toMatchObject({ kind: 'vault', otherVault: true });
  const row = (await draft(each.host)) as ConnectionRow;
  const place = {
    state: each.host.state,
    storage: await openStorage(each.host, row, 1),
    storageId: row.id,
    deps: each.host.vault,
  };
  const [there] = await look(place);
  const before = standIn.filePaths();
  await unlock(place, there?.id as VaultId, { kind: 'passphrase', passphrase: PASSPHRASE });
  // Here the tab dies: the storage that is in use is still the old one.
  await each.engine.syncNow();
  await until(async () => expect(await each.queries.status()).toMatchObject({ trouble: { kind: 'half-connected' } }));
  expect(standIn.filePaths()).toEqual(before);
  expect(await each.engine.found()).toMatchObject({ kind: 'known' });
  host.follow();
  await until(async () => expect(await titles(host)).toEqual(['Mine']));
});

it('packs that were sealed for a storage which is no longer known are sealed anew for the next', async () => {
  const standIn = createStandIn();
  const each = await device(standIn);
  const doc = await each.notes.create({ text: 'Sealed and stranded' });
  await connectFirst(each);
  await until(async () => expect(await each.queries.waiting()).toBe(0));
  await each.stop();
  const row = {
    id: 'gone 000000000009',
    storage: 'gone',
    sequence: 9,
    name: `log/${'0'.repeat(32)}.p.${'0'.repeat(64)}`,
  };
  await each.host.db.uploads.put({
    ...row,
    element: `${'0'.repeat(32)}/9/${'0'.repeat(16)}`,
    bytes: new Uint8Array(1),
    docs: [doc],
    bare: [],
  });
  const there = standIn.filePaths().length;
  each.follow();
  await until(async () => expect(standIn.filePaths()).toHaveLength(there + 1));
  await until(async () => expect(await each.queries.waiting()).toBe(0));
});
