import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { MAX_OBJECT_BYTES, type ObjectName, StorageError } from '../../backends/storage.ts';
import { seededRandom } from '../../backends/seeded-random.ts';
import { bytesOf, hexOf, LIBRARY } from '../notes/ids.ts';
import { createNotebook } from '../notes/library.ts';
import { snapshotDigestInput } from '../notes/merge.ts';
import { addTag, textOf } from '../notes/note.ts';
import type { NotebookId } from '../notes/ids.ts';
import { partsOf } from './coverage.ts';
import type { Bytes } from './crypto.ts';
import { loadDocs } from './documents.ts';
import { between, createWorld, type Device, note, type World } from './examples/devices.ts';
import { STATE, UPDATE } from './entry-kinds.ts';
import { nameOf, parseName, type VaultId } from './names.ts';
import { type PackHead, packCipher, readBody, bodyRange, readPack } from './pack.ts';

const random = seededRandom(13);
const noise = (length: number) =>
  Array.from({ length }, () => String.fromCharCode(0x4e00 + Math.floor(random() * 20_000))).join('');

const id = (number: number) => hexOf(bytesOf(note(number))) as NotebookId;

async function connected(world: World): Promise<Device> {
  const device = world.device();
  await device.createVault();
  return device;
}

/** Heads of the packs in the storage, by sequence. */
async function heads(world: World, device: Device): Promise<(PackHead & { name: ObjectName })[]> {
  const ctx = await device.context();
  const all: (PackHead & { name: ObjectName })[] = [];
  for (const name of world.names('p')) {
    const head = await readPack(ctx.deps, ctx.ring, ctx.vault, world.bytesOf(name));
    if ('needs' in head) throw new Error('cut');
    all.push({ ...head, name });
  }
  return all.sort((a, b) => a.manifest.sequence - b.manifest.sequence);
}

async function payloadsOf(world: World, device: Device, head: PackHead & { name: ObjectName }): Promise<Bytes[]> {
  const ctx = await device.context();
  const cipher = await packCipher(ctx.deps, ctx.ring, head.header);
  return Promise.all(
    head.rows.map(async ({ block, index }) => {
      const { start, end } = bodyRange(head.header, block);
      const key = { header: head.header, inflated: head.manifest.inflated };
      return (await readBody(ctx.deps, cipher, key, block, world.bytesOf(head.name).subarray(start, end)))[
        index
      ] as Bytes;
    }),
  );
}

test('V5 one push is one object, whether one note changed or two hundred', async () => {
  const world = createWorld();
  const device = await connected(world);
  await device.sync();
  for (let number = 1; number <= 200; number++) await device.write(note(number), `note ${number}`);
  device.resetCounts();
  expect(await device.session.push()).toMatchObject({ sent: 1 });
  expect(device.counts()).toMatchObject({ put: 1, total: 1 });
  await device.write(note(3), ' again');
  expect(await device.session.push()).toMatchObject({ sent: 1 });
  expect((await heads(world, device)).map(({ manifest }) => [manifest.sequence, manifest.entries])).toEqual([
    [1, 200],
    [2, 1],
  ]);
});

test('V5 nothing is sent when nothing waits', async () => {
  const world = createWorld();
  const device = await connected(world);
  expect(await device.sync()).toMatchObject({ sent: 0 });
  expect([world.names('p'), await device.rows('uploads')]).toEqual([[], []]);
  // The device id is drawn at the first push, not before.
  expect((await device.rows('meta')).some(({ key }) => key === 'device')).toBe(false);
});

test.each([
  ['never arrived', 'before'],
  ['arrived, and the answer was lost', 'after'],
])('V5 a push that %s is sent again as the same bytes under the same name', async (_, when) => {
  const world = createWorld();
  const device = await connected(world);
  await device.sync();
  await device.write(note(1), 'text');
  const tries: [ObjectName, string][] = [];
  const heal = between(device, (storage) => ({
    async put(name, bytes, signal) {
      tries.push([name, hexOf(bytes)]);
      if (when === 'after') await storage.put(name, bytes, signal);
      throw new StorageError('Unavailable', 'gone');
    },
  }));
  await expect(device.session.push()).rejects.toThrow('gone');
  expect(await device.rows('outbox')).toEqual([]);
  const [waiting] = await device.rows('uploads');
  await expect(device.session.push()).rejects.toThrow('gone');
  heal();
  // The edit that was made meanwhile is a push of its own, behind the first.
  await device.write(note(2), 'later');
  expect(await device.restart().sync()).toMatchObject({ sent: 2 });
  expect(new Set(tries.map((each) => each.join(' '))).size).toBe(1);
  expect(world.bytesOf(waiting?.name as ObjectName)).toEqual(waiting?.bytes);
  expect((await heads(world, device)).map(({ manifest }) => manifest.sequence)).toEqual([1, 2]);
  expect(await device.rows('uploads')).toEqual([]);
});

test('V5 a device sends in order: nothing overtakes a push that fails', async () => {
  const world = createWorld();
  const device = await connected(world);
  await device.sync();
  const failing = between(device, () => ({
    async put() {
      throw new StorageError('Unavailable', 'gone');
    },
  }));
  for (const number of [1, 2]) {
    await device.write(note(number), 'text');
    await expect(device.session.push()).rejects.toThrow('gone');
  }
  failing();
  const order: number[] = [];
  const waiting = await device.rows('uploads');
  between(device, (storage) => ({
    async put(name, bytes, signal) {
      order.push(waiting.find((row) => row.name === name)?.sequence ?? 0);
      await storage.put(name, bytes, signal);
    },
  }));
  await device.session.push();
  expect(order).toEqual([1, 2]);
});

test('V5 somebody who goes on typing while a push is on its way isn’t followed word by word', async () => {
  const world = createWorld();
  const device = await connected(world);
  await device.sync();
  let typed = 1;
  await device.write(note(1), 'word 1');
  const before = world.names('p').length;
  between(device, (storage) => ({
    async put(name, bytes, signal) {
      if (typed < 20) await device.write(note(1), `word ${++typed}`);
      await storage.put(name, bytes, signal);
    },
  }));
  expect(await device.session.push()).toMatchObject({ sent: 1 });
  expect(world.names('p').length - before).toBe(1);
  expect(await device.rows('outbox')).toHaveLength(1);
  await device.session.push();
  expect(world.names('p').length - before).toBe(2);
});

test('V5 an edit is in the outbox, or in a sealed pack that waits, or in the storage, whenever the power goes', async () => {
  for (let stop = 1; stop < 12; stop++) {
    const world = createWorld(stop);
    const device = await connected(world);
    await device.write(note(1), 'kept');
    const { state } = device.place;
    const before = { ...state };
    let writes = 0;
    state.write = (tables, body) => {
      if (++writes === stop) throw new Error('the power went');
      return before.write(tables, body);
    };
    await device.sync().catch(() => undefined);
    Object.assign(state, before);
    const inStorage = (await heads(world, device)).length > 0;
    const held = (await device.rows('outbox')).length + (await device.rows('uploads')).length;
    expect([stop, inStorage || held > 0]).toEqual([stop, true]);
    await device.restart().sync();
    const fresh = world.device();
    await fresh.join();
    await fresh.sync();
    expect(await fresh.texts()).toEqual({ [note(1)]: 'kept' });
    // Nothing was sealed twice, and no number used twice.
    expect((await heads(world, device)).map(({ manifest }) => manifest.sequence)).toEqual([1]);
  }
});

test('V6 what is pushed is the edit itself, and no more', async () => {
  const world = createWorld();
  const device = await connected(world);
  await device.write(note(1), 'a long text that is deleted again. '.repeat(200));
  await device.sync();
  await device.edit(note(1), (doc) => textOf(doc).delete(0, 7000));
  await device.write(note(1), 'x');
  await device.session.push();
  await device.write(note(1), 'y');
  const [waiting] = await device.rows('outbox');
  await device.session.push();
  const all = await heads(world, device);
  expect(all.map(({ rows }) => rows[0]?.kind)).toEqual([UPDATE, UPDATE, UPDATE]);
  const [payload] = await payloadsOf(world, device, all[2] as (typeof all)[0]);
  expect(payload).toEqual(waiting?.bytes);
  expect(payload?.length).toBeLessThan(40);
});

test('V6 several edits of one note are one entry', async () => {
  const world = createWorld();
  const device = await connected(world);
  for (const letter of ['a', 'b', 'c']) await device.write(note(1), letter);
  await device.sync();
  const [head] = await heads(world, device);
  expect(head?.rows).toHaveLength(1);
  const doc = new Y.Doc();
  Y.applyUpdate(doc, (await payloadsOf(world, device, head as NonNullable<typeof head>))[0] as Bytes);
  expect(textOf(doc).toJSON()).toBe('abc');
});

test('V15 an entry goes with the card of the note, and the digest of the state it was made from', async () => {
  const world = createWorld();
  const device = await connected(world);
  await device.edit(note(1), (doc) => {
    textOf(doc).insert(0, '# Title\nand so on');
    addTag(doc, 'home');
  });
  await device.sync();
  const [head] = await heads(world, device);
  const loaded = await device.place.state.read(['bodies'], (tx) => loadDocs(tx, [note(1)]));
  const input = snapshotDigestInput(loaded.get(note(1))?.doc as Y.Doc) as Bytes;
  expect(head?.rows[0]?.card).toMatchObject({ title: 'Title', excerpt: 'and so on', tags: ['home'] });
  expect(hexOf(head?.rows[0]?.digest as Bytes)).toBe(hexOf((await device.place.deps.crypto.sha256(input)).slice(0, 8)));
});

test('V3 a small library stands in the head, a large one among the bodies', async () => {
  const world = createWorld();
  const device = await connected(world);
  await device.edit(LIBRARY, (doc) => createNotebook(doc, { id: id(1), name: 'Work', parent: null }));
  await device.sync();
  for (let number = 2; number < 200; number++)
    await device.edit(LIBRARY, (doc) => createNotebook(doc, { id: id(number), name: noise(60), parent: null }));
  await device.session.push();
  const [small, large] = await heads(world, device);
  expect([small?.manifest.inline.map(({ doc }) => doc), small?.rows.length]).toEqual([[LIBRARY], 0]);
  expect([large?.manifest.inline.length, large?.rows.map(({ doc, card }) => [doc, card])]).toEqual([
    0,
    [[LIBRARY, null]],
  ]);
});

test('V3 more than one object holds is sent as several', async () => {
  const world = createWorld();
  const device = await connected(world);
  for (let number = 1; number <= 12; number++) await device.write(note(number), noise(200_000));
  const report = await device.sync();
  expect(report.sent).toBeGreaterThan(1);
  expect(world.names('p')).toHaveLength(report.sent);
  for (const name of world.names('p')) expect(world.bytesOf(name).length).toBeLessThanOrEqual(MAX_OBJECT_BYTES);
  const fresh = world.device();
  await fresh.join();
  await fresh.sync();
  expect(await fresh.texts()).toEqual(await device.texts());
});

test.each([
  ['fits into no object', () => noise(2_600_000)],
  ['compresses well and is more than a reader inflates', () => 'x'.repeat(17 * 1024 * 1024)],
])('V3 a note that %s is named and kept, and the others are sent', async (_, text) => {
  const world = createWorld();
  const device = await connected(world);
  await device.edit(LIBRARY, (doc) =>
    createNotebook(doc, { id: note(9) as string as NotebookId, name: noise(20_000).slice(0, 200), parent: null }),
  );
  // With the library in the same pack, which stands in the head and is no part of the trouble.
  await device.write(note(2), text());
  await device.write(note(1), 'before');
  await device.write(note(3), 'after');
  expect(await device.sync()).toMatchObject({ tooLarge: [note(2)] });
  expect((await device.rows('outbox')).map(({ doc }) => doc)).toEqual([note(2)]);
  expect(await device.session.push()).toMatchObject({ sent: 0, tooLarge: [note(2)] });
  const fresh = world.device();
  await fresh.join();
  await fresh.sync();
  expect(await fresh.texts()).toEqual({ [note(1)]: 'before', [note(3)]: 'after' });
});

test('V13 every pack says once what its writer had applied, its own packs too', async () => {
  const world = createWorld();
  const one = await connected(world);
  await one.write(note(1), 'one');
  await one.sync();
  const two = world.device();
  await two.join();
  await two.sync();
  for (const letter of ['a', 'b', 'c']) {
    await two.write(note(2), letter);
    await two.sync();
  }
  const [first] = await one.rows('applied');
  const ctx = await two.context();
  const mine = (await heads(world, two)).filter(
    ({ manifest }) => manifest.device !== partsOf(first?.element as never).device,
  );
  const said = mine.map(({ manifest }) => [...manifest.applied]);
  expect(said[0]).toEqual([first?.element]);
  expect(said.slice(1).map((items) => items.map((item) => partsOf(item).sequence))).toEqual([[1], [2]]);
  expect(mine.map(({ name }) => parseName(name)?.hash.slice(0, 16)).slice(0, 2)).toEqual(
    said.slice(1).map((items) => partsOf(items[0] as never).hash),
  );
  expect(ctx.applied.size).toBe(4);
});

test('V14 a document that misses a part is asked for once everything known was read, and once only', async () => {
  const world = createWorld();
  const one = await connected(world);
  await one.sync();
  await one.place.state.write(['gaps'], (tx) => tx.gaps.put({ doc: note(5), asked: false }));
  await one.write(note(1), 'a');
  await one.session.push();
  await one.write(note(1), 'b');
  await one.session.push();
  expect((await heads(world, one)).map(({ manifest }) => manifest.wants)).toEqual([[note(5)], []]);
});

test('V14 packs of another vault in the same place, which nobody here will ever read, keep no document from being asked for', async () => {
  const world = createWorld();
  const one = await connected(world);
  const other = 'f'.repeat(32) as VaultId;
  const foreign = nameOf(other, 'p', new Uint8Array(32));
  await one.place.storage.put(foreign, new Uint8Array(9));
  await one.sync();
  await one.place.state.write(['gaps'], (tx) => tx.gaps.put({ doc: note(5), asked: false }));
  await one.session.push();
  await one.place.storage.delete([foreign]);
  expect((await heads(world, one)).map(({ manifest }) => manifest.wants)).toEqual([[note(5)]]);
});

test.each([true, false])(
  'V5 when the storage holds something else under its name, a push is sealed again (told so: %s)',
  async (tells) => {
    const world = createWorld();
    const device = await connected(world);
    await device.sync();
    await device.write(note(1), 'precious');
    const failing = between(device, (storage) => ({
      async put(name, bytes, signal) {
        // The provider keeps half of it, and its answer is lost.
        await storage.put(name, bytes.slice(0, bytes.length >> 1), signal);
        throw new StorageError('Unavailable', 'gone');
      },
    }));
    await expect(device.session.push()).rejects.toThrow('gone');
    failing();
    if (!tells) {
      between(device, (storage) => ({
        put: (name, bytes, signal) =>
          storage.put(name, bytes, signal).catch((error: unknown) => {
            if (!(error instanceof StorageError) || error.kind !== 'Taken') throw error;
          }),
      }));
    }
    // One learns of it from the storage's answer, the other from the listing.
    await (tells ? device.session.push() : device.restart().sync());
    expect([(await device.rows('uploads')).length, (await device.rows('outbox')).length]).toEqual([0, 0]);
    const fresh = world.device();
    await fresh.join();
    await fresh.sync();
    expect(await fresh.texts()).toEqual({ [note(1)]: 'precious' });
  },
);

test('V3 a full storage is told, and what waits goes out once there is room', async () => {
  const world = createWorld();
  const device = await connected(world);
  world.provider.switches.quota = world.provider.used() + 10;
  await device.write(note(1), 'text');
  await expect(device.sync()).rejects.toMatchObject({ kind: 'QuotaExceeded' });
  world.provider.switches.quota = undefined;
  expect(await device.session.push()).toMatchObject({ sent: 1 });
  expect((await heads(world, device)).map(({ rows }) => rows.map(({ kind }) => kind))).toEqual([[UPDATE]]);
});

test('V24 joining sends whole states', async () => {
  const world = createWorld();
  const device = world.device();
  await device.write(note(1), 'a');
  await device.write(note(1), 'b');
  await device.createVault();
  await device.sync();
  expect((await heads(world, device)).map(({ rows }) => rows.map(({ kind }) => kind))).toEqual([[STATE]]);
});
