import { describe, expect, test } from 'vitest';
import { seededRandom } from '../seeded-random.ts';
import { type Area, type Cursor, objectName, type Storage, type StorageEvent } from '../storage.ts';
import { createVirtualClock } from '../virtual-clock.ts';
import { memorySettings, openMemory } from './client.ts';
import { createMemoryProvider, type MemorySwitches } from './provider.ts';

const A = objectName('log/a');
const B = objectName('log/b');
const C = objectName('log/c');

function setUp(switches: Partial<MemorySwitches> = {}, seed = 1) {
  const clock = createVirtualClock(1_000_000);
  const provider = createMemoryProvider({ ...clock, random: seededRandom(seed) }, switches);
  return { clock, provider, storage: openMemory(provider) };
}

async function readAll(storage: Storage, area: Area, from?: Cursor) {
  const events: StorageEvent[] = [];
  let cursor = from;
  for (;;) {
    const page = await storage.changes(area, cursor);
    events.push(...page.events);
    ({ cursor } = page);
    if (!page.more) return { events, cursor };
  }
}

const told = (events: readonly StorageEvent[]) => events.map(({ kind, name }) => `${kind} ${name}`);

/** When everything happened, with this seed. */
async function run(seed: number): Promise<string[]> {
  const { clock, provider, storage } = setUp({ delay: [1, 900], visibility: 5000, staleness: 800 }, seed);
  const trace: string[] = [];
  await Promise.all(
    [A, B, C].map(async (name) => {
      await storage.put(name, Uint8Array.of(1));
      trace.push(`${clock.now()} ${name}`);
      trace.push(told((await readAll(storage, 'log')).events).join());
    }),
  );
  return [...trace, ...provider.tokens()];
}

describe('the memory provider', () => {
  test('shows at once what is truly stored, whatever a listing says', async () => {
    const { clock, provider, storage } = setUp({ visibility: 60_000 });
    await storage.put(A, Uint8Array.of(1, 2));
    expect(provider.objects().get(A)).toEqual({ bytes: Uint8Array.of(1, 2), time: clock.now() });
    expect(provider.used()).toBe(2);
    expect((await storage.changes('log')).events).toEqual([]);
    await clock.sleep(60_000);
    expect((await storage.changes('log')).events).toHaveLength(1);
  });

  test('with adds first, a compaction is seen to double before it is seen to clean up', async () => {
    const { clock, storage } = setUp({ order: 'adds-first', visibility: 10_000 });
    await storage.put(A, Uint8Array.of(1));
    const { cursor } = await readAll(storage, 'log');
    await storage.put(C, Uint8Array.of(3));
    await storage.delete([A]);
    const soon = await readAll(storage, 'log', cursor);
    expect(told(soon.events)).toEqual([`added ${C}`]);
    await clock.sleep(10_000);
    expect(told((await readAll(storage, 'log', soon.cursor)).events)).toEqual([`removed ${A}`]);
  });

  test('with deletes first, a compaction is seen to clean up before its pack is seen', async () => {
    const { clock, storage } = setUp({ order: 'deletes-first', visibility: 10_000 });
    await storage.put(A, Uint8Array.of(1));
    await clock.sleep(10_000);
    const { cursor } = await readAll(storage, 'log');
    await storage.put(C, Uint8Array.of(3));
    await storage.delete([A]);
    const soon = await readAll(storage, 'log', cursor);
    expect(told(soon.events)).toEqual([`removed ${A}`]);
    expect(await storage.get(C)).toEqual(Uint8Array.of(3));
    await clock.sleep(10_000);
    expect(told((await readAll(storage, 'log', soon.cursor)).events)).toEqual([`added ${C}`]);
  });

  test('never tells of a removal before the addition of the same name', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const { clock, storage } = setUp({ order: 'deletes-first', visibility: 10_000 }, seed);
      const { cursor } = await readAll(storage, 'log');
      await storage.put(A, Uint8Array.of(1));
      await storage.delete([A]);
      await storage.put(A, Uint8Array.of(1, 2));
      await storage.delete([A]);
      await clock.sleep(10_000);
      const { events } = await readAll(storage, 'log', cursor);
      expect(told(events)).toEqual([`added ${A}`, `removed ${A}`, `added ${A}`, `removed ${A}`]);
    }
  });

  test('stale listings differ from reader to reader, and never lose what a cursor has still to tell', async () => {
    const { clock, storage } = setUp({ staleness: 5000, pageSize: 2 });
    const seen = new Set<number>();
    for (let round = 0; round < 12; round++) {
      await storage.put(objectName(`log/n${10 + round}`), Uint8Array.of(round));
      await clock.sleep(600);
      const { events } = await readAll(storage, 'log');
      seen.add(round - events.length);
    }
    expect(seen.size).toBeGreaterThan(2);
    const { cursor, events } = await readAll(storage, 'log');
    await clock.sleep(5000);
    const rest = await readAll(storage, 'log', cursor);
    expect(new Set([...events, ...rest.events].map(({ name }) => name)).size).toBe(12);
  });

  test('pages may come empty with more behind them', async () => {
    const { storage } = setUp({ emptyPages: 0.5, pageSize: 1 });
    for (const name of [A, B, C]) await storage.put(name, Uint8Array.of(1));
    let empty = 0;
    let page = await storage.changes('log');
    const names: string[] = [];
    for (;;) {
      if (page.events.length === 0 && page.more) empty++;
      names.push(...page.events.map(({ name }) => name));
      if (!page.more) break;
      page = await storage.changes('log', page.cursor);
    }
    expect(empty).toBeGreaterThan(0);
    expect(names).toEqual([A, B, C]);
  });

  test('is full at its quota, takes the last byte, and has room again after a delete', async () => {
    const { provider, storage } = setUp({ quota: 10 });
    await storage.put(A, new Uint8Array(6));
    await expect(storage.put(B, new Uint8Array(5))).rejects.toMatchObject({ kind: 'QuotaExceeded' });
    await storage.put(A, new Uint8Array(6));
    await storage.put(B, new Uint8Array(4));
    expect(await storage.about()).toMatchObject({ used: 10, quota: 10 });
    await storage.delete([A]);
    await storage.put(C, new Uint8Array(6));
    expect([...provider.objects().keys()]).toEqual([B, C]);
    provider.switches.quota = undefined;
    await storage.put(A, new Uint8Array(100));
    expect('quota' in (await storage.about())).toBe(false);
  });

  test('can be damaged, with and without an event, and wiped', async () => {
    const { provider, storage } = setUp();
    for (const name of [A, B, C]) await storage.put(name, Uint8Array.of(1, 2, 3));
    const { cursor } = await readAll(storage, 'log');

    provider.corrupt(A, (bytes) => bytes.with(1, 99));
    expect(await storage.get(A)).toEqual(Uint8Array.of(1, 99, 3));
    provider.corrupt(A, (bytes) => bytes.slice(0, 1));
    expect(provider.used()).toBe(7);
    expect(() => provider.corrupt(objectName('log/none'), (bytes) => bytes)).toThrow(RangeError);

    provider.lose([B], { announced: false });
    expect((await readAll(storage, 'log', cursor)).events).toEqual([]);
    expect(told((await readAll(storage, 'log')).events)).toEqual([`added ${A}`, `added ${C}`]);

    provider.wipe();
    expect(provider.objects().size).toBe(0);
    expect(provider.used()).toBe(0);
    expect(told((await readAll(storage, 'log', cursor)).events)).toEqual([`removed ${A}`, `removed ${C}`]);
  });

  test('an old copy of the folder takes its place, and the feed tells of both directions', async () => {
    const { provider, storage } = setUp();
    await storage.put(A, Uint8Array.of(1));
    await storage.put(B, Uint8Array.of(2, 2));
    const copy = new Map(provider.objects());
    await storage.delete([A]);
    await storage.put(C, Uint8Array.of(3));
    const { cursor } = await readAll(storage, 'log');
    provider.restore(copy);
    expect([...provider.objects().keys()].sort()).toEqual([A, B]);
    expect(provider.used()).toBe(3);
    expect(await storage.get(A)).toEqual(Uint8Array.of(1));
    expect(told((await readAll(storage, 'log', cursor)).events)).toEqual([`removed ${C}`, `added ${A}`]);
  });

  test('writes the time that it believes in, and tells of every change as it happens', async () => {
    const clock = createVirtualClock();
    const changes: string[] = [];
    let ahead = 0;
    const provider = createMemoryProvider({
      now: clock.now,
      sleep: clock.sleep,
      random: seededRandom(1),
      stamp: () => clock.now() + ahead,
      changed: ({ kind, name, by }) => changes.push(`${kind} ${name} by ${by}`),
    });
    const storage = openMemory(provider);
    await storage.put(A, Uint8Array.of(1));
    ahead = -86_400_000;
    await storage.put(B, Uint8Array.of(2));
    await storage.put(B, Uint8Array.of(2));
    const times = (await readAll(storage, 'log')).events.map((event) => (event.kind === 'added' ? event.time : null));
    expect(times).toEqual([clock.now(), clock.now() - 86_400_000]);
    expect(provider.now()).toBe(clock.now() - 86_400_000);
    provider.corrupt(A, () => Uint8Array.of(9));
    await storage.delete([A, C]);
    provider.wipe();
    expect(changes).toEqual([
      `added ${A} by request`,
      `added ${B} by request`,
      `damaged ${A} by owner`,
      `removed ${A} by request`,
      `removed ${B} by owner`,
    ]);
  });

  test('a revoked token is Unauthorized, also to a watch that is under way; a new one works', async () => {
    const { clock, provider, storage } = setUp();
    const { cursor } = await readAll(storage, 'log');
    const watching = storage.watch('log', cursor, new AbortController().signal);
    watching.catch(() => undefined);
    await clock.sleep(10);
    provider.revokeAll();
    await expect(watching).rejects.toMatchObject({ kind: 'Unauthorized' });
    await expect(storage.get(A)).rejects.toMatchObject({ kind: 'Unauthorized' });
    await openMemory(provider).put(A, Uint8Array.of(1));
  });

  test('a watch waits until the change can be seen by every reader', async () => {
    const { clock, provider, storage } = setUp({ visibility: 4000, staleness: 3000 });
    const { cursor } = await readAll(storage, 'log');
    const started = clock.now();
    await storage.put(A, Uint8Array.of(1));
    await storage.watch('log', cursor, new AbortController().signal);
    expect(clock.now() - started).toBeGreaterThanOrEqual(3000);
    expect((await storage.changes('log', cursor)).events).toHaveLength(1);
    expect(provider.requests()).toBe(4);
  });

  test('an expired cursor ends a watch', async () => {
    const { clock, provider, storage } = setUp();
    const { cursor } = await readAll(storage, 'log');
    const watching = storage.watch('log', cursor, new AbortController().signal);
    watching.catch(() => undefined);
    await clock.sleep(10);
    provider.expireCursors();
    await expect(watching).rejects.toMatchObject({ kind: 'CursorExpired' });
  });

  test("one area's cursor means nothing in the other", async () => {
    const { storage } = setUp();
    const { cursor } = await readAll(storage, 'log');
    await expect(storage.changes('files', cursor)).rejects.toMatchObject({ kind: 'CursorExpired' });
  });

  test('settings of another kind are refused', () => {
    const { provider } = setUp();
    expect(memorySettings(provider)).toEqual({ token: provider.tokens().at(-1) });
    expect(() => openMemory(provider, { accessToken: 'x' })).toThrow('not settings of a memory storage');
  });

  test('behaves the same for the same seed', async () => {
    expect(await run(4)).toEqual(await run(4));
    expect(await run(4)).not.toEqual(await run(5));
  });
});

describe('the virtual clock', () => {
  test('stands still while there is work, and jumps to the next sleeper', async () => {
    const clock = createVirtualClock(0);
    const order: string[] = [];
    const nap = async (ms: number, name: string) => {
      await clock.sleep(ms);
      order.push(`${name} at ${clock.now()}`);
    };
    await Promise.all([nap(3_600_000, 'late'), nap(5, 'soon'), nap(5, 'next'), nap(0, 'now')]);
    expect(order).toEqual(['now at 0', 'soon at 5', 'next at 5', 'late at 3600000']);
  });

  test('lets an aborted sleeper go at once, and does not wait for it', async () => {
    const clock = createVirtualClock(0);
    const stop = new AbortController();
    const sleeping = clock.sleep(1000, stop.signal);
    stop.abort(new Error('woken'));
    await expect(sleeping).rejects.toThrow('woken');
    await expect(clock.sleep(1, stop.signal)).rejects.toThrow('woken');
    await clock.sleep(1);
    expect(clock.now()).toBe(1);
  });
});
