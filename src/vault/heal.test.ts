import { expect, test } from 'vitest';
import type { ObjectName } from '../../backends/storage.ts';
import { LIBRARY } from '../notes/ids.ts';
import { createNotebook } from '../notes/library.ts';
import { putBack } from './connect.ts';
import { between, CHEAP, createWorld, type Device, note, type World } from './examples/devices.ts';
import { entryOf, HEAD } from './examples/packs.ts';
import { healHoles } from './heal.ts';
import { FULL_LISTING_EVERY } from './listing.ts';
import { seal } from './seal.ts';
import { nameOf } from './names.ts';
import { createPackBuilder } from './pack.ts';
import { sealSlot } from './slots.ts';

const HOUR = 3600_000;
const DAY = 24 * HOUR;

/** A device that has pushed so many notes, each in a pack of its own; their names in that order. */
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

/** Syncs with a full listing, now and once more after the longest that any device waits. */
async function waitForHealing(world: World, ...devices: readonly Device[]): Promise<void> {
  for (const wait of [FULL_LISTING_EVERY, DAY]) {
    world.time += wait;
    for (const device of devices) await device.sync();
  }
}

const heal = async (device: Device) => healHoles(await device.context());

test('V27 a single hole is healed by a device that has what was in it, under a new name and with its coverage', async () => {
  const world = createWorld();
  const [one, names] = await pushed(world, 5);
  const two = await joined(world);
  world.provider.lose([names[1] as ObjectName]);
  await waitForHealing(world, one);
  expect(await heal(one)).toEqual({ packs: 1, slots: 0, waiting: 0 });
  expect(world.names('p')).toHaveLength(5);
  expect(world.names('p')).not.toContain(names[1]);
  // To those who had it, nothing is new and nothing is wrong; whoever had not gets it, and misses nothing.
  expect(await two.sync()).toMatchObject({ alarm: null, sent: 0 });
  expect((await two.rows('packs')).every((row) => row.present)).toBe(true);
  const fresh = await joined(world);
  expect(await fresh.texts()).toEqual(await one.texts());
  expect((await fresh.rows('applied')).map((row) => row.element).sort()).toEqual(
    (await one.rows('applied')).map((row) => row.element).sort(),
  );
  expect(await fresh.rows('missing')).toEqual([]);
});

test('V27 it waits for two full listings that are an hour apart, and then for its own hour of the day', async () => {
  const world = createWorld();
  const [one, names] = await pushed(world, 5);
  world.provider.lose([names[1] as ObjectName]);
  const waiting = { packs: 0, slots: 0, waiting: 1 };
  await one.sync();
  expect(await heal(one)).toMatchObject({ packs: 0 });
  world.time += FULL_LISTING_EVERY;
  await one.sync();
  expect(await heal(one)).toEqual(waiting);
  // Long enough, but seen to be gone by one full listing only.
  world.time += DAY;
  expect(await heal(one)).toEqual(waiting);
  await one.sync();
  expect(await heal(one)).toMatchObject({ packs: 1, waiting: 0 });
});

test('V27 what a direct read still finds was only late, and is not healed', async () => {
  const world = createWorld();
  const [one, names] = await pushed(world, 5);
  const [, late] = names as [ObjectName, ObjectName];
  between(one, (storage) => ({
    async changes(area, cursor, signal) {
      const page = await storage.changes(area, cursor, signal);
      return { ...page, events: page.events.filter(({ name }) => name !== late) };
    },
  }));
  await waitForHealing(world, one);
  expect((await one.rows('packs')).find((row) => row.name === late)).toMatchObject({ present: false });
  expect(await heal(one)).toEqual({ packs: 0, slots: 0, waiting: 0 });
  expect((await one.rows('packs')).find((row) => row.name === late)).toMatchObject({ present: true, gone: null });
  expect(world.names('p')).toHaveLength(5);
});

test('V27 two devices that have it heal it once', async () => {
  const world = createWorld();
  const [one, names] = await pushed(world, 5);
  const two = await joined(world);
  world.provider.lose([names[1] as ObjectName]);
  await waitForHealing(world, one, two);
  expect(await heal(one)).toMatchObject({ packs: 1 });
  // The other one's time has come as well, and its last sync is from before.
  await heal(two);
  expect(world.names('p')).toHaveLength(5);
});

test('V27 a device that lacks a part of what was in it leaves the hole to others', async () => {
  const world = createWorld();
  const [one, names] = await pushed(world, 5);
  world.provider.lose([names[1] as ObjectName]);
  const two = await joined(world);
  await waitForHealing(world, two);
  expect(await heal(two)).toEqual({ packs: 0, slots: 0, waiting: 0 });
  await one.write(note(9), 'more');
  await one.sync();
  await two.sync();
  expect(await two.rows('missing')).toHaveLength(1);
  await waitForHealing(world, one);
  expect(await heal(one)).toMatchObject({ packs: 1 });
  await two.sync();
  expect([await two.rows('missing'), await two.texts()]).toEqual([[], await one.texts()]);
});

test('V18 a device on which a piece of a note doesn’t read any more leaves the hole to others', async () => {
  const world = createWorld();
  const [one, names] = await pushed(world, 5);
  const piece = (await one.rows('bodies')).find(({ doc }) => doc === note(2));
  if (!piece) throw new Error('the note is not here');
  const rotten = { ...piece, bytes: new Uint8Array([255, 255, 255, 255]) };
  await one.place.state.write(['bodies'], (tx) => tx.bodies.put(rotten));
  world.provider.lose([names[1] as ObjectName]);
  await waitForHealing(world, one);
  expect(await heal(one)).toEqual({ packs: 0, slots: 0, waiting: 1 });
  expect(world.names('p')).toHaveLength(4);
});

test('V36 what was written in a note and waits is sent before a hole is healed with it', async () => {
  const world = createWorld();
  const [one, names] = await pushed(world, 5);
  const two = await joined(world);
  world.provider.lose([names[1] as ObjectName]);
  await waitForHealing(world, one);
  await one.write(note(2), ' and more');
  expect(await heal(one)).toMatchObject({ packs: 1 });
  // The device is lost before it syncs again.
  await two.sync();
  expect(await two.text(note(2))).toBe('note 2 and more');
});

test('V11 a hole with a note that has grown too large for any object is left, and nothing is sent for it again and again', async () => {
  const world = createWorld();
  const [one, names] = await pushed(world, 5);
  const noise = () => String.fromCharCode(0x4e00 + Math.floor(world.random() * 20_000));
  await one.write(note(2), Array.from({ length: 2_000_000 }, noise).join(''));
  expect((await one.sync()).tooLarge).toEqual([note(2)]);
  world.provider.lose([names[1] as ObjectName]);
  await waitForHealing(world, one);
  const before = world.names('p');
  expect(await heal(one)).toMatchObject({ packs: 0, waiting: 1 });
  await seal(await one.context(), { covers: new Set(), docs: [note(1), note(2), note(3)], unsent: true });
  expect(world.names('p')).toEqual(before);
});

test('V27 several holes are healed with the notebooks in them, and what is edited meanwhile is not lost', async () => {
  const world = createWorld();
  const [one] = await pushed(world, 4);
  await one.edit(LIBRARY, (doc) => createNotebook(doc, { id: 'ab'.repeat(16) as never, name: 'Work', parent: null }));
  await one.write(note(1), ', twice');
  await one.sync();
  for (let number = 5; number <= 9; number++) {
    await one.write(note(number), `note ${number}`);
    await one.sync();
  }
  const rows = await one.rows('contents');
  const small = rows.filter((row) => row.docs.length === 32).map((row) => row.id.split(' ')[1] as ObjectName);
  const others = world.names('p').filter((name) => !small.includes(name));
  world.provider.lose([...small, ...others.slice(0, 3)]);
  await one.write(note(1), ', thrice');
  await waitForHealing(world, one);
  expect(await heal(one)).toMatchObject({ packs: 1, waiting: 0 });
  const fresh = await joined(world);
  expect(await fresh.texts()).toEqual(await one.texts());
  expect(await fresh.text(note(1))).toBe('note 1, twice, thrice');
  expect((await fresh.rows('bodies')).some((row) => row.doc === LIBRARY)).toBe(true);
});

test('V27 an object that was damaged where it lies is healed by a device that read it before', async () => {
  const world = createWorld();
  const [one, names] = await pushed(world, 5);
  const broken = names[1] as ObjectName;
  const bytes = world.bytesOf(broken).slice();
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
  world.provider.lose([broken]);
  // Put there once more by somebody's hand, as a program that mends disks would.
  await world.device().place.storage.put(broken, bytes);
  await one.sync();
  expect((await one.rows('packs')).find((row) => row.name === broken)).toMatchObject({ state: 'damaged' });
  expect(await heal(one)).toMatchObject({ packs: 0 });
  await waitForHealing(world, one);
  expect(await heal(one)).toMatchObject({ packs: 1, waiting: 0 });
  const fresh = await joined(world);
  expect(await fresh.texts()).toEqual(await one.texts());
  expect(world.names('p')).toContain(broken);
});

test('V27 while the person has to decide, or another program knows more, nothing is healed', async () => {
  const world = createWorld();
  const [one, names] = await pushed(world, 5);
  world.provider.lose(names.slice(0, 3));
  await waitForHealing(world, one);
  expect(await one.sync()).toMatchObject({ alarm: { lost: 3, of: 5 } });
  expect(await heal(one)).toEqual({ packs: 0, slots: 0, waiting: 0 });

  const next = createWorld(2);
  const [two, packs] = await pushed(next, 5);
  const newer = next.bytesOf(packs[4] as ObjectName).slice();
  newer[7] = 9;
  const hash = await next.deps.crypto.sha256(newer);
  const name = `${(packs[4] as string).slice(0, 38 + 1)}${Buffer.from(hash).toString('hex')}` as ObjectName;
  await next.device().place.storage.put(name, newer);
  next.provider.lose([packs[0] as ObjectName]);
  await waitForHealing(next, two);
  expect((await two.rows('packs')).map((row) => row.state)).toContain('newer');
  expect(await heal(two)).toEqual({ packs: 0, slots: 0, waiting: 0 });
});

test('V27 what went before it was ever read is forgotten once it is known to be gone', async () => {
  const world = createWorld();
  const [, names] = await pushed(world, 5);
  const reader = world.device();
  await reader.join();
  world.provider.lose([names[1] as ObjectName]);
  await reader.sync();
  expect(await reader.rows('packs')).toHaveLength(5);
  await waitForHealing(world, reader);
  await heal(reader);
  expect((await reader.rows('packs')).map((row) => row.name).sort()).toEqual(world.names('p'));
});

test('V31 key slots that have gone are put back as they were, by one device after its time', async () => {
  const world = createWorld();
  const [one] = await pushed(world, 3);
  const slots = world.names('k');
  world.provider.lose(slots);
  await one.sync();
  expect(await heal(one)).toMatchObject({ slots: 0 });
  await waitForHealing(world, one);
  expect(await heal(one)).toMatchObject({ slots: 2 });
  expect(world.names('k')).toEqual(slots);
  expect((await (await joined(world)).texts())[note(1)]).toBe('note 1');
  await one.sync();
  expect(await heal(one)).toMatchObject({ slots: 0 });
});

test('V27 a device stopped while it heals goes on the next time', async () => {
  const world = createWorld();
  const [one, names] = await pushed(world, 5);
  world.provider.lose([names[1] as ObjectName]);
  await waitForHealing(world, one);
  const power = between(one, () => ({
    async put() {
      throw new Error('the power went');
    },
  }));
  await expect(heal(one)).rejects.toThrow('the power went');
  power();
  expect(await heal(one)).toMatchObject({ packs: 1, waiting: 0 });
});

test('V27 a pack with entries that this program set aside is no hole that it could fill', async () => {
  const world = createWorld();
  const [one] = await pushed(world, 5);
  const ctx = await one.context();
  const builder = createPackBuilder(ctx.deps, ctx.ring, ctx.vault);
  await builder.add({ ...entryOf(note(1), Uint8Array.of(1)), kind: 77 });
  const pack = await builder.finish({ ...HEAD, sequence: 3 });
  await ctx.storage.put(pack?.name as ObjectName, pack?.bytes as Uint8Array);
  await one.sync();
  expect((await one.rows('packs')).map((row) => row.state)).toContain('aside');
  world.provider.lose([pack?.name as ObjectName]);
  await waitForHealing(world, one);
  expect(await heal(one)).toEqual({ packs: 0, slots: 0, waiting: 1 });
});

test('V22 a clock that was far ahead when the hole was seen doesn’t make it wait for years', async () => {
  const world = createWorld();
  await pushed(world, 5);
  let ahead = 0;
  const two = world.device({ deps: { now: () => world.time + ahead } });
  await two.join();
  await two.sync();
  world.provider.lose([world.names('p')[1] as ObjectName]);
  ahead = 3650 * DAY;
  await two.sync();
  ahead = 0;
  world.time += FULL_LISTING_EVERY;
  await two.sync();
  await waitForHealing(world, two);
  expect(await heal(two)).toMatchObject({ packs: 1, waiting: 0 });
});

test('V31 a slot whose place another one took is never put back', async () => {
  const world = createWorld();
  const [one] = await pushed(world, 3);
  const { vault, deps, storage } = await one.context();
  const [old] = world.names('k') as [ObjectName];
  const ring = { current: '0101010101010101', keys: [{ id: '0101010101010101', raw: new Uint8Array(32) }] };
  const secret = { kind: 'passphrase', passphrase: 'a new one' } as const;
  const bytes = await sealSlot(deps.crypto, vault, ring, secret, { cost: CHEAP, generation: 1, supersedes: [old] });
  await storage.put(nameOf(vault, 'k', await deps.crypto.sha256(bytes)), bytes);
  world.provider.lose([old]);
  await one.restart().sync();
  await waitForHealing(world, one);
  expect(await heal(one)).toMatchObject({ slots: 0 });
  await waitForHealing(world, one);
  expect(await heal(one)).toMatchObject({ slots: 0 });
  const there = world.names('k');
  await putBack(one.place);
  expect(world.names('k')).toEqual(there);
});
