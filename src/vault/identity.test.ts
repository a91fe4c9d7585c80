import { expect, test } from 'vitest';
import { between, createWorld, type Device, note, type World } from './examples/devices.ts';
import { unsend } from './identity.ts';
import { FULL_LISTING_EVERY } from './listing.ts';
import { purgeNotes } from './purging.ts';
import { seal } from './seal.ts';

test('V8 what a copied profile finds sent already goes on counting as applied, and is never missed', async () => {
  const world = createWorld();
  const writer = world.device();
  await writer.createVault();
  await writer.write(note(1), 'one');
  const reply = between(writer, (storage) => ({
    async put(name, bytes, signal) {
      await storage.put(name, bytes, signal);
      throw new Error('the reply was lost');
    },
  }));
  await expect(writer.sync()).rejects.toThrow('the reply was lost');
  reply();
  // The profile is copied before it knows that its first push has arrived, and the copy finds that push in the storage.
  let closed = true;
  const clone = world.device({
    events: {
      sending() {
        if (closed) throw new Error('closed');
      },
    },
  });
  for (const table of ['notes', 'bodies', 'applied', 'uploads', 'meta'] as const) {
    const rows = await writer.rows(table);
    await clone.place.state.write([table], (tx) =>
      (tx[table] as { putMany(rows: unknown): Promise<void> }).putMany(rows),
    );
  }
  await clone.useAccount();
  await expect(clone.sync()).rejects.toThrow('closed');
  closed = false;
  expect((await clone.rows('packs')).map((row) => row.state)).toEqual(['applied']);
  expect(await clone.rows('uploads')).toHaveLength(1);
  // Somebody says that it has the first push; then the original writes once more under the id that both have.
  world.time += 1000;
  const other = world.device();
  await other.join();
  await other.sync();
  await other.write(note(2), 'by another');
  await other.sync();
  world.time += 1000;
  await writer.write(note(3), 'by the original');
  await writer.restart().sync();
  await clone.restart().sync();
  expect(await clone.rows('missing')).toEqual([]);
  expect(await clone.rows('applied')).toHaveLength(world.names('p').length);
  expect(await clone.rows('outbox')).toEqual([]);
});

const COPIED = ['notes', 'bodies', 'outbox', 'applied', 'uploads', 'packs', 'contents', 'slots', 'meta'] as const;

/** A device with a copy of everything that this one has. */
async function cloneOf(world: World, device: Device): Promise<Device> {
  const clone = world.device();
  for (const table of COPIED) {
    const rows = await device.rows(table);
    await clone.place.state.write([table], (tx) =>
      (tx[table] as { putMany(rows: unknown): Promise<void> }).putMany(rows),
    );
  }
  await clone.useAccount();
  return clone;
}

const idOf = async (device: Device) =>
  ((await device.rows('meta')).find(({ key }) => key === 'device')?.value as { id: string } | undefined)?.id;

async function fresh(world: World): Promise<Device> {
  const device = world.device();
  await device.join();
  await device.sync();
  return device;
}

const elementsOf = async (device: Device) => (await device.rows('applied')).map((row) => row.element).toSorted();

/** All hold the same, nobody has anything to say, and nobody misses anything. */
async function expectQuiet(world: World, devices: readonly Device[]): Promise<void> {
  for (let round = 0; round < 3; round++) for (const device of devices) await device.sync();
  const objects = world.provider.objects().size;
  const last = await fresh(world);
  for (const device of devices) {
    expect(await device.sync()).toMatchObject({ received: 0, sent: 0, alarm: null });
    expect(await device.texts()).toEqual(await last.texts());
    expect(await elementsOf(device)).toEqual(await elementsOf(last));
    for (const table of ['missing', 'outbox', 'uploads'] as const) expect(await device.rows(table)).toEqual([]);
  }
  expect(world.provider.objects().size).toBe(objects);
}

test('V8 two live copies of a profile, with a push waiting in both, lose nothing and become two devices', async () => {
  const world = createWorld();
  const one = world.device();
  await one.createVault();
  await one.write(note(1), 'one');
  await one.sync();
  await one.write(note(2), 'waiting in both');
  const power = between(one, () => ({
    async put() {
      throw new Error('offline');
    },
  }));
  await expect(one.session.push()).rejects.toThrow('offline');
  power();
  const two = await cloneOf(world, one);
  expect(await two.rows('uploads')).toHaveLength(1);
  // Both are open and have listed; neither lists again before it sends.
  for (const device of [one, two]) await device.sync();
  await one.write(note(1), ', edited by one');
  await two.write(note(1), ', edited by two');
  await one.session.push();
  await two.session.push();
  for (const device of [one, two, one, two]) {
    world.time += 1000;
    await device.sync();
    await device.write(note(3), 'more ');
    await device.session.push();
  }
  expect(await idOf(one)).not.toBe(await idOf(two));
  await expectQuiet(world, [one, two]);
  const text = (await one.texts())[note(1)] as string;
  expect([text.includes('edited by one'), text.includes('edited by two')]).toEqual([true, true]);
  expect((await one.texts())[note(3)]).toBe('more more more more ');
  expect((await one.texts())[note(2)]).toBe('waiting in both');
});

test('V8 a copy whose pushes were merged with others before this device saw them is noticed as well', async () => {
  const world = createWorld();
  const one = world.device();
  await one.createVault();
  await one.write(note(1), 'one');
  await one.sync();
  const two = await cloneOf(world, one);
  await two.write(note(2), 'by the copy');
  await two.sync();
  const third = await fresh(world);
  const rows = (await third.rows('packs')).filter((row) => row.present);
  await seal(await third.context(), { covers: new Set(rows.flatMap((row) => row.covers)), docs: [note(1), note(2)] });
  await third.place.storage.delete(rows.map((row) => row.name));
  await one.write(note(3), 'by the original');
  await one.restart().sync();
  expect(await idOf(one)).not.toBe(await idOf(two));
  await expectQuiet(world, [one, two, third]);
});

test('V8 a push that looked damaged when it was read back costs a device id at most', async () => {
  const world = createWorld();
  const one = world.device();
  await one.createVault();
  const other = await fresh(world);
  await one.write(note(1), 'one');
  const lost = between(one, (storage) => ({
    async put(name, bytes, signal) {
      await storage.put(name, bytes, signal);
      throw new Error('the reply was lost');
    },
  }));
  await expect(one.sync()).rejects.toThrow('the reply was lost');
  lost();
  await other.sync();
  await other.write(note(2), 'by the other one');
  await other.sync();
  const before = await idOf(one);
  // The push is listed, and downloads that are flipped on their way make it look as if something else lay under its name.
  const flipped = between(one, (storage) => ({
    async get(name, range, signal) {
      const bytes = await storage.get(name, range, signal);
      bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
      return bytes;
    },
  }));
  await one.restart().sync();
  expect((await one.rows('packs')).map((row) => row.state)).toContain('damaged');
  flipped();
  world.time += FULL_LISTING_EVERY;
  await one.sync();
  await one.write(note(3), 'and on');
  await expectQuiet(world, [one, other]);
  expect(await one.texts()).toEqual({ [note(1)]: 'one', [note(2)]: 'by the other one', [note(3)]: 'and on' });
  expect(await idOf(one)).not.toBe(before);
});

test('V23 what was never sent of a note that was deleted for good isn’t sent when its push is sealed anew', async () => {
  const world = createWorld();
  const one = world.device();
  await one.createVault();
  await one.write(note(1), 'never sent');
  await one.write(note(2), 'sent');
  await purgeNotes(one.place, [note(1)], { good: true });
  const stop = between(one, () => ({ put: () => Promise.reject(new Error('the network went')) }));
  await expect(one.sync()).rejects.toThrow('the network went');
  stop();
  await unsend(one.place.state, { forgetDevice: true });
  await one.restart().sync();
  const other = await fresh(world);
  expect(await other.texts()).toEqual({ [note(2)]: 'sent' });
  expect((await other.rows('bodies')).map(({ doc }) => doc)).toEqual([note(2)]);
  expect((await other.rows('purges')).map(({ doc }) => doc)).toEqual([note(1)]);
});
