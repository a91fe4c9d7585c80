import { describe, expect, test } from 'vitest';
import { type Fault, faulty, seededFaults } from './faulty.ts';
import { openMemory } from './memory/client.ts';
import { createMemoryProvider } from './memory/provider.ts';
import { seededRandom } from './seeded-random.ts';
import { objectName, type Storage, type StorageErrorKind } from './storage.ts';
import { createVirtualClock } from './virtual-clock.ts';

const NAME = objectName('log/a');
const OTHER = objectName('log/b');

function setUp() {
  const clock = createVirtualClock(0);
  const provider = createMemoryProvider({ ...clock, random: seededRandom(1) });
  let next: Fault | undefined;
  const storage = faulty(openMemory(provider), {
    sleep: clock.sleep,
    choose() {
      const fault = next;
      next = undefined;
      return fault;
    },
  });
  const meets = (fault: Fault) => {
    next = fault;
  };
  return { clock, provider, storage, meets };
}

describe('a storage on which things go wrong', () => {
  test('loses a request before anything is done', async () => {
    const { provider, storage, meets } = setUp();
    meets({ kind: 'request lost' });
    await expect(storage.put(NAME, Uint8Array.of(1))).rejects.toMatchObject({ kind: 'Unavailable' });
    expect(provider.objects().size).toBe(0);
  });

  test('loses a reply when everything is done', async () => {
    const { provider, storage, meets } = setUp();
    meets({ kind: 'reply lost' });
    await expect(storage.put(NAME, Uint8Array.of(1))).rejects.toMatchObject({ kind: 'Unavailable' });
    expect(provider.objects().size).toBe(1);
    meets({ kind: 'truncated' });
    await expect(storage.delete([NAME])).rejects.toMatchObject({ kind: 'Unavailable' });
    expect(provider.objects().size).toBe(0);
  });

  test('takes its time', async () => {
    const { clock, storage, meets } = setUp();
    meets({ kind: 'delayed', ms: 3000 });
    await storage.put(NAME, Uint8Array.of(1));
    expect(clock.now()).toBe(3000);
  });

  test('fails in every way of the interface', async () => {
    const { provider, storage, meets } = setUp();
    for (const error of ['Unauthorized', 'QuotaExceeded', 'Taken', 'CursorExpired', 'Rejected'] as const) {
      meets({ kind: 'error', error });
      await expect(storage.put(NAME, Uint8Array.of(1))).rejects.toMatchObject({ kind: error });
    }
    meets({ kind: 'error', error: 'RateLimited', retryAfter: 700 });
    await expect(storage.about()).rejects.toMatchObject({ kind: 'RateLimited', retryAfter: 700 });
    expect(provider.objects().size).toBe(0);
  });

  test('gives half of the bytes', async () => {
    const { storage, meets } = setUp();
    await storage.put(NAME, Uint8Array.of(1, 2, 3, 4, 5));
    meets({ kind: 'truncated' });
    expect(await storage.get(NAME)).toEqual(Uint8Array.of(1, 2));
    expect(await storage.get(NAME)).toEqual(Uint8Array.of(1, 2, 3, 4, 5));
  });

  test('lists what was there before, and its cursor still leads to the rest', async () => {
    const { storage, meets } = setUp();
    await storage.put(NAME, Uint8Array.of(1));
    const first = await storage.changes('log');
    await storage.put(OTHER, Uint8Array.of(2));
    meets({ kind: 'stale' });
    const stale = await storage.changes('log');
    expect(stale.events.map(({ name }) => name)).toEqual([NAME]);
    meets({ kind: 'stale' });
    expect(await storage.changes('log', first.cursor)).toEqual({ events: [], cursor: first.cursor, more: false });
    const rest = await storage.changes('log', stale.cursor);
    expect(rest.events.map(({ name }) => name)).toEqual([OTHER]);
  });

  test('tells the same news twice', async () => {
    const { storage, meets } = setUp();
    const { cursor } = await storage.changes('log');
    await storage.put(NAME, Uint8Array.of(1));
    meets({ kind: 'repeated' });
    const once = await storage.changes('log', cursor);
    const twice = await storage.changes('log', once.cursor);
    expect(twice.events).toEqual(once.events);
    expect((await storage.changes('log', twice.cursor)).events).toEqual([]);
  });
});

describe('faults chosen from a seed', () => {
  const OPERATIONS: readonly (keyof Storage)[] = ['put', 'get', 'changes', 'delete', 'watch', 'about'];
  const rates = { 'reply lost': 0.1, delayed: 0.2, RateLimited: 0.1, QuotaExceeded: 0.1, CursorExpired: 0.1 };
  const draw = (seed: number) => {
    const choose = seededFaults(rates, seededRandom(seed));
    return Array.from({ length: 6000 }, (_, index) => choose(OPERATIONS[index % 6] ?? 'put'));
  };

  test('are the same for the same seed, and others for another', () => {
    expect(draw(5)).toEqual(draw(5));
    expect(draw(5)).not.toEqual(draw(6));
  });

  test('are as frequent as was asked for, and only such as the operation can meet', () => {
    const faults = draw(7);
    const share = (kind: Fault['kind']) => faults.filter((fault) => fault?.kind === kind).length / faults.length;
    expect(share('reply lost')).toBeCloseTo(0.1, 1);
    expect(share('delayed')).toBeCloseTo(0.2, 1);
    const met = (error: StorageErrorKind) =>
      new Set(
        faults.flatMap((fault, index) =>
          fault?.kind === 'error' && fault.error === error ? [OPERATIONS[index % 6]] : [],
        ),
      );
    expect(met('QuotaExceeded')).toEqual(new Set(['put']));
    expect(met('CursorExpired')).toEqual(new Set(['changes', 'watch']));
    expect(met('RateLimited')).toEqual(new Set(OPERATIONS));
    expect(met('Unauthorized').size).toBe(0);
  });

  test('are none when no rate is given', () => {
    const choose = seededFaults({}, seededRandom(1));
    expect(OPERATIONS.map((operation) => choose(operation))).toEqual(OPERATIONS.map(() => undefined));
  });
});
