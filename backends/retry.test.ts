import { describe, expect, test } from 'vitest';
import { counting } from './counting.ts';
import { type Fault, faulty } from './faulty.ts';
import { openMemory } from './memory/client.ts';
import { createMemoryProvider } from './memory/provider.ts';
import { type RetryOptions, withRetry } from './retry.ts';
import { seededRandom } from './seeded-random.ts';
import { objectName, type StorageErrorKind } from './storage.ts';
import { createVirtualClock } from './virtual-clock.ts';

const NAME = objectName('log/a');
const BYTES = Uint8Array.of(1, 2, 3);

/** A network that is there or not, as the test says. */
function network() {
  let up = true;
  let waiting: (() => void)[] = [];
  return {
    now: () => up,
    wait: () => (up ? Promise.resolve() : new Promise<void>((resolve) => waiting.push(resolve))),
    waiters: () => waiting.length,
    goes(state: 'up' | 'down') {
      up = state === 'up';
      if (!up) return;
      for (const wake of waiting) wake();
      waiting = [];
    },
  };
}

/** A storage whose first requests meet these faults, one each. */
function setUp(faults: Fault[], options: Partial<RetryOptions> = {}, random = () => 0.5) {
  const virtual = createVirtualClock(0);
  let putBack = 0;
  const clock = { ...virtual, now: () => virtual.now() - putBack };
  const provider = createMemoryProvider({ ...clock, random: seededRandom(1) });
  const { storage: counted, counts } = counting(openMemory(provider));
  const moments: number[] = [];
  const unlucky = faulty(counted, {
    sleep: clock.sleep,
    choose() {
      moments.push(clock.now());
      return faults.shift();
    },
  });
  const online = network();
  const storage = withRetry(unlucky, { ...clock, random, online }, options);
  const putClockBack = (ms: number) => {
    putBack += ms;
  };
  return { storage, clock, putClockBack, provider, counts, moments, online };
}

const lost: Fault = { kind: 'request lost' };
const error = (kind: StorageErrorKind, retryAfter?: number): Fault =>
  retryAfter === undefined ? { kind: 'error', error: kind } : { kind: 'error', error: kind, retryAfter };

describe('a storage that tries again', () => {
  test('succeeds when the trouble has passed', async () => {
    const { storage, moments } = setUp([lost, lost]);
    await storage.put(NAME, BYTES);
    expect(await storage.get(NAME)).toEqual(BYTES);
    expect(moments).toHaveLength(4);
  });

  test('doubles its pauses up to the longest', async () => {
    const { storage, moments } = setUp([lost, lost, lost, lost], { firstPause: 1000, longestPause: 3000 }, () => 1);
    await storage.put(NAME, BYTES);
    expect(moments).toEqual([0, 1000, 3000, 6000, 9000]);
  });

  test('draws its pauses by lot, so that devices do not return together', async () => {
    const dice = [0.25, 0.75];
    const { storage, moments } = setUp([lost, lost], { firstPause: 1000 }, () => dice.shift() ?? 0);
    await storage.put(NAME, BYTES);
    expect(moments).toEqual([0, 250, 1750]);
  });

  test('waits at least as long as the provider said, and so do its other calls', async () => {
    const { storage, clock, moments } = setUp([error('RateLimited', 15_000)], { firstPause: 1000 });
    const first = storage.put(NAME, BYTES);
    await clock.sleep(10);
    const second = storage.about();
    await Promise.all([first, second]);
    expect(moments).toEqual([0, 15_000, 15_500]);
  });

  test('hands on a wait that is longer than it has patience for, to this call and to the next', async () => {
    const { storage, clock, moments } = setUp([error('RateLimited', 300_000)]);
    await expect(storage.put(NAME, BYTES)).rejects.toMatchObject({ kind: 'RateLimited', retryAfter: 300_000 });
    await clock.sleep(100_000);
    await expect(storage.about()).rejects.toMatchObject({ kind: 'RateLimited', retryAfter: 200_000 });
    expect(moments).toEqual([0]);
    await clock.sleep(150_000);
    await storage.about();
    expect(moments).toEqual([0, 300_000]);
  });

  test('asks again after the rest, although the clock was put back meanwhile', async () => {
    const { storage, clock, putClockBack, moments } = setUp([error('RateLimited', 300_000)]);
    await expect(storage.put(NAME, BYTES)).rejects.toMatchObject({ retryAfter: 300_000 });
    putClockBack(7_200_000);
    await expect(storage.about()).rejects.toMatchObject({ kind: 'RateLimited', retryAfter: 300_000 });
    await clock.sleep(300_000);
    await storage.about();
    expect(moments).toEqual([0, 300_000 - 7_200_000]);
  });

  test('goes on when the clock is put back in the midst of a rest', async () => {
    const { storage, clock, putClockBack, moments } = setUp([error('RateLimited', 15_000)], {}, () => 0);
    const call = storage.put(NAME, BYTES);
    await clock.sleep(5000);
    putClockBack(7_200_000);
    await call;
    expect(moments).toHaveLength(2);
    // Once more as long at the most.
    expect(moments[1]).toBeLessThanOrEqual(15_000 + 15_000 - 7_200_000);
  });

  test('gives up after so many tries, with the last failure', async () => {
    const { storage, moments } = setUp([lost, lost, error('RateLimited'), lost], { attempts: 3 });
    await expect(storage.get(NAME)).rejects.toMatchObject({ kind: 'RateLimited' });
    expect(moments).toHaveLength(3);
  });

  test.each(['Unauthorized', 'QuotaExceeded', 'NotFound', 'Taken', 'CursorExpired', 'Rejected'] as const)(
    'does not repeat what failed with %s',
    async (kind) => {
      const { storage, clock, moments } = setUp([error(kind)]);
      await expect(storage.put(NAME, BYTES)).rejects.toMatchObject({ kind });
      expect(moments).toHaveLength(1);
      expect(clock.now()).toBe(0);
    },
  );

  test('does not repeat what failed with something else than a storage error', async () => {
    const { clock } = setUp([]);
    const bug = new TypeError('a bug');
    let calls = 0;
    const inner = openMemory(createMemoryProvider({ ...clock, random: seededRandom(1) }));
    const about = () => {
      calls++;
      return Promise.reject(bug);
    };
    const storage = withRetry({ ...inner, about }, { ...clock, random: () => 0, online: network() });
    await expect(storage.about()).rejects.toBe(bug);
    expect(calls).toBe(1);
  });

  test('a put whose reply was lost is repeated, and leaves one object', async () => {
    const { storage, provider, counts } = setUp([{ kind: 'reply lost' }]);
    await storage.put(NAME, BYTES);
    expect(counts().put).toBe(2);
    expect([...provider.objects().keys()]).toEqual([NAME]);
  });

  test('rests while the device is offline, however long, and goes on when it is back', async () => {
    const { storage, clock, moments, online } = setUp([lost]);
    online.goes('down');
    const call = storage.put(NAME, BYTES);
    await clock.sleep(3_600_000);
    expect(moments).toEqual([0]);
    expect(online.waiters()).toBe(1);
    online.goes('up');
    await call;
    expect(moments).toEqual([0, 3_600_250]);
  });

  test('ends at once when its signal fires, in a pause, in a rest, or offline', async () => {
    for (const [fault, state] of [
      [lost, 'up'],
      [error('RateLimited', 20_000), 'up'],
      [lost, 'down'],
    ] as const) {
      const { storage, clock, moments, online } = setUp([fault], { firstPause: 50_000 }, () => 1);
      online.goes(state);
      const stop = new AbortController();
      const reason = new Error('stopped');
      const call = storage.put(NAME, BYTES, stop.signal);
      call.catch(() => undefined);
      await clock.sleep(100);
      stop.abort(reason);
      await expect(call).rejects.toBe(reason);
      expect(moments).toEqual([0]);
      expect(clock.now()).toBe(100);
    }
  });
});
