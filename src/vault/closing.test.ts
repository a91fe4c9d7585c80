import { expect, test } from 'vitest';
import { type ObjectName, objectName, StorageError } from '../../backends/storage.ts';
import { closeVault } from './closing.ts';
import { putBack } from './connect.ts';
import { between, createWorld, type Device, note, type World } from './examples/devices.ts';
import { outcome } from './examples/packs.ts';
import { healHoles } from './heal.ts';

/** Two devices with a vault of three packs. */
async function pair(world: World): Promise<[Device, Device]> {
  const one = world.device();
  await one.createVault();
  for (let number = 1; number <= 3; number++) {
    await one.write(note(number), `note ${number}`);
    await one.sync();
    world.time += 1000;
  }
  return [one, await joined(world)];
}

async function joined(world: World): Promise<Device> {
  const device = world.device();
  await device.join();
  await device.sync();
  return device;
}

const close = async (device: Device) => closeVault(await device.context());
const hasClosed = async (device: Device) => (await device.sync()).closed !== null;

test('V27 a vault that a person deleted stops every device, which keeps all it has', async () => {
  const world = createWorld();
  const [one, two] = await pair(world);
  const { vault } = await one.context();
  const chunk = objectName(`files/${vault}.a.${'0'.repeat(64)}`);
  const foreign = objectName(`log/${'9'.repeat(32)}.p.${'0'.repeat(64)}`);
  for (const name of [chunk, foreign]) await one.place.storage.put(name, Uint8Array.of(1));
  await two.write(note(9), 'not sent yet');
  await close(one);
  expect(world.names('k')).toHaveLength(2);
  expect(world.names('p').filter((name) => name !== foreign)).toHaveLength(1);
  expect(world.names('a')).toEqual([]);
  expect(world.names('p')).toContain(foreign);
  for (const device of [one, two]) {
    expect(await device.sync()).toEqual({
      received: expect.any(Number),
      sent: 0,
      alarm: null,
      closed: { left: 0 },
      tooLarge: [],
    });
    expect(await device.session.push()).toMatchObject({ sent: 0, closed: { left: 0 } });
    expect(await device.restart().sync()).toMatchObject({ sent: 0, closed: { left: 0 } });
    expect(await healHoles(await device.context())).toEqual({ packs: 0, slots: 0, waiting: 0 });
  }
  expect(Object.keys(await two.texts())).toHaveLength(4);
  expect(await two.rows('outbox')).toHaveLength(1);
  expect(world.names('p')).toHaveLength(2);
});

test('V27 a device that joins it learns that it was deleted, and keeps its own notes to itself', async () => {
  const world = createWorld();
  const [one] = await pair(world);
  await close(one);
  const late = world.device();
  await late.write(note(7), 'mine');
  await late.join();
  expect(await hasClosed(late)).toBe(true);
  expect(world.names('p')).toHaveLength(1);
  expect(await late.texts()).toEqual({ [note(7)]: 'mine' });
});

test('V27 put back by a person it is open again for all, and nothing is left of its having been deleted', async () => {
  const world = createWorld();
  const [one, two] = await pair(world);
  await close(one);
  const [closing] = world.names('p') as [ObjectName];
  await two.write(note(2), ', written meanwhile');
  for (const device of [one, two]) expect(await hasClosed(device)).toBe(true);
  await putBack(two.place);
  expect(await two.sync()).toMatchObject({ closed: null, alarm: null });
  expect(world.names('p')).not.toContain(closing);
  expect(await one.sync()).toMatchObject({ closed: null, alarm: null });
  expect(await one.texts()).toEqual(await two.texts());
  expect(await (await joined(world)).texts()).toEqual(await two.texts());
  for (const device of [one, two]) {
    await device.write(note(5), 'more');
    expect(await device.sync()).toMatchObject({ sent: 1, closed: null });
  }
});

test('V27 others stay stopped until all of it is there again', async () => {
  const world = createWorld();
  const [one, two] = await pair(world);
  await close(one);
  for (const device of [one, two]) await device.sync();
  await putBack(two.place);
  const power = between(two, () => ({
    async delete() {
      throw new Error('the power went');
    },
  }));
  expect(await outcome(() => two.sync())).toContain('the power went');
  expect(await hasClosed(one)).toBe(true);
  power();
  expect(await hasClosed(two)).toBe(false);
  expect(await hasClosed(one)).toBe(false);
});

test('V27 nothing is deleted before others can find out why', async () => {
  const world = createWorld();
  const [one] = await pair(world);
  const before = world.names('p');
  const blind = between(one, (storage) => ({
    async changes(area, cursor, signal) {
      const page = await storage.changes(area, cursor, signal);
      return { ...page, events: page.events.filter(({ name }) => before.includes(name) || name.includes('.k.')) };
    },
  }));
  expect(await outcome(() => close(one))).toContain('does not show yet');
  expect(world.names('p')).toEqual(expect.arrayContaining(before));
  blind();
  world.time += 24 * 3600_000;
  expect(await hasClosed(one)).toBe(true);
  await close(one);
  expect(world.names('p')).toHaveLength(1);
});

test('V27 a deletion that was cut short, or that somebody wrote beside, is known and can be finished', async () => {
  const world = createWorld();
  const [one, two] = await pair(world);
  await two.sync();
  const power = between(one, () => ({
    async delete() {
      throw new StorageError('Unavailable', 'the power went');
    },
  }));
  await outcome(() => close(one));
  power();
  expect((await one.sync()).closed?.left).toBe(3);
  // It listed before, and so it doesn't know.
  await two.write(note(9), 'late');
  expect(await two.session.push()).toMatchObject({ sent: 1 });
  expect((await one.sync()).closed?.left).toBe(4);
  await close(one);
  expect(world.names('p')).toHaveLength(1);
  expect(await hasClosed(two)).toBe(true);
  expect((await two.texts())[note(9)]).toBe('late');
  expect((await two.sync()).closed?.left).toBe(0);
});
