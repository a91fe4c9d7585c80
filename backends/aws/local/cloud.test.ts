import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { buildFunction } from '../function/build.ts';
import type { ChangesAnswer } from '../protocol.ts';
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
    cloud = await startLocalCloud({ bundle, passwordAuth: true, limits: { objects: 3 } });
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
      limits: { objects: 3 },
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

  it('lets no socket in without a ticket, and ends those that are open as Amazon does', async () => {
    const refused = new WebSocket(`${cloud.endpoints.socket}?ticket=none`);
    await expect(new Promise((_, reject) => refused.once('error', reject))).rejects.toThrow('401');
    const { address } = (await person.json('POST', '/v1/ticket', '{}')) as { address: string };
    const socket = new WebSocket(address);
    await new Promise((resolve) => socket.once('open', resolve));
    expect(cloud.openSockets()).toBe(1);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    cloud.disconnectSockets();
    expect(await closed).toBe(1001);
    expect(await put(person, 'log/two', 'second')).toBe(201);
  });

  it('stops at a person’s limits', async () => {
    expect(await put(person, 'log/three', 'third')).toBe(201);
    expect(await put(person, 'log/four', 'fourth')).toBe(507);
  });

  it('runs what is scheduled', async () => {
    await cloud.runSchedule();
    expect((await person.ask('GET', '/v1/objects/log/one')).status).toBe(200);
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
    await expect.poll(() => kept.length, { timeout: 20_000 }).toBeGreaterThan(12);
    await cloud.kill();
    expect(await Promise.all(writers)).toEqual(Array.from({ length: 4 }, () => 'the cloud has gone'));

    cloud = await start();
    try {
      await expect(start()).rejects.toThrow('is in use');
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
