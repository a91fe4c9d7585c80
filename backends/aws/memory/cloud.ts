/**
 * A whole cloud in memory, around the function's real core: for tests and simulations, on any clock. What stands for
 * Amazon's services has their manners as far as a client meets them; the local cloud has them to the letter.
 */
import { createApp } from '../function/http.ts';
import { Failure } from '../function/failure.ts';
import { memoryTable } from '../function/memory/table.ts';
import type { Item, ObjectTable } from '../function/ports.ts';
import { closeSocket, openSocket, TICKET_PARAMETER } from '../function/sockets.ts';
import { issuerOf } from '../cloud.ts';
import type { CloudConfig, Limits } from '../protocol.ts';
import type { AwsSettings } from '../settings.ts';
import type { PlainSocket } from '../socket.ts';
import { createBucket, type MemoryBucket } from './bucket.ts';
import { createLines } from './lines.ts';
import { createPools, type Pools } from './pools.ts';

export interface MemoryCloudDeps {
  /** ms since 1970. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
}

export interface MemoryCloudOptions {
  readonly limits?: Limits;
  /** Whether devices are told of changes; else they poll. */
  readonly sockets?: boolean;
  /** The table that the function works with, around the one in memory. */
  readonly around?: (table: ObjectTable) => ObjectTable;
}

export interface MemoryCloud {
  readonly api: string;
  readonly config: CloudConfig;
  readonly pools: Pools;
  readonly bodies: Pick<MemoryBucket, 'keys' | 'bytes'>;
  readonly items: () => readonly Item[];
  readonly lines: { count(): number; cut(): void; readonly received: readonly string[] };
  /** What the function has logged. */
  readonly log: readonly string[];
  /** Leads to all services. @param pageSize events on a page of a listing */
  readonly fetch: (pageSize?: number) => typeof fetch;
  readonly openSocket: (address: string) => PlainSocket;
  /** A new connection's settings. */
  signIn(label: string): AwsSettings;
  /** As after the table was restored from a backup. */
  readonly expireCursors: () => void;
}

const HOST = 'cloud.example';
const API = `https://api.${HOST}`;

const CONFIG: CloudConfig = {
  cloud: 'satchel',
  version: 1,
  region: 'eu-central-1',
  userPoolId: 'eu-central-1_Memory',
  clientId: 'memoryclient',
  identityPoolId: 'eu-central-1:memory',
  bucket: 'bodies-of-all',
  signUp: 'open',
  endpoints: {
    userPool: `https://pool.${HOST}`,
    identityPool: `https://identity.${HOST}`,
    bodies: `https://s3.${HOST}`,
    socket: `wss://socket.${HOST}`,
  },
  limits: {},
};

const BUCKET = `/${CONFIG.bucket}`;

/** A listing of the table that has small pages. */
const paged = (table: ObjectTable, pageSize: number): ObjectTable => ({
  ...table,
  // One more, for the function starts a page with the last record of the one before.
  list: (pk, slice) => table.list(pk, { ...slice, limit: Math.min(slice.limit, pageSize + 1) }),
});

export function createMemoryCloud(deps: MemoryCloudDeps, options: MemoryCloudOptions = {}): MemoryCloud {
  const { now, random } = deps;
  const { limits = {}, sockets = true } = options;
  const config: CloudConfig = { ...CONFIG, limits };
  const held = memoryTable();
  const table = options.around?.(held) ?? held;
  const log: string[] = [];
  const subjects = new Map<string, string>();
  let epoch = 1;
  let ids = 0;
  const hex = () => Array.from({ length: 16 }, () => Math.floor(random() * 16).toString(16)).join('');
  const freshId = () => `${ids++}-${hex()}${hex()}`;

  const pools = createPools({ now, freshId, issuer: issuerOf(config), clientId: config.clientId });
  const bucket = createBucket(BUCKET, pools, now);
  const lines = createLines({
    freshId,
    admit: (address, connection) =>
      openSocket({ ...deps, freshId, table }, new URL(address).searchParams.get(TICKET_PARAMETER) ?? '', connection),
    left: (connection) => closeSocket({ table }, connection),
  });

  const appOf = (openTable: () => ObjectTable) =>
    createApp({
      ...deps,
      freshId,
      config,
      get epoch() {
        return String(epoch);
      },
      allowedOrigins: ['*'],
      async verify(idToken) {
        const person = pools.verify(idToken);
        if (!person) throw new Failure('Unauthorized', 'The token is not valid, or no more');
        return person;
      },
      openTable,
      bodies: bucket,
      sockets: sockets ? { address: config.endpoints.socket ?? '', sockets: lines } : undefined,
      log: (line) => void log.push(JSON.stringify(line)),
    });
  const app = appOf(() => table);

  async function answer(request: Request, api: typeof app): Promise<Response> {
    const { host } = new URL(request.url);
    switch (host) {
      case `api.${HOST}`:
        return api.fetch(request);
      case `s3.${HOST}`:
        return bucket.answer(request);
      case `pool.${HOST}`:
      case `identity.${HOST}`:
        return pools.answer(request);
      default:
        throw new TypeError(`there is no ${host}`);
    }
  }

  return {
    api: API,
    config,
    pools,
    bodies: bucket,
    items: () => held.items(),
    lines,
    log,
    fetch(pageSize) {
      const api = pageSize === undefined ? app : appOf(() => paged(table, pageSize));
      return async (input, init) => {
        const request = new Request(input, init);
        request.signal.throwIfAborted();
        const response = await answer(request, api);
        request.signal.throwIfAborted();
        return response;
      };
    },
    openSocket: (address) => lines.open(address),
    signIn(label) {
      const accountId = subjects.get(label) ?? freshId();
      subjects.set(label, accountId);
      return { api: API, cloud: config, email: label, accountId, tokens: pools.signIn({ sub: accountId, label }) };
    },
    expireCursors() {
      epoch++;
    },
  };
}
