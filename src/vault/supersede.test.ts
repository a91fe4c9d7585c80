import { expect, test } from 'vitest';
import { type ObjectName, StorageError } from '../../backends/storage.ts';
import type { DocId } from '../notes/ids.ts';
import type { Context } from './context.ts';
import { type Coverage, type DeviceId, element, type Element } from './coverage.ts';
import type { Bytes } from './crypto.ts';
import { createDominance } from './dominance.ts';
import { STATE } from './entry-kinds.ts';
import { between, createWorld, type Device, note, type World } from './examples/devices.ts';
import { mergePacks } from './merge.ts';
import { createPackBuilder, type PackEntry } from './pack.ts';
import { seal } from './seal.ts';
import type { PackRow } from './state.ts';
import { deleteSuperseded, type SupersedeOptions } from './supersede.ts';
import { openWhole } from './whole.ts';

const HOUR = 3_600_000;
const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const byText = (a: string, b: string) => (a < b ? -1 : 1);

async function founder(world: World, notes: number): Promise<Device> {
  const device = world.device();
  await device.createVault();
  await push(device, ...range(notes));
  return device;
}

async function joiner(world: World): Promise<Device> {
  const device = world.device();
  await device.join();
  await device.sync();
  return device;
}

async function push(device: Device, ...numbers: number[]): Promise<void> {
  for (const number of numbers) {
    await device.write(note(number), `words ${number} `);
    await device.sync();
  }
}

/** Hours go by on everybody's clock, and a full listing is made before and after. */
async function settle(world: World, ...devices: readonly Device[]): Promise<void> {
  for (const device of devices) await fullSync(device);
  world.time += 2 * HOUR;
  // What is written now shows the provider's clock to all.
  await push(devices[0] as Device, 900);
  for (const device of devices) await fullSync(device);
}

async function fullSync(device: Device): Promise<void> {
  await device.place.state.write(['meta'], (tx) => tx.meta.delete([`listing ${device.place.storageId}`]));
  await device.sync();
}

function options(change: Partial<SupersedeOptions> = {}): SupersedeOptions {
  return {
    weak: false,
    urgent: false,
    released: new Set(),
    refused: new Set(),
    dominates: createDominance(),
    ...change,
  };
}

async function remove(device: Device, change: Partial<SupersedeOptions> = {}) {
  return deleteSuperseded(await device.context(), options(change));
}

async function rowsOf(device: Device, names: readonly ObjectName[]): Promise<PackRow[]> {
  const rows = await device.rows('packs');
  return names.map((name) => rows.find((row) => row.name === name) as PackRow);
}

/** Makes one of these packs on this device. @returns its name */
async function merge(world: World, device: Device, names: readonly ObjectName[]): Promise<ObjectName> {
  const before = new Set(world.names('p'));
  const merged = await mergePacks(await device.context(), await rowsOf(device, names), {
    released: new Set(),
    rewrite: null,
  });
  expect(merged).toMatchObject({ kind: 'merged', packs: names.length });
  return world.names('p').find((name) => !before.has(name)) as ObjectName;
}

async function coverageOf(ctx: Context, world: World, name: ObjectName): Promise<Coverage> {
  return (await openWhole(ctx, { name }, world.bytesOf(name))).covers;
}

/** What a fresh device gets. */
async function texts(world: World): Promise<Record<string, string>> {
  return (await joiner(world)).texts();
}

/** A pack that says it covers these pushes, and holds these entries. Put by somebody else. */
async function forge(
  device: Device,
  covers: ReadonlySet<Element>,
  entries: readonly Pick<PackEntry, 'doc' | 'payload'>[],
): Promise<ObjectName> {
  const ctx = await device.context();
  const builder = createPackBuilder(ctx.deps, ctx.ring, ctx.vault);
  for (const { doc, payload } of entries)
    await builder.add({ doc, kind: STATE, payload, digest: new Uint8Array(8), card: null });
  const pack = await builder.finish({
    device: 'cd'.repeat(16) as DeviceId,
    sequence: 0,
    covers,
    applied: new Set(),
    wants: [],
    inline: [],
  });
  if (!pack) throw new Error('too large');
  await device.place.storage.put(pack.name, pack.bytes);
  return pack.name;
}

async function entriesOf(device: Device, docs: readonly DocId[]): Promise<{ doc: DocId; payload: Bytes }[]> {
  const rows = await device.rows('bodies');
  return docs.flatMap((doc) => rows.filter((row) => row.doc === doc).map((row) => ({ doc, payload: row.bytes })));
}

test('V19 V20 packs go for one that covers them all, an hour after it was listed, and not before', async () => {
  const world = createWorld();
  const device = await founder(world, 4);
  const four = world.names('p');
  const one = await merge(world, device, four);
  expect(await remove(device)).toMatchObject({ deleted: 0, listing: true });
  await fullSync(device);
  expect(await remove(device)).toMatchObject({ deleted: 0, listing: false });
  // The device's own clock alone says nothing.
  world.time += 2 * HOUR;
  expect(await remove(device)).toMatchObject({ deleted: 0 });
  await push(device, 900);
  await device.sync();
  expect(await remove(device)).toMatchObject({ deleted: 0, listing: true });
  await fullSync(device);
  expect(await remove(device)).toMatchObject({ deleted: 4, listing: false });
  expect(world.names('p')).toContain(one);
  expect(world.names('p')).toHaveLength(2);
  expect(await texts(world)).toEqual(await device.texts());
  // What is known of them is forgotten, so that nobody misses them.
  expect((await device.rows('packs')).map((row) => row.name).sort()).toEqual(world.names('p'));
  for (const table of ['contents', 'objects'] as const)
    expect((await device.rows(table)).map((row) => row.id).sort(byText)).toEqual(
      (await device.rows('packs')).map((row) => row.id).sort(byText),
    );
});

test('V19 two devices that merged the same packs, and both delete at once, leave one', async () => {
  for (let seed = 1; seed <= 4; seed++) {
    const world = createWorld(seed);
    const one = await founder(world, 5);
    const two = await joiner(world);
    const five = world.names('p');
    const made = [await merge(world, one, five), await merge(world, two, five)].sort();
    await settle(world, one, two);
    await settle(world, two, one);
    await Promise.all([remove(one), remove(two)]);
    expect(world.names('p')).toContain(made[0]);
    expect(world.names('p')).not.toContain(made[1]);
    for (const name of five) expect(world.names('p')).not.toContain(name);
    expect(await texts(world)).toEqual(await one.texts());
  }
});

test('V19 a union never counts: of two merges that overlap none takes the other’s place', async () => {
  const world = createWorld();
  const one = await founder(world, 5);
  const two = await joiner(world);
  const five = world.names('p');
  const [a, b] = [await merge(world, one, five.slice(0, 3)), await merge(world, two, five.slice(2))];
  await settle(world, one, two);
  await remove(one);
  await remove(two);
  for (const name of five) expect(world.names('p')).not.toContain(name);
  expect(world.names('p')).toEqual(expect.arrayContaining([a, b]));
  // All of the third one is in these two together, and what each of them alone has of it isn't in the other.
  const third = await merge(world, one, [a, world.names('p').find((name) => name !== a && name !== b) as ObjectName]);
  await settle(world, one, two);
  await remove(two);
  expect(world.names('p')).toEqual(expect.arrayContaining([b, third]));
  expect(world.names('p')).not.toContain(a);
  expect(await texts(world)).toEqual(await one.texts());
});

test('V19 chains end at the last one, wherever the deleting is cut off', async () => {
  for (const cut of [0, 1, 3]) {
    const world = createWorld(cut + 1);
    const device = await founder(world, 6);
    const six = world.names('p');
    const inner = await merge(world, device, six.slice(0, 3));
    await fullSync(device);
    const outer = await merge(world, device, [inner, ...six.slice(3)]);
    await settle(world, device);
    await settle(world, device);
    const heal = between(device, (storage) => ({
      async delete(names, signal) {
        await storage.delete(names.slice(0, cut), signal);
        throw new StorageError('Unavailable', 'gone');
      },
    }));
    await expect(remove(device)).rejects.toThrow('gone');
    expect(await texts(world)).toEqual(await device.texts());
    heal();
    await device.restart().sync();
    await remove(device);
    expect(world.names('p').filter((name) => six.includes(name) || name === inner)).toEqual([]);
    expect(world.names('p')).toContain(outer);
    expect(await texts(world)).toEqual(await device.texts());
  }
});

test('V18 a pack that says it covers others and does not hold them takes nobody’s place', async () => {
  const world = createWorld();
  const device = await founder(world, 3);
  const three = world.names('p');
  const ctx = await device.context();
  const covers = new Set<Element>();
  for (const name of three) for (const item of await coverageOf(ctx, world, name)) covers.add(item);
  const third: ObjectName[] = [];
  for (const name of three)
    if ((await openWhole(ctx, { name }, world.bytesOf(name))).docs.includes(note(3))) third.push(name);
  const forged = await forge(device, covers, await entriesOf(device, [note(1), note(2)]));
  await settle(world, device);
  await settle(world, device);
  await remove(device);
  // Two of them are in it, and go. The third is not.
  expect(world.names('p').filter((name) => three.includes(name))).toEqual(third);
  expect(world.names('p')).toContain(forged);
});

test('V19 what is kept of a pack here is not believed, only what its own bytes say', async () => {
  const world = createWorld();
  const device = await founder(world, 3);
  const three = world.names('p');
  const one = await merge(world, device, three.slice(0, 2));
  await settle(world, device);
  await settle(world, device);
  const [row, third] = await rowsOf(device, [one, three[2] as ObjectName]);
  const covers = [...(row?.covers ?? []), ...(third?.covers ?? [])];
  // Of the third nothing can be read any more, so that there is only coverage to go by.
  await device.place.state.write(['packs'], (tx) =>
    tx.packs.putMany([
      { ...(row as PackRow), covers },
      { ...(third as PackRow), state: 'damaged' },
    ]),
  );
  await remove(device);
  expect(world.names('p')).toContain(three[2]);
});

test('V18 what was found lacking is not read again and again', async () => {
  const world = createWorld();
  const device = await founder(world, 2);
  const ctx = await device.context();
  const covers = new Set((await device.rows('applied')).map((row) => row.element));
  await forge(device, covers, []);
  await settle(world, device);
  await settle(world, device);
  const refused = new Set<string>();
  device.resetCounts();
  await deleteSuperseded(ctx, options({ refused }));
  expect(device.counts()).toMatchObject({ get: 1, delete: 0 });
  await deleteSuperseded(ctx, options({ refused }));
  expect(device.counts()).toMatchObject({ get: 1, total: 1 });
});

test('V11 V19 a damaged pack takes nobody’s place, and counts as damaged from then on', async () => {
  const world = createWorld();
  const device = await founder(world, 3);
  const three = world.names('p');
  const one = await merge(world, device, three);
  await settle(world, device);
  await settle(world, device);
  world.provider.corrupt(one, (bytes) => bytes.map((byte, index) => (index === bytes.length - 5 ? byte ^ 1 : byte)));
  expect(await remove(device)).toMatchObject({ deleted: 0 });
  for (const name of three) expect(world.names('p')).toContain(name);
  expect((await rowsOf(device, [one]))[0]?.state).toBe('damaged');
  // They count again, and are merged anew.
  await merge(world, device, three);
});

test('V20 a pack that has gone takes nobody’s place', async () => {
  const world = createWorld();
  const device = await founder(world, 3);
  const one = await merge(world, device, world.names('p'));
  await settle(world, device);
  await settle(world, device);
  world.provider.lose([one], { announced: false });
  expect(await remove(device)).toMatchObject({ deleted: 0 });
  expect((await rowsOf(device, [one]))[0]?.present).toBe(false);
});

test('V11 V19 a pack that the storage refuses to give takes nobody’s place, and stops no idle work', async () => {
  const world = createWorld();
  const device = await founder(world, 3);
  const merged = await merge(world, device, world.names('p'));
  await settle(world, device);
  between(device, (storage) => ({
    async get(name, range, signal) {
      if (name === merged) throw new StorageError('Rejected', 'restricted content');
      return storage.get(name, range, signal);
    },
  }));
  expect(await remove(device)).toMatchObject({ deleted: 0 });
  expect((await rowsOf(device, [merged]))[0]?.state).toBe('damaged');
});

test('V19 a damaged pack goes for one that covers strictly more', async () => {
  const world = createWorld();
  const device = await founder(world, 3);
  const three = world.names('p');
  world.provider.corrupt(three[0] as ObjectName, (bytes) => bytes.fill(0, 100));
  await device.place.state.write(['packs'], async (tx) => {
    for (const row of await tx.packs.list())
      if (row.name === three[0]) await tx.packs.put({ ...row, state: 'applied' });
  });
  await merge(world, device, three);
  await device.place.state.write(['packs', 'objects'], async (tx) => {
    for (const row of await tx.packs.list()) {
      if (row.name !== three[0]) continue;
      await tx.packs.put({ ...row, state: 'damaged' });
      await tx.objects.delete([row.id]);
    }
  });
  await settle(world, device);
  await settle(world, device);
  await remove(device);
  for (const name of three) expect(world.names('p')).not.toContain(name);
  expect(await texts(world)).toEqual(await device.texts());
});

test('V4 a pack that only a newer program reads is never deleted, whatever another one says that it covers', async () => {
  const world = createWorld();
  const device = world.device({ deps: { format: 2 } });
  await device.createVault();
  await push(device, 1, 2);
  const all = new Set((await device.rows('packs')).flatMap((row) => row.covers));
  const ctx = await device.context();
  // The program is set back to an older version.
  const older = { ...ctx, deps: { ...ctx.deps, format: 1 } };
  const newer = world.names('p');
  expect(newer.map((name) => world.bytesOf(name)[7])).toEqual([2, 2]);
  await seal(older, { covers: all, docs: [note(1), note(2)] });
  await settle(world, device);
  await device.place.state.write(['objects'], async (tx) => {
    await tx.objects.delete((await tx.objects.list()).map((row) => row.id));
  });
  await deleteSuperseded(older, options());
  expect(world.names('p')).toEqual(expect.arrayContaining(newer));
  expect(await remove(device)).toMatchObject({ deleted: 2 });
});

test('V19 a pack of which nothing was read is never deleted', async () => {
  const world = createWorld();
  const device = await founder(world, 2);
  await merge(world, device, world.names('p'));
  await settle(world, device);
  await settle(world, device);
  const stray = element('ee'.repeat(16) as DeviceId, 1, 'ee'.repeat(8));
  const ctx = await device.context();
  const unread = await forge(device, new Set([stray]), []);
  world.provider.corrupt(unread, (bytes) => bytes.fill(0, 90));
  await fullSync(device);
  expect((await rowsOf(device, [unread]))[0]).toMatchObject({ state: 'damaged', covers: [] });
  await deleteSuperseded(ctx, options({ urgent: true }));
  expect(world.names('p')).toContain(unread);
});

test('V22 nothing is deleted while the clocks contradict each other, however full the storage is', async () => {
  const world = createWorld();
  const device = await founder(world, 3);
  await merge(world, device, world.names('p'));
  await settle(world, device);
  const key = `clocks ${device.place.storageId}`;
  const doubt = { skew: 9 * 24 * HOUR, since: { local: world.time, provider: world.time } };
  await device.place.state.write(['meta'], async (tx) => {
    const row = await tx.meta.get(key);
    await tx.meta.put({ key, value: { ...(row?.value as object), doubt } });
  });
  for (const urgent of [false, true]) expect(await remove(device, { urgent })).toMatchObject({ deleted: 0 });
});

test('V21 when the storage is full, what was verified goes at once', async () => {
  const world = createWorld();
  const device = await founder(world, 3);
  const three = world.names('p');
  const one = await merge(world, device, three);
  expect(await remove(device, { urgent: true })).toMatchObject({ deleted: 3 });
  expect(world.names('p')).toEqual([one]);
  expect(await texts(world)).toEqual(await device.texts());
});

test('V25 what a purge let go may be lacking, and nothing else', async () => {
  const world = createWorld();
  const device = await founder(world, 2);
  const both = world.names('p');
  const covers = new Set((await device.rows('applied')).map((row) => row.element));
  await forge(device, covers, await entriesOf(device, [note(1)]));
  await settle(world, device);
  await settle(world, device);
  await remove(device, { released: new Set([note(7)]) });
  expect(world.names('p').filter((name) => both.includes(name))).toHaveLength(1);
  expect(await remove(device, { released: new Set([note(2)]) })).toMatchObject({ deleted: 1 });
  expect(world.names('p').filter((name) => both.includes(name))).toEqual([]);
});
