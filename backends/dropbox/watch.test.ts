/** Waiting for changes: long polls, rests, and what stands in for them. */
import { describe, expect, it } from 'vitest';
import { A, B, bytes, cursorOf, setting } from './setting.ts';

const signal = () => new AbortController().signal;

describe('watching', () => {
  it('sends no token with a long poll', async () => {
    const { storage, log } = setting();
    await storage.put(A, bytes(1));
    const cursor = await cursorOf(storage);
    await storage.put(B, bytes(2));
    await storage.watch('log', cursor, signal());
    expect(log().at(-1)).toBe('files/list_folder/longpoll none 200');
  });

  it('notices the first write ever', async () => {
    const { storage } = setting();
    const waiting = storage.watch('log', await cursorOf(storage), signal());
    await storage.put(A, bytes(1));
    await expect(waiting).resolves.toBeUndefined();
  });

  it('polls again when nothing has changed, and rests as long as it is told to', async () => {
    const { emulator, storage, clock, pauses, log } = setting({ behaviour: { longpollBackoff: 45 } });
    await storage.put(A, bytes(1));
    const cursor = await cursorOf(storage);
    const stop = new AbortController();
    const begun = clock.now();
    const polls = () => log().filter((line) => line.includes('longpoll')).length;
    const waiting = storage.watch('log', cursor, stop.signal).catch((reason: unknown) => reason);
    // Two polls of 120 seconds with 45 between them have gone by when the third begins.
    await expect.poll(polls).toBeGreaterThanOrEqual(3);
    expect(clock.now() - begun).toBeGreaterThanOrEqual(2 * (120 + 45) * 1000);
    expect(new Set(pauses)).toEqual(new Set([45_000]));
    stop.abort('enough');
    expect(await waiting).toBe('enough');
    expect(emulator.world.namespaces.size).toBe(1);
  });

  it.each([
    { kind: 'drop', when: 'before' },
    { kind: 'unavailable', status: 503 },
    { kind: 'html' },
    { kind: 'rate-limit', body: 'text' },
  ] as const)('falls back to a calm "perhaps" when long polls meet %j', async (fault) => {
    const { emulator, storage, pauses } = setting();
    await storage.put(A, bytes(1));
    const cursor = await cursorOf(storage);
    emulator.addFault({ route: 'files/list_folder/longpoll', fault, times: 'always' });
    await storage.watch('log', cursor, signal());
    expect(pauses).toEqual([60_000]);
  });

  it('rests longer when a rate limit asks for it', async () => {
    const { emulator, storage, pauses } = setting();
    await storage.put(A, bytes(1));
    const cursor = await cursorOf(storage);
    emulator.addFault({
      route: 'files/list_folder/longpoll',
      fault: { kind: 'rate-limit', body: 'json', retryAfter: 300 },
    });
    await storage.watch('log', cursor, signal());
    expect(pauses).toEqual([300_000]);
  });
});
