import { expect, test } from 'vitest';
import { StorageError } from '../../backends/storage.ts';
import { hexOf } from '../notes/ids.ts';
import { WHOLE } from './applying.ts';
import { between, createWorld, type Device, note, type World } from './examples/devices.ts';
import { nameOf, parseName } from './names.ts';

const HOUR = 3_600_000;

/** A vault with one pack that is fetched head first, and somebody who is about to read it. */
async function largePack(seed: number) {
  const world = createWorld(seed);
  const [writer, reader] = [world.device(), world.device()];
  for (let number = 1; number <= 30; number++) {
    const words = Array.from({ length: 1500 }, () => world.random().toString(36).slice(2));
    await writer.write(note(number), words.join(' '));
  }
  await writer.createVault();
  await writer.sync();
  const [name] = world.names('p');
  if (!name) throw new Error('nothing was sent');
  const bytes = world.bytesOf(name);
  expect(bytes.length).toBeGreaterThan(WHOLE);
  return { world, reader, name, bytes };
}

/** The same bytes under another name, as somebody does who copies files about. */
async function rename(world: World, reader: Device, { name, bytes }: Awaited<ReturnType<typeof largePack>>) {
  const vault = parseName(name)?.vault;
  if (!vault) throw new Error('not a name of ours');
  const other = nameOf(vault, 'p', new Uint8Array(32).fill(7));
  world.provider.lose([name]);
  await reader.place.storage.put(other, bytes);
  return other;
}

const states = async (device: Device) => (await device.rows('packs')).map((row) => row.state);

test('V10 a large pack under another name than its own is damaged, and nothing is known by it', async () => {
  const large = await largePack(1);
  const { world, reader, name, bytes } = large;
  const other = await rename(world, reader, large);
  await reader.join();
  await reader.sync();
  expect([await states(reader), await reader.rows('applied'), await reader.texts()]).toEqual([['damaged'], [], {}]);
  expect(await reader.rows('pending')).toEqual([]);
  // Under its own name it is read, beside the copy.
  await reader.place.storage.put(name, bytes);
  world.time += HOUR;
  await reader.sync();
  expect(Object.keys(await reader.texts())).toHaveLength(30);
  const stateOf = async (which: string) => (await reader.rows('packs')).find((row) => row.name === which)?.state;
  expect([await stateOf(name), await stateOf(other)]).toEqual(['applied', 'damaged']);
  expect((await reader.rows('applied')).map(({ element }) => element.split('/')[2])).toEqual([
    parseName(name)?.hash.slice(0, 16),
  ]);
});

test('V10 a large pack under its own name is taken for what it is', async () => {
  const { world, reader, name, bytes } = await largePack(2);
  await reader.join();
  reader.resetCounts();
  await reader.sync();
  expect(await states(reader)).toEqual(['applied']);
  // The bodies that came with the head's first guess were fetched with the others, and nothing else twice.
  expect(reader.counts().bytesIn).toBeLessThan(bytes.length + 2 * WHOLE);
  expect(hexOf(await reader.place.deps.crypto.sha256(world.bytesOf(name)))).toBe(parseName(name)?.hash);
});

test('V11 a large pack that is read on after an interruption is vouched for by its seals', async () => {
  const { reader } = await largePack(3);
  await reader.join();
  let calls = 0;
  const mend = between(reader, (storage) => ({
    get: (name, range, signal) =>
      name.includes('.p.') && ++calls > 1
        ? Promise.reject(new StorageError('Unavailable', 'no network'))
        : storage.get(name, range, signal),
  }));
  await expect(reader.sync()).rejects.toThrow('no network');
  mend();
  expect(await states(reader)).toEqual(['indexed']);
  reader.restart();
  await reader.sync();
  expect([await states(reader), Object.keys(await reader.texts()).length]).toEqual([['applied'], 30]);
});
