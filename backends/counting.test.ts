import { expect, test } from 'vitest';
import { counting } from './counting.ts';
import { withLatency } from './latency.ts';
import { openMemory } from './memory/client.ts';
import { createMemoryProvider } from './memory/provider.ts';
import { seededRandom } from './seeded-random.ts';
import { objectName } from './storage.ts';
import { createVirtualClock } from './virtual-clock.ts';

const NAME = objectName('log/a');

function setUp() {
  const clock = createVirtualClock(0);
  return { clock, memory: openMemory(createMemoryProvider({ ...clock, random: seededRandom(1) })) };
}

test('calls are counted by operation, with the bytes that went out and came in', async () => {
  const { storage, counts, reset } = counting(setUp().memory);
  await storage.put(NAME, new Uint8Array(1000));
  await storage.get(NAME);
  await storage.get(NAME, { start: 100, end: 150 });
  const { cursor } = await storage.changes('log');
  await expect(storage.watch('log', cursor, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
  await storage.about();
  await storage.delete([NAME]);
  await expect(storage.get(NAME)).rejects.toMatchObject({ kind: 'NotFound' });
  const expected = { put: 1, get: 3, changes: 1, delete: 1, watch: 1, about: 1, total: 8 };
  expect(counts()).toEqual({ ...expected, bytesOut: 1000, bytesIn: 1050 });
  const before = counts();
  reset();
  expect(counts().total).toBe(0);
  expect(counts().bytesIn).toBe(0);
  expect(before.total).toBe(8);
});

test('latency adds its ms to every call but a watch, and ends with the signal', async () => {
  const { clock, memory } = setUp();
  const storage = withLatency(memory, 100, clock.sleep);
  await storage.put(NAME, Uint8Array.of(1));
  expect(clock.now()).toBe(100);
  const { cursor } = await storage.changes('log');
  await storage.get(NAME);
  await storage.about();
  await storage.delete([NAME]);
  expect(clock.now()).toBe(500);
  await storage.watch('log', cursor, new AbortController().signal);
  expect(clock.now()).toBe(500);

  const stop = new AbortController();
  const call = storage.put(NAME, Uint8Array.of(2), stop.signal);
  stop.abort(new Error('stopped'));
  await expect(call).rejects.toThrow('stopped');
  await expect(memory.get(NAME)).rejects.toMatchObject({ kind: 'NotFound' });
});
