import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { buildFunction } from '../function/build.ts';
import { BODY_HEADER, bodyKey, type ChangesAnswer } from '../protocol.ts';
import { type LocalCloud, startLocalCloud } from './cloud.ts';
import { type CloudProcess, startCloudProcess } from './cloud-process.ts';
import { IDS } from './services.ts';
import { type Caller, callerOf, signUpAt } from './test-caller.ts';

const BUILT = `.cache/function-for-tests-${process.pid}`;
const PASSWORD = 'a password for the cloud';

let bundle: string;
let folder: string;

beforeAll(async () => {
  bundle = await buildFunction(BUILT);
  folder = await mkdtemp(join(tmpdir(), 'satchel-cloud-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await rm(BUILT, { recursive: true, force: true });
});

const put = async (caller: Caller, name: string, body: string) =>
  (await caller.ask('PUT', `/v1/objects/${name}`, body)).status;

const changes = async (caller: Caller, after?: string) => {
  const query = after === undefined ? '' : `?after=${encodeURIComponent(after)}`;
  return (await caller.json('GET', `/v1/changes/log${query}`)) as ChangesAnswer;
};

describe('the whole cloud, with the function that would be deployed', () => {
  let cloud: LocalCloud;
  let person: Caller;
  let other: Caller;
  beforeAll(async () => {
    cloud = await startLocalCloud({ bundle, passwordAuth: true, limits: { objects: 5 } });
    const codeFor = async (email: string) => cloud.codeFor(email);
    person = await signUpAt(cloud, codeFor, 'person@example.org', PASSWORD);
    other = await signUpAt(cloud, codeFor, 'other@example.org', PASSWORD);
  });
  afterAll(() => cloud.close());

  it('says publicly where its parts are', async () => {
    const config = (await (await fetch(`${cloud.endpoints.api}/v1/config`)).json()) as object;
    expect(config).toMatchObject({
      cloud: 'satchel',
      userPoolId: IDS.userPoolId,
      signUp: 'open',
      endpoints: { userPool: cloud.endpoints.userPool, bodies: cloud.endpoints.bodies, socket: cloud.endpoints.socket },
      limits: { objects: 5 },
    });
  });

  it('keeps each person’s objects for them alone', async () => {
    expect(await put(person, 'log/one', 'first')).toBe(201);
    expect(await put(person, 'log/one', 'first')).toBe(200);
    expect(await put(person, 'log/one', 'other')).toBe(409);
    expect(await (await person.ask('GET', '/v1/objects/log/one')).text()).toBe('first');
    expect((await other.ask('GET', '/v1/objects/log/one')).status).toBe(404);
    expect((await changes(other)).events).toEqual([]);
    expect((await changes(person)).events).toMatchObject([{ kind: 'added', name: 'log/one', size: 5 }]);
  });

  it('takes large bodies by temporary credentials, under the person’s own prefix', async () => {
    const body = Buffer.alloc(300_000, 'body');
    const sha256 = createHash('sha256').update(body);
    const hash = sha256.copy().digest('hex');
    const s3 = new S3Client({
      endpoint: cloud.endpoints.bodies,
      region: IDS.region,
      credentials: await person.credentials(),
    });
    const upload = (sub: string) =>
      s3.send(
        new PutObjectCommand({
          Bucket: IDS.bucket,
          Key: bodyKey(sub, hash),
          Body: body,
          ChecksumSHA256: sha256.copy().digest('base64'),
          IfNoneMatch: '*',
        }),
      );
    const register = async () => {
      const request = JSON.stringify({ size: body.length, sha256: hash });
      return (await person.ask('POST', '/v1/objects/files/large/register', request, 'application/json')).status;
    };
    expect(await register()).toBe(404);
    await upload(person.sub);
    await expect(upload(other.sub)).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(await register()).toBe(201);
    const told = await person.ask('GET', '/v1/objects/files/large');
    expect(told.headers.get(BODY_HEADER)).toBe(`300000 ${hash}`);
  });

  it('tells an open socket of a change, and no socket without a ticket', async () => {
    const { address } = (await person.json('POST', '/v1/ticket', '{}')) as { address: string };
    const socket = new WebSocket(address);
    await new Promise((resolve) => socket.once('open', resolve));
    expect(cloud.openSockets()).toBe(1);
    const told = new Promise((resolve) => socket.once('message', (bytes: Buffer) => resolve(bytes.toString())));
    expect(await put(person, 'log/two', 'second')).toBe(201);
    expect(JSON.parse((await told) as string)).toEqual({ changed: 'log' });

    const again = new WebSocket(address);
    await expect(new Promise((_, reject) => again.once('error', reject))).rejects.toThrow('401');

    const closed = new Promise((resolve) => socket.once('close', resolve));
    cloud.disconnectSockets();
    expect(await closed).toBe(1001);
    expect(await put(person, 'log/three', 'third')).toBe(201);
  });

  it('stops at a person’s limits', async () => {
    expect(await put(person, 'log/four', 'fourth')).toBe(201);
    expect(await put(person, 'log/five', 'fifth')).toBe(507);
  });

  it('runs what is scheduled', async () => {
    await cloud.runSchedule();
    expect((await person.ask('GET', '/v1/objects/files/large')).status).toBe(200);
  });
});

describe.each(['inline', 'child'] as const)('the cloud in a folder, with the function %s', (functionHost) => {
  const start = (): Promise<CloudProcess> =>
    startCloudProcess({ bundle, folder: join(folder, functionHost), passwordAuth: true, functionHost });

  it('loses nothing that it said it has when it is killed', async () => {
    let cloud = await start();
    const person = await signUpAt(cloud, (email) => cloud.codeFor(email), 'person@example.org', PASSWORD);
    const kept: string[] = [];
    let count = 0;
    const write = async () => {
      for (;;) {
        count += 1;
        const name = `log/object-${String(count).padStart(5, '0')}`;
        if ((await put(person, name, name)) !== 201) throw new Error(`${name} was refused`);
        kept.push(name);
      }
    };
    const writers = [1, 2, 3, 4].map(() => write().catch(() => 'the cloud has gone'));
    await expect.poll(() => kept.length, { timeout: 20_000 }).toBeGreaterThan(30);
    await cloud.kill();
    expect(await Promise.all(writers)).toEqual(Array.from({ length: 4 }, () => 'the cloud has gone'));

    cloud = await start();
    try {
      // The same tokens are good, as the keys are the same; only the addresses are others.
      const after = callerOf(cloud, person);
      const names = new Set<string>();
      let page: ChangesAnswer | undefined;
      do {
        page = await changes(after, page?.cursor);
        for (const { name } of page.events) names.add(name);
      } while (page.more);
      expect(kept.filter((name) => !names.has(name))).toEqual([]);
      const last = kept.at(-1) ?? '';
      expect(await (await after.ask('GET', `/v1/objects/${last}`)).text()).toBe(last);
      expect(await put(after, last, last)).toBe(200);
      expect((await cloud.outbox()).map(({ to }) => to)).toEqual(['person@example.org']);
    } finally {
      await cloud.close();
    }
  });
});
