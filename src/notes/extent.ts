/**
 * What updates hold, without applying them: which clocks of which client, and which of them they delete. So it can be told
 * whether some updates together would give back a document, one update at a time and without opening a document for it.
 */
import * as Y from 'yjs';

/** Sorted, apart from each other: start of the first, its end, start of the second, … An end isn't in its range. */
type Ranges = readonly number[];

/** By client. Nobody's ranges are empty. */
type ByClient = ReadonlyMap<number, Ranges>;

export interface Extent {
  readonly inserted: ByClient;
  readonly deleted: ByClient;
}

function push(map: Map<number, number[]>, client: number, start: number, length: number): void {
  if (length <= 0) return;
  const ranges = map.get(client);
  if (!ranges) map.set(client, [start, start + length]);
  // Most follow each other.
  else if (ranges.at(-1) === start) ranges[ranges.length - 1] = start + length;
  else ranges.push(start, start + length);
}

function tidy(ranges: readonly number[]): Ranges {
  const pairs: [number, number][] = [];
  for (let at = 0; at < ranges.length; at += 2) pairs.push([ranges[at] as number, ranges[at + 1] as number]);
  pairs.sort((a, b) => a[0] - b[0]);
  const tidied: number[] = [];
  for (const [start, end] of pairs) {
    const last = tidied.at(-1);
    if (last !== undefined && start <= last) tidied[tidied.length - 1] = Math.max(last, end);
    else tidied.push(start, end);
  }
  return tidied;
}

function tidied(map: ReadonlyMap<number, number[]>): ByClient {
  return new Map([...map].map(([client, ranges]) => [client, ranges.length === 2 ? ranges : tidy(ranges)]));
}

/**
 * What the updates (format 1) hold together.
 * @throws when one of them can't be read
 */
export function extentOf(...updates: readonly Uint8Array[]): Extent {
  const inserted = new Map<number, number[]>();
  const deleted = new Map<number, number[]>();
  for (const update of updates) {
    const { structs, ds } = Y.decodeUpdate(update);
    for (const struct of structs) {
      // A gap in what a merged update knows.
      if (!(struct instanceof Y.Skip)) push(inserted, struct.id.client, struct.id.clock, struct.length);
    }
    for (const [client, items] of ds.clients) for (const { clock, len } of items) push(deleted, client, clock, len);
  }
  return { inserted: tidied(inserted), deleted: tidied(deleted) };
}

function without(from: Ranges, taken: Ranges): Ranges {
  const left: number[] = [];
  let at = 0;
  for (let index = 0; index < from.length; index += 2) {
    let start = from[index] as number;
    const end = from[index + 1] as number;
    while (at < taken.length && (taken[at + 1] as number) <= start) at += 2;
    for (let next = at; next < taken.length && (taken[next] as number) < end; next += 2) {
      if ((taken[next] as number) > start) left.push(start, taken[next] as number);
      start = Math.max(start, taken[next + 1] as number);
    }
    if (start < end) left.push(start, end);
  }
  return left;
}

function lessByClient(from: ByClient, taken: ByClient): ByClient {
  const left = new Map<number, Ranges>();
  for (const [client, ranges] of from) {
    const rest = without(ranges, taken.get(client) ?? []);
    if (rest.length > 0) left.set(client, rest);
  }
  return left;
}

/** What of `from` isn't in `taken`. */
export function less(from: Extent, taken: Extent): Extent {
  return { inserted: lessByClient(from.inserted, taken.inserted), deleted: lessByClient(from.deleted, taken.deleted) };
}

export function isNothing(extent: Extent): boolean {
  return extent.inserted.size === 0 && extent.deleted.size === 0;
}

/**
 * Whether these deletions come by themselves wherever the document's insertions are: Yjs deletes every value of a key but the
 * last one, and what stands in something deleted, without that being in any update.
 * @param doc with all of its insertions
 */
export function followsByItself(doc: Y.Doc, deleted: ByClient): boolean {
  for (const [client, ranges] of deleted) {
    for (let index = 0; index < ranges.length; index += 2) {
      const end = ranges[index + 1] as number;
      for (let clock = ranges[index] as number; clock < end; ) {
        if (clock >= Y.getState(doc.store, client)) return false;
        const struct = Y.getItem(doc.store, Y.createID(client, clock)) as Y.AbstractStruct;
        const after = struct.id.clock + struct.length;
        if (!isImplied(struct, Math.min(after, end))) return false;
        clock = after;
      }
    }
  }
  return true;
}

/** @param end of what is asked about */
function isImplied(struct: Y.AbstractStruct, end: number): boolean {
  // What a deleted type held; that the type is deleted is asked on its own.
  if (!(struct instanceof Y.Item)) return true;
  if (struct.parentSub === null) return false;
  // Deleted neighbours are kept as one; of these only the last can be the last one of its key.
  return struct.right !== null || end < struct.id.clock + struct.length;
}
