/** Writing, reading and the account, beyond what every backend has to do. */
import { describe, expect, it } from 'vitest';
import { objectName } from '../storage.ts';
import { A, B, bytes, failure, setting } from './setting.ts';

describe('writing', () => {
  it('may repeat a put whose answer was lost', async () => {
    const { emulator, storage } = setting();
    emulator.addFault({ route: 'files/upload', fault: { kind: 'drop', when: 'after' } });
    expect((await failure(storage.put(A, bytes(1, 2)))).kind).toBe('Unavailable');
    await storage.put(A, bytes(1, 2));
    expect(emulator.filePaths()).toEqual(['/log/a']);
  });

  it('compares contents when Dropbox reports a conflict', async () => {
    const { emulator, storage } = setting();
    await storage.put(A, bytes(1, 2));
    const error = {
      '.tag': 'path',
      reason: { '.tag': 'conflict', conflict: { '.tag': 'file' } },
      upload_session_id: 'x',
    };
    emulator.addFault({ route: 'files/upload', fault: { kind: 'error', error } });
    await storage.put(A, bytes(1, 2));
    expect((await failure(storage.put(A, bytes(3)))).kind).toBe('Taken');
  });

  it('calls a name taken that a person has used in another case', async () => {
    const { emulator, storage } = setting();
    await emulator.writeFile('/LOG/A', bytes(9));
    expect((await failure(storage.put(A, bytes(1)))).kind).toBe('Taken');
    expect(await storage.get(A)).toEqual(bytes(9));
  });

  it('calls a name taken that is a folder', async () => {
    const { emulator, storage } = setting();
    await emulator.writeFile('/log/a/inside', bytes(9));
    expect((await failure(storage.put(A, bytes(1)))).kind).toBe('Taken');
    expect((await failure(storage.get(A))).kind).toBe('NotFound');
  });

  it('keeps one commit in flight for an account', async () => {
    let running = 0;
    const seen: number[] = [];
    const { emulator, storage } = setting({
      fetch: (emulator) => async (input, init) => {
        running += 1;
        seen.push(running);
        // Whoever else is about to send has time to do so.
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
        const response = await emulator.fetch(new Request(input, init));
        running -= 1;
        return response;
      },
    });
    const names = Array.from({ length: 6 }, (_, index) => objectName(`files/f${index}`));
    await Promise.all(names.map((name, index) => storage.put(name, bytes(index))));
    await Promise.all(names.slice(0, 3).map((name) => storage.delete([name])));
    expect(emulator.filePaths()).toHaveLength(3);
    expect(new Set(seen)).toEqual(new Set([1]));
  });

  it.each(['rate-limit', 'conflict'] as const)(
    'takes the lock of another program for a rate limit (%s)',
    async (lockFace) => {
      const { emulator, storage } = setting({ behaviour: { lockFace } });
      await storage.put(A, bytes(1));
      for (const namespace of emulator.world.namespaces.values()) namespace.lockedUntil = Number.POSITIVE_INFINITY;
      expect((await failure(storage.put(B, bytes(2)))).kind).toBe('RateLimited');
      expect((await failure(storage.delete([A]))).kind).toBe('RateLimited');
      expect((await failure(storage.delete([A, B]))).kind).toBe('RateLimited');
      expect(await storage.get(A)).toEqual(bytes(1));
    },
  );
});

it('notices a download that ends early without a broken connection', async () => {
  const { emulator, storage } = setting();
  await storage.put(A, bytes(1, 2, 3, 4));
  for (const range of [undefined, { start: 1 }]) {
    emulator.addFault({ route: 'files/download', fault: { kind: 'truncate', bytes: 2, cut: false } });
    expect((await failure(storage.get(A, range))).kind).toBe('Unavailable');
  }
});

/** What a team's member is answered. */
const usage = (own: number) => ({
  used: 10,
  allocation: { '.tag': 'team', used: 500, allocated: 1000, user_within_team_space_allocated: own },
});

it("tells a team member's own limit, else the team's", async () => {
  for (const [own, used, quota] of [
    [200, 10, 200],
    [0, 500, 1000],
  ] as const) {
    const { storage } = setting({
      fetch: (emulator) => (input, init) => {
        const request = new Request(input, init);
        return request.url.endsWith('get_space_usage')
          ? Promise.resolve(Response.json(usage(own)))
          : emulator.fetch(request);
      },
    });
    expect(await storage.about()).toMatchObject({ label: 'ada@demo.example', used, quota });
  }
});
