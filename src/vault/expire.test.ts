import { describe, expect, test } from 'vitest';
import { restore, setTrashed, textOf } from '../notes/note.ts';
import { partsOf } from './coverage.ts';
import { createWorld, type Device, type DeviceOptions, note, type World } from './examples/devices.ts';
import { expire, packsToRewrite, releasedNotes } from './expire.ts';
import { decodePurge, purgeId } from './purge.ts';
import { purgeNotes } from './purging.ts';
import { seal } from './seal.ts';

const DOC = note(1);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A day goes by on which somebody writes something, so that both clocks are heard of. */
async function aDay(world: World, device: Device): Promise<void> {
  world.time += DAY;
  await device.write(note(500), '.');
  await device.sync();
}

const look = async (device: Device) => expire(await device.context());

/** Days on each of which the device looks for what expires. @returns all that it found */
async function days(world: World, device: Device, count: number): Promise<{ purged: number; released: number }> {
  const all = { purged: 0, released: 0 };
  for (let day = 0; day < count; day++) {
    await aDay(world, device);
    const { purged, released } = await look(device);
    all.purged += purged;
    all.released += released;
  }
  return all;
}

async function vault(world: World, deps: DeviceOptions['deps'] = {}): Promise<Device> {
  const device = world.device({ deps });
  await device.createVault();
  await device.write(DOC, 'Milk');
  await device.write(note(2), 'Stays');
  await device.sync();
  await device.sync();
  return device;
}

async function joined(world: World): Promise<Device> {
  const device = world.device();
  await device.join();
  await device.sync();
  return device;
}

const trash = (world: World, device: Device) => device.edit(DOC, (doc) => setTrashed(doc, world.time));
const isShown = async (device: Device) => (await device.rows('notes')).some(({ id }) => id === DOC);
const bodiesOf = async (device: Device) => (await device.rows('bodies')).filter(({ doc }) => doc === DOC).length;

describe('V22 a note in the trash', () => {
  test('is deleted for good 30 days after this device first saw it there', async () => {
    const world = createWorld();
    const device = await vault(world);
    await trash(world, device);
    await look(device);
    expect(await days(world, device, 29)).toEqual({ purged: 0, released: 0 });
    expect(await isShown(device)).toBe(true);
    expect(await days(world, device, 2)).toEqual({ purged: 1, released: 0 });
    expect(await isShown(device)).toBe(false);
    const [row] = await device.rows('purges');
    expect(decodePurge(row?.payload ?? new Uint8Array())).toMatchObject({ good: false });
    await device.sync();
    expect(await isShown(await joined(world))).toBe(false);
  });

  test('that has been there for a year is new to a device that sees it for the first time', async () => {
    const world = createWorld();
    const device = await vault(world);
    await device.edit(DOC, (doc) => setTrashed(doc, world.time - 365 * DAY));
    expect(await days(world, device, 5)).toEqual({ purged: 0, released: 0 });
  });

  test('that was taken out and thrown away again begins anew', async () => {
    const world = createWorld();
    const device = await vault(world);
    await trash(world, device);
    await days(world, device, 25);
    await device.edit(DOC, (doc) => restore(doc, world.time));
    await trash(world, device);
    expect((await days(world, device, 25)).purged).toBe(0);
    expect((await days(world, device, 6)).purged).toBe(1);
  });

  test('doesn’t stand in the way of others where it can’t be deleted, nor is it tried for ever', async () => {
    const world = createWorld();
    const device = await vault(world);
    for (let number = 10; number < 150; number++) {
      await device.write(note(number), 'x');
      await device.edit(note(number), (doc) => setTrashed(doc, world.time));
    }
    await trash(world, device);
    await days(world, device, 1);
    const rotten = (await device.rows('bodies')).filter(({ doc }) => doc !== DOC);
    await device.place.state.write(['bodies'], (tx) =>
      tx.bodies.putMany(rotten.map((row) => ({ ...row, bytes: new Uint8Array([255, 255, 255, 255]) }))),
    );
    await days(world, device, 31);
    expect(await look(device)).toMatchObject({ more: false });
    expect(await isShown(device)).toBe(false);
    expect(await device.rows('notes')).toHaveLength(142);
  });

  test('that came back begins anew, however long ago it was thrown away', async () => {
    const world = createWorld();
    const device = await vault(world);
    const other = await joined(world);
    await trash(world, device);
    await device.sync();
    await other.sync();
    await days(world, device, 31);
    await device.sync();
    await other.edit(DOC, (doc) => textOf(doc).insert(4, ' and honey'));
    await other.sync();
    await device.sync();
    expect((await device.rows('notes')).find(({ id }) => id === DOC)).toMatchObject({ back: true });
    expect((await days(world, device, 29)).purged).toBe(0);
    expect((await days(world, device, 3)).purged).toBe(1);
  });

  test('stays while one clock alone says that time has passed, and while the two contradict each other', async () => {
    const world = createWorld();
    let ahead = 0;
    const device = await vault(world, { now: () => world.time + ahead });
    await trash(world, device);
    await look(device);
    ahead = 400 * DAY;
    // The provider has been heard to say nothing since.
    expect(await look(device)).toMatchObject({ purged: 0 });
    // Now it has, and says something else than this device's clock.
    expect((await days(world, device, 6)).purged).toBe(0);
    ahead = 0;
    expect((await days(world, device, 23)).purged).toBe(0);
    expect((await days(world, device, 3)).purged).toBe(1);
  });

  test('stays while something there was not read', async () => {
    const world = createWorld();
    const device = await vault(world);
    await trash(world, device);
    await days(world, device, 29);
    await device.place.state.write(['missing'], (tx) =>
      tx.missing.put({ element: 'nobody has it' as never, since: world.time }),
    );
    expect((await days(world, device, 5)).purged).toBe(0);
    await device.place.state.write(['missing'], (tx) => tx.missing.delete(['nobody has it' as never]));
    expect((await days(world, device, 1)).purged).toBe(1);
  });

  test('makes one purge of the two that two devices make of it', async () => {
    const world = createWorld();
    const device = await vault(world);
    const other = await joined(world);
    await trash(world, device);
    await device.sync();
    await other.sync();
    for (const each of [device, other]) await look(each);
    for (let day = 0; day < 31; day++) {
      await aDay(world, device);
      await other.sync();
    }
    for (const each of [device, other]) expect(await look(each)).toMatchObject({ purged: 1 });
    for (const each of [device, other, device]) await each.sync();
    expect(await device.rows('purges')).toHaveLength(1);
    expect(await other.rows('purges')).toEqual(await device.rows('purges'));
  });

  test('goes with many others, a slice at a time', async () => {
    const world = createWorld();
    const device = await vault(world);
    for (let number = 1000; number < 1150; number++) {
      await device.write(note(number), 'Old');
      await device.edit(note(number), (doc) => setTrashed(doc, world.time));
    }
    await device.sync();
    await days(world, device, 30);
    await aDay(world, device);
    expect(await look(device)).toEqual({ purged: 128, released: 0, more: true });
    expect(await look(device)).toEqual({ purged: 22, released: 0, more: false });
    expect(await look(device)).toEqual({ purged: 0, released: 0, more: false });
  });
});

describe('V24 the text of a note', () => {
  test('that a person deleted for good is let go after 20 days, and that it was deleted is kept', async () => {
    const world = createWorld();
    const device = await vault(world);
    await purgeNotes(device.place, [DOC], { good: true });
    await device.sync();
    await look(device);
    expect((await days(world, device, 19)).released).toBe(0);
    expect([await bodiesOf(device), (await releasedNotes(await device.context())).size]).toEqual([1, 0]);
    expect((await days(world, device, 2)).released).toBe(1);
    expect([await bodiesOf(device), await releasedNotes(await device.context())]).toEqual([0, new Set([DOC])]);
    expect(await device.rows('purges')).toHaveLength(1);
  });

  test('that lay in the trash for too long is let go after 90 days', async () => {
    const world = createWorld();
    const device = await vault(world);
    await purgeNotes(device.place, [DOC], { good: false });
    await device.sync();
    await look(device);
    expect((await days(world, device, 89)).released).toBe(0);
    expect((await days(world, device, 2)).released).toBe(1);
  });

  test('stays for as long as it is shown, and for as long as a purge of part of it is younger', async () => {
    const world = createWorld();
    const device = await vault(world);
    const other = await joined(world);
    await purgeNotes(device.place, [DOC], { good: true });
    await other.write(DOC, ' and honey');
    for (const each of [device, other, device, other]) await each.sync();
    expect((await days(world, device, 25)).released).toBe(0);
    expect((await releasedNotes(await device.context())).size).toBe(0);
    await purgeNotes(device.place, [DOC], { good: true });
    expect((await days(world, device, 19)).released).toBe(0);
    expect((await days(world, device, 3)).released).toBe(1);
  });

  test('is let go again when it comes again', async () => {
    const world = createWorld();
    const device = await vault(world);
    await purgeNotes(device.place, [DOC], { good: true });
    const piece = (await device.rows('bodies')).find(({ doc }) => doc === DOC);
    await device.sync();
    await look(device);
    await days(world, device, 21);
    await device.place.state.write(['bodies'], (tx) => tx.bodies.put({ doc: DOC, bytes: piece?.bytes as never }));
    expect((await releasedNotes(await device.context())).size).toBe(0);
    expect((await days(world, device, 1)).released).toBe(1);
    expect(await isShown(device)).toBe(false);
  });

  test('comes back whole from a device that had kept it, after it was let go', async () => {
    const world = createWorld();
    const device = await vault(world);
    const other = await joined(world);
    await purgeNotes(device.place, [DOC], { good: true });
    await days(world, device, 23);
    expect(await bodiesOf(device)).toBe(0);
    await other.write(DOC, ' and honey');
    for (const each of [other, device]) await each.sync();
    expect((await device.rows('notes')).find(({ id }) => id === DOC)).toMatchObject({
      title: 'Milk and honey',
      back: true,
    });
    expect((await releasedNotes(await device.context())).size).toBe(0);
    const purges = (await device.rows('purges')).map(({ payload }) => purgeId(payload));
    await device.edit(DOC, (doc) => restore(doc, world.time, purges));
    for (const each of [device, other]) await each.sync();
    expect(await other.texts()).toMatchObject({ [DOC]: 'Milk and honey' });
  });
});

test('V25 packs that still hold a note that was let go are named, until they are written anew', async () => {
  const world = createWorld();
  const device = await vault(world);
  await purgeNotes(device.place, [DOC], { good: true });
  await days(world, device, 22);
  const ctx = await device.context();
  const released = await releasedNotes(ctx);
  const named = await packsToRewrite(ctx, released);
  const rows = await device.rows('packs');
  // The first push; not the one that says that it was purged.
  expect([...named]).toEqual([
    rows.find(({ covers }) => covers.some((item) => partsOf(item).sequence === 1))?.id ?? '?',
  ]);
  const first = rows.filter(({ id }) => named.has(id));
  await seal(ctx, { covers: new Set(first.flatMap(({ covers }) => covers)), docs: [DOC, note(2)] });
  const left = await packsToRewrite(ctx, released);
  expect(left).toEqual(named);
  await device.place.state.write(['packs'], (tx) => tx.packs.delete([...named]));
  expect(await packsToRewrite(ctx, released)).toEqual(new Set());
  const contents = await device.rows('contents');
  expect(contents.some(({ bare }) => bare.length === 16)).toBe(true);
});
