import { afterEach, describe, expect, it } from 'vitest';
import { openMemory } from '../../backends/memory/client.ts';
import type { Storage, StorageErrorKind } from '../../backends/storage.ts';
import { putBack } from '../vault/connect.ts';
import type { WatchKind } from './cable.test-support.ts';
import { LEADER } from './host.ts';
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

async function idleDevice(options: { watch?: WatchKind } = {}): Promise<LedDevice> {
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

/** When packs were sent, in ms since `since`. */
const puts = (device: LedDevice, since: number) =>
  device.cable.calls.filter(({ operation, at }) => operation === 'put' && at >= since).map(({ at }) => at - since);

/** From now on syncing fails so; somebody asks for a sync. @returns the moment. */
function failing(
  device: LedDevice,
  error: StorageErrorKind,
  operation: keyof Storage = 'changes',
  retryAfter?: number,
): number {
  device.fault = (asked) =>
    asked === operation ? { kind: 'error', error, ...(retryAfter !== undefined && { retryAfter }) } : undefined;
  device.host.nudge.send();
  return world.clock.now();
}

describe('news from another device', () => {
  it('comes within seconds', async () => {
    start();
    const laptop = await idleDevice();
    const phone = await idleDevice();
    await phone.notes.create({ text: 'From the phone' });
    expect(await until(async () => (await titles(laptop)).length === 1)).toBeLessThan(5 * SECOND);
  });

  const watches: readonly WatchKind[] = ['tells', 'rests', 'hangs'];
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

describe('the pauses after a failure', () => {
  it('double, up to twenty seconds while nothing can be reached', async () => {
    const { clock } = start();
    const device = await idleDevice();
    device.cable.pull();
    const since = clock.now();
    await clock.sleep(2 * MINUTE);
    expect(await inTrouble(device, 'unavailable')()).toBe(true);
    expect(gaps(tries(device, since))).toEqual([5, 10, 20, 20, 20, 20, 20]);
  });

  it('double, up to five minutes where trying again soon is of no use', async () => {
    const { clock } = start();
    const device = await idleDevice();
    const since = failing(device, 'Rejected');
    await clock.sleep(20 * MINUTE);
    expect(await inTrouble(device, 'rejected')()).toBe(true);
    expect(gaps(tries(device, since))).toEqual([5, 10, 20, 40, 80, 160, 300, 300]);
  });

  it('begin with the first again after a success', async () => {
    const { clock } = start();
    const device = await idleDevice();
    failing(device, 'Rejected');
    await clock.sleep(10 * MINUTE);
    device.fault = () => undefined;
    await until(idle(device));
    const since = failing(device, 'Rejected');
    await clock.sleep(MINUTE);
    expect(gaps(tries(device, since))).toEqual([5, 10, 20]);
  });

  it('hold when more is written, and when somebody asked for a sync before they began', async () => {
    const { clock } = start();
    const device = await idleDevice();
    const since = failing(device, 'Rejected');
    for (let seconds = 0; seconds < 300; seconds += 10) {
      await device.notes.create({ text: 'Written meanwhile' });
      await clock.sleep(10 * SECOND);
    }
    expect(gaps(tries(device, since))).toEqual([5, 10, 20, 40, 80]);
  });

  it('are cut short by a person, once each time', async () => {
    const { clock } = start();
    const device = await idleDevice();
    const since = failing(device, 'Rejected');
    await clock.sleep(100 * SECOND);
    device.host.nudge.send();
    await clock.sleep(0);
    expect(tries(device, since)).toEqual([0, 5, 15, 35, 75, 100].map((seconds) => seconds * SECOND));
    await clock.sleep(3 * MINUTE);
    expect(gaps(tries(device, since)).slice(4)).toEqual([25, 160]);
  });

  it('V27 end by themselves when another device has put back what was gone', async () => {
    start();
    const [one, two] = [await idleDevice(), await idleDevice()];
    await one.notes.create({ text: 'Precious' });
    await until(async () => (await titles(two)).length === 1);
    world.provider.wipe();
    for (const device of [one, two]) await until(inTrouble(device, 'emptied'));
    // By now it tries once in five minutes.
    await world.clock.sleep(HOUR);
    const since = world.clock.now();
    await until(async () => tries(two, since).length > 0);
    expect(world.provider.objects().size).toBe(0);
    const storage = openMemory(world.provider);
    await putBack({ state: one.host.state, storage, storageId: 'storage', deps: one.host.vault });
    one.host.nudge.send();
    await until(idle(one));
    expect(await until(idle(two))).toBeLessThan(MINUTE);
    expect(await titles(two)).toEqual(['Precious']);
  });

  it('last until the time that the provider told, whoever asks for a sync before', async () => {
    const { clock } = start();
    const device = await idleDevice();
    const since = failing(device, 'RateLimited', 'changes', 90 * SECOND);
    await clock.sleep(SECOND);
    const writes = device.disk.writes();
    await clock.sleep(29 * SECOND);
    // Not even on this device anything is tried.
    expect(device.disk.writes()).toBe(writes);
    expect(await device.queries.status()).toMatchObject({
      trouble: { kind: 'rate-limited', until: since + 90 * SECOND },
    });
    device.host.nudge.send();
    await clock.sleep(30 * SECOND);
    expect(await device.queries.status()).toMatchObject({
      trouble: { kind: 'rate-limited', until: since + 90 * SECOND },
    });
    device.fault = () => undefined;
    await clock.sleep(5 * MINUTE);
    expect(tries(device, since)).toEqual([0, 90 * SECOND]);
    expect(await idle(device)()).toBe(true);
  });

  it('are kept by somebody who was limited and told no time', async () => {
    const { clock } = start();
    const device = await idleDevice();
    const since = failing(device, 'RateLimited', 'changes', 0);
    await clock.sleep(2 * MINUTE);
    expect(gaps(tries(device, since))).toEqual([5, 10, 20, 20, 20, 20, 20]);
  });

  it('hold while the storage is full, and once there is room everything goes out', async () => {
    const { clock, provider } = start();
    const device = await idleDevice();
    provider.switches.quota = provider.used();
    await device.notes.create({ text: 'One too many' });
    const since = clock.now();
    await until(inTrouble(device, 'quota'));
    await clock.sleep(10 * MINUTE);
    await device.notes.create({ text: 'Another' });
    await clock.sleep(10 * MINUTE);
    expect(gaps(tries(device, since))).toEqual([5, 10, 20, 40, 80, 160, 300, 300]);
    device.host.nudge.send();
    const urged = clock.now();
    await clock.sleep(0);
    expect(tries(device, since).at(-1)).toBe(urged - since);
    provider.switches.quota = undefined;
    expect(await until(nothingWaits(device))).toBeLessThanOrEqual(5 * MINUTE);
    expect(await until(idle(device))).toBeLessThanOrEqual(SECOND);
    const fresh = await idleDevice();
    expect(await titles(fresh)).toEqual(['Another', 'One too many']);
  });

  it.each([
    ['at the write', ['status'], { kind: 'local', trouble: { kind: 'full' } }],
    // Without room for the words, those from before still stand.
    ['at the write', [], { kind: 'unavailable' }],
    ['at the commit', [], { kind: 'unavailable' }],
  ] as const)(
    'hold while this device is full, which shows %s (room is left for %j), and once there is room everything goes out',
    async (when, spared, trouble) => {
      const { clock } = start();
      const device = await idleDevice();
      const other = await idleDevice();
      device.cable.pull();
      await device.notes.create({ text: 'Written before the disk was full' });
      await other.notes.create({ text: 'From elsewhere' });
      await clock.sleep(5 * MINUTE);
      device.disk.fill(when, spared);
      device.cable.putIn();
      await clock.sleep(20 * SECOND);
      expect(await device.queries.status()).toMatchObject({ trouble });
      const [refused, since] = [device.disk.refused(), clock.now()];
      await clock.sleep(HOUR);
      // A dozen tries at the most, each with a few writes.
      expect(device.disk.refused() - refused).toBeGreaterThan(0);
      expect(device.disk.refused() - refused).toBeLessThan(60);
      expect(tries(device, since).length).toBeLessThan(20);
      const before = device.disk.refused();
      device.host.nudge.send();
      await clock.sleep(0);
      expect(device.disk.refused()).toBeGreaterThan(before);
      device.disk.makeRoom();
      expect(await until(idle(device))).toBeLessThanOrEqual(5 * MINUTE);
      expect(await titles(device)).toEqual(['From elsewhere', 'Written before the disk was full']);
      await until(async () => (await titles(other)).length === 2, 10 * SECOND);
    },
  );
});

describe('at rest', () => {
  it('an hour without news takes four requests', async () => {
    const { clock } = start();
    const device = await idleDevice();
    const since = clock.now();
    await clock.sleep(HOUR);
    expect(device.cable.calls.filter(({ at }) => at >= since).map(({ operation }) => operation)).toEqual(
      Array.from({ length: 4 }, () => 'changes'),
    );
    expect((await device.queries.status())?.lastSynced).toBeGreaterThan(clock.now() - 15 * MINUTE);
  });

  it('a watch that never works is tried, and stood in for, once a minute', async () => {
    const { clock } = start();
    const device = await idleDevice();
    device.fault = (operation) => (operation === 'watch' ? { kind: 'error', error: 'Rejected' } : undefined);
    // Ends the watch that is under way.
    world.provider.expireCursors();
    const since = clock.now();
    await clock.sleep(HOUR);
    expect(gaps(tries(device, since)).slice(0, 5)).toEqual([5, 10, 20, 40, 60]);
    expect(new Set(gaps(tries(device, since)).slice(5))).toEqual(new Set([60]));
    // One was under way when it began.
    expect(countOf(device, 'watch', since)).toBe(tries(device, since).length - 1);
  });

  it.each(['told of news', 'held for long'] as const)(
    'a watch that %s is tried again soon once it fails',
    async (merit) => {
      const { clock } = start();
      const device = await idleDevice();
      const other = await idleDevice();
      const fail = () => {
        device.fault = (operation) => (operation === 'watch' ? { kind: 'error', error: 'Rejected' } : undefined);
        world.provider.expireCursors();
      };
      fail();
      await clock.sleep(10 * MINUTE);
      device.fault = () => undefined;
      await clock.sleep(merit === 'held for long' ? 5 * MINUTE : MINUTE);
      if (merit === 'told of news') {
        await other.notes.create({ text: 'News' });
        await until(async () => (await titles(device)).length === 1, 10 * SECOND);
        await clock.sleep(5 * SECOND);
      }
      const since = clock.now();
      fail();
      await clock.sleep(MINUTE);
      expect(gaps(tries(device, since))).toEqual([5, 10, 20]);
    },
  );

  it('a watch that tells of changes when there are none is believed once a minute', async () => {
    const { clock } = start();
    const device = await idleDevice({ watch: 'babbles' });
    await clock.sleep(10 * MINUTE);
    const since = clock.now();
    await clock.sleep(HOUR);
    expect(countOf(device, 'changes', since)).toBeLessThanOrEqual(60);
    expect(countOf(device, 'watch', since)).toBeLessThanOrEqual(60);
  });
});

describe('what is typed', () => {
  it('is sent 2.5 seconds after the last key', async () => {
    const { clock } = start();
    const device = await idleDevice();
    const since = clock.now();
    const id = await device.notes.create({ text: 'a' });
    await clock.sleep(2 * SECOND);
    await device.notes.addTag(id, 'tag');
    await clock.sleep(2 * SECOND);
    await device.notes.setPinned(id, true);
    await clock.sleep(MINUTE);
    expect(puts(device, since)).toEqual([6.5 * SECOND]);
  });

  it('is sent every 30 seconds by somebody who never pauses', async () => {
    const { clock } = start();
    const device = await idleDevice();
    const since = clock.now();
    for (let seconds = 0; seconds < 100; seconds += 2) {
      await device.notes.create({ text: `after ${seconds} seconds` });
      await clock.sleep(2 * SECOND);
    }
    expect(puts(device, since)).toEqual([30, 62, 94].map((seconds) => seconds * SECOND));
  });

  it('is not sent sooner because others write, and what they write is read at once', async () => {
    const { clock } = start();
    const device = await idleDevice();
    const other = await idleDevice();
    const since = clock.now();
    let read = 0;
    for (let seconds = 0; seconds < 24; seconds += 2) {
      await device.notes.create({ text: 'mine' });
      if (seconds === 0) await other.notes.create({ text: 'theirs' });
      await clock.sleep(2 * SECOND);
      if (read === 0 && (await titles(device)).includes('theirs')) read = clock.now() - since;
    }
    expect(read).toBe(4 * SECOND);
    await clock.sleep(MINUTE);
    expect(puts(device, since)).toEqual([24.5 * SECOND]);
  });
});

describe('another version of the app', () => {
  it('gets the database, and the leader asks and writes nothing more', async () => {
    const { clock } = start();
    const device = await idleDevice();
    await world.takeOver(device, 'notes');
    const [since, writes] = [clock.now(), device.disk.writes()];
    device.host.nudge.send();
    await clock.sleep(HOUR);
    expect(device.cable.calls.filter(({ at }) => at >= since)).toEqual([]);
    expect(device.disk.writes()).toBe(writes);
    await device.host.withLock(LEADER, async () => undefined);
  });

  it('gets the database in the middle of a sync, with what was on its way', async () => {
    const { clock, provider } = start();
    const device = await idleDevice();
    const hold = provider.hold('put', 'reply');
    await device.notes.create({ text: 'On its way' });
    await hold.reached;
    expect(await world.takeOver(device, 'uploads')).toHaveLength(1);
    const [since, writes] = [clock.now(), device.disk.writes()];
    hold.release();
    await clock.sleep(HOUR);
    expect(device.cable.calls.filter(({ at }) => at > since)).toEqual([]);
    expect(device.disk.writes()).toBe(writes);
    expect(await world.takeOver(device, 'uploads')).toHaveLength(1);
  });
});
