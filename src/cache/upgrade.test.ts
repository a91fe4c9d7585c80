/** A local database as the first release left it, opened by this program: nothing on the device is lost, and it syncs on. */
import { Dexie, type DexieOptions } from 'dexie';
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { expect, test } from 'vitest';
import { counting } from '../../backends/counting.ts';
import { StorageError } from '../../backends/storage.ts';
import type { NoteId } from '../notes/ids.ts';
import { setTrashed } from '../notes/note.ts';
import { WHOLE } from '../vault/applying.ts';
import { loadDocs } from '../vault/documents.ts';
import { between, createWorld, type Device, note } from '../vault/examples/devices.ts';
import { createSession } from '../vault/session.ts';
import type { PackRow, State, TableName } from '../vault/state.ts';
import { textOf } from '../notes/note.ts';
import { createDatabase, DatabaseError, openDatabase } from './database.ts';
import { createDexieState } from './dexie-state.ts';

/** The schema of version 1, and the fields that its rows had. Never to be changed. */
const VERSION_1 = {
  notes: 'id, modified',
  bodies: '++n, doc',
  outbox: '++n, doc',
  packs: 'id, state, storage',
  pending: 'id, pack, doc',
  uploads: 'id, storage',
  applied: 'element, stated',
  missing: 'element',
  aside: 'id, pack',
  slots: 'id, storage',
  gaps: 'doc',
  meta: 'key',
  connections: 'id',
  status: 'id',
  local: 'key',
} as const;
const FIELDS: Partial<Record<TableName, readonly string[]>> = {
  notes: [
    'id',
    'title',
    'excerpt',
    'tags',
    'notebook',
    'pinned',
    'trashedAt',
    'created',
    'modified',
    'tasks',
    'here',
    'sample',
  ],
  bodies: ['n', 'doc', 'bytes'],
  outbox: ['n', 'doc', 'bytes'],
  packs: ['id', 'storage', 'name', 'size', 'time', 'state', 'present', 'covers', 'body'],
  pending: ['id', 'pack', 'doc', 'kind', 'block', 'index'],
  uploads: ['id', 'storage', 'sequence', 'name', 'element', 'bytes', 'docs'],
  applied: ['element', 'stated'],
  missing: ['element', 'since'],
  aside: ['id', 'pack', 'doc', 'kind', 'bytes', 'reason'],
  slots: ['id', 'storage', 'name', 'vault', 'time', 'present', 'bytes'],
  gaps: ['doc', 'asked'],
  meta: ['key', 'value'],
};
/** Values that version 1 kept by name. */
const META = /^(vault|device|(listing|alarm|home|reconcile) .*)$/;

type Rows = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

/** What a device would have kept under version 1. */
async function asInVersion1(device: Device): Promise<Rows> {
  const tables: Record<string, Record<string, unknown>[]> = {};
  for (const [name, fields] of Object.entries(FIELDS)) {
    const rows = (await device.rows(name as TableName)) as unknown as Record<string, unknown>[];
    tables[name] = rows
      .filter((row) => name !== 'meta' || META.test(row['key'] as string))
      .map((row) => Object.fromEntries(fields.map((field) => [field, row[field]])));
  }
  return tables;
}

async function keep(options: DexieOptions, tables: Rows): Promise<void> {
  const db = new Dexie('test', options);
  db.version(1).stores(VERSION_1);
  await db.open();
  for (const [name, rows] of Object.entries(tables)) await db.table(name).bulkPut([...rows]);
  await db.table('connections').put({ id: 'here', state: 'connected', kind: 'memory' });
  await db.table('local').put({ key: 'samples', value: true });
  db.close();
}

const inMemory = (): DexieOptions => ({ indexedDB: new IDBFactory(), IDBKeyRange });

async function textsIn(state: State): Promise<Record<NoteId, string>> {
  return state.read(['notes', 'bodies'], async (tx) => {
    const ids = (await tx.notes.list()).filter((row) => row.here).map((row) => row.id);
    const docs = await loadDocs(tx, ids);
    return Object.fromEntries(ids.map((id) => [id, textOf(docs.get(id)?.doc as never).toJSON()]));
  });
}

const LARGE = 40;

/** A device with a bit of everything: what it read, what it is reading, what it is sending, what waits. */
async function olderDevice() {
  const world = createWorld(1);
  const [phone, laptop] = [world.device(), world.device()];
  // Text that hardly compresses, so that the first pack is fetched head first.
  const line = () => Array.from({ length: 1500 }, () => world.random().toString(36).slice(2)).join(' ');
  for (let number = 1; number <= LARGE; number++) await laptop.write(note(number), line());
  await laptop.createVault();
  await laptop.sync();
  world.time += 60_000;
  await phone.join();
  await phone.sync();
  await phone.edit(note(1), (doc) => setTrashed(doc, world.time));
  await phone.sync();
  for (let number = 50; number < 53; number++) {
    await laptop.write(note(number), 'by the laptop');
    await laptop.sync();
    await phone.sync();
  }
  // One pack has been sealed and never arrived, one edit waits.
  await phone.write(note(60), 'on its way');
  const mend = between(phone, () => ({
    put: () => Promise.reject(new StorageError('Unavailable', 'no network')),
  }));
  await expect(phone.sync()).rejects.toThrow('no network');
  mend();
  await phone.write(note(61), 'waits');
  return { world, phone, laptop, line };
}

async function opened(options: DexieOptions) {
  const db = createDatabase('test', options);
  await openDatabase(db);
  return { db, state: createDexieState(db) };
}

test('V36 a database of version 1 keeps every note, every edit that waits and every pack on its way', async () => {
  const { phone } = await olderDevice();
  const before = await asInVersion1(phone);
  expect(before['uploads']).toHaveLength(1);
  expect(before['outbox']).toHaveLength(1);
  const options = inMemory();
  await keep(options, before);
  const { db, state } = await opened(options);
  expect(await textsIn(state)).toEqual(await phone.texts());
  for (const name of ['notes', 'bodies', 'outbox', 'uploads', 'applied', 'slots', 'meta', 'pending'] as const) {
    const rows: Record<string, unknown>[] = await db.table(name).toArray();
    const kept = rows.map((row) => Object.fromEntries((FIELDS[name] ?? []).map((field) => [field, row[field]])));
    expect([name, kept]).toEqual([name, before[name]]);
  }
  // A row is as one that this program writes, with nothing left out.
  for (const name of ['notes', 'packs', 'uploads'] as const) {
    const [row] = await db.table(name).toArray();
    const [fresh] = await phone.rows(name);
    expect(Object.keys(row as object).sort()).toEqual(Object.keys(fresh as object).sort());
  }
  expect(await db.connections.toArray()).toMatchObject([{ id: 'here', state: 'connected' }]);
  expect(await db.local.get('samples')).toEqual({ key: 'samples', value: true });
});

test('a device of version 1 reads its packs once more, without what it has, and syncs on', async () => {
  const { world, phone, laptop } = await olderDevice();
  const options = inMemory();
  await keep(options, await asInVersion1(phone));
  const { state } = await opened(options);
  const counted = counting(phone.place.storage);
  const session = createSession({ ...phone.place, state, storage: counted.storage }, phone.account);
  world.time += 60_000;
  expect(await session.sync()).toMatchObject({ sent: 2, alarm: null, tooLarge: [] });
  const packs = await state.read(['packs'], (tx) => tx.packs.list());
  const [large] = packs.toSorted((a, b) => b.size - a.size) as [PackRow];
  expect(large.size).toBeGreaterThan(WHOLE);
  // One request for each pack that was there. Of the large one its beginning.
  const there = packs.filter((row) => row.put === null);
  const atMost = there.reduce((sum, row) => sum + Math.min(row.size, WHOLE), 0);
  expect(counted.counts()).toMatchObject({ get: there.length, put: 2 });
  expect(counted.counts().bytesIn).toBeLessThanOrEqual(atMost);
  expect(new Set(packs.map((row) => row.state))).toEqual(new Set(['applied']));
  expect(packs.every((row) => row.writer !== null && row.covers.length > 0)).toBe(true);
  const contents = await state.read(['contents'], (tx) => tx.contents.list());
  expect(contents.map((row) => row.id)).toEqual(packs.map((row) => row.id));
  expect(await state.read(['outbox'], (tx) => tx.outbox.list())).toEqual([]);

  counted.reset();
  await session.sync();
  expect(counted.counts()).toMatchObject({ get: 0, put: 0 });
  await laptop.sync();
  expect(await laptop.texts()).toEqual(await textsIn(state));
  await laptop.write(note(70), 'after the update');
  await laptop.sync();
  await session.sync();
  expect(await textsIn(state)).toEqual(await laptop.texts());
});

test('a device of version 1 that was still reading a pack goes on', async () => {
  const { world, phone, laptop, line } = await olderDevice();
  for (let number = 80; number < 80 + LARGE; number++) await laptop.write(note(number), line());
  await laptop.sync();
  let calls = 0;
  const mend = between(phone, (storage) => ({
    get: (name, range, signal) =>
      ++calls > 1 ? Promise.reject(new StorageError('Unavailable', 'gone')) : storage.get(name, range, signal),
  }));
  await expect(phone.sync()).rejects.toThrow('gone');
  mend();
  const before = await asInVersion1(phone);
  expect(before['packs']).toContainEqual(expect.objectContaining({ state: 'indexed' }));
  const options = inMemory();
  await keep(options, before);
  const { state } = await opened(options);
  const session = createSession({ ...phone.place, state }, phone.account);
  world.time += 60_000;
  await session.sync();
  await laptop.sync();
  expect(await textsIn(state)).toEqual(await laptop.texts());
  const packs = await state.read(['packs'], (tx) => tx.packs.list());
  const contents = await state.read(['contents'], (tx) => tx.contents.list());
  expect(contents.map((row) => row.id)).toEqual(packs.map((row) => row.id));
  expect(await state.read(['pending'], (tx) => tx.pending.list())).toEqual([]);
});

test('a pack that had gone from the storage stays remembered as it was', async () => {
  const { world, phone } = await olderDevice();
  const [lost] = world.names('p');
  world.provider.lose([lost as never]);
  world.time += 7 * 3_600_000;
  await phone.sync();
  const options = inMemory();
  await keep(options, await asInVersion1(phone));
  const { state } = await opened(options);
  const rows = await state.read(['packs'], (tx) => tx.packs.list());
  expect(rows.filter((row) => !row.present).map(({ name, state: of }) => [name, of])).toEqual([[lost, 'applied']]);
});

test('V4 a database of a newer program is left alone, and said to be newer', async () => {
  const options = inMemory();
  const newer = new Dexie('test', options);
  const { db: current } = await opened(inMemory());
  const tables = current.tables.map(({ name, schema }) => [
    name,
    [schema.primKey, ...schema.indexes].map(({ src }) => src).join(', '),
  ]);
  newer.version(99).stores({ ...Object.fromEntries(tables), dreams: 'id' });
  await newer.open();
  await newer.table('dreams').put({ id: 1 });
  newer.close();
  const db = createDatabase('test', options);
  const failed = await openDatabase(db).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(DatabaseError);
  expect(failed).toMatchObject({ kind: 'newer' });
  await newer.open();
  expect(await newer.table('dreams').count()).toBe(1);
});
