import { afterEach, expect, test } from 'vitest';
import { seededRandom } from '../../backends/seeded-random.ts';
import { createWorld, type LedDevice, type World } from './led-device.test-support.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Pushes of about the same size, after which their tier is full. */
const FULL = 8;

let world: World;

afterEach(() => world.end());

const packs = () => [...world.provider.objects().keys()].filter((name) => name.includes('.p.'));
const nothingWaits = async (device: LedDevice) => (await device.queries.waiting()) === 0;

/** Writes a note and lets it be sent. */
async function push(device: LedDevice, text: string): Promise<void> {
  await device.notes.create({ text });
  while (!(await nothingWaits(device))) await world.clock.sleep(SECOND);
  await world.clock.sleep(MINUTE);
}

async function titles(device: LedDevice): Promise<string[]> {
  return (await device.queries.notes({ kind: 'all' })).map((note) => note.title).toSorted();
}

test('while nobody waits, the leader makes one pack of many and later deletes the many; a fresh device gets every note', async () => {
  world = createWorld();
  const laptop = await world.device();
  const texts = Array.from({ length: FULL }, (_, number) => `Note ${number}`);
  for (const text of texts) await push(laptop, text);
  expect(packs()).toHaveLength(FULL + 1);
  // The storage's time goes on with what is put there.
  await world.clock.sleep(7 * HOUR);
  await push(laptop, 'A day later');
  await world.clock.sleep(7 * HOUR);
  await push(laptop, 'Another day later');
  await world.clock.sleep(7 * HOUR);
  expect(packs().length).toBeLessThanOrEqual(3);
  const phone = await world.device();
  while ((await titles(phone)).length < FULL + 2) await world.clock.sleep(SECOND);
  expect(await titles(phone)).toEqual([...texts, 'A day later', 'Another day later'].toSorted());
});

test('what is typed while the leader is at work goes out all the same', async () => {
  world = createWorld();
  const laptop = await world.device();
  for (let number = 0; number < FULL - 1; number++) await push(laptop, `Note ${number}`);
  let fails = true;
  laptop.fault = (operation) => {
    if (operation !== 'put' || !fails) return undefined;
    fails = false;
    return { kind: 'error', error: 'Unavailable' };
  };
  await push(laptop, 'The one that fills the tier');
  await laptop.notes.create({ text: 'Typed meanwhile' });
  await world.clock.sleep(5 * MINUTE);
  expect(await nothingWaits(laptop)).toBe(true);
});

test('a device that is to be spared leaves large packs to others', async () => {
  world = createWorld();
  const phone = await world.device();
  Object.assign(phone.host, { weak: () => true });
  const random = seededRandom(1);
  const long = () => Array.from({ length: 20_000 }, () => random().toString(36)).join(' ');
  for (let number = 0; number < FULL; number++) await push(phone, long());
  await world.clock.sleep(HOUR);
  expect(packs()).toHaveLength(FULL);
  const laptop = await world.device();
  await world.clock.sleep(20 * HOUR);
  await push(laptop, 'The time goes on');
  await world.clock.sleep(20 * HOUR);
  await push(laptop, 'and on');
  await world.clock.sleep(HOUR);
  expect(packs().length).toBeLessThan(FULL);
});
