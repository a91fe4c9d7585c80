/**
 * A cloud in memory with the face that the memory storage's far side shows to the simulator: each call goes through the
 * real client to the function's real core. What is truly stored is what the function's log says.
 *
 * It behaves as such a cloud does: what was put is listed at once, and nobody touches anything behind the function's back.
 */
import type { MemoryDeps, MemoryObject, MemoryProvider, MemorySwitches } from '../../../backends/memory/provider.ts';
import { objectName, type ObjectName, type Storage, StorageError } from '../../../backends/storage.ts';
import { createAwsStorage } from '../../../backends/aws/client.ts';
import {
  bytes as bytesIn,
  inlineKey,
  type LogItem,
  nameKey,
  readLog,
  readName,
} from '../../../backends/aws/function/layout.ts';
import type { ObjectTable } from '../../../backends/aws/function/ports.ts';
import { bodyKey } from '../../../backends/aws/protocol.ts';
import type { Sign } from '../../../backends/aws/signature.ts';
import { createMemoryCloud } from '../../../backends/aws/memory/cloud.ts';

/** Where another device's request may come between two steps of the function's: in ms. */
const TABLE_MS = 10;
/**
 * How often the function dies before a step, so that another request finds what it left half done. Where listings
 * would be late elsewhere, that is, in half of the seeds and until the quiet: here they never are.
 */
const DEATHS = 0.05;

const SWITCHES: MemorySwitches = {
  delay: [1, 20],
  visibility: 0,
  order: 'together',
  staleness: 0,
  pageSize: 1000,
  emptyPages: 0,
  quota: undefined,
};

const lateBy =
  (pause: () => Promise<void>) =>
  <Args extends readonly unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
  async (...args: Args) => {
    await pause();
    return call(...args);
  };

const answered = async <T>(value: Promise<T>) => ({ kind: 'answer', value: await value }) as const;

/** The bucket looks at who it is, not at the signature, whose making takes place outside of any clock. */
const sign: Sign = async ({ headers }, { accessKeyId, sessionToken }) =>
  new Headers({
    ...headers,
    Authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/`,
    'X-Amz-Security-Token': sessionToken,
  });

const nobody = (): never => {
  throw new Error('nobody touches what lies in a cloud but its function');
};

export function createCloudProvider(deps: MemoryDeps): MemoryProvider {
  const { random } = deps;
  const now = deps.stamp ?? deps.now;
  const switches: MemorySwitches = { ...SWITCHES };
  const objects = new Map<ObjectName, MemoryObject>();
  const connections = new Map<string, Storage>();
  let requests = 0;

  const pause = (shortest: number, longest: number) =>
    deps.sleep(Math.floor(shortest + random() * (longest - shortest)));

  async function bytesOf(table: ObjectTable, pk: string, record: LogItem): Promise<Uint8Array<ArrayBuffer>> {
    const body = await table.get(inlineKey(pk, record));
    if (body) return new Uint8Array(bytesIn(body, 'bytes'));
    const item = await table.get(nameKey(pk, record.name));
    const [sub = ''] = pk.split('#');
    const bytes = item && cloud.bodies.bytes(bodyKey(sub, readName(item).sha256));
    if (!bytes) throw new Error(`${record.name} was added without its bytes`);
    return bytes;
  }

  async function happened(table: ObjectTable, pk: string, record: LogItem): Promise<void> {
    const name = objectName(`${pk.slice(pk.lastIndexOf('#') + 1)}/${record.name}`);
    if (record.kind === 'removed') {
      if (objects.delete(name)) deps.changed?.({ kind: 'removed', name, by: 'request' });
      return;
    }
    objects.set(name, { bytes: await bytesOf(table, pk, record), time: record.time });
    deps.changed?.({ kind: 'added', name, by: 'request' });
  }

  function around(table: ObjectTable): ObjectTable {
    const add = async (item: Parameters<ObjectTable['add']>[0]) => {
      const isNew = await table.add(item);
      if (isNew && item.sk.startsWith('log#')) await happened(table, item.pk, readLog(item));
      return isNew;
    };
    const late = lateBy(async () => {
      await pause(1, TABLE_MS);
      if (switches.visibility > 0 && random() < DEATHS) throw new Error('the function died between two steps');
    });
    return {
      get: late((...args) => table.get(...args)),
      add: late(add),
      put: late((...args) => table.put(...args)),
      change: late((...args) => table.change(...args)),
      remove: late((...args) => table.remove(...args)),
      take: late((...args) => table.take(...args)),
      list: late((pk, slice) => table.list(pk, { ...slice, limit: Math.min(slice.limit, switches.pageSize + 1) })),
      increment: late((...args) => table.increment(...args)),
    };
  }

  const limits = {
    /** None is more than anybody stores. */
    get bytes() {
      return switches.quota ?? Number.MAX_SAFE_INTEGER;
    },
  };
  const cloud = createMemoryCloud({ now, sleep: deps.sleep, random }, { limits, around });
  const send = cloud.fetch();
  const label = 'ada@demo.example';

  function connect(): Storage {
    return createAwsStorage(cloud.signIn(label), {
      async fetch(input, init) {
        await pause(...switches.delay);
        const response = await send(input, init);
        await pause(...switches.delay);
        return response;
      },
      now: deps.now,
      sleep: deps.sleep,
      save: () => Promise.resolve(),
      sign,
      randomBytes: (length) => new Uint8Array(length).map(() => Math.floor(random() * 256)),
      timer: () => new AbortController().signal,
    });
  }

  function connection(token: string): Storage {
    requests++;
    const storage = connections.get(token);
    if (!storage) throw new StorageError('Unauthorized', 'nobody is signed in by this token');
    return storage;
  }

  return {
    api: {
      upload: (token, name, bytes, signal) =>
        answered(
          connection(token)
            .put(name, bytes, signal)
            .then(() => undefined),
        ),
      async download(token, name, [start, end], signal) {
        const range = { start, ...(Number.isFinite(end) && { end }) };
        const bytes = await connection(token).get(name, start === 0 && end === Infinity ? undefined : range, signal);
        return { kind: 'answer', value: { announced: bytes.length, bytes } };
      },
      list: (token, area, cursor, _pageSize, signal) => answered(connection(token).changes(area, cursor, signal)),
      remove: (token, names, signal) =>
        answered(
          connection(token)
            .delete(names, signal)
            .then(() => undefined),
        ),
      wait: (token, area, cursor, signal) =>
        answered(
          connection(token)
            .watch(area, cursor, signal)
            .then(() => undefined),
        ),
      async account(token, signal) {
        const { accountId: id, used = 0, quota } = await connection(token).about(signal);
        return { kind: 'answer', value: { id, label, used, ...(quota !== undefined && { quota }) } };
      },
    },
    switches,
    now,
    grant() {
      const token = `connection ${connections.size}`;
      connections.set(token, connect());
      return token;
    },
    tokens: () => cloud.pools.secrets(),
    revokeAll: () => connections.clear(),
    requests: () => requests,
    objects: () => objects,
    used: () => [...objects.values()].reduce((sum, { bytes }) => sum + bytes.length, 0),
    expireCursors: cloud.expireCursors,
    corrupt: nobody,
    lose: nobody,
    wipe: nobody,
    restore: nobody,
    failNext: nobody,
    damageNext: nobody,
    hold: nobody,
    disarm: nobody,
  };
}
