/** Bytes, tokens and the account, beyond what every backend has to do. */
import { describe, expect, it } from 'vitest';
import { asFetch } from './emulator/emulator.ts';
import { A, B, bytes, failure, follower, setting } from './setting.ts';

describe('reading', () => {
  it('notices a download that ends early without a broken connection', async () => {
    const { emulator, device } = setting();
    const { storage } = device();
    await storage.put(A, bytes(1, 2, 3, 4));
    for (const range of [undefined, { start: 1 }]) {
      emulator.addFault({ route: 'files.download', fault: { kind: 'truncate', bytes: 2, cut: false } });
      expect((await failure(storage.get(A, range))).kind).toBe('Unavailable');
    }
  });

  it('takes its part of a whole that a server on the way sends', async () => {
    const { emulator, device } = setting();
    await device().storage.put(A, bytes(1, 2, 3, 4));
    const fetch: typeof globalThis.fetch = (input, init) => {
      const request = new Request(input, init);
      const headers = new Headers(request.headers);
      headers.delete('Range');
      return asFetch(emulator)(new Request(request, { headers }));
    };
    expect(await device(undefined, { fetch }).storage.get(A, { start: 1, end: 3 })).toEqual(bytes(2, 3));
  });

  it('takes one request for an object that was listed', async () => {
    const { device, log } = setting();
    await device().storage.put(A, bytes(1, 2));
    const { storage } = device();
    await follower(storage).read();
    log();
    await storage.get(A);
    await storage.get(A, { start: 1 });
    expect(log()).toEqual(['files.download 200', 'files.download 206']);
  });

  it('finds an object again that was deleted and put anew by others', async () => {
    const { device } = setting();
    const other = device().storage;
    await other.put(A, bytes(1));
    const { storage } = device();
    await storage.get(A);
    await other.delete([A]);
    await other.put(A, bytes(2));
    expect(await storage.get(A)).toEqual(bytes(2));
  });
});

describe('writing', () => {
  it('asks after the object itself when it is thought to be there', async () => {
    const { device, log } = setting();
    const other = device().storage;
    await other.put(A, bytes(1));
    const { storage } = device();
    await storage.get(A);
    log();
    await storage.put(A, bytes(1));
    expect(log()).toEqual(['files.get 200']);
    await other.delete([A]);
    await storage.put(A, bytes(1));
    expect(await device().storage.get(A)).toEqual(bytes(1));
  });

  it('takes an upload whose bytes did not arrive as they were sent for none', async () => {
    const { emulator, device } = setting();
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const request = new Request(input, init);
      const response = await emulator.fetch(request);
      if (!request.url.includes('/upload/')) return response;
      return Response.json({ ...(await response.json()), sha256Checksum: '0'.repeat(64) });
    };
    expect((await failure(device(undefined, { fetch }).storage.put(A, bytes(1)))).kind).toBe('Unavailable');
  });

  it('stores nothing when the account is full, and goes on when it no longer is', async () => {
    const { emulator, device, files } = setting();
    const { storage } = device();
    await storage.put(A, bytes(1));
    emulator.setQuota(2);
    expect((await failure(storage.put(B, bytes(1, 2, 3)))).kind).toBe('QuotaExceeded');
    emulator.setQuota(100);
    await storage.put(B, bytes(1, 2, 3));
    expect(files()).toHaveLength(2);
  });
});

describe('tokens', () => {
  it('are renewed once when they are refused, and stand in no address and no error', async () => {
    const { emulator, device } = setting();
    const addresses: string[] = [];
    const fetch: typeof globalThis.fetch = (input, init) => {
      addresses.push(new Request(input, init).url);
      return asFetch(emulator)(input, init);
    };
    let renewals = 0;
    const fresh = emulator.signIn().accessToken;
    const tokens = {
      current: async () => (renewals === 0 ? 'an-old-token' : fresh),
      async renew(refused: string) {
        expect(refused).toBe('an-old-token');
        renewals += 1;
        return fresh;
      },
    };
    const { storage } = device(undefined, { fetch, tokens });
    expect((await storage.about()).label).toBe('ada@demo.example');
    await storage.put(A, bytes(1));
    expect(renewals).toBe(1);
    expect(addresses.join(' ')).not.toContain(fresh);
    emulator.revokeTokens();
    const error = await failure(
      device(undefined, { tokens: { ...tokens, renew: async () => undefined } }).storage.about(),
    );
    expect(error.kind).toBe('Unauthorized');
    expect(JSON.stringify([error.message, String(error.cause)])).not.toContain(fresh);
  });
});

/** A network that never answers. */
const silence: typeof fetch = (_, init) =>
  new Promise((_resolve, reject) => {
    init?.signal?.addEventListener('abort', () => reject(new TypeError('Failed to fetch')));
  });

describe('waiting', () => {
  it('for an answer ends', async () => {
    const { device } = setting();
    const hanging = device(undefined, {
      fetch: silence,
      timer: () => {
        const stop = new AbortController();
        setImmediate(() => stop.abort());
        return stop.signal;
      },
    });
    const error = await failure(hanging.storage.about());
    expect([error.kind, error.message]).toEqual(['Unavailable', 'Google Drive did not answer within 60 seconds']);
  });
});

const answer = (user: object, storageQuota: object) => async () => Response.json({ user, storageQuota });

describe('about', () => {
  it('tells an account without a limit, and a person without an address, by what there is', async () => {
    const { device } = setting();
    const ask = (user: object, quota: object = {}) => device(undefined, { fetch: answer(user, quota) }).storage.about();
    expect(await ask({ permissionId: '7', displayName: 'Ada' }, { usage: '12' })).toEqual({
      accountId: '7',
      label: 'Ada',
      used: 12,
    });
    expect((await failure(ask({ emailAddress: 'a@b.example' }))).kind).toBe('Unavailable');
  });
});
