/**
 * What came and went after a cursor. A cursor is `<number>.<day>.<log>.<epoch>`: the last record seen, the day on
 * which its reader was last known to have seen everything, which log the number is of, and the deployment's epoch.
 */

import type { Area } from '../../storage.ts';
import type { ChangesAnswer } from '../protocol.ts';
import { Failure } from './failure.ts';
import { areaPartition, type Subject } from './layout.ts';
import { logFrom } from './log.ts';
import type { ObjectTable, Surroundings } from './ports.ts';

const DAY = 86_400_000;
/** Removals are kept longer than this. */
const HONOURED_DAYS = 60;

/** @throws {Failure} CursorExpired, BadRequest */
export async function changesAfter(
  { table, now, epoch }: Pick<Surroundings, 'now'> & { readonly table: ObjectTable; readonly epoch: string },
  sub: Subject,
  area: Area,
  cursor: string | undefined,
): Promise<ChangesAnswer> {
  const pk = areaPartition(sub, area);
  const today = Math.floor(now() / DAY);
  const after = cursor === undefined ? undefined : parse(cursor);
  if (after && (after.epoch !== epoch || after.day < today - HONOURED_DAYS)) throw expired();
  // With the last record seen, which is there unless a later one is: so that an end is told from another log.
  const seen = after?.seq ?? 0;
  const { records: found, more } = await logFrom(table, pk, seen);
  const log = found.at(-1)?.log ?? '';
  if (after && seen > 0 && after.log !== log) throw expired();
  const records = found.filter((record) => record.seq > seen);
  // Halfway through, a reader hasn't heard of all that was removed up to today.
  const day = more ? (after?.day ?? today) : today;
  return {
    events: records.map(({ kind, name, size, time }) =>
      kind === 'added' ? { kind, name: `${area}/${name}`, size, time } : { kind, name: `${area}/${name}` },
    ),
    cursor: `${records.at(-1)?.seq ?? seen}.${day}.${log}.${epoch}`,
    more,
  };
}

function parse(cursor: string): { seq: number; day: number; log: string; epoch: string } {
  const [, seq, day, log, epoch] = /^(\d{1,12})\.(\d{1,6})\.([\w-]{0,64})\.([\w-]{0,64})$/.exec(cursor) ?? [];
  if (seq === undefined || day === undefined || log === undefined || epoch === undefined) {
    throw new Failure('BadRequest', 'That is no cursor');
  }
  return { seq: Number(seq), day: Number(day), log, epoch };
}

function expired(): Failure {
  return new Failure('CursorExpired', 'List from the start');
}
