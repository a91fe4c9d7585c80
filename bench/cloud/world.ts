/**
 * A cloud whose table is dynalite's, which counts capacity units by Amazon's rules, in a time of its own that jumps from
 * one thing to the next. Everything between a note and that table is what the app and the function run.
 */
import { createAwsStorage } from '../../backends/aws/client.ts';
import { dynamoTable } from '../../backends/aws/function/adapters/dynamodb.ts';
import type { ObjectTable } from '../../backends/aws/function/ports.ts';
import { startDynalite } from '../../backends/aws/function/testing/dynalite.ts';
import { createMemoryCloud } from '../../backends/aws/memory/cloud.ts';
import { readSettings } from '../../backends/aws/settings.ts';
import type { PlainSocket } from '../../backends/aws/socket.ts';
import type { ConnectionSettings, OpenDeps } from '../../backends/provider.ts';
import type { Storage } from '../../backends/storage.ts';
import { type Clock, createClock } from '../../src/vault/simulator/clock.ts';
import { randomFrom } from '../corpus.ts';
import { type Bill, createMeter, type Meter, routeOf } from './bill.ts';

export interface World {
  readonly clock: Clock;
  readonly bill: () => Bill;
  /** More, or fewer, calls are under way that end outside of the clock. */
  readonly wait: (change: 1 | -1) => void;
  /** Somebody signed in. */
  signIn(): ConnectionSettings;
  open(settings: ConnectionSettings, save?: OpenDeps['save']): Storage;
  /** Amazon ends every socket after two hours. */
  cutSockets(): void;
  close(): Promise<void>;
}

export interface WorldOptions {
  /** Whether devices are told of changes; else they poll. */
  readonly sockets: boolean;
}

/** Turns of the event loop without anything under way, after which what could happen has happened. */
const QUIET = 60;

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
/** Dexie's live queries wait for the platform's timer. */
const tick = () => new Promise<void>((resolve) => setTimeout(resolve, 1));

export async function createWorld({ sockets }: WorldOptions): Promise<World> {
  const dynamo = await startDynalite();
  const name = await dynamo.table();
  const meter = createMeter();
  let under = 0;
  const clock = createClock({
    busy: () => under > 0,
    async settled() {
      for (let quiet = 0; quiet < QUIET; quiet++) {
        await (quiet % 15 === 0 ? tick() : turn());
        if (under > 0) quiet = -1;
      }
    },
  });
  const wait = (change: 1 | -1) => {
    under += change;
  };
  const awaited =
    <Args extends readonly unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      wait(1);
      try {
        return await call(...args);
      } finally {
        wait(-1);
      }
    };
  const table = dynamoTable(dynamo.client, name, (units) => meter.spend(units));
  const counted: ObjectTable = {
    get: awaited((...args) => table.get(...args)),
    add: awaited((...args) => table.add(...args)),
    put: awaited((...args) => table.put(...args)),
    change: awaited((...args) => table.change(...args)),
    remove: awaited((...args) => table.remove(...args)),
    take: awaited((...args) => table.take(...args)),
    list: awaited((...args) => table.list(...args)),
    increment: awaited((...args) => table.increment(...args)),
  };
  const random = randomFrom(1, -20);
  const { now, sleep } = clock;
  // Without limits nobody's requests would be counted, and that takes units; these are a deployment's own.
  const limits = { bytes: 2 ** 30, objects: 200_000, requestsPerMinute: 1200 };
  const cloud = createMemoryCloud({ now, sleep, random }, { limits, sockets, around: () => counted });
  const send = cloud.fetch();

  return {
    clock,
    wait,
    bill() {
      const told = meter.bill();
      const pings = cloud.lines.received.length;
      return pings === 0 ? told : { ...told, 'socket message in': { requests: pings, write: 0, read: 0 } };
    },
    signIn: () => ({ ...cloud.signIn('ada@demo.example') }),
    open: (settings, save = async () => undefined) =>
      createAwsStorage(readSettings(settings), {
        fetch: async (input, init) => {
          const request = new Request(input, init);
          return meter.during(routeOf(request), () => send(request));
        },
        now,
        sleep,
        save,
        // The bucket looks at who it is; making a signature takes place outside of this time.
        sign: async ({ headers }, { accessKeyId, sessionToken }) =>
          new Headers({
            ...headers,
            Authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/`,
            'X-Amz-Security-Token': sessionToken,
          }),
        randomBytes: (length) => new Uint8Array(length).map(() => Math.floor(random() * 256)),
        timer: () => new AbortController().signal,
        openSocket: (address) => meteredSocket(meter, () => cloud.openSocket(address)),
      }),
    cutSockets: () => meter.during('sockets cut', () => cloud.lines.cut()),
    close: () => dynamo.close(),
  };
}

function meteredSocket(meter: Meter, open: () => PlainSocket): PlainSocket {
  const socket = meter.during('socket opens', open);
  let isOpen = true;
  socket.addEventListener('message', () => meter.count('socket message out'));
  socket.addEventListener('close', () => {
    isOpen = false;
  });
  return {
    addEventListener: socket.addEventListener.bind(socket),
    send: (text) => socket.send(text),
    close: () => {
      if (!isOpen) return;
      isOpen = false;
      meter.during('socket closes', () => socket.close());
    },
  };
}
