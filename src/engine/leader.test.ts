import { afterEach, describe, expect, it } from 'vitest';
import type { WatchWithoutNetwork } from './cable.test-support.ts';
import { createWorld, type LedDevice, type World } from './led-device.test-support.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

let world: World;

function start(): World {
  world = createWorld();
  return world;
}

afterEach(() => world.end());

/** @returns how long it took, in ms. */
async function until(condition: () => Promise<boolean>, atMost = HOUR): Promise<number> {
  const { clock } = world;
  const since = clock.now();
  while (!(await condition())) {
    if (clock.now() - since >= atMost) throw new Error(`still not so after ${atMost / SECOND} seconds`);
    await clock.sleep(500);
  }
  return clock.now() - since;
}

async function titles(device: LedDevice): Promise<string[]> {
  return (await device.queries.notes({ kind: 'all' })).map((note) => note.title).toSorted();
}

const idle = (device: LedDevice) => async () => {
  const status = await device.queries.status();
  return status?.phase === 'idle' && status.trouble === null && status.lastSynced !== null;
};
const inTrouble = (device: LedDevice, kind: string) => async () =>
  (await device.queries.status())?.trouble?.kind === kind;
const nothingWaits = (device: LedDevice) => async () => (await device.queries.waiting()) === 0;

async function idleDevice(options: { watch?: WatchWithoutNetwork } = {}): Promise<LedDevice> {
  const device = await world.device(options);
  await until(idle(device));
  // Its own first listing may be told to it as news.
  await world.clock.sleep(MINUTE);
  return device;
}

/** When the leader tried to sync, in ms since `since`: the tries of one call, which follow each other at once, count as one. */
function tries(device: LedDevice, since: number): number[] {
  const times = device.cable.calls.filter(({ operation, at }) => operation !== 'watch' && at >= since);
  return [...new Set(times.map(({ at }) => at - since))];
}

const gaps = (times: readonly number[]) => times.slice(1).map((time, index) => (time - (times[index] ?? 0)) / SECOND);
const countOf = (device: LedDevice, operation: string, since: number) =>
  device.cable.calls.filter((call) => call.operation === operation && call.at >= since).length;

describe('news from another device', () => {
  it('comes within seconds', async () => {
    start();
    const laptop = await idleDevice();
    const phone = await idleDevice();
    await phone.notes.create({ text: 'From the phone' });
    expect(await until(async () => (await titles(laptop)).length === 1)).toBeLessThan(5 * SECOND);
  });

  const watches: readonly WatchWithoutNetwork[] = ['tells', 'rests', 'hangs'];
  const absences = [20, 240];

  it.each(watches.flatMap((watch) => absences.map((seconds) => [watch, seconds] as const)))(
    'comes within seconds once the network is back and nobody says so: the watch %s, it was away %i seconds',
    async (watch, seconds) => {
      const { clock } = start();
      const laptop = await idleDevice({ watch });
      const phone = await idleDevice();
      laptop.cable.pull();
      await laptop.notes.create({ text: 'Written without a network' });
      await clock.sleep(seconds * SECOND);
      expect(await inTrouble(laptop, 'unavailable')()).toBe(true);
      laptop.cable.putIn();
      expect(await until(idle(laptop))).toBeLessThanOrEqual(20 * SECOND);
      await clock.sleep(SECOND);
      await phone.notes.create({ text: 'From the phone' });
      expect(await until(async () => (await titles(laptop)).includes('From the phone'))).toBeLessThan(5 * SECOND);
    },
  );

  it.each(watches.flatMap((watch) => [1, ...absences].map((seconds) => [watch, seconds] as const)))(
    'comes within seconds once the host says that the network is back: the watch %s, it was away %i seconds',
    async (watch, seconds) => {
      const { clock } = start();
      const laptop = await idleDevice({ watch });
      const phone = await idleDevice();
      laptop.cable.pull();
      await clock.sleep(seconds * SECOND);
      laptop.cable.putIn();
      laptop.host.nudge.send();
      await clock.sleep(SECOND);
      await phone.notes.create({ text: 'From the phone' });
      expect(await until(async () => (await titles(laptop)).length === 1)).toBeLessThan(5 * SECOND);
    },
  );
});
