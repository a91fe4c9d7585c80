/** Rules S1 to S8: what is put is what is got. */
import { MAX_OBJECT_BYTES } from '../storage.ts';
import type { ObjectName, Storage } from '../storage.ts';
import { type Check, check, type Visit } from './check.ts';
import { byteDifference, describeError, equal, expect, failsWith, sameBytes, settled } from './expect.ts';
import { isStorageError } from '../storage.ts';
import { listsExactly } from './reader.ts';
import { patternBytes } from './pattern.ts';

/** Beside the smallest and the largest: where lengths outgrow one, two bytes, and common buffer sizes. */
const SIZES = [
  0,
  1,
  2,
  127,
  128,
  255,
  256,
  257,
  4095,
  4096,
  65_535,
  65_536,
  65_537,
  262_144,
  1_048_575,
  1_048_576,
  1_048_577,
  MAX_OBJECT_BYTES - 1,
  MAX_OBJECT_BYTES,
];

const BAD_NAMES = [
  '',
  'log',
  'log/',
  '/log/a',
  'files/',
  'notes/a',
  'log/A',
  'log/a/b',
  'log/a_b',
  'log/.a',
  'log/a.',
  'log/-a',
  'log/a-',
  'log/../a',
  'log/a b',
  'log/a\n',
  'log/é',
  'log/a%2fb',
  `log/${'a'.repeat(183)}`,
];

/** Whatever `act` does, it sends nothing, where the place can tell. */
async function sendsNothing(visit: Visit, what: string, act: () => Promise<unknown>): Promise<void> {
  const before = visit.requests();
  await act();
  if (before !== undefined) equal(visit.requests(), before, `the number of requests after ${what}`);
}

async function reads(storage: Storage, name: ObjectName, bytes: Uint8Array, what: string): Promise<void> {
  sameBytes(await storage.get(name), bytes, what);
}

const durability: readonly Check[] = [
  check('S1', 'put is durable when it resolves: a new connection reads the same bytes', async (visit) => {
    const writer = await visit.open();
    for (let round = 0; round < 3; round++) {
      const name = visit.name('log', `durable-${round}`);
      const bytes = patternBytes(1000 + round, round);
      await writer.put(name, bytes);
      await reads(await visit.open(), name, bytes, 'read by a new connection');
    }
  }),

  check('S1', 'put is durable in both areas, and the areas are apart', async (visit) => {
    const storage = await visit.open();
    const inLog = visit.name('log', 'same');
    const inFiles = visit.name('files', 'same');
    await storage.put(inLog, patternBytes(10, 1));
    await storage.put(inFiles, patternBytes(20, 2));
    const other = await visit.open();
    await reads(other, inLog, patternBytes(10, 1), 'the object in "log"');
    await reads(other, inFiles, patternBytes(20, 2), 'the object in "files"');
  }),

  check('S2', 'the same bytes again under the same name succeed and change nothing', async (visit) => {
    const storage = await visit.open();
    const name = visit.name('log', 'again');
    const bytes = patternBytes(3000, 3);
    await storage.put(name, bytes);
    const before = (await listsExactly(visit, 'log', [name])).objects.get(name);
    await storage.put(name, bytes);
    await (await visit.open()).put(name, bytes);
    await reads(await visit.open(), name, bytes, 'the object');
    const after = (await listsExactly(visit, 'log', [name])).objects.get(name);
    equal(after?.time, before?.time, "the provider's time after the same bytes were put again");
    equal(after?.size, before?.size, 'the size after the same bytes were put again');
  }),

  check('S2', 'five connections that put the same bytes at once all succeed, and make one object', async (visit) => {
    const name = visit.name('log', 'together');
    const bytes = patternBytes(5000, 4);
    const connections = await Promise.all(Array.from({ length: 5 }, () => visit.open()));
    await Promise.all(connections.map((storage) => storage.put(name, bytes)));
    await reads(await visit.open(), name, bytes, 'the object');
    await listsOnce(visit, name);
  }),

  check('S3', 'other bytes under a name that exists: the first bytes stay', async (visit) => {
    const storage = await visit.open();
    const name = visit.name('log', 'taken');
    const first = patternBytes(2000, 5);
    await storage.put(name, first);
    for (const other of [patternBytes(2000, 6), patternBytes(1999, 5), patternBytes(2001, 5), new Uint8Array(0)]) {
      const result = await settled((await visit.open()).put(name, other));
      if (!result.ok) expect(isStorageError(result.error, 'Taken'), `put failed with ${describeError(result.error)}`);
      await reads(await visit.open(), name, first, 'the object after other bytes were put under its name');
    }
    const reader = await listsOnce(visit, name);
    equal(reader.objects.get(name)?.size, first.length, 'the size in the listing');
  }),

  check('S3', 'of five connections that put different bytes at once one wins, for every reader', async (visit) => {
    const name = visit.name('log', 'race');
    const offers = Array.from({ length: 5 }, (_, index) => patternBytes(800 + index, 10 + index));
    const connections = await Promise.all(offers.map(() => visit.open()));
    await Promise.all(
      connections.map(async (storage, index) => {
        const result = await settled(storage.put(name, offers[index] ?? new Uint8Array(0)));
        if (!result.ok) expect(isStorageError(result.error, 'Taken'), `put failed with ${describeError(result.error)}`);
      }),
    );
    const seen = await (await visit.open()).get(name);
    const winner = offers.find((offer) => byteDifference(seen, offer) === undefined);
    expect(winner !== undefined, 'the object holds bytes that nobody put');
    for (const storage of connections) await reads(storage, name, winner, 'the object that won');
    const reader = await listsOnce(visit, name);
    equal(reader.objects.get(name)?.size, winner.length, 'the size in the listing');
  }),
];

/** A listing from the start names the object once: no second object hides under the name. */
async function listsOnce(visit: Visit, name: ObjectName) {
  const reader = await listsExactly(visit, 'log', [name]);
  const sizes = new Set(reader.events.flatMap((event) => (event.kind === 'added' ? [event.size] : [])));
  equal(sizes.size, 1, `the number of different objects listed as ${name}`);
  return reader;
}

const contents: readonly Check[] = [
  check('S4', 'get gives exactly the bytes that were put, at every size up to the bound', async (visit) => {
    const storage = await visit.open();
    const sizes = [...new Set([...SIZES, ...(visit.place.sizes ?? [])])].filter((size) => size <= MAX_OBJECT_BYTES);
    for (const size of sizes) {
      const name = visit.name('files', `size-${size}`);
      await storage.put(name, patternBytes(size, size));
      await reads(storage, name, patternBytes(size, size), `${size} bytes`);
      await storage.delete([name]);
    }
  }),

  check('S4', 'every value of a byte survives, also what looks like text, JSON or a line end', async (visit) => {
    const storage = await visit.open();
    const every = Uint8Array.from({ length: 512 }, (_, index) => (index < 256 ? index : 511 - index));
    const texts = ['{"error":null}', '\r\n\r\n--boundary\r\n', '\u{FEFF}<!doctype html>', '\0'];
    const samples = [every, ...texts.map((text) => new TextEncoder().encode(text))];
    for (const [index, bytes] of samples.entries()) {
      const name = visit.name('files', `value-${index}`);
      await storage.put(name, bytes);
      await reads(storage, name, bytes, `sample ${index}`);
    }
  }),

  check('S4', 'put stores the view it is given, not the buffer under it', async (visit) => {
    const storage = await visit.open();
    const name = visit.name('log', 'view');
    const whole = patternBytes(1000, 7);
    await storage.put(name, whole.subarray(100, 300));
    await reads(await visit.open(), name, whole.slice(100, 300), 'the view');
    sameBytes(whole, patternBytes(1000, 7), "the caller's buffer after put");
  }),

  check('S4', 'what the caller does with its buffer after put changes nothing', async (visit) => {
    const storage = await visit.open();
    const name = visit.name('log', 'input');
    const bytes = patternBytes(600, 8);
    await storage.put(name, bytes);
    bytes.fill(0xee);
    await reads(storage, name, patternBytes(600, 8), 'the object, read by the same connection');
    await reads(await visit.open(), name, patternBytes(600, 8), 'the object, read by another connection');
  }),

  check('S4', 'what the caller does with the bytes it got changes nothing for others', async (visit) => {
    const storage = await visit.open();
    const name = visit.name('log', 'output');
    const bytes = patternBytes(600, 9);
    await storage.put(name, bytes);
    const [first, second] = await Promise.all([storage.get(name), storage.get(name)]);
    const part = await storage.get(name, { start: 100, end: 200 });
    first.fill(0xee);
    part.fill(0xdd);
    sameBytes(second, bytes, 'bytes got at the same time');
    await reads(storage, name, bytes, 'the object, read again');
    await reads(await visit.open(), name, bytes, 'the object, read by another connection');
  }),

  check('S4', 'a buffer holds the object and nothing else, so that it can be handed on', async (visit) => {
    const storage = await visit.open();
    const name = visit.name('log', 'own-buffer');
    await storage.put(name, patternBytes(900, 10));
    for (const range of [undefined, { start: 100, end: 200 }, { start: 899 }]) {
      const bytes = await storage.get(name, range);
      equal(bytes.buffer.byteLength, bytes.length, 'the length of the buffer under the bytes');
    }
  }),

  check('S5', 'a range gives exactly that part, and is cut at the end', async (visit) => {
    const storage = await visit.open();
    const name = visit.name('files', 'ranges');
    const size = 70_000;
    const bytes = patternBytes(size, 11);
    await storage.put(name, bytes);
    const ranges: readonly (readonly [start: number, end?: number])[] = [
      [0],
      [0, 1],
      [0, size],
      [1, 2],
      [255, 257],
      [65_535, 65_537],
      [size - 1, size],
      [size - 1],
      [500],
      [0, size + 1],
      [size - 1, size + 1000],
      [10, MAX_OBJECT_BYTES * 2],
    ];
    for (const [start, end] of ranges) {
      const part = await storage.get(name, end === undefined ? { start } : { start, end });
      sameBytes(part, bytes.slice(start, end), `bytes ${start} to ${end ?? 'the end'} of ${size}`);
    }
  }),

  check('S5', 'a range that starts at the end, past it, or holds nothing gives no bytes', async (visit) => {
    const storage = await visit.open();
    const name = visit.name('files', 'empty-ranges');
    const empty = visit.name('files', 'empty');
    await storage.put(name, patternBytes(100, 12));
    await storage.put(empty, new Uint8Array(0));
    const ranges = [{ start: 100 }, { start: 100, end: 101 }, { start: 101 }, { start: 5000, end: 6000 }];
    for (const range of [...ranges, { start: 0, end: 0 }, { start: 50, end: 50 }])
      equal(
        (await storage.get(name, range)).length,
        0,
        `the length of bytes ${range.start} to ${range.end ?? 'the end'} of 100`,
      );
    for (const range of [{ start: 0 }, { start: 0, end: 10 }, { start: 3 }])
      equal((await storage.get(empty, range)).length, 0, 'the length of a part of an empty object');
  }),
];

const names: readonly Check[] = [
  check('S6', "a name that isn't there is NotFound, whole or in part", async (visit) => {
    const storage = await visit.open();
    const missing = visit.name('log', 'missing');
    await storage.put(visit.name('log', 'missing-not'), patternBytes(10, 13));
    await storage.put(visit.name('files', 'missing'), patternBytes(10, 13));
    for (const range of [undefined, { start: 0, end: 1 }, { start: 10 }])
      await failsWith('NotFound', () => storage.get(missing, range), 'get of a missing name');
  }),

  check('S7', 'one byte more than an object can have is Rejected before anything is sent', async (visit) => {
    const storage = await visit.open();
    const name = visit.name('files', 'oversize');
    await storage.about();
    await sendsNothing(visit, 'putting too many bytes', () =>
      failsWith('Rejected', () => storage.put(name, new Uint8Array(MAX_OBJECT_BYTES + 1)), 'put of 4,000,001 bytes'),
    );
    await failsWith('NotFound', () => storage.get(name), 'get of what was rejected');
  }),

  check('S8', "a name that isn't an ObjectName is Rejected before anything is sent", async (visit) => {
    const storage = await visit.open();
    await storage.about();
    for (const text of BAD_NAMES) {
      const name = text as ObjectName;
      const shown = JSON.stringify(text);
      await sendsNothing(visit, `calls with the name ${shown}`, async () => {
        await failsWith('Rejected', () => storage.put(name, patternBytes(4, 14)), `put as ${shown}`);
        await failsWith('Rejected', () => storage.get(name), `get of ${shown}`);
        await failsWith('Rejected', () => storage.delete([visit.name('log', 'good'), name]), `delete of ${shown}`);
      });
    }
  }),

  check('S8', 'the longest and the oddest names that are allowed work like any other', async (visit) => {
    const storage = await visit.open();
    const stem = visit.name('log', 'x').slice('log/'.length);
    const longest = visit.name('log', `x${'y'.repeat(182 - stem.length)}`);
    const oddest = [visit.name('log', 'a..b'), visit.name('log', 'a--b'), visit.name('log', 'a.b-c.7z.html'), longest];
    equal(longest.length, 'log/'.length + 182, 'the length of the longest name');
    for (const [index, name] of oddest.entries()) await storage.put(name, patternBytes(50, index));
    for (const [index, name] of oddest.entries()) await reads(storage, name, patternBytes(50, index), name);
    await listsExactly(visit, 'log', oddest);
  }),
];

export const objectChecks: readonly Check[] = [...durability, ...contents, ...names];
