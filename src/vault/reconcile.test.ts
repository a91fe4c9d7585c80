import { describe, expect, test } from 'vitest';
import type { ObjectName } from '../../backends/storage.ts';
import { LIBRARY } from '../notes/ids.ts';
import { createNotebook } from '../notes/library.ts';
import { forgetStorage, putBack } from './connect.ts';
import { between, createWorld, type Device, note, type World } from './examples/devices.ts';
import { entryOf, HEAD } from './examples/packs.ts';
import { createPackBuilder } from './pack.ts';
import { comeAgain } from './reconcile.ts';

async function pushed(world: World, count: number): Promise<[Device, ObjectName[]]> {
  const device = world.device();
  await device.createVault();
  const names: ObjectName[] = [];
  for (let number = 1; number <= count; number++) {
    await device.write(note(number), `note ${number}`);
    await device.sync();
    names.push(world.names('p').find((name) => !names.includes(name)) as ObjectName);
    world.time += 1000;
  }
  return [device, names];
}

async function joined(world: World): Promise<Device> {
  const device = world.device();
  await device.join();
  await device.sync();
  return device;
}

const elements = async (device: Device) => (await device.rows('applied')).map((row) => row.element).sort();
const long = (world: World, words: number) =>
  Array.from({ length: words }, () => world.random().toString(36)).join(' ');

describe('putting back', () => {
  test('V27 is done by coverage: others have nothing to do, their alarms end, a fresh device gets and misses nothing', async () => {
    const world = createWorld();
    const [one] = await pushed(world, 4);
    await one.edit(LIBRARY, (doc) => createNotebook(doc, { id: 'ab'.repeat(16) as never, name: 'Work', parent: null }));
    await one.sync();
    const two = await joined(world);
    await two.write(note(1), ' and two');
    await two.sync();
    await one.sync();
    const before = world.names('p');
    world.provider.wipe();
    for (const device of [one, two]) expect((await device.sync()).alarm).not.toBe(null);
    await two.write(note(2), ' written meanwhile');
    await putBack(one.place);
    expect(await one.sync()).toMatchObject({ alarm: null });
    // Never the old names: whoever puts back by name brings back what was deleted for a reason.
    expect(world.names('p').filter((name) => before.includes(name))).toEqual([]);
    expect(await two.sync()).toMatchObject({ alarm: null, sent: 1 });
    expect((await two.rows('packs')).every((row) => row.present)).toBe(true);
    await one.sync();
    const fresh = await joined(world);
    for (const device of [one, fresh]) {
      expect(await device.texts()).toEqual(await two.texts());
      expect(await device.rows('missing')).toEqual([]);
    }
    expect(await elements(fresh)).toEqual(await elements(one));
    // At quiet nobody has anything left to say.
    const objects = world.provider.objects().size;
    for (const device of [one, two, fresh, one, two]) expect(await device.sync()).toMatchObject({ sent: 0 });
    expect(world.provider.objects().size).toBe(objects);
  });

  test.each([0, 1, 2, 3, 4, 5])(
    'V27 interrupted after %i puts is gone on with, and nothing is said too early',
    async (puts) => {
      const world = createWorld();
      const [one] = await pushed(world, 3);
      const two = await joined(world);
      for (let number = 4; number <= 40; number++) await one.write(note(number), long(world, 3000));
      await one.sync();
      await two.sync();
      world.provider.wipe();
      for (const device of [one, two]) await device.sync();
      let left = puts;
      const power = between(one, (storage) => ({
        async put(name, bytes, signal) {
          if (left-- === 0) throw new Error('the power went');
          return storage.put(name, bytes, signal);
        },
      }));
      const attempt = async () => {
        await putBack(one.place);
        await one.restart().sync();
      };
      const ended = await attempt().then(
        () => 'done',
        () => 'stopped',
      );
      power();
      if (ended === 'stopped') {
        const early = world.device();
        const there = world.names('k').length > 0 && world.names('p').length > 0;
        if (there) await early.join();
        if (there) await early.sync();
        if ((await one.rows('meta')).some(({ key }) => key.startsWith('alarm'))) await putBack(one.place);
        await one.restart().sync();
      }
      expect(await two.sync()).toMatchObject({ alarm: null });
      const fresh = await joined(world);
      expect(await fresh.texts()).toEqual(await one.texts());
      expect(await elements(fresh)).toEqual(expect.arrayContaining(await elements(two)));
    },
  );

  test('V27 of packs of which it isn’t known what was in them puts everything back, and says that it is all', async () => {
    const world = createWorld();
    const [one] = await pushed(world, 4);
    const two = await joined(world);
    const ids = (await one.rows('contents')).map((row) => row.id);
    await one.place.state.write(['contents'], (tx) => tx.contents.delete(ids));
    world.provider.wipe();
    for (const device of [one, two]) await device.sync();
    await putBack(one.place);
    await one.sync();
    expect(await two.sync()).toMatchObject({ alarm: null, sent: 0 });
    const fresh = await joined(world);
    expect(await fresh.texts()).toEqual(await one.texts());
    expect(await elements(fresh)).toEqual(await elements(one));
  });

  test('V27 only what this device has is said to be there: the rest is put back by who has it', async () => {
    const world = createWorld();
    const [one] = await pushed(world, 3);
    const two = await joined(world);
    await two.write(note(9), 'only two has this');
    await two.sync();
    world.provider.wipe();
    for (const device of [one, two]) expect((await device.sync()).alarm).not.toBe(null);
    await putBack(one.place);
    await one.sync();
    expect(await (await joined(world)).texts()).not.toHaveProperty(note(9));
    await two.sync();
    await putBack(two.place);
    await two.sync();
    await one.sync();
    expect((await one.texts())[note(9)]).toBe('only two has this');
    expect(await (await joined(world)).texts()).toEqual(await one.texts());
  });
});

/** As when the person disconnects the storage and connects it again. */
async function again(world: World, device: Device): Promise<void> {
  const { vault } = await device.context();
  await forgetStorage(device.place);
  await comeAgain(device.place, vault);
  device.restart();
  world.time += 1000;
}

describe('coming to a storage with knowledge from elsewhere', () => {
  test('V37 one that has everything gets nothing', async () => {
    const world = createWorld();
    const [one, names] = await pushed(world, 3);
    await again(world, one);
    expect(await one.sync()).toMatchObject({ sent: 0 });
    expect(world.names('p')).toEqual(names.toSorted());
    expect((await one.rows('meta')).some(({ key }) => key.startsWith('reconcile'))).toBe(false);
  });

  test('V37 one that holds an older state gets what it lacks, under a coverage that says so', async () => {
    const world = createWorld();
    const [one] = await pushed(world, 4);
    const copy = new Map(world.provider.objects());
    await one.write(note(1), ', newer');
    await one.write(note(5), 'new');
    await one.sync();
    const two = await joined(world);
    world.provider.restore(copy);
    await again(world, one);
    await one.sync();
    const fresh = await joined(world);
    expect(await fresh.texts()).toEqual(await one.texts());
    expect(await elements(fresh)).toEqual(expect.arrayContaining(await elements(two)));
    // The other one, which stayed connected, finds all that it knows.
    await two.sync();
    expect((await two.rows('packs')).every((row) => row.present)).toBe(true);
    expect(await two.rows('missing')).toEqual([]);
  });

  test('V27 a folder that was taken back to an old copy is mended by share: a few holes, or the person’s word', async () => {
    const world = createWorld();
    const [one] = await pushed(world, 4);
    const copy = new Map(world.provider.objects());
    await one.write(note(5), 'new');
    await one.sync();
    world.provider.restore(copy);
    expect(await one.sync()).toMatchObject({ alarm: null });
    expect((await one.rows('packs')).filter((row) => !row.present)).toHaveLength(1);
    for (let number = 6; number <= 12; number++) {
      await one.write(note(number), `new ${number}`);
      await one.sync();
    }
    world.provider.restore(copy);
    expect(await one.sync()).toMatchObject({ sent: 0, alarm: { lost: 8, of: 12 } });
  });

  test('V37 an empty one gets the vault, and old knowledge is there under the new pushes', async () => {
    const [here, there] = [createWorld(1), createWorld(2)];
    const [one] = await pushed(here, 3);
    const moved = there.device({ storageId: 'there' });
    Object.assign(moved.place, { state: one.place.state });
    await moved.useAccount();
    await putBack(moved.place);
    await moved.sync();
    expect(there.names('k')).toEqual(here.names('k'));
    const fresh = await joined(there);
    expect(await fresh.texts()).toEqual(await one.texts());
    expect(await elements(fresh)).toEqual(expect.arrayContaining(await elements(one)));
    expect(await fresh.rows('missing')).toEqual([]);
  });
});

test('V8 a device that became another one half way begins anew, and claims nothing that isn’t there', async () => {
  const [here, there] = [createWorld(1), createWorld(2)];
  const [one] = await pushed(here, 3);
  for (let number = 4; number <= 60; number++) await one.write(note(number), long(here, 12_000));
  await one.sync();
  const moved = there.device({ storageId: 'there' });
  Object.assign(moved.place, { state: one.place.state });
  await moved.useAccount();
  await putBack(moved.place);
  let puts = 0;
  const power = between(moved, (storage) => ({
    async put(name, bytes, signal) {
      if (++puts > 1) throw new Error('the power went');
      return storage.put(name, bytes, signal);
    },
  }));
  await expect(moved.sync()).rejects.toThrow('the power went');
  power();
  await moved.place.state.write(['meta'], (tx) => tx.meta.delete(['device']));
  await moved.restart().sync();
  const fresh = await joined(there);
  expect(await fresh.texts()).toEqual(await one.texts());
  expect(await elements(fresh)).toEqual(expect.arrayContaining(await elements(one)));
  expect((await moved.rows('meta')).some(({ key }) => key.startsWith('reconcile'))).toBe(false);
});

/** The vault of one place on its way to another, empty one. */
async function moving(here: World, there: World, notes: number): Promise<[Device, Device]> {
  const [one] = await pushed(here, notes);
  const moved = there.device({ storageId: 'there' });
  Object.assign(moved.place, { state: one.place.state });
  await moved.useAccount();
  return [one, moved];
}

describe('what is said to be there', () => {
  test('V11 counts for nobody who can’t read the pushes that hold it', async () => {
    const [here, there] = [createWorld(1), createWorld(2)];
    const [one, moved] = await moving(here, there, 3);
    const old = await elements(one);
    await putBack(moved.place);
    await moved.sync();
    const rows = (await moved.rows('packs')).filter((row) => row.storage === 'there');
    const claim = rows.find((row) => row.covers.some((item) => old.includes(item)));
    there.provider.lose(rows.filter((row) => row !== claim).map((row) => row.name));
    expect(there.names('p')).toEqual([claim?.name]);
    const fresh = await joined(there);
    expect((await elements(fresh)).filter((item) => old.includes(item))).toEqual([]);
  });

  test('V11 isn’t said while a note doesn’t fit into any object', async () => {
    const [here, there] = [createWorld(1), createWorld(2)];
    const [one, moved] = await moving(here, there, 2);
    const old = await elements(one);
    // More than a reader takes from one block, though it compresses to little.
    await one.write(note(1), 'x'.repeat(17 * 1024 * 1024));
    await putBack(moved.place);
    expect((await moved.sync()).tooLarge).toEqual([note(1)]);
    // It isn't tried for ever either: a loss that comes later must be noticed.
    expect((await moved.rows('meta')).some(({ key }) => key.startsWith('reconcile'))).toBe(false);
    const fresh = await joined(there);
    expect(await fresh.texts()).toEqual({ [note(2)]: 'note 2' });
    expect((await elements(fresh)).filter((item) => old.includes(item))).toEqual([]);
  });

  test('V11 isn’t said while a piece of a note on this device doesn’t read any more', async () => {
    const [here, there] = [createWorld(1), createWorld(2)];
    const [one, moved] = await moving(here, there, 2);
    await one.write(note(1), ', and more');
    await one.sync();
    const old = await elements(one);
    const pieces = (await one.rows('bodies')).filter(({ doc }) => doc === note(1));
    const rotten = { ...(pieces.at(-1) as (typeof pieces)[number]), bytes: new Uint8Array([255, 255, 255, 255]) };
    await one.place.state.write(['bodies'], (tx) => tx.bodies.put(rotten));
    await putBack(moved.place);
    await moved.sync();
    expect((await moved.rows('meta')).some(({ key }) => key.startsWith('reconcile'))).toBe(false);
    const fresh = await joined(there);
    expect((await fresh.texts())[note(2)]).toBe('note 2');
    expect((await elements(fresh)).filter((item) => old.includes(item))).toEqual([]);
  });

  test('V11 isn’t said of what this device itself has only in part, or set aside', async () => {
    const [here, there] = [createWorld(1), createWorld(2)];
    const [one, moved] = await moving(here, there, 2);
    const ctx = await one.context();
    const builder = createPackBuilder(ctx.deps, ctx.ring, ctx.vault);
    await builder.add({ ...entryOf(note(1), Uint8Array.of(1)), kind: 77 });
    const pack = await builder.finish({ ...HEAD, sequence: 3 });
    await ctx.storage.put(pack?.name as ObjectName, pack?.bytes as Uint8Array);
    await one.sync();
    expect((await one.rows('packs')).map((row) => row.state)).toContain('aside');
    const old = await elements(one);
    await putBack(moved.place);
    await moved.sync();
    const fresh = await joined(there);
    expect(await elements(fresh)).toEqual(expect.arrayContaining(old));
    expect((await elements(fresh)).filter((item) => item.startsWith(HEAD.device))).toEqual([]);
  });

  test('V11 V14 may be said of a piece that waits for another one: it is in what was pushed, as it is here', async () => {
    const [here, there] = [createWorld(1), createWorld(2)];
    const [, [first]] = await pushed(here, 1);
    const two = await joined(here);
    await two.write(note(1), ' and two');
    await two.sync();
    const lost = here.bytesOf(first as ObjectName);
    here.provider.lose([first as ObjectName]);
    const three = await joined(here);
    expect((await three.rows('gaps')).map(({ doc }) => doc)).toEqual([note(1)]);
    const moved = there.device({ storageId: 'there' });
    Object.assign(moved.place, { state: three.place.state });
    await moved.useAccount();
    await putBack(moved.place);
    await moved.sync();
    const fresh = await joined(there);
    expect(await elements(fresh)).toEqual(expect.arrayContaining(await elements(three)));
    await there.device().place.storage.put(first as ObjectName, lost);
    await fresh.sync();
    expect(await fresh.text(note(1))).toBe('note 1 and two');
  });
});
