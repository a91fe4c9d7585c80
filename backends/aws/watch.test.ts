/** Waiting for changes: by a line that stays open, and by polls where none is to be had. */
import { describe, expect, it } from 'vitest';
import { A, B, bytes, cursorOf, failure, setting } from './setting.ts';

const MINUTE = 60_000;
const signal = () => new AbortController().signal;
const opened = (log: readonly string[]) => log.filter((line) => line.startsWith('POST api/v1/ticket')).length;
const listed = (log: readonly string[]) => log.filter((line) => line.startsWith('GET api/v1/changes')).length;

describe('a line', () => {
  it('tells of another device’s change, and stays open for the next wait, which asks nothing', async () => {
    const { cloud, storage, other, log } = setting({ still: true });
    const writer = other();
    const first = storage.watch('log', await cursorOf(storage), signal());
    await expect.poll(() => cloud.lines.count()).toBe(1);
    await writer.put(A, bytes(1));
    await first;
    const cursor = await cursorOf(storage);
    const before = listed(log);
    const second = storage.watch('log', cursor, signal());
    await writer.put(B, bytes(2));
    await second;
    expect(opened(log)).toBe(1);
    expect(listed(log)).toBe(before);
  });

  it('holds a one-time ticket in its address, and no token', async () => {
    const { cloud, storage } = setting({ still: true });
    const addresses: string[] = [];
    const { storage: watching } = setting({
      still: true,
      settings: () => cloud.signIn('ada@demo.example'),
      deps: {
        fetch: cloud.fetch(),
        openSocket: (address) => {
          addresses.push(address);
          return cloud.openSocket(address);
        },
      },
    });
    const stop = new AbortController();
    const waiting = watching.watch('log', await cursorOf(storage), stop.signal).catch((reason: unknown) => reason);
    await expect.poll(() => cloud.lines.count()).toBe(1);
    expect(addresses).toHaveLength(1);
    for (const secret of cloud.pools.secrets()) expect(addresses[0]).not.toContain(secret);
    const again = cloud.openSocket(addresses[0] ?? '');
    await new Promise<void>((resolve) => {
      again.addEventListener('close', resolve);
    });
    stop.abort('enough');
    expect(await waiting).toBe('enough');
  });

  it('isn’t told of what came through the same connection', async () => {
    const { cloud, storage, other } = setting({ still: true });
    const stop = new AbortController();
    let isOver = false;
    const waiting = storage
      .watch('log', await cursorOf(storage), stop.signal)
      .catch(() => undefined)
      .finally(() => {
        isOver = true;
      });
    await expect.poll(() => cloud.lines.count()).toBe(1);
    await storage.put(A, bytes(1));
    await cursorOf(storage);
    expect(isOver).toBe(false);
    await other().put(B, bytes(1));
    await waiting;
    stop.abort();
  });

  it('tells at once of what happened before it was open', async () => {
    const { storage, other } = setting({ still: true });
    const cursor = await cursorOf(storage);
    await other().put(A, bytes(1));
    await expect(storage.watch('log', cursor, signal())).resolves.toBeUndefined();
    await cursorOf(storage);
    // And of what happened since an older cursor, though the line was silent of late.
    await expect(storage.watch('log', cursor, signal())).resolves.toBeUndefined();
  });

  it('means "perhaps" when it is cut, and is opened again', async () => {
    const { cloud, storage, log } = setting({ still: true });
    const first = storage.watch('log', await cursorOf(storage), signal());
    await expect.poll(() => cloud.lines.count()).toBe(1);
    cloud.lines.cut();
    await first;
    const stop = new AbortController();
    const second = storage.watch('log', await cursorOf(storage), stop.signal).catch(() => undefined);
    await expect.poll(() => cloud.lines.count()).toBe(1);
    expect(opened(log)).toBe(2);
    stop.abort();
    await second;
  });

  it('is kept from being ended for its silence', async () => {
    const { cloud, storage, clock } = setting();
    const stop = new AbortController();
    const begun = clock.now();
    const waiting = storage.watch('log', await cursorOf(storage), stop.signal).catch(() => undefined);
    await expect.poll(() => cloud.lines.received.length).toBeGreaterThan(1);
    expect(clock.now() - begun).toBeGreaterThanOrEqual(18 * MINUTE);
    stop.abort();
    await waiting;
  });

  it('is closed a while after nobody waits any more', async () => {
    const { cloud, storage } = setting();
    const stop = new AbortController();
    const waiting = storage.watch('log', await cursorOf(storage), stop.signal).catch(() => undefined);
    await expect.poll(() => cloud.lines.count()).toBe(1);
    stop.abort();
    await waiting;
    await expect.poll(() => cloud.lines.count()).toBe(0);
  });

  it('isn’t believed after the device has slept', async () => {
    let jump = 0;
    const clock = setting().clock;
    const { cloud, storage } = setting({
      deps: {
        now: () => clock.now() + jump,
        async sleep(ms, until) {
          await clock.sleep(ms, until);
          jump += 3 * 60 * MINUTE;
        },
      },
    });
    await storage.watch('log', await cursorOf(storage), signal());
    await expect.poll(() => cloud.lines.count()).toBe(0);
  });
});

describe('without a line', () => {
  it.each([
    ['the cloud has none', { sockets: false }],
    ['the platform has none', { deps: { openSocket: undefined as never } }],
  ])('a wait is a calm "perhaps" where %s', async (_why, choice) => {
    const { storage, pauses, log } = setting(choice);
    const cursor = await cursorOf(storage);
    await storage.watch('log', cursor, signal());
    await storage.watch('log', cursor, signal());
    expect(pauses).toEqual([MINUTE, MINUTE]);
    expect(opened(log)).toBeLessThanOrEqual(1);
  });

  it('tries again ever more rarely where lines don’t come through', async () => {
    const tries: number[] = [];
    const { cloud, storage, clock } = setting({
      deps: {
        openSocket(address) {
          tries.push(clock.now());
          const socket = cloud.openSocket(address);
          socket.close();
          return socket;
        },
      },
    });
    const cursor = await cursorOf(storage);
    for (let wait = 0; wait < 40; wait++) await storage.watch('log', cursor, signal());
    const pauses = tries.slice(1).map((time, index) => (time - (tries[index] ?? 0)) / MINUTE);
    expect(pauses.slice(0, 4)).toEqual([1, 2, 4, 8]);
  });

  it.each(['GET api/v1/changes', 'POST api/v1/ticket'])('rests when %s fails', async (place) => {
    const { storage, pauses, instead } = setting();
    const cursor = await cursorOf(storage);
    instead[place] = async () =>
      Response.json({ error: 'RateLimited' }, { status: 429, headers: { 'Retry-After': '300' } });
    await storage.watch('log', cursor, signal());
    expect(pauses.filter((ms) => ms >= MINUTE)).toEqual([place.startsWith('GET') ? 300_000 : MINUTE]);
  });

  it('says so when the cursor or the session is over', async () => {
    const { cloud, storage } = setting();
    await storage.put(A, bytes(1));
    const cursor = await cursorOf(storage);
    cloud.expireCursors();
    expect((await failure(storage.watch('log', cursor, signal()))).kind).toBe('CursorExpired');
    cloud.pools.revoke();
    const { storage: gone } = setting({
      settings: () => cloud.signIn('ada@demo.example'),
      deps: { fetch: cloud.fetch() },
    });
    cloud.pools.revoke();
    expect((await failure(gone.watch('log', cursor, signal()))).kind).toBe('Unauthorized');
  });
});
