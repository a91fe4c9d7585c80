import { expect, test } from 'vitest';
import { type ObjectName, StorageError } from '../../backends/storage.ts';
import { textOf } from '../notes/note.ts';
import { LIBRARY } from '../notes/ids.ts';
import { createNotebook } from '../notes/library.ts';
import { type DeviceId, element } from './coverage.ts';
import { OtherAccount } from './errors.ts';
import { between, createWorld, type Device, note, type World } from './examples/devices.ts';
import { seal } from './seal.ts';
import { createSession } from './session.ts';

async function pair(world: World): Promise<[Device, Device]> {
  const one = world.device();
  await one.createVault();
  await one.sync();
  const two = world.device();
  await two.join();
  await two.sync();
  return [one, two];
}

test('V9 signed in to another account, nothing is read or written', async () => {
  const world = createWorld();
  const [device] = await pair(world);
  await device.write(note(1), 'secret');
  const before = [...world.provider.objects().keys()];
  device.resetCounts();
  const session = createSession(device.place, 'somebody else');
  for (const work of [() => session.sync(), () => session.pull(), () => session.push()])
    await expect(work()).rejects.toBeInstanceOf(OtherAccount);
  expect(device.counts()).toMatchObject({ about: 3, total: 3 });
  expect([...world.provider.objects().keys()]).toEqual(before);
});

test('V9 after a new sign-in the account is looked at again', async () => {
  const world = createWorld();
  const [device] = await pair(world);
  await device.sync();
  const healed = between(device, () => ({
    async changes() {
      throw new StorageError('Unauthorized', 'sign in again');
    },
  }));
  await expect(device.sync()).rejects.toMatchObject({ kind: 'Unauthorized' });
  healed();
  between(device, (storage) => ({
    about: async (signal) => ({ ...(await storage.about(signal)), accountId: 'somebody else' }),
  }));
  await device.write(note(1), 'secret');
  await expect(device.sync()).rejects.toBeInstanceOf(OtherAccount);
  expect(world.names('p')).toEqual([]);
});

test('V9 a device that belongs to no vault syncs nothing', async () => {
  const world = createWorld();
  const device = world.device();
  await device.useAccount();
  await device.write(note(1), 'mine');
  await expect(device.sync()).rejects.toThrow('belongs to no vault');
  expect(world.provider.objects().size).toBe(0);
});

test('V3 an idle sync is one request', async () => {
  const world = createWorld();
  const [device] = await pair(world);
  device.resetCounts();
  for (let count = 0; count < 3; count++) await device.sync();
  expect(device.counts()).toMatchObject({ changes: 3, total: 3 });
});

test('V3 a pull reads what others sent, and sends nothing', async () => {
  const world = createWorld();
  const [one, two] = await pair(world);
  await one.write(note(1), 'from the other');
  await one.sync();
  await two.write(note(2), 'not finished');
  const objects = world.provider.objects().size;
  two.resetCounts();
  expect(await two.session.pull()).toEqual({ received: 1, sent: 0, alarm: null, closed: null, tooLarge: [] });
  expect(two.counts()).toMatchObject({ changes: 1, get: 1, total: 2 });
  expect(world.provider.objects().size).toBe(objects);
  expect(await two.session.push()).toMatchObject({ sent: 1 });
});

test.each([1, 100])(
  'V3 %i changed notes are one put to send, and one listing and one read to receive',
  async (notes) => {
    const world = createWorld();
    const [one, two] = await pair(world);
    for (let number = 1; number <= notes; number++) await one.write(note(number), `note ${number}`);
    one.resetCounts();
    await one.session.push();
    expect(one.counts()).toMatchObject({ put: 1, total: 1 });
    two.resetCounts();
    await two.sync();
    expect(two.counts()).toMatchObject({ changes: 1, get: 1, total: 2 });
    expect(Object.keys(await two.texts())).toHaveLength(notes);
    one.resetCounts();
    await one.sync();
    expect(one.counts()).toMatchObject({ changes: 1, total: 1 });
  },
);

test('V36 two devices that edit one note while offline both end up with every word', async () => {
  const world = createWorld();
  const [one, two] = await pair(world);
  await one.write(note(1), 'the middle');
  await one.sync();
  await two.sync();
  await one.edit(note(1), (doc) => textOf(doc).insert(0, 'before '));
  await two.write(note(1), ' after');
  await two.edit(LIBRARY, (doc) => createNotebook(doc, { id: 'ab'.repeat(16) as never, name: 'Work', parent: null }));
  for (const device of [one, two, one]) await device.sync();
  expect(await one.texts()).toEqual({ [note(1)]: 'before the middle after' });
  expect(await two.texts()).toEqual(await one.texts());
  // At quiet nobody has anything left to say.
  const objects = world.provider.objects().size;
  for (const device of [one, two, one, two]) expect(await device.sync()).toMatchObject({ received: 0, sent: 0 });
  expect(world.provider.objects().size).toBe(objects);
});

test('V37 a fresh device that reads the storage alone gets everything', async () => {
  const world = createWorld();
  const [one, two] = await pair(world);
  for (let round = 1; round <= 5; round++) {
    await one.write(note(round), `one ${round}`);
    await two.write(note(round + 1), `two ${round} `);
    await one.sync();
    await two.sync();
  }
  await one.sync();
  const fresh = world.device();
  await fresh.join();
  await fresh.sync();
  expect(await fresh.texts()).toEqual(await one.texts());
  expect((await fresh.rows('applied')).map((row) => row.element).sort()).toEqual(
    (await one.rows('applied')).map((row) => row.element).sort(),
  );
});

test('V8 a first push lists before it sends, a later one of the session only sends', async () => {
  const world = createWorld();
  const [one, two] = await pair(world);
  await two.write(note(2), 'two');
  await two.sync();
  await one.write(note(1), 'one');
  const session = one.restart();
  one.resetCounts();
  await session.push();
  expect(one.counts()).toMatchObject({ about: 1, changes: 1, put: 1 });
  expect(await one.text(note(2))).toBe('two');
  await one.write(note(1), ' more');
  one.resetCounts();
  await session.push();
  expect(one.counts()).toMatchObject({ put: 1, total: 1 });
});

test('V13 what others name and nobody shows forces a full listing after an hour, once an hour', async () => {
  const world = createWorld();
  const [one] = await pair(world);
  const missing = element('f'.repeat(32) as DeviceId, 1, '0'.repeat(16));
  await one.place.state.write(['missing'], (tx) => tx.missing.put({ element: missing, since: world.time }));
  const fulls: boolean[] = [];
  between(one, (storage) => ({
    changes(area, cursor, signal) {
      fulls.push(cursor === undefined);
      return storage.changes(area, cursor, signal);
    },
  }));
  for (const minutes of [0, 59, 1, 1, 58, 1]) {
    world.time += minutes * 60_000;
    await one.sync();
  }
  expect(fulls).toEqual([false, false, true, false, false, true]);
});

/** A vault of twelve pushes, and of one pack that holds them all, which are still there. */
async function merged(seed: number) {
  const world = createWorld(seed);
  const writer = world.device();
  await writer.write(note(1), 'one ');
  await writer.createVault();
  for (let push = 0; push < 12; push++) {
    world.time += 1000;
    await writer.write(note(1), `${push} `);
    await writer.sync();
  }
  world.time += 1000;
  const covers = new Set((await writer.rows('applied')).map((row) => row.element));
  expect(await seal(await writer.context(), { covers, docs: [note(1)] })).toBe(null);
  return { world, writer };
}

test('V20 a fresh device leaves pushes unread that a merged pack holds, until it has something to say itself', async () => {
  const { writer, world } = await merged(31);
  const fresh = world.device();
  await fresh.join();
  fresh.resetCounts();
  await fresh.sync();
  expect(fresh.counts()).toMatchObject({ put: 0 });
  expect(fresh.counts().get).toBeLessThan(4);
  expect(await fresh.text(note(1))).toBe(await writer.text(note(1)));
  expect((await fresh.rows('packs')).filter((row) => row.state === 'listed')).toHaveLength(12);

  await fresh.sync();
  expect((await fresh.rows('packs')).map((row) => row.state)).toEqual(Array(13).fill('applied'));

  // One that has something to say hears first what they say besides.
  const busy = world.device();
  await busy.write(note(2), 'mine');
  await busy.join();
  await busy.sync();
  expect((await busy.rows('packs')).map((row) => row.state)).toEqual(Array(14).fill('applied'));
  expect(await busy.rows('missing')).toEqual([]);
});

test('V11 what was left for a merged pack that turns out to be damaged is read after all', async () => {
  const { writer, world } = await merged(32);
  const pack = (await writer.rows('packs')).find((row) => row.covers.length > 1);
  world.provider.corrupt(pack?.name as ObjectName, (bytes) => {
    bytes[bytes.length - 3] = (bytes[bytes.length - 3] as number) ^ 1;
    return bytes;
  });
  const fresh = world.device({ deps: { whole: 64 } });
  await fresh.join();
  await fresh.sync();
  expect(await fresh.text(note(1))).toBe(await writer.text(note(1)));
});

test('V31 every device comes to hold every slot', async () => {
  const world = createWorld();
  const [one, two] = await pair(world);
  for (const device of [one, two]) {
    const rows = await device.rows('slots');
    expect(rows.map(({ bytes }) => bytes?.length)).toEqual(world.names('k').map((name) => world.bytesOf(name).length));
  }
});

test('syncs of one session wait for each other, and one that fails stops no other', async () => {
  const world = createWorld();
  const [one] = await pair(world);
  await one.write(note(1), 'text');
  const heal = between(one, () => ({
    async changes() {
      heal();
      throw new StorageError('Unavailable', 'away');
    },
  }));
  const results = await Promise.allSettled([
    one.session.sync(),
    one.session.sync(),
    one.session.push(),
    one.session.push(),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
  expect(world.names('p')).toHaveLength(1);
});
