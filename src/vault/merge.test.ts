import { expect, test } from 'vitest';
import { type ObjectName, StorageError } from '../../backends/storage.ts';
import { type DocId, LIBRARY } from '../notes/ids.ts';
import { createNotebook } from '../notes/library.ts';
import { textOf } from '../notes/note.ts';
import { type DeviceId, element } from './coverage.ts';
import { PURGE, STATE } from './entry-kinds.ts';
import { packsToRewrite } from './expire.ts';
import { between, createWorld, type Device, note, type World } from './examples/devices.ts';
import { type MergeOptions, mergePacks } from './merge.ts';
import { createPackBuilder, type InlineEntry } from './pack.ts';
import { encodePurge, purgeRow } from './purge.ts';
import { purgeNotes } from './purging.ts';
import type { PackRow } from './state.ts';
import { uncollected } from './verify.ts';
import { openWhole, type WholeEntry, type WholePack } from './whole.ts';

const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

async function founder(world: World, ...numbers: number[]): Promise<[Device, ObjectName[]]> {
  const device = world.device();
  await device.createVault();
  const names: ObjectName[] = [];
  for (const number of numbers) names.push(await push(world, device, number));
  return [device, names];
}

/** @returns the name of the push */
async function push(world: World, device: Device, number: number, text = `words ${number} `): Promise<ObjectName> {
  const before = new Set(world.names('p'));
  await device.write(note(number), text);
  await device.sync();
  return world.names('p').find((name) => !before.has(name)) as ObjectName;
}

async function joiner(world: World): Promise<Device> {
  const device = world.device();
  await device.join();
  await device.sync();
  return device;
}

async function rowsOf(device: Device, names: readonly ObjectName[]): Promise<PackRow[]> {
  const rows = await device.rows('packs');
  return names.map((name) => rows.find((row) => row.name === name) as PackRow);
}

async function merge(device: Device, names: readonly ObjectName[], options: Partial<MergeOptions> = {}) {
  const rows = await rowsOf(device, names);
  return mergePacks(await device.context(), rows, { released: new Set(), rewrite: null, ...options });
}

function newest(world: World, before: readonly ObjectName[]): ObjectName {
  return world.names('p').find((name) => !before.includes(name)) as ObjectName;
}

async function open(world: World, device: Device, name: ObjectName): Promise<WholePack> {
  return openWhole(await device.context(), { name }, world.bytesOf(name));
}

async function entries(pack: WholePack): Promise<WholeEntry[]> {
  const all: WholeEntry[] = [];
  for await (const some of pack.entries()) all.push(...some);
  return all;
}

/** A push of somebody else. */
async function forge(
  device: Device,
  { inline = [], strange = [] }: { readonly inline?: readonly InlineEntry[]; readonly strange?: readonly DocId[] },
): Promise<ObjectName> {
  const ctx = await device.context();
  const builder = createPackBuilder(ctx.deps, ctx.ring, ctx.vault);
  for (const doc of strange)
    await builder.add({ doc, kind: 77, payload: new Uint8Array(4), digest: new Uint8Array(8), card: null });
  const pack = await builder.finish({
    device: 'cd'.repeat(16) as DeviceId,
    sequence: 1,
    covers: null,
    applied: new Set([element('ef'.repeat(16) as DeviceId, 7, '12'.repeat(8))]),
    wants: [],
    inline,
  });
  if (!pack) throw new Error('too large');
  await device.place.storage.put(pack.name, pack.bytes);
  return pack.name;
}

test('V16 V17 what is merged are whole states, one for each document, with all that the packs covered', async () => {
  const world = createWorld();
  const [device, names] = await founder(world, 1, 2, 1, 1);
  await device.edit(LIBRARY, (doc) =>
    createNotebook(doc, { id: 'ab'.repeat(16) as never, name: 'Work', parent: null }),
  );
  await device.edit(note(1), (doc) => textOf(doc).delete(0, 4));
  await device.sync();
  names.push(newest(world, names));
  device.resetCounts();
  expect(await merge(device, names)).toMatchObject({ kind: 'merged', packs: 5 });
  // The packs themselves were at hand.
  expect(device.counts()).toMatchObject({ put: 1, total: 1 });
  const merged = await open(world, device, newest(world, names));
  expect(merged.manifest).toMatchObject({ sequence: 0, wants: [], entries: 2 });
  expect([...merged.covers].sort()).toEqual((await device.rows('applied')).map((row) => row.element).sort());
  const all = await entries(merged);
  expect(all.map(({ doc, kind }) => [doc, kind])).toEqual([LIBRARY, note(1), note(2)].map((doc) => [doc, STATE]));
  // What was deleted isn't in there any more.
  expect(await uncollected(merged)).toBeNull();
  const text = new TextDecoder().decode(all[1]?.payload);
  expect([text.includes('s 1'), text.includes('words 1 words 1 words 1')]).toEqual([true, false]);
});

test('V37 a fresh device gets everything from the merged pack alone', async () => {
  const world = createWorld();
  const [device, names] = await founder(world, ...range(12));
  await merge(device, names);
  world.provider.lose(names);
  expect(await (await joiner(world)).texts()).toEqual(await device.texts());
});

test('V13 what the packs said is carried along, as far as nothing there shows it', async () => {
  const world = createWorld();
  const [device] = await founder(world, 1);
  await forge(device, {});
  await device.sync();
  const names = world.names('p');
  await push(world, device, 2);
  expect(await merge(device, names)).toMatchObject({ kind: 'merged' });
  const said = (await Promise.all(world.names('p').map((name) => open(world, device, name))))
    .filter(({ manifest }) => manifest.covers !== null)
    .flatMap(({ manifest }) => [...manifest.applied]);
  expect(said).toEqual([element('ef'.repeat(16) as DeviceId, 7, '12'.repeat(8))]);
});

test('V11 an input that has gone, or isn’t what it was, counts as absent, and nothing is merged', async () => {
  for (const harm of ['gone', 'damaged'] as const) {
    const world = createWorld();
    const [device, names] = await founder(world, 1, 2, 3);
    const [victim] = names as [ObjectName];
    await device.place.state.write(['objects'], async (tx) => {
      // What is kept of it isn't believed without looking.
      for (const row of await tx.objects.list())
        await tx.objects.put({ ...row, bytes: row.bytes.map((byte) => byte ^ 1) });
    });
    if (harm === 'gone') world.provider.lose([victim], { announced: false });
    else world.provider.corrupt(victim, (bytes) => bytes.fill(0, 80));
    expect(await merge(device, names)).toEqual({ kind: 'changed' });
    expect((await rowsOf(device, [victim]))[0]).toMatchObject(
      harm === 'gone' ? { present: false } : { state: 'damaged' },
    );
    expect(world.names('p').length).toBeLessThanOrEqual(3);
    expect(await merge(device, names.slice(1))).toMatchObject({ kind: 'merged', packs: 2 });
  }
});

test('V14 a document of which a part is missing is not merged', async () => {
  const world = createWorld();
  const [device, names] = await founder(world, 1, 2);
  await device.place.state.write(['gaps'], (tx) => tx.gaps.put({ doc: note(2), asked: false }));
  expect(await merge(device, names)).toMatchObject({ kind: 'refused', packs: [{ name: names[1] }] });
  expect(world.names('p')).toHaveLength(2);
});

test('V18 what this device has lost is not merged away', async () => {
  const world = createWorld();
  const [device, names] = await founder(world, 1, 2, 3);
  await device.place.state.write(['bodies'], async (tx) => {
    const rows = (await tx.bodies.list()).filter((row) => row.doc === note(2));
    await tx.bodies.delete(rows.map((row) => row.n as number));
  });
  expect(await merge(device, names)).toMatchObject({ kind: 'refused', packs: [{ name: names[1] }] });
  expect(world.names('p')).toHaveLength(3);
  // Not even when it has a part of it.
  await device.write(note(2), 'something else');
  expect(await merge(device, names)).toMatchObject({ kind: 'refused' });
});

test('V4 a pack that holds kinds of entries from a newer program is not merged', async () => {
  const world = createWorld();
  const [device, names] = await founder(world, 1);
  const newer = await forge(device, { strange: [note(9)] });
  await device.sync();
  expect(await merge(device, [...names, newer])).toMatchObject({ kind: 'refused', packs: [{ name: newer }] });
});

test.each(['QuotaExceeded', 'Unavailable'] as const)(
  'V36 when the storage says %s, nothing has changed',
  async (kind) => {
    const world = createWorld();
    const [device, names] = await founder(world, 1, 2);
    const before = await device.rows('packs');
    const heal = between(device, () => ({
      async put() {
        throw new StorageError(kind, 'no');
      },
    }));
    await expect(merge(device, names)).rejects.toMatchObject({ kind });
    expect([world.names('p'), await device.rows('packs')]).toEqual([[...names].sort(), before]);
    heal();
    expect(await merge(device, names)).toMatchObject({ kind: 'merged' });
  },
);

test('V12 a merge whose answer was lost is found in the next listing, and read like any other', async () => {
  const world = createWorld();
  const [device, names] = await founder(world, 1, 2);
  const heal = between(device, (storage) => ({
    async put(name, bytes, signal) {
      await storage.put(name, bytes, signal);
      throw new StorageError('Unavailable', 'gone');
    },
  }));
  await expect(merge(device, names)).rejects.toThrow('gone');
  heal();
  await device.restart().sync();
  const merged = newest(world, names);
  expect((await rowsOf(device, [merged]))[0]).toMatchObject({ state: 'applied', present: true });
  expect((await rowsOf(device, [merged]))[0]?.covers).toHaveLength(2);
});

test('V23 purges are carried along for ever, the text of a purged note until it is let go', async () => {
  const world = createWorld();
  const [device, names] = await founder(world, 1, 2);
  const payload = encodePurge({ seen: new Uint8Array([0]), at: world.time, good: true });
  const purge = await forge(device, { inline: [{ doc: note(1), kind: PURGE, payload }] });
  await device.sync();
  expect(await device.rows('purges')).toEqual([purgeRow(note(1), payload)]);
  expect(await merge(device, [...names, purge])).toMatchObject({ kind: 'merged' });
  const kept = await entries(await open(world, device, newest(world, [...names, purge])));
  expect(kept.map(({ doc, kind }) => [doc, kind])).toEqual(
    expect.arrayContaining([
      [note(1), PURGE],
      [note(1), STATE],
    ]),
  );
  // Once this device has let it go, it can only be left out where that is said.
  await device.place.state.write(['bodies'], async (tx) => {
    const rows = (await tx.bodies.list()).filter((row) => row.doc === note(1));
    await tx.bodies.delete(rows.map((row) => row.n as number));
  });
  expect(await merge(device, [...names, purge])).toMatchObject({ kind: 'refused', packs: [{ name: names[0] }] });
  const before = world.names('p');
  expect(await merge(device, [...names, purge], { released: new Set([note(1)]) })).toMatchObject({ kind: 'merged' });
  const left = await entries(await open(world, device, newest(world, before)));
  expect(left.map(({ doc, kind }) => [doc, kind])).toEqual([
    [note(1), PURGE],
    [note(2), STATE],
  ]);
});

test('V25 a purge that is merged apart from the note’s text doesn’t bring the text along, on whatever device', async () => {
  const world = createWorld();
  const [device] = await founder(world, 1);
  const other = await joiner(world);
  await purgeNotes(device.place, [note(1)], { good: true });
  const before = world.names('p');
  await device.sync();
  const bare = newest(world, before);
  const next = await push(world, device, 2);
  await other.sync();
  expect((await other.rows('bodies')).filter(({ doc }) => doc === note(1))).toHaveLength(1);
  const among = world.names('p');
  expect(await merge(other, [bare, next])).toMatchObject({ kind: 'merged' });
  const all = await entries(await open(world, other, newest(world, among)));
  expect(all.filter(({ doc }) => doc === note(1)).map(({ kind }) => kind)).toEqual([PURGE]);
});

test('V36 an edit that no push holds goes into no merged pack: whoever has its pushes would never read it there', async () => {
  const world = createWorld();
  const [device, names] = await founder(world, 1, 2, 3);
  await device.write(note(2), 'not sent yet');
  expect(await merge(device, names)).toMatchObject({ kind: 'refused' });
  expect(await merge(device, [names[0], names[2]] as ObjectName[])).toMatchObject({ kind: 'merged' });
  // Sealed, and perhaps not there.
  const stop = between(device, () => ({ put: () => Promise.reject(new StorageError('Unavailable', 'away')) }));
  await expect(device.sync()).rejects.toThrow('away');
  stop();
  expect(await device.rows('outbox')).toEqual([]);
  expect(await merge(device, names)).toMatchObject({ kind: 'refused' });
  expect(await merge(device, names, { unsent: true })).toMatchObject({ kind: 'merged' });
  await device.sync();
  expect(await merge(device, names)).toMatchObject({ kind: 'merged' });
});

test('V25 a pack that must be written anew alone gets a smaller name, and keeps all but what was let go', async () => {
  const world = createWorld();
  const device = world.device();
  await device.createVault();
  for (const number of range(5)) await device.write(note(number), `words ${number} `);
  await device.sync();
  const [name] = world.names('p') as [ObjectName];
  const [row] = (await rowsOf(device, [name])) as [PackRow];
  await device.place.state.write(['bodies'], async (tx) => {
    const rows = (await tx.bodies.list()).filter((each) => each.doc === note(3));
    await tx.bodies.delete(rows.map((each) => each.n as number));
  });
  const alone = { rewrite: row.id, released: new Set([note(3)]) };
  expect(await merge(device, [name], alone)).toMatchObject({ kind: 'merged', packs: 1 });
  const [written] = world.names('p') as [ObjectName];
  expect(written < name).toBe(true);
  const pack = await open(world, device, written);
  expect([...pack.covers]).toEqual(row.covers);
  expect((await entries(pack)).map(({ doc, kind }) => [doc, kind])).toEqual(
    [1, 2, 4, 5].map((number) => [note(number), STATE]),
  );
  expect(await packsToRewrite(await device.context(), new Set([note(3)])), 'it is done').toEqual(new Set([row.id]));
  world.provider.lose([name]);
  expect(Object.keys(await (await joiner(world)).texts()).sort()).toEqual([1, 2, 4, 5].map(note));
});

test('V25 a pack that has no room for a partner, since its notes have grown, is written anew alone', async () => {
  const world = createWorld();
  const device = world.device();
  await device.createVault();
  const noise = (length: number) =>
    Array.from({ length }, () => String.fromCharCode(0x4e00 + Math.floor(world.random() * 20_000))).join('');
  for (const number of range(13)) await device.write(note(number), noise(120_000));
  await device.sync();
  const [large] = world.names('p') as [ObjectName];
  expect(world.names('p')).toHaveLength(1);
  for (const number of range(13)) await device.write(note(number), noise(60_000));
  await device.sync();
  const other = newest(world, [large]);
  expect(await merge(device, [large, other])).toMatchObject({ kind: 'refused', reason: 'they do not fit into one' });
  const before = world.names('p');
  const [row] = (await rowsOf(device, [large])) as [PackRow];
  const options = { rewrite: row.id, released: new Set([note(1)]) };
  expect(await merge(device, [large, other], options)).toMatchObject({ kind: 'merged', packs: 1 });
  const written = newest(world, before);
  expect(written < large).toBe(true);
  expect((await open(world, device, written)).docs).toHaveLength(12);
});

test('V11 V25 a pushed note that waits for a part is taken over as it was, and who has the same without what waits reads that', async () => {
  const world = createWorld();
  const [one] = await founder(world, 1);
  const reader = await joiner(world);
  const middle = await push(world, one, 1, 'middle ');
  const end = await push(world, one, 1, 'end ');
  const kept = world.bytesOf(middle);
  world.provider.lose([middle]);
  const torn = await joiner(world);
  expect((await torn.rows('gaps')).map(({ doc }) => doc)).toEqual([note(1)]);
  // More than is read in one go, so that what is known of a note is told by its digest.
  for (const number of range(40)) {
    const letters = Array.from({ length: 16_000 }, () => Math.floor(world.random() * 36).toString(36));
    await torn.write(note(100 + number), letters.join(''));
  }
  await torn.place.state.write(['outbox'], (tx) => tx.outbox.put({ doc: note(1), bytes: null }));
  const before = world.names('p');
  await torn.sync();
  const large = newest(world, before);
  const [row] = (await rowsOf(torn, [large])) as [PackRow];
  const options = { rewrite: row.id, released: new Set([note(101)]) };
  expect(await merge(torn, [large], options)).toMatchObject({ kind: 'merged', packs: 1 });
  world.provider.lose([large, end]);
  await reader.sync();
  expect((await reader.rows('applied')).map((each) => each.element)).toContain(row.covers[0]);
  await reader.place.storage.put(middle, kept);
  await reader.sync();
  expect(await reader.text(note(1))).toBe('words 1 middle end ');
});
