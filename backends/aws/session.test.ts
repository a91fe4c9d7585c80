/** Which tokens are sent, when new ones are asked for, and what it means when none come. */
import { describe, expect, it } from 'vitest';
import { readSettings } from './settings.ts';
import { A, bytes, failure, setting } from './setting.ts';

const HOUR = 3_600_000;
const drop = () => Promise.reject(new TypeError('fetch failed'));

describe('tokens', () => {
  it('renews those that end within a minute before they are refused, and keeps the new ones', async () => {
    const { cloud, storage, clock, saved, log } = setting();
    const [first = ''] = cloud.pools.secrets();
    await clock.sleep(HOUR - 50_000);
    await storage.about();
    expect(log).toEqual(['GetTokensFromRefreshToken 200', 'GET api/v1/about 200']);
    expect(saved).toHaveLength(1);
    const { tokens, email } = readSettings(saved[0] ?? {});
    expect(email).toBe('ada@demo.example');
    expect(tokens.idToken).not.toBe(first);
    expect(tokens.expiresAt).toBe(clock.now() + HOUR);
    expect(cloud.pools.secrets()).toContain(tokens.refreshToken);
  });

  it('leaves those alone that have longer to live', async () => {
    const { storage, log } = setting();
    await storage.about();
    expect(log).toEqual(['GET api/v1/about 200']);
  });

  it('renews refused ones once, for all calls together, and asks again', async () => {
    const { cloud, storage, log, saved } = setting();
    cloud.pools.expireTokens();
    await Promise.all([storage.about(), storage.changes('log')]);
    expect(log.filter((line) => line.startsWith('GetTokens'))).toEqual(['GetTokensFromRefreshToken 200']);
    expect(saved).toHaveLength(1);
  });

  it('renews for each of two connections, and neither spoils the other’s', async () => {
    const { cloud, storage, other, clock } = setting();
    const second = other();
    await clock.sleep(HOUR);
    await Promise.all([storage.about(), second.about()]);
    cloud.pools.expireTokens();
    await Promise.all([second.put(A, bytes(1)), storage.about()]);
    expect(await storage.get(A)).toEqual(bytes(1));
  });

  it('stays signed in offline, also when the tokens have run out', async () => {
    const { storage, clock, saved, instead, log } = setting();
    const online = { ...instead };
    await clock.sleep(10 * HOUR);
    instead['GetTokensFromRefreshToken'] = drop;
    expect((await failure(storage.about())).kind).toBe('Unavailable');
    expect(log).toEqual(['GetTokensFromRefreshToken none']);
    delete instead['GetTokensFromRefreshToken'];
    Object.assign(instead, online);
    expect(await storage.about()).toMatchObject({ label: 'ada@demo.example' });
    expect(saved).toHaveLength(1);
  });

  it('uses tokens to their end while nobody can be asked for others', async () => {
    const { storage, clock, instead, log } = setting({ instead: { GetTokensFromRefreshToken: drop } });
    await clock.sleep(HOUR - 50_000);
    await storage.about();
    expect(log).toEqual(['GetTokensFromRefreshToken none', 'GET api/v1/about 200']);
    expect(Object.keys(instead)).toHaveLength(1);
  });

  it('is over only when Cognito itself refuses the refresh token', async () => {
    const { cloud, storage } = setting();
    cloud.pools.revoke();
    const error = await failure(storage.put(A, bytes(1)));
    expect(error.kind).toBe('Unauthorized');
    expect(error.message).toBe('Satchel cloud: the session has ended (NotAuthorizedException)');
  });

  it('believes tokens to be good for as long as they are, however wrong this device’s clock goes', async () => {
    for (const ahead of [-300 * HOUR, 300 * HOUR]) {
      const { storage, clock, log, saved } = setting({ ahead });
      await storage.about();
      await clock.sleep(HOUR);
      await storage.about();
      await storage.about();
      expect(log.map((line) => line.split(' ').at(-2))).toEqual([
        'api/v1/about',
        'GetTokensFromRefreshToken',
        'api/v1/about',
        'api/v1/about',
      ]);
      expect(saved).toHaveLength(1);
    }
  });

  it('refuses settings that hold none', () => {
    expect(() => readSettings({ email: 'x' })).toThrow(expect.objectContaining({ kind: 'Unauthorized' }));
  });
});
