/** Rules S15 and S16: calls that are given up, and many at once. */
import type { ObjectName, Storage } from '../storage.ts';
import { isStorageError } from '../storage.ts';
import { seededRandom } from '../seeded-random.ts';
import { type Check, check, type Visit } from './check.ts';
import { describeError, equal, expect, sameBytes, settled } from './expect.ts';
import { patternBytes } from './pattern.ts';
import type { HoldMoment } from './place.ts';
import { leadsTo, createReader, listsExactly } from './reader.ts';

type Call = (storage: Storage, signal: AbortSignal) => Promise<unknown>;

/** One call of each kind that a signal can end; `there` is stored, `other` isn't. */
async function calls(visit: Visit) {
  const there = visit.name('log', 'there');
  const other = visit.name('log', 'other');
  await (await visit.open()).put(there, patternBytes(5000, 1));
  const each: readonly (readonly [operation: 'put' | 'get' | 'changes' | 'delete' | 'about', call: Call])[] = [
    ['put', (storage, signal) => storage.put(other, patternBytes(200_000, 2), signal)],
    ['get', (storage, signal) => storage.get(there, undefined, signal)],
    ['get', (storage, signal) => storage.get(there, { start: 10, end: 20 }, signal)],
    ['changes', (storage, signal) => storage.changes('log', undefined, signal)],
    ['about', (storage, signal) => storage.about(signal)],
    ['delete', (storage, signal) => storage.delete([there], signal)],
  ];
  return { there, other, each };
}

/** The call must reject, and with exactly the reason that its signal gave. */
async function endsWith(reason: unknown, visit: Visit, what: string, call: Promise<unknown>): Promise<void> {
  const end = await visit.within(what, settled(call));
  expect(!end.ok, `${what} succeeded`);
  expect(end.error === reason, `${what} failed with ${describeError(end.error)}, not with the signal's reason`);
}

async function wholeOrAbsent(visit: Visit, name: ObjectName, bytes: Uint8Array, what: string): Promise<void> {
  const result = await settled((await visit.open()).get(name));
  if (result.ok) sameBytes(result.value, bytes, `the object after ${what}`);
  else expect(isStorageError(result.error, 'NotFound'), `get after ${what} failed with ${describeError(result.error)}`);
}

async function cancelledWhileHeld(visit: Visit, moment: HoldMoment): Promise<void> {
  const hold = visit.fault('hold');
  const { there, other, each } = await calls(visit);
  for (const [operation, call] of each) {
    const storage = await visit.open();
    await storage.about();
    const stop = new AbortController();
    const reason = new Error('stopped on the way');
    const held = hold(operation, moment);
    const running = call(storage, stop.signal);
    running.catch(() => undefined);
    await visit.within(`the ${operation} request on its way`, held.reached);
    const before = visit.requests();
    stop.abort(reason);
    const what = `${operation}, cancelled while its ${moment} was held up`;
    await endsWith(reason, visit, what, running);
    held.release();
    // Whatever a late answer might set off has its chance to happen.
    await visit.place.patience.pause();
    if (before !== undefined) equal(visit.requests(), before, `the number of requests after ${what}`);
    if (operation === 'put') await wholeOrAbsent(visit, other, patternBytes(200_000, 2), what);
    if (operation === 'delete') await wholeOrAbsent(visit, there, patternBytes(5000, 1), what);
  }
}

const cancelling: readonly Check[] = [
  check('S15', "a call whose signal has fired rejects with the signal's reason and sends nothing", async (visit) => {
    const { there, other, each } = await calls(visit);
    const storage = await visit.open();
    await storage.about();
    for (const [operation, call] of each) {
      const reason = { why: `no ${operation} today` };
      const before = visit.requests();
      await endsWith(reason, visit, `${operation} with a fired signal`, call(storage, AbortSignal.abort(reason)));
      if (before !== undefined) equal(visit.requests(), before, `the number of requests after ${operation}`);
    }
    const left = await settled((await visit.open()).get(other));
    expect(!left.ok && isStorageError(left.error, 'NotFound'), 'a put with a fired signal stored something');
    sameBytes(await storage.get(there), patternBytes(5000, 1), 'the object after a delete with a fired signal');
  }),

  check('S15', 'a call that is cancelled at once rejects, and its object is whole or absent', async (visit) => {
    const { there, other, each } = await calls(visit);
    const storage = await visit.open();
    await storage.about();
    for (const [operation, call] of each) {
      const stop = new AbortController();
      const reason = new Error('stopped at once');
      const running = call(storage, stop.signal);
      stop.abort(reason);
      await endsWith(reason, visit, `${operation}, cancelled at once`, running);
    }
    await wholeOrAbsent(visit, other, patternBytes(200_000, 2), 'a cancelled put');
    await wholeOrAbsent(visit, there, patternBytes(5000, 1), 'a cancelled delete');
    await storage.put(other, patternBytes(200_000, 2));
    sameBytes(await storage.get(other), patternBytes(200_000, 2), 'the object, put again after a cancelled put');
  }),

  check('S15', 'a call that is cancelled before its request arrives rejects and starts nothing new', (visit) =>
    cancelledWhileHeld(visit, 'request'),
  ),

  check('S15', 'a call that is cancelled before its answer arrives rejects and starts nothing new', (visit) =>
    cancelledWhileHeld(visit, 'reply'),
  ),

  check('S15', 'a signal that fires after a call is over changes nothing', async (visit) => {
    const storage = await visit.open();
    const name = visit.name('log', 'done');
    const stop = new AbortController();
    await storage.put(name, patternBytes(400, 3), stop.signal);
    const bytes = await storage.get(name, undefined, stop.signal);
    await storage.about(stop.signal);
    stop.abort(new Error('too late'));
    await visit.place.patience.pause();
    sameBytes(bytes, patternBytes(400, 3), 'the bytes after the signal');
    sameBytes(await (await visit.open()).get(name), patternBytes(400, 3), 'the object after the signal');
    await storage.about();
  }),
];

const together: readonly Check[] = [
  check('S16', 'five connections read, write, list and delete at once', async (visit) => {
    const connections = await Promise.all(Array.from({ length: 5 }, () => visit.open()));
    const shared = visit.name('log', 'shared');
    await connections[0]?.put(shared, patternBytes(300, 99));
    const left = new Set<ObjectName>([shared]);

    async function work(storage: Storage, worker: number): Promise<void> {
      const random = seededRandom(worker);
      const reader = createReader(visit, storage, 'log');
      for (let step = 0; step < 6; step++) {
        const name = visit.name('log', `w${worker}-${step}`);
        const bytes = patternBytes(50 + Math.floor(random() * 5000), worker * 100 + step);
        await storage.put(name, bytes);
        left.add(name);
        sameBytes(await storage.get(name), bytes, `what connection ${worker} put in step ${step}`);
        sameBytes(
          await storage.get(shared, { start: 0, end: 100 }),
          patternBytes(300, 99).slice(0, 100),
          'the shared object',
        );
        if (random() < 0.5) await reader.toEnd();
        if (random() < 0.5) {
          await storage.delete([name]);
          left.delete(name);
        }
      }
      await leadsToOwn(visit, reader, left, `w${worker}-`);
    }

    await Promise.all(connections.map((storage, worker) => work(storage, worker)));
    await listsExactly(visit, 'log', left);
    for (const storage of connections) await leadsTo(visit, createReader(visit, storage, 'log'), left, 'a connection');
  }),

  check('S16', 'twenty calls on one connection at once do not disturb each other', async (visit) => {
    const storage = await visit.open();
    const names = Array.from({ length: 10 }, (_, index) => visit.name('files', `at-once-${index}`));
    await Promise.all(names.map((name, index) => storage.put(name, patternBytes(1000 + index, index))));
    const [read] = await Promise.all([
      Promise.all(names.map((name) => storage.get(name))),
      Promise.all(names.map((_, index) => storage.changes(index % 2 === 0 ? 'files' : 'log'))),
    ]);
    for (const [index, bytes] of read.entries()) sameBytes(bytes, patternBytes(1000 + index, index), `object ${index}`);
    await listsExactly(visit, 'files', names);
  }),
];

/** While the others still work, a connection sees at least its own work right. */
async function leadsToOwn(
  visit: Visit,
  reader: ReturnType<typeof createReader>,
  left: ReadonlySet<ObjectName>,
  mark: string,
): Promise<void> {
  const own = (name: string) => name.includes(`-${mark}`);
  await visit.eventually(`the reader of ${mark}`, async () => {
    await reader.toEnd();
    const seen = [...reader.objects.keys()].filter(own).sort().join(' ');
    const wanted = [...left].filter(own).sort().join(' ');
    return seen === wanted ? undefined : `it sees ${seen}, not ${wanted}`;
  });
}

export const callChecks: readonly Check[] = [...cancelling, ...together];
