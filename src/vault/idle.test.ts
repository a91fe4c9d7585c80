import { expect, test } from 'vitest';
import { createWorld, type Device, note, type World } from './examples/devices.ts';
import type { IdleReport } from './idle.ts';

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
