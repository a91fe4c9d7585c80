import { expect, test } from 'vitest';
import { type ObjectName, StorageError } from '../../backends/storage.ts';
import { between, createWorld, type Device, note, type World } from './examples/devices.ts';
import { PURGE } from './entry-kinds.ts';
import type { IdleReport } from './idle.ts';
import { purgeNotes } from './purging.ts';
import { comeAgain } from './reconcile.ts';
import { openWhole } from './whole.ts';

const HOUR = 3_600_000;

async function founder(world: World): Promise<Device> {
  const device = world.device();
  await device.createVault();
  await device.sync();
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

const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** Text that doesn't compress. */
function words(world: World, length: number): string {
  return Array.from({ length }, () => Math.floor(world.random() * 36).toString(36)).join('');
}

/** Idle work until nothing is left to do now. */
async function settle(device: Device): Promise<Pick<IdleReport, 'merged' | 'written' | 'deleted' | 'listing'>> {
  const sum = { merged: 0, written: 0, deleted: 0, listing: false };
  for (let rounds = 0; rounds < 20; rounds++) {
    const { more, ...report } = await device.session.idle({ weak: false });
    sum.merged += report.merged;
    sum.written += report.written;
    sum.deleted += report.deleted;
    sum.listing = report.listing;
    if (!more) return sum;
  }
  throw new Error('idle work that never ends');
}

/** Hours go by; what is written then and listed lets the provider's clock be heard. */
async function later(world: World, device: Device, hours: number): Promise<void> {
  world.time += hours * HOUR;
  await push(device, 999);
  await device.sync();
}

test('V16 V17 eight small packs become one, and the eight go once it has been there for an hour', async () => {
  const world = createWorld();
  const device = await founder(world);
  await push(device, ...range(8));
  expect(world.names('p')).toHaveLength(8);
  expect(await settle(device)).toMatchObject({ merged: 8, deleted: 0 });
  expect(world.names('p')).toHaveLength(9);
  expect(await device.session.idle({ weak: false })).toMatchObject({ merged: 0, deleted: 0, listing: true });
  await later(world, device, 0);
  expect(await settle(device)).toMatchObject({ deleted: 0, listing: false });
  await later(world, device, 2);
  expect(await settle(device)).toMatchObject({ deleted: 0, listing: true });
  await later(world, device, 0);
  device.resetCounts();
  expect(await settle(device)).toMatchObject({ deleted: 8 });
  expect(device.counts()).toMatchObject({ get: 1, delete: 1, total: 2 });
  const fresh = await joiner(world);
  expect(await fresh.texts()).toEqual(await device.texts());
});

test('V16 idle work that has nothing to do asks nobody', async () => {
  const world = createWorld();
  const device = await founder(world);
  await push(device, ...range(7));
  device.resetCounts();
  expect(await settle(device)).toMatchObject({ merged: 0, deleted: 0 });
  expect(device.counts()).toMatchObject({ total: 0 });
});

test('V8 nothing is done before this session has listed', async () => {
  const world = createWorld();
  const device = await founder(world);
  await push(device, ...range(8));
  const session = device.restart();
  expect(await session.idle({ weak: false })).toMatchObject({ merged: 0 });
  await session.sync();
  expect(await session.idle({ weak: false })).toMatchObject({ merged: 8 });
});

test('V21 another device waits hours before it merges what somebody else should', async () => {
  const world = createWorld();
  const one = await founder(world);
  const two = await joiner(world);
  await push(one, ...range(8));
  await two.sync();
  expect(await settle(two)).toMatchObject({ merged: 0 });
  const waited: number[] = [];
  await two.sync();
  for (let hour = 1; hour <= 14 && waited.length === 0; hour++) {
    await later(world, one, 1);
    await two.sync();
    if ((await settle(two)).merged > 0) waited.push(hour);
  }
  expect(waited[0]).toBeGreaterThan(2);
});

test('V20 a sync lists everything when idle work waits for that, and costs no more for it', async () => {
  const world = createWorld();
  const device = await founder(world);
  await push(device, ...range(8));
  expect(await settle(device)).toMatchObject({ merged: 8, listing: true });
  device.resetCounts();
  await device.sync();
  expect(device.counts()).toMatchObject({ changes: 1, total: 1 });
  const merged = (await device.rows('packs')).find((row) => row.covers.length === 8);
  expect(merged?.listed).not.toBeNull();
});

test('V21 when the storage is full, room is made before anything is sent again', async () => {
  const world = createWorld();
  const device = await founder(world);
  await push(device, ...range(8));
  await settle(device);
  await device.write(note(9), 'no room for this');
  const heal = between(device, () => ({
    async put() {
      throw new StorageError('QuotaExceeded', 'full');
    },
  }));
  await expect(device.session.push()).rejects.toMatchObject({ kind: 'QuotaExceeded' });
  expect(world.names('p')).toHaveLength(9);
  // As long as it is full, what may go, goes.
  await expect(device.session.push()).rejects.toMatchObject({ kind: 'QuotaExceeded' });
  expect(world.names('p')).toHaveLength(1);
  heal();
  expect(await device.session.push()).toMatchObject({ sent: 1 });
  device.resetCounts();
  expect(await device.session.idle({ weak: false })).toMatchObject({ merged: 0, deleted: 0 });
  expect(device.counts()).toMatchObject({ total: 0 });
});

test('V21 when there is no room for what has to be put there, what is of no use there makes some', async () => {
  const world = createWorld();
  const device = await founder(world);
  await push(device, ...range(8));
  await settle(device);
  await device.write(note(9), 'no room for this');
  await comeAgain(device.place, (await device.context()).vault);
  const heal = between(device, () => ({
    async put() {
      throw new StorageError('QuotaExceeded', 'full');
    },
  }));
  await expect(device.sync()).rejects.toMatchObject({ kind: 'QuotaExceeded' });
  expect(world.names('p')).toHaveLength(9);
  await expect(device.sync()).rejects.toMatchObject({ kind: 'QuotaExceeded' });
  expect(world.names('p')).toHaveLength(1);
  heal();
  expect(await device.sync()).toMatchObject({ sent: 1 });
});

test('V21 where there is room for pushes and none for a merge, what takes others’ place still frees theirs', async () => {
  const world = createWorld();
  const device = await founder(world);
  await push(device, ...range(8));
  await settle(device);
  await later(world, device, 0);
  await later(world, device, 2);
  await push(device, ...range(8).map((number) => number + 20));
  await later(world, device, 7);
  const limit = Math.max(...world.names('p').map((name) => world.bytesOf(name).length));
  const roomy = between(device, (storage) => ({
    put(name, bytes, signal) {
      if (bytes.length >= limit) throw new StorageError('QuotaExceeded', 'no room for so much');
      return storage.put(name, bytes, signal);
    },
  }));
  expect(await device.session.idle({ weak: false })).toMatchObject({ merged: 0, deleted: 8 });
  roomy();
  expect(await settle(device)).toMatchObject({ deleted: 0 });
  expect((await device.rows('packs')).some((row) => row.present && row.covers.length > 8)).toBe(true);
});

test.each(['alarm', 'closed', 'reconcile'])(
  'V27 nothing is merged or deleted while there is the record %s',
  async (word) => {
    const world = createWorld();
    const device = await founder(world);
    await push(device, ...range(8));
    await device.place.state.write(['meta'], (tx) =>
      tx.meta.put({ key: `${word} ${device.place.storageId}`, value: [] }),
    );
    expect(await device.session.idle({ weak: false, urgent: true })).toMatchObject({ merged: 0, deleted: 0 });
    expect(world.names('p')).toHaveLength(8);
  },
);

test('V13 nothing is merged while packs are unread, or something that others name may be on its way', async () => {
  const world = createWorld();
  const device = await founder(world);
  await push(device, ...range(8));
  const missing = { element: `${'ab'.repeat(16)}/1/${'cd'.repeat(8)}` as never, since: world.time };
  await device.place.state.write(['missing'], (tx) => tx.missing.put(missing));
  expect(await device.session.idle({ weak: false })).toMatchObject({ merged: 0 });
  await device.place.state.write(['missing', 'packs'], async (tx) => {
    await tx.missing.delete([missing.element]);
    const [row] = await tx.packs.list();
    if (row) await tx.packs.put({ ...row, state: 'listed' });
  });
  expect(await device.session.idle({ weak: false })).toMatchObject({ merged: 0 });
  await device.place.state.write(['packs'], async (tx) => {
    const [row] = await tx.packs.list();
    if (row) await tx.packs.put({ ...row, state: 'applied' });
  });
  expect(await device.session.idle({ weak: false })).toMatchObject({ merged: 8 });
});

/** Listed for ever, and nobody can read it. @returns the way to end it */
function haunt(device: Device, ghost: ObjectName, from = 0): () => void {
  return between(device, (storage) => ({
    async get(name, range, signal) {
      if (name === ghost && (range?.end ?? Number.POSITIVE_INFINITY) > from)
        throw new StorageError('NotFound', 'listed, but not there');
      return storage.get(name, range, signal);
    },
  }));
}

test('V27 what is listed and never found is late at first, and then merging goes on without it; found again, it is read', async () => {
  const world = createWorld();
  const device = await founder(world);
  await push(device, ...range(7));
  const other = await joiner(world);
  const before = world.names('p');
  await push(other, 8);
  const ghost = world.names('p').find((name) => !before.includes(name)) as ObjectName;
  const found = haunt(device, ghost);
  await device.sync();
  await push(device, 9);
  expect(await settle(device), 'it may be late').toMatchObject({ merged: 0 });
  for (let day = 1; day <= 2; day++) {
    world.time += 7 * HOUR;
    await device.sync();
  }
  expect(await settle(device)).toMatchObject({ merged: 8 });
  device.resetCounts();
  await device.sync();
  expect(device.counts(), 'nor is everything listed twice for it').toMatchObject({ changes: 1, get: 0 });
  found();
  world.time += 7 * HOUR;
  await device.sync();
  expect(await device.texts()).toEqual(expect.objectContaining(await other.texts()));
  expect((await device.rows('packs')).map((row) => row.state)).not.toContain('damaged');
  world.time += 7 * HOUR;
  await device.sync();
  expect(await device.rows('sights'), 'and nothing is held against it').toEqual([]);
});

test('V27 what is found only in part for long counts as much as what isn’t found at all', async () => {
  const world = createWorld();
  const device = await founder(world);
  // Else it would be most of what is there, and a person would be asked.
  for (const number of range(60)) await device.write(note(200 + number), words(world, 16_000));
  await device.sync();
  await push(device, ...range(8));
  const other = await joiner(world);
  const before = world.names('p');
  for (const number of range(30)) await other.write(note(100 + number), words(world, 16_000));
  await other.sync();
  const ghost = world.names('p').find((name) => !before.includes(name)) as ObjectName;
  haunt(device, ghost, 262_144);
  await device.sync();
  expect((await device.rows('packs')).map((row) => row.state)).toContain('indexed');
  expect(await settle(device)).toMatchObject({ merged: 0 });
  for (let day = 1; day <= 2; day++) {
    world.time += 7 * HOUR;
    await device.sync();
  }
  expect(await settle(device)).toMatchObject({ merged: 8 });
});

test('V14 packs that hold a note of which a part is missing wait; the others are merged', async () => {
  const world = createWorld();
  const device = await founder(world);
  await push(device, ...range(9));
  await device.place.state.write(['gaps'], (tx) => tx.gaps.put({ doc: note(1), asked: true }));
  expect(await settle(device)).toMatchObject({ merged: 8 });
});

test('V25 a note that was deleted for good is out of every pack within thirty days', async () => {
  const world = createWorld();
  const device = await founder(world);
  // In a pack of a tier that nothing else would fill for a long time.
  for (const number of range(40)) await device.write(note(number), words(world, 600));
  await device.sync();
  await purgeNotes(device.place, [note(2)], { good: true });
  await device.sync();
  for (let day = 1; day <= 30; day++) {
    await later(world, device, 24);
    await settle(device);
  }
  const ctx = await device.context();
  for (const name of world.names('p')) {
    const pack = await openWhole(ctx, { name }, world.bytesOf(name));
    for await (const entries of pack.entries())
      expect(entries.filter(({ doc, kind }) => doc === note(2) && kind !== PURGE)).toEqual([]);
  }
  const fresh = await joiner(world);
  expect(Object.keys(await fresh.texts())).toHaveLength(40);
  expect(await fresh.texts()).toEqual(await device.texts());
});

test.each([
  [
    'misses a part for good',
    (device: Device) => device.place.state.write(['gaps'], (tx) => tx.gaps.put({ doc: note(1), asked: true })),
  ],
  [
    'has an edit that fits into no object',
    (device: Device, world: World) => {
      const noise = () => String.fromCharCode(0x4e00 + Math.floor(world.random() * 20_000));
      return device.write(note(1), Array.from({ length: 2_000_000 }, noise).join(''));
    },
  ],
])('V25 V18 another note of the same pack that %s doesn’t keep it there longer', async (_, spoil) => {
  const world = createWorld();
  const device = await founder(world);
  await push(device, 1);
  // An edit that builds on the first push, beside the note that is to go.
  for (const number of range(40)) await device.write(note(number), words(world, 600));
  await device.sync();
  const texts = await device.texts();
  await purgeNotes(device.place, [note(2)], { good: true });
  await device.sync();
  await settle(device);
  const begun = world.time;
  await spoil(device, world);
  for (const hours of [480, 24, 72, 24, 2, 2, 24, 24]) {
    await later(world, device, hours);
    await settle(device);
  }
  expect(world.time - begun).toBeLessThan(30 * 24 * HOUR);
  const ctx = await device.context();
  for (const name of world.names('p')) {
    const pack = await openWhole(ctx, { name }, world.bytesOf(name));
    for await (const entries of pack.entries())
      expect(entries.filter(({ doc, kind }) => doc === note(2) && kind !== PURGE)).toEqual([]);
  }
  const { [note(2)]: gone, ...wanted } = texts;
  const fresh = await (await joiner(world)).texts();
  expect([gone !== undefined, fresh[note(2)]]).toEqual([true, undefined]);
  expect(fresh).toEqual(expect.objectContaining(wanted));
});

test('V36 V37 three devices that write, merge and delete for weeks are equal in the end, and a fresh one too', async () => {
  for (let seed = 1; seed <= 3; seed++) {
    const world = createWorld(seed);
    const one = await founder(world);
    const devices = [one, await joiner(world), await joiner(world)];
    for (let step = 0; step < 150; step++) {
      world.time += world.random() * 6 * HOUR;
      const device = devices[Math.floor(world.random() * devices.length)] as Device;
      if (world.random() < 0.8) await device.write(note(1 + Math.floor(world.random() * 12)), `${step} `);
      await device.sync();
      if (world.random() < 0.6) await settle(device);
      expect(world.names('p').length).toBeLessThan(60);
    }
    for (const device of [...devices, ...devices]) await device.sync();
    const wanted = await one.texts();
    for (const device of devices) {
      expect(await device.texts()).toEqual(wanted);
      expect(await device.rows('missing')).toEqual([]);
    }
    expect(await (await joiner(world)).texts()).toEqual(wanted);
  }
});
