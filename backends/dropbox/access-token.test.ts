/** Which token is sent, and when a new one is asked for. */
import { describe, expect, it } from 'vitest';
import { readSettings } from './access-token.ts';
import { A, bytes, failure, setting } from './setting.ts';

describe('tokens', () => {
  it('renews a token that ends within five minutes, before it is refused, and keeps the new one', async () => {
    const { emulator, storage, saved, log } = setting({
      settings: (tokens) => ({ ...tokens, expiresAt: tokens.expiresAt - 14_400_000 + 299_000 }),
    });
    await storage.about();
    expect(log().slice(0, 1)).toEqual(['oauth2/token none 200']);
    expect(saved).toHaveLength(1);
    expect(emulator.world.accessTokens.has(String(saved[0]?.['accessToken']))).toBe(true);
    expect(saved[0]).toMatchObject({ clientId: 'local-demo', refreshToken: expect.stringMatching(/^rt-/) });
  });

  it('leaves a token alone that has longer to live', async () => {
    const { storage, log } = setting();
    await storage.changes('log');
    expect(log()).toEqual(['files/list_folder header 200']);
  });

  it('renews a refused token once, for all calls together, and asks again', async () => {
    const { emulator, storage, log, saved } = setting();
    emulator.expireAccessTokens();
    await Promise.all([storage.about(), storage.changes('log')]);
    expect(log().filter((line) => line.startsWith('oauth2/token'))).toEqual(['oauth2/token none 200']);
    expect(saved).toHaveLength(1);
  });

  it('gives up after one renewal', async () => {
    const { emulator, storage, log } = setting();
    emulator.addFault({
      route: 'files/*',
      fault: { kind: 'unauthorized', tag: 'expired_access_token' },
      times: 'always',
    });
    expect((await failure(storage.changes('log'))).kind).toBe('Unauthorized');
    expect(log()).toEqual(['files/list_folder header 401', 'oauth2/token none 200', 'files/list_folder header 401']);
  });

  it('asks the person to reconnect when the connection was ended on the other side', async () => {
    const { emulator, storage } = setting();
    emulator.revokeTokens();
    const error = await failure(storage.put(A, bytes(1)));
    expect(error.kind).toBe('Unauthorized');
    expect(error.message).toBe('Dropbox: the connection has ended (invalid_grant)');
  });

  it('does not renew for a missing permission', async () => {
    const { emulator, storage, log } = setting();
    emulator.addFault({ route: 'files/upload', fault: { kind: 'missing-scope', scope: 'files.content.write' } });
    expect((await failure(storage.put(A, bytes(1)))).kind).toBe('Unauthorized');
    expect(log()).toEqual(['files/upload header 401']);
  });

  it('uses a token to its end while the sign-in service is away', async () => {
    const { emulator, storage, log } = setting({
      settings: (tokens) => ({ ...tokens, expiresAt: tokens.expiresAt - 14_400_000 + 60_000 }),
    });
    emulator.addFault({ route: 'oauth2/token', fault: { kind: 'unavailable', status: 503 }, times: 'always' });
    await storage.changes('log');
    expect(log()).toEqual(['oauth2/token none 503', 'files/list_folder header 200']);
  });

  it.each([
    [{ kind: 'drop', when: 'before' }, 'Unavailable'],
    [{ kind: 'html' }, 'Unavailable'],
    [{ kind: 'unavailable', status: 500 }, 'Unavailable'],
    [{ kind: 'rate-limit', body: 'text' }, 'RateLimited'],
  ] as const)('says what happened when a renewal meets %j', async (fault, kind) => {
    const { emulator, storage } = setting();
    emulator.expireAccessTokens();
    emulator.addFault({ route: 'oauth2/token', fault });
    expect((await failure(storage.about())).kind).toBe(kind);
  });

  it('refuses settings that hold no token', () => {
    expect(() => readSettings({ refreshToken: 'x' }, 'id')).toThrow(expect.objectContaining({ kind: 'Unauthorized' }));
  });
});
