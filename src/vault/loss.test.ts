import { expect, test } from 'vitest';
import type { ObjectName } from '../../backends/storage.ts';
import { WHOLE } from './applying.ts';
import { putBack } from './connect.ts';
import { between, createWorld, type Device, note, type World } from './examples/devices.ts';
import { FULL_LISTING_EVERY } from './listing.ts';
import { seal } from './seal.ts';

/** A push of its own for each text; the packs' names in that order. */
async function pushed(world: World, texts: readonly string[]): Promise<[Device, ObjectName[]]> {
  const device = world.device();
  await device.createVault();
  const names: ObjectName[] = [];
  for (const [index, text] of texts.entries()) {
    await device.write(note(index + 1), text);
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

/** Text that doesn't compress. */
const long = (world: World, words: number) =>
  Array.from({ length: words }, () => world.random().toString(36)).join(' ');

test('V27 a loss is measured by what was in the packs: one that held nearly everything is most of it', async () => {
  const world = createWorld();
  const [device, names] = await pushed(world, [long(world, 2000), 'a', 'b', 'c', 'd', 'e', 'f', 'g']);
  world.provider.lose([names[0] as ObjectName]);
  expect(await device.sync()).toMatchObject({ sent: 0, alarm: { lost: 1, of: 8 } });
});

test('V27 one small pack of two is a hole, and all but one of many small ones is a loss', async () => {
  const world = createWorld();
  const [device, names] = await pushed(world, [long(world, 200), 'a']);
  world.provider.lose([names[1] as ObjectName]);
  expect(await device.sync()).toMatchObject({ alarm: null });

  const next = createWorld();
  const [other, packs] = await pushed(next, [long(next, 2000), 'a', 'b', 'c', 'd']);
  next.provider.lose(packs.slice(1));
  expect(await other.sync()).toMatchObject({ alarm: { lost: 4, of: 5 } });
});

test('V27 packs that others have merged don’t count as lost, although most names have gone', async () => {
  const world = createWorld();
  const [one, names] = await pushed(world, ['a', 'b', 'c', 'd', 'e']);
  const two = await joined(world);
  const ctx = await one.context();
  const covers = new Set((await one.rows('packs')).flatMap((row) => row.covers));
  await seal(ctx, { covers, docs: [1, 2, 3, 4, 5].map(note) });
  world.provider.lose(names);
  expect(await two.sync()).toMatchObject({ alarm: null });
  expect((await two.rows('packs')).map((row) => row.present)).toEqual([true]);
  // Two packs that hold it together do as well as one.
  const next = createWorld();
  const [three, packs] = await pushed(next, ['a', 'b', 'c']);
  const four = await joined(next);
  const [first, second, third] = (await three.rows('packs'))
    .sort((x, y) => packs.indexOf(x.name) - packs.indexOf(y.name))
    .map((row) => row.covers) as [never[], never[], never[]];
  await seal(await three.context(), { covers: new Set([...first, ...second, ...third]), docs: [1, 2, 3].map(note) });
  const merged = next.names('p').find((name) => !packs.includes(name)) as ObjectName;
  next.provider.lose(packs);
  await four.sync();
  await seal(await three.context(), { covers: new Set([...first, ...second]), docs: [1, 2].map(note) });
  await seal(await three.context(), { covers: new Set([...second, ...third]), docs: [2, 3].map(note) });
  next.provider.lose([merged]);
  expect(await four.sync()).toMatchObject({ alarm: null });
  expect((await four.rows('packs')).map((row) => row.present)).toEqual([true, true]);
});

test('V27 what is written beside the ruins ends no alarm; what is put back does, on every device', async () => {
  const world = createWorld();
  const [one, names] = await pushed(world, ['a', 'b', 'c', 'd']);
  const [two, three] = [await joined(world), await joined(world)];
  world.provider.lose(names.slice(0, 3));
  for (const device of [one, two]) expect(await device.sync()).toMatchObject({ alarm: { lost: 3, of: 4 } });
  // A device that joins now has no way to know, and writes.
  const fresh = await joined(world);
  for (let number = 10; number < 20; number++) {
    await fresh.write(note(number), `fresh ${number} ${long(world, 50)}`);
    await fresh.sync();
  }
  for (const device of [one, two]) expect(await device.sync()).toMatchObject({ sent: 0, alarm: { lost: 3, of: 4 } });
  await putBack(one.place);
  expect(await one.sync()).toMatchObject({ alarm: null });
  for (const device of [two, three, fresh]) {
    expect(await device.sync()).toMatchObject({ alarm: null });
    expect(await device.texts()).toEqual(await one.texts());
  }
});

test('V27 what nobody can put back is decided about once, and stops nobody for ever', async () => {
  const world = createWorld();
  const [lost] = await pushed(world, ['a']);
  const reader = await joined(world);
  await lost.write(note(2), long(world, 60_000));
  await lost.sync();
  // Its head reads, its text doesn't, and the device that wrote it is no more.
  const large = world.names('p').find((name) => world.bytesOf(name).length > WHOLE) as ObjectName;
  world.provider.corrupt(large, (bytes) => {
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
    return bytes;
  });
  for (let listings = 0; listings < 3; listings++) {
    await reader.sync();
    world.time += FULL_LISTING_EVERY;
  }
  expect(await reader.sync()).toMatchObject({ alarm: { lost: 1, of: 2 } });
  await putBack(reader.place);
  for (let listings = 0; listings < 3; listings++) {
    await reader.write(note(10 + listings), 'more');
    expect(await reader.sync()).toMatchObject({ alarm: null });
    world.time += FULL_LISTING_EVERY;
  }
  expect(await reader.rows('outbox')).toEqual([]);
  expect(await (await joined(world)).texts()).toMatchObject(await reader.texts());
});

test('V27 a device that had read nothing yet stops as well when nothing is there any more', async () => {
  const world = createWorld();
  await pushed(world, ['a', 'b']);
  const device = world.device();
  await device.join();
  await device.write(note(9), 'mine');
  world.provider.wipe();
  expect(await device.sync()).toMatchObject({ sent: 0, alarm: { lost: 2, of: 2 } });
});

test('V27 a vault without packs whose slots have gone gets no push that nobody could open', async () => {
  const world = createWorld();
  const device = world.device();
  await device.createVault();
  await device.sync();
  world.provider.wipe();
  await device.write(note(1), 'mine');
  expect(await device.sync()).toMatchObject({ sent: 0, alarm: { lost: 2, of: 2 } });
  await putBack(device.place);
  expect(await device.sync()).toMatchObject({ sent: 1, alarm: null });
  expect(await (await joined(world)).texts()).toEqual({ [note(1)]: 'mine' });
});

test('V20 packs that were merged while they were read are looked for once more, and nothing is called lost', async () => {
  const world = createWorld();
  const [one, names] = await pushed(world, ['a', 'b', 'c']);
  const reader = world.device();
  await reader.join();
  let merged = false;
  between(reader, (storage) => ({
    async get(name, range, signal) {
      if (names.includes(name) && !merged) {
        merged = true;
        const covers = new Set((await one.rows('packs')).flatMap((row) => row.covers));
        await seal(await one.context(), { covers, docs: [1, 2, 3].map(note) });
        world.provider.lose(names);
      }
      return storage.get(name, range, signal);
    },
  }));
  expect(await reader.sync()).toMatchObject({ alarm: null });
  expect(await reader.texts()).toEqual(await one.texts());
});

test('V27 a merged pack of which the feed said nothing is looked for before what it holds is called lost', async () => {
  const world = createWorld();
  const [one, names] = await pushed(world, ['a', 'b', 'c', 'd', 'e']);
  const two = await joined(world);
  const covers = new Set((await one.rows('packs')).flatMap((row) => row.covers));
  await seal(await one.context(), { covers, docs: [1, 2, 3, 4, 5].map(note) });
  const merged = world.names('p').find((name) => !names.includes(name));
  const heard = between(two, (storage) => ({
    async changes(area, cursor, signal) {
      const page = await storage.changes(area, cursor, signal);
      const lost = (name: ObjectName) => cursor !== undefined && name === merged;
      return { ...page, events: page.events.filter(({ name }) => !lost(name)) };
    },
  }));
  expect(await two.sync()).toMatchObject({ received: 0 });
  world.provider.lose(names);
  await two.write(note(6), 'f');
  expect(await two.sync()).toMatchObject({ received: 1, sent: 1, alarm: null });
  heard();
  expect((await two.rows('meta')).some(({ key }) => key.startsWith('alarm'))).toBe(false);
});
