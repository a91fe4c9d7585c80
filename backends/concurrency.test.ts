import { describe, expect, test } from 'vitest';
import { withConcurrency } from './concurrency.ts';
import { openMemory } from './memory/client.ts';
import { createMemoryProvider } from './memory/provider.ts';
import { seededRandom } from './seeded-random.ts';
import { objectName, type Storage } from './storage.ts';
import { createVirtualClock } from './virtual-clock.ts';

/** A storage that takes 100 ms a call, and knows how many calls were in flight at most. */
function setUp(limit: number) {
  const clock = createVirtualClock(0);
  const provider = createMemoryProvider({ ...clock, random: seededRandom(1) }, { delay: [50, 50] });
  const inner = openMemory(provider);
  let running = 0;
  let most = 0;
  const order: string[] = [];
  async function watched<T>(label: string, call: Promise<T>): Promise<T> {
    order.push(label);
    running++;
    most = Math.max(most, running);
    try {
      return await call;
    } finally {
      running--;
    }
  }
  const observed: Storage = {
    ...inner,
    put: (name, bytes, signal) => watched(name, inner.put(name, bytes, signal)),
    get: (name, range, signal) => watched(name, inner.get(name, range, signal)),
    about: (signal) => watched('about', inner.about(signal)),
  };
  return { storage: withConcurrency(observed, limit), clock, provider, most: () => most, order };
}

const named = (index: number) => objectName(`log/n${index}`);

describe('a storage with a cap on calls in flight', () => {
  test('lets no more through than the cap, and all of them in the end, in their order', async () => {
    const { storage, clock, most, order, provider } = setUp(3);
    const names = Array.from({ length: 10 }, (_, index) => named(index));
    await Promise.all(names.map((name) => storage.put(name, Uint8Array.of(1))));
    expect(most()).toBe(3);
    expect(order).toEqual(names);
    expect(provider.objects().size).toBe(10);
    expect(clock.now()).toBe(400);
  });

  test('a call that fails makes room for the next', async () => {
    const { storage } = setUp(1);
    const results = await Promise.allSettled([storage.get(named(1)), storage.get(named(2)), storage.about()]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  });

  test('a watch takes no place', async () => {
    const { storage } = setUp(1);
    const { cursor } = await storage.changes('log');
    const stop = new AbortController();
    const watching = storage.watch('log', cursor, stop.signal);
    await storage.put(named(1), Uint8Array.of(1));
    await expect(watching).resolves.toBeUndefined();
  });

  test('a call that is cancelled in the queue leaves it, and is never made', async () => {
    const { storage, order } = setUp(1);
    const stop = new AbortController();
    const reason = new Error('stopped');
    const first = storage.put(named(1), Uint8Array.of(1));
    const second = storage.put(named(2), Uint8Array.of(2), stop.signal);
    const third = storage.put(named(3), Uint8Array.of(3));
    stop.abort(reason);
    await expect(second).rejects.toBe(reason);
    await expect(storage.about(stop.signal)).rejects.toBe(reason);
    await Promise.all([first, third]);
    expect(order).toEqual([named(1), named(3)]);
  });

  test('a cap that lets nothing through is refused', () => {
    for (const limit of [0, -1, 1.5, Number.NaN]) expect(() => setUp(limit)).toThrow(RangeError);
  });
});
