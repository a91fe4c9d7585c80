/** The function with everything around it made for the tests, and people who call it as a client would. */

import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { seededRandom } from '../../../seeded-random.ts';
import {
  bodyKey,
  type ChangeAnswer,
  type ChangesAnswer,
  type CloudConfig,
  type FailureAnswer,
  type Limits,
} from '../../protocol.ts';
import { type Cloud, createApp } from '../http.ts';
import { type MemoryBodies, memoryBodies } from '../memory/bodies.ts';
import { memoryTable } from '../memory/table.ts';
import type { ObjectTable } from '../ports.ts';
import { verifier } from '../tokens.ts';
import { CLIENT, jwks, tokenFor, USER_POOL } from './issuer.ts';

const START = Date.UTC(2031, 4, 6, 7, 8, 9);

export interface World {
  readonly cloud: Cloud;
  readonly table: ObjectTable;
  readonly bodies: MemoryBodies;
  /** All that was logged, as one text. */
  logged(): string;
  /** What was sent over which socket. */
  readonly sent: { connection: string; text: string }[];
  /** Sockets that are closed without the function having heard of it. */
  readonly gone: Set<string>;
  advance(ms: number): void;
  person(sub: string): Person;
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

export interface Person {
  readonly sub: string;
  readonly token: string;
  fetch(method: string, path: string, init?: { body?: BodyInit; headers?: Record<string, string> }): Promise<Response>;
  put(name: string, content: string | Uint8Array): Promise<Response>;
  /** Uploads, then registers. */
  putLarge(name: string, content: string): Promise<Response>;
  register(name: string, body: unknown): Promise<Response>;
  get(name: string): Promise<Response>;
  delete(...names: string[]): Promise<Response>;
  changes(area?: string, cursor?: string): Promise<ChangesAnswer>;
  /** Every page from the cursor on. */
  allChanges(area?: string, cursor?: string): Promise<{ events: ChangeAnswer[]; cursor: string; pages: number }>;
  /** What is there, by applying every change from the start. */
  names(area?: string): Promise<string[]>;
}

export function createWorld({
  table = memoryTable(),
  limits = {},
  epoch = '',
  pageSize,
}: {
  table?: ObjectTable;
  limits?: Limits;
  epoch?: string;
  /** Of the store's listings. */
  pageSize?: number;
} = {}): World {
  let time = START;
  const random = seededRandom(1);
  let ids = 0;
  const lines: unknown[] = [];
  const sent: { connection: string; text: string }[] = [];
  const gone = new Set<string>();
  const now = (): number => time;
  const bodies = memoryBodies({ now, ...(pageSize === undefined ? {} : { pageSize }) });
  const cloud: Cloud = {
    config: config(limits),
    epoch,
    allowedOrigins: ['https://notes.example.org'],
    verify: verifier({ userPoolId: USER_POOL, clientId: CLIENT, jwks }),
    openTable: () => table,
    bodies,
    sockets: {
      address: 'wss://sockets.example.org/live',
      sockets: {
        send: async (connection, text) => {
          if (gone.has(connection)) return 'gone';
          sent.push({ connection, text });
          return 'sent';
        },
      },
    },
    log: (line) => void lines.push(line),
    now,
    sleep: () => setImmediate(),
    random,
    freshId: () => `id${ids++}`,
  };
  const app = createApp(cloud);
  const world: World = {
    cloud,
    table,
    bodies,
    logged: () => JSON.stringify(lines),
    sent,
    gone,
    advance: (ms) => void (time += ms),
    fetch: async (path, init) => app.request(path, init),
    person: (sub) => createPerson(world, sub),
  };
  return world;
}

function createPerson(world: World, sub: string): Person {
  const token = tokenFor(sub);
  const person: Person = {
    sub,
    token,
    fetch: (method, path, { body, headers = {} } = {}) =>
      world.fetch(path, {
        method,
        headers: { authorization: `Bearer ${token}`, ...headers },
        ...(body === undefined ? {} : { body }),
      }),
    put: (name, content) => person.fetch('PUT', `/v1/objects/${name}`, { body: content as BodyInit }),
    putLarge: (name, content) => {
      const body = { size: Buffer.byteLength(content), sha256: sha256(content) };
      world.bodies.upload(bodyKey(sub, body.sha256), body);
      return person.register(name, body);
    },
    register: (name, body) =>
      person.fetch('POST', `/v1/objects/${name}/register`, {
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    get: (name) => person.fetch('GET', `/v1/objects/${name}`),
    delete: (...names) => person.fetch('POST', '/v1/delete', { body: JSON.stringify({ names }) }),
    changes: async (area = 'log', cursor) => {
      const query = cursor === undefined ? '' : `?after=${encodeURIComponent(cursor)}`;
      const response = await person.fetch('GET', `/v1/changes/${area}${query}`);
      if (response.status !== 200) throw new Error(`changes: ${response.status} ${await response.text()}`);
      return (await response.json()) as ChangesAnswer;
    },
    allChanges: async (area = 'log', cursor) => {
      const events: ChangeAnswer[] = [];
      for (let pages = 1; ; pages++) {
        const page = await person.changes(area, cursor);
        events.push(...page.events);
        cursor = page.cursor;
        if (!page.more) return { events, cursor, pages };
      }
    },
    names: async (area = 'log') => applied((await person.allChanges(area)).events),
  };
  return person;
}

/** What is there after these events. */
export function applied(events: readonly ChangeAnswer[], before: readonly string[] = []): string[] {
  const names = new Set(before);
  for (const { kind, name } of events) {
    if (kind === 'added') names.add(name);
    else names.delete(name);
  }
  return [...names].sort();
}

export async function failure(response: Response): Promise<FailureAnswer & { status: number }> {
  return { status: response.status, ...((await response.json()) as FailureAnswer) };
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function config(limits: Limits): CloudConfig {
  return {
    cloud: 'satchel',
    version: 1,
    region: 'eu-central-1',
    userPoolId: USER_POOL,
    clientId: CLIENT,
    identityPoolId: 'eu-central-1:tests',
    bucket: 'tests',
    signUp: 'open',
    endpoints: { socket: 'wss://sockets.example.org/live' },
    limits,
  };
}
