/** Larger bodies by temporary credentials, and what else a client of the cloud has to do. */
import { describe, expect, it } from 'vitest';
import { objectName } from '../storage.ts';
import { INLINE_BYTES } from './protocol.ts';
import { A, B, bytes, cursorOf, failure, many, setting } from './setting.ts';

const LARGE = many(INLINE_BYTES + 1);
/** Compared one by one, a quarter of a million bytes take a second. */
const expectBytes = (actual: Uint8Array, expected: Uint8Array) => expect(Buffer.compare(actual, expected)).toBe(0);
const s3 = (status: number, code: string, more = '') =>
  Promise.resolve(new Response(`<Error><Code>${code}</Code>${more}</Error>`, { status }));

describe('larger bodies', () => {
  it('go to S3 by themselves, and are registered', async () => {
    const { cloud, storage, log } = setting();
    await storage.put(A, LARGE);
    expect(log).toEqual(['GetId 200', 'GetCredentialsForIdentity 200', 'PUT s3 200', 'POST api/v1/objects 201']);
    expect(cloud.bodies.keys()).toEqual([expect.stringMatching(/^bodies\/[0-9a-f-]+\/[0-9a-f]{64}$/)]);
    log.splice(0);
    expectBytes(await storage.get(A), LARGE);
    expectBytes(await storage.get(A, { start: 5, end: 9 }), LARGE.slice(5, 9));
    expectBytes(await storage.get(A, { start: LARGE.length - 2, end: LARGE.length + 9 }), LARGE.slice(-2));
    expect(await storage.get(A, { start: LARGE.length })).toEqual(bytes());
    expect(await storage.get(A, { start: 3, end: 3 })).toEqual(bytes());
    expect(log.filter((line) => line.startsWith('GET s3'))).toEqual(['GET s3 200', 'GET s3 206', 'GET s3 206']);
    expect(log.some((line) => line.startsWith('GetId'))).toBe(false);
  });

  it('stay in the table up to the bound', async () => {
    const { cloud, storage, log } = setting();
    await storage.put(A, LARGE.slice(1));
    expect(log).toEqual(['PUT api/v1/objects 201']);
    expect(cloud.bodies.keys()).toEqual([]);
  });

  it('are registered by a second try when the connection broke between body and registration', async () => {
    const { cloud, storage, instead, log } = setting();
    instead['POST api/v1/objects'] = () => Promise.reject(new TypeError('fetch failed'));
    expect((await failure(storage.put(A, LARGE))).kind).toBe('Unavailable');
    expect((await failure(storage.get(A))).kind).toBe('NotFound');
    expect(cloud.bodies.keys()).toHaveLength(1);
    delete instead['POST api/v1/objects'];
    log.splice(0);
    await storage.put(A, LARGE);
    expect(log).toEqual(['PUT s3 412', 'POST api/v1/objects 201']);
    expectBytes(await storage.get(A), LARGE);
  });

  it('are put again when they were swept before they were registered', async () => {
    const { storage, instead } = setting();
    instead['PUT s3'] = () => Promise.resolve(new Response(null));
    expect((await failure(storage.put(A, LARGE))).kind).toBe('Unavailable');
    delete instead['PUT s3'];
    await storage.put(A, LARGE);
    expectBytes(await storage.get(A), LARGE);
  });

  it('never get another name’s bytes', async () => {
    const { storage } = setting();
    await storage.put(A, LARGE);
    const error = await failure(storage.put(A, many(INLINE_BYTES + 1, 7)));
    expect(error.kind).toBe('Taken');
    expect((await failure(storage.put(A, bytes(1)))).kind).toBe('Taken');
    expectBytes(await storage.get(A), LARGE);
  });

  it('renew credentials that have run out in the middle, once for all', async () => {
    const { cloud, storage, log } = setting();
    await storage.put(A, LARGE);
    cloud.pools.expireCredentials();
    log.splice(0);
    const [first, second] = await Promise.all([storage.get(A), storage.get(A)]);
    expectBytes(first, LARGE);
    expectBytes(second, LARGE);
    expect(log.filter((line) => line.startsWith('GetCredentials'))).toEqual(['GetCredentialsForIdentity 200']);
    expect(log.filter((line) => line === 'GET s3 400')).toHaveLength(2);
  });

  it('ask for credentials before the old ones end', async () => {
    const { storage, clock, log } = setting();
    await storage.put(A, LARGE);
    await clock.sleep(56 * 60_000);
    log.splice(0);
    await storage.get(A);
    expect(log).toContain('GetCredentialsForIdentity 200');
    expect(log).not.toContain('GET s3 400');
  });

  it('renew the token too when the identity pool finds it too old', async () => {
    const { cloud, storage, log } = setting();
    await storage.about();
    cloud.pools.expireTokens();
    await storage.put(A, LARGE);
    expect(log.filter((line) => line.startsWith('Get'))).toEqual([
      'GetId 400',
      'GetTokensFromRefreshToken 200',
      'GetId 200',
      'GetCredentialsForIdentity 200',
    ]);
  });

  it('are signed by S3’s time where this device’s clock goes wrong', async () => {
    const signed: string[] = [];
    const { storage, clock, instead } = setting({ ahead: 3_600_000 });
    instead['PUT s3'] = async (send, request) => {
      const time = request.headers.get('X-Amz-Date') ?? '';
      signed.push(time);
      const now = new Date(clock.now()).toISOString();
      const isRight = time === now.replaceAll(/[:-]|\.\d{3}/g, '');
      return isRight ? send() : s3(403, 'RequestTimeTooSkewed', `<ServerTime>${now}</ServerTime>`);
    };
    await storage.put(A, LARGE);
    await storage.put(B, LARGE.slice().fill(1));
    expect(signed).toHaveLength(3);
    expectBytes(await storage.get(A), LARGE);
  });

  it.each([
    ['PUT s3', 503, 'SlowDown', 'RateLimited'],
    ['PUT s3', 500, 'InternalError', 'Unavailable'],
    ['PUT s3', 400, 'RequestTimeout', 'Unavailable'],
    ['PUT s3', 400, 'BadDigest', 'Unavailable'],
    ['PUT s3', 409, 'ConditionalRequestConflict', 'Unavailable'],
    ['PUT s3', 403, 'AccessDenied', 'Unauthorized'],
    ['PUT s3', 400, 'ExpiredToken', 'Unauthorized'],
    ['PUT s3', 403, 'RequestTimeTooSkewed', 'Unavailable'],
    ['PUT s3', 400, 'EntityTooLarge', 'Rejected'],
    ['GET s3', 404, 'NoSuchKey', 'Unavailable'],
    ['GET s3', 403, 'AccessDenied', 'Unavailable'],
    ['GET s3', 503, 'SlowDown', 'RateLimited'],
  ])('%s answered %i %s', async (place, status, code, kind) => {
    const { storage, instead } = setting();
    await storage.put(A, LARGE);
    instead[place] = () => s3(status, code);
    const error = await failure(place === 'GET s3' ? storage.get(A) : storage.put(B, many(INLINE_BYTES + 2)));
    expect(error.kind).toBe(kind);
  });

  it.each([
    ['GetId', 'NotAuthorizedException', 400, 'Unauthorized'],
    ['GetId', 'ResourceNotFoundException', 400, 'Rejected'],
    ['GetCredentialsForIdentity', 'TooManyRequestsException', 400, 'RateLimited'],
    ['GetCredentialsForIdentity', 'InternalErrorException', 500, 'Unavailable'],
  ])('%s answered %s', async (place, type, status, kind) => {
    const { storage, instead } = setting();
    instead[place] = async () => Response.json({ __type: `com.amazonaws#${type}` }, { status });
    expect((await failure(storage.put(A, LARGE))).kind).toBe(kind);
  });

  it('are held against what was stored, whole and in part', async () => {
    const { storage, instead } = setting();
    await storage.put(A, LARGE);
    const answers: (() => Response)[] = [
      () => new Response(LARGE.slice(1)),
      () => new Response(many(LARGE.length, 3)),
      () => new Response('<html>Welcome</html>'),
      () => new Response(null, { status: 204 }),
    ];
    for (const answer of answers) {
      instead['GET s3'] = async () => answer();
      expect((await failure(storage.get(A))).kind).toBe('Unavailable');
    }
    instead['GET s3'] = async () => new Response(LARGE.slice(0, 3), { status: 206 });
    expect((await failure(storage.get(A, { start: 0, end: 9 }))).kind).toBe('Unavailable');
    // A server on the way that knows no ranges.
    instead['GET s3'] = async () => new Response(LARGE);
    expectBytes(await storage.get(A, { start: 2, end: 9 }), LARGE.slice(2, 9));
  });
});

describe('answers of the function', () => {
  it('are held against what was stored', async () => {
    const { storage, instead } = setting();
    await storage.put(A, many(400));
    instead['GET api/v1/objects'] = async (send) => {
      const { headers } = await send();
      return new Response(many(400, 1), { headers });
    };
    expect((await failure(storage.get(A))).kind).toBe('Unavailable');
    instead['GET api/v1/objects'] = async (send) => {
      const { headers, status } = await send();
      return new Response(many(3), { headers, status });
    };
    expect((await failure(storage.get(A, { start: 0, end: 100 }))).kind).toBe('Unavailable');
  });

  it('may be lost: a put may be repeated', async () => {
    const { storage, instead } = setting();
    instead['PUT api/v1/objects'] = async (send) => {
      await send();
      throw new TypeError('fetch failed');
    };
    expect((await failure(storage.put(A, bytes(1, 2)))).kind).toBe('Unavailable');
    delete instead['PUT api/v1/objects'];
    await storage.put(A, bytes(1, 2));
    expect((await failure(storage.put(A, bytes(3)))).kind).toBe('Taken');
    const { events } = await storage.changes('log');
    expect(new Set(events.map(({ name }) => name))).toEqual(new Set([A]));
  });

  it('that hold an event nobody can read are no answers: to leave it out would lose it', async () => {
    const { storage, instead } = setting();
    await storage.put(A, bytes(1));
    for (const event of [
      { kind: 'renamed', name: 'log/a' },
      { kind: 'added', name: 'log/a' },
      { kind: 'removed', name: 'files/a' },
      null,
    ]) {
      instead['GET api/v1/changes'] = async () => Response.json({ events: [event], cursor: 'x', more: false });
      expect((await failure(storage.changes('log'))).kind).toBe('Unavailable');
    }
  });
});

it('keeps one person from another', async () => {
  const { cloud, storage, instead } = setting();
  await storage.put(A, LARGE);
  const stranger = setting({
    settings: () => cloud.signIn('ben@demo.example'),
    deps: { fetch: cloud.fetch() },
  }).storage;
  expect((await failure(stranger.get(A))).kind).toBe('NotFound');
  expect((await stranger.changes('log')).events).toEqual([]);
  await stranger.delete([A]);
  await stranger.put(A, bytes(9));
  expectBytes(await storage.get(A), LARGE);
  expect(Object.keys(instead)).toEqual([]);
});

it('says what the person may store, and stops there', async () => {
  const { storage } = setting({ limits: { bytes: 1000, objects: 3 } });
  await storage.put(A, many(900));
  expect(await storage.about()).toMatchObject({ used: 900, quota: 1000 });
  expect((await failure(storage.put(B, many(101)))).kind).toBe('QuotaExceeded');
  await storage.delete([A]);
  await storage.put(B, many(101));
});

it('is told when to come back after too many requests', async () => {
  const { storage } = setting({ limits: { requestsPerMinute: 2 } });
  await storage.put(A, bytes(1));
  await storage.put(B, bytes(1));
  const error = await failure(storage.put(objectName('log/c'), bytes(1)));
  expect(error.kind).toBe('RateLimited');
  expect(error.retryAfter).toBeGreaterThan(0);
  expect(error.retryAfter).toBeLessThanOrEqual(60_000);
});

it('deletes more names than fit one request', async () => {
  const { storage, log } = setting();
  const names = Array.from({ length: 230 }, (_, index) => objectName(`files/f${index}`));
  await Promise.all(names.slice(0, 5).map((name) => storage.put(name, bytes(1))));
  log.splice(0);
  await storage.delete([...names, ...names]);
  expect(log).toEqual(['POST api/v1/delete 204', 'POST api/v1/delete 204', 'POST api/v1/delete 204']);
  expect(await cursorOf(storage)).toEqual(expect.any(String));
});

it.each(['', 'x', '3', '5.1.a.b.c'])('calls "%s" an expired cursor', async (text) => {
  const { storage } = setting();
  await storage.put(A, bytes(1));
  expect((await failure(storage.changes('log', text as never))).kind).toBe('CursorExpired');
});
