/**
 * An area's log: what came and went, numbered without gaps. A record is written by a conditional put of the
 * number after the last, so number n + 1 exists only when n does, and a reader who has seen n missed nothing.
 *
 * The log also decides. Writers may crash, be late or do the same thing twice; each record is still
 * written exactly once, because a writer looks through everything since before it began, and then writes
 * right behind what it looked at: whatever came in between takes that number, and it looks again.
 */

import { Failure } from './failure.ts';
import { LAST_LOG, type LogItem, logItem, logKey, readLog } from './layout.ts';
import type { ObjectTable, Surroundings } from './ports.ts';

/** With sixteen devices at once each needs about sixteen tries at the worst; then it is the caller's turn to wait. */
const TRIES = 60;
const LONGEST_PAUSE = 100;

/** As many records as stay far below the megabyte of one answer. */
const PAGE = 1000;

export interface Happening {
  readonly kind: 'added' | 'removed';
  readonly name: string;
  readonly id: string;
  readonly size: number;
  /** For a removal: whether the object is known to be counted; else that is seen in the log after `from`. */
  readonly counted: boolean;
  /** A removal that is meant only for what never came: the addition, if it is there, forbids it. */
  readonly unlessAdded?: boolean;
  /** The log's end before this began. */
  readonly from: number;
}

export interface Logged {
  readonly seq: number;
  /** With a removal: where the addition was seen, if it stands after `from`. */
  readonly began: number | undefined;
  /** What the log said first forbids this: an addition after its removal, or a removal `unlessAdded`. Nothing was recorded. */
  readonly superseded: boolean;
}

/** The newest record; it is never pruned. */
export async function logEnd(table: ObjectTable, pk: string): Promise<LogItem | undefined> {
  const { items } = await table.list(pk, { ...wholeLog(0), limit: 1, newestFirst: true });
  return items[0] && readLog(items[0]);
}

/** A page of records from number `seq` on, in order. */
export async function logFrom(
  table: ObjectTable,
  pk: string,
  seq: number,
): Promise<{ records: readonly LogItem[]; more: boolean }> {
  const { items, more } = await table.list(pk, { ...wholeLog(seq), limit: PAGE });
  return { records: items.map(readLog), more };
}

/**
 * Writes what happened, in that order, each exactly once however often it is asked for. Gives where each
 * stands, by its id, and the end of the log.
 * @throws {Failure} Unavailable when others were faster too often
 */
export async function append(
  { table, ...deps }: { table: ObjectTable } & Surroundings,
  pk: string,
  happenings: readonly Happening[],
): Promise<{ logged: ReadonlyMap<string, Logged>; end: number }> {
  const from = Math.min(...happenings.map((happening) => happening.from));
  for (let tries = 0; tries < TRIES; tries++) {
    if (tries > 0) await deps.sleep(deps.random() * Math.min(LONGEST_PAUSE, 4 * tries));
    const written = await attempt({ table, ...deps }, pk, happenings, from);
    if (written) return written;
  }
  throw new Failure('Unavailable', 'Too many devices write at once', 1);
}

/** One look at the log and one run of writes behind it; `undefined` when another writer came between. */
async function attempt(
  { table, ...deps }: { table: ObjectTable } & Surroundings,
  pk: string,
  happenings: readonly Happening[],
  from: number,
): Promise<{ logged: ReadonlyMap<string, Logged>; end: number } | undefined> {
  const { added, removed, last } = await look(table, pk, from);
  if (from > 0 && !last) throw new Failure('Unauthorized', 'The account was deleted');
  const logged = new Map<string, Logged>();
  let end = last;
  for (const { kind, name, id, size, counted, unlessAdded } of happenings) {
    const began = added.get(id);
    const ended = removed.get(id);
    if (kind === 'added' && began !== undefined) logged.set(id, { seq: began, began, superseded: false });
    else if (began !== undefined && unlessAdded) logged.set(id, { seq: began, began, superseded: true });
    else if (ended !== undefined) logged.set(id, { seq: ended, began, superseded: kind === 'added' });
    else {
      const sign = kind === 'added' ? 1 : counted || began !== undefined ? -1 : 0;
      const record: LogItem = {
        seq: (end?.seq ?? 0) + 1,
        kind,
        name,
        id,
        size,
        time: deps.now(),
        log: end?.log ?? deps.freshId(),
        bytes: (end?.bytes ?? 0) + sign * size,
        objects: (end?.objects ?? 0) + sign,
      };
      if (!(await table.add(logItem(pk, record)))) return undefined;
      logged.set(id, { seq: record.seq, began, superseded: false });
      end = record;
    }
  }
  return { logged, end: end?.seq ?? 0 };
}

/** Everything since `from`, itself included: where each life began and ended, and the last record. */
async function look(table: ObjectTable, pk: string, from: number) {
  const added = new Map<string, number>();
  const removed = new Map<string, number>();
  let last: LogItem | undefined;
  for (let next = from, more = true; more; ) {
    const page = await logFrom(table, pk, next);
    for (const record of page.records) {
      (record.kind === 'added' ? added : removed).set(record.id, record.seq);
      last = record;
    }
    next = last ? last.seq + 1 : next;
    more = page.more;
  }
  return { added, removed, last };
}

function wholeLog(from: number): { from: string; to: string } {
  return { from: logKey('', from).sk, to: LAST_LOG };
}
