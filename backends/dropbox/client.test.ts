/** Writing, reading and the account, beyond what every backend has to do. */
import { describe, expect, it } from 'vitest';
import { objectName } from '../storage.ts';
import { A, B, bytes, failure, setting, createDropboxStorageBeside } from './setting.ts';

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

  it('keeps one commit in flight for an account, so that none meets the lock', async () => {
    const { emulator, storage } = setting({ behaviour: { lockHold: 100 } });
    const names = Array.from({ length: 6 }, (_, index) => objectName(`files/f${index}`));
    await Promise.all(names.map((name, index) => storage.put(name, bytes(index))));
    expect(emulator.filePaths()).toHaveLength(6);
  });

  it.each(['rate-limit', 'conflict'] as const)(
    'takes the lock of another program for a rate limit (%s)',
    async (lockFace) => {
      const { emulator, storage } = setting({ behaviour: { lockHold: 1000, lockFace } });
      const other = createDropboxStorageBeside(emulator);
      const results = await Promise.allSettled([storage.put(A, bytes(1)), other.put(B, bytes(2))]);
      const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
      expect(refused).toEqual([expect.objectContaining({ kind: 'RateLimited' })]);
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
