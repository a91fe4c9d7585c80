/**
 * Where everything lies in the table, and what the items hold. `docs/aws.md` draws the whole.
 *
 *   <sub>#<area>    name#<name>         NameItem: the object's state, and where its bytes are
 *                   body#<name>#<id>    the bytes, apart, so that no listing reads them
 *                   log#<12 digits>     LogItem: what came and went, gapless
 *                   gone#<12 digits>    the removals among them, to find the old ones by
 *   <sub>#bodies    <sha256>            which names a large body is registered under
 *   <sub>#account   requests            requests in this minute; whether the account was deleted
 *                   socket#<connection>
 *   ticket#<hash>, connection#<id>, sweep
 */

import type { Area, ObjectName } from '../../storage.ts';
import type { Item, Key, Value } from './ports.ts';

/** The token's subject: the only thing that ever chooses a partition. */
export type Subject = string;

export const areaPartition = (sub: Subject, area: Area): string => `${sub}#${area}`;
export const bodiesPartition = (sub: Subject): string => `${sub}#bodies`;
export const accountPartition = (sub: Subject): string => `${sub}#account`;

/** One person's area. */
export interface Place {
  readonly sub: Subject;
  readonly area: Area;
  /** Its partition. */
  readonly pk: string;
}

export function placeOf(sub: Subject, area: Area): Place {
  return { sub, area, pk: areaPartition(sub, area) };
}

/** Without its area. */
export function bareName(name: ObjectName): string {
  return name.slice(name.indexOf('/') + 1);
}

/** What a body is registered under: one life of one name. */
export function holderOf(area: Area, { name, id }: { name: string; id: string }): string {
  return `${area}/${name}#${id}`;
}

/** Twelve digits outlast a thousand pushes a second for thirty years. */
const digits = (seq: number): string => String(seq).padStart(12, '0');

export const nameKey = (pk: string, name: string): Key => ({ pk, sk: `name#${name}` });
export const inlineKey = (pk: string, { name, id }: { name: string; id: string }): Key => ({
  pk,
  sk: `body#${name}#${id}`,
});
export const logKey = (pk: string, seq: number): Key => ({ pk, sk: `log#${digits(seq)}` });
export const goneKey = (pk: string, seq: number): Key => ({ pk, sk: `gone#${digits(seq)}` });
export const LAST_LOG = 'log#~';
export const LAST_GONE = 'gone#~';

/** An object's name, from the moment it is claimed to the moment it is free again. */
export interface NameItem {
  /** Without its area. */
  readonly name: string;
  readonly state: 'putting' | 'there' | 'deleting';
  /** Of this life of the name; the log and the bytes carry it, so that what belongs to an earlier life is never taken for this one's. */
  readonly id: string;
  readonly size: number;
  readonly sha256: string;
  readonly place: 'inline' | 's3';
  /** When the name was claimed. */
  readonly time: number;
  /** The log's end before the state was entered: its record stands after it, if it is written at all. */
  readonly from: number;
  /** Of the `added` record; 0 while it may not be written. */
  readonly seq: number;
}

export function nameItem(pk: string, held: NameItem): Item {
  return { ...nameKey(pk, held.name), ...held };
}

export function readName(item: Item): NameItem {
  return {
    name: text(item, 'name'),
    state: oneOf(item, 'state', ['putting', 'there', 'deleting']),
    id: text(item, 'id'),
    size: count(item, 'size'),
    sha256: text(item, 'sha256'),
    place: oneOf(item, 'place', ['inline', 's3']),
    time: count(item, 'time'),
    from: count(item, 'from'),
    seq: count(item, 'seq'),
  };
}

export interface LogItem {
  readonly seq: number;
  readonly kind: 'added' | 'removed';
  readonly name: string;
  /** Of the name's life that began or ended. */
  readonly id: string;
  readonly size: number;
  readonly time: number;
  /** Drawn with the first record and copied to each later one: a log begun anew after its account was deleted has another. */
  readonly log: string;
  /** What the area holds after this record. */
  readonly bytes: number;
  readonly objects: number;
}

export function logItem(pk: string, record: LogItem): Item {
  return { ...logKey(pk, record.seq), ...record };
}

export function readLog(item: Item): LogItem {
  return {
    seq: count(item, 'seq'),
    kind: oneOf(item, 'kind', ['added', 'removed']),
    name: text(item, 'name'),
    id: text(item, 'id'),
    size: count(item, 'size'),
    time: count(item, 'time'),
    log: text(item, 'log'),
    bytes: count(item, 'bytes'),
    objects: count(item, 'objects'),
  };
}

export function text(item: Item, field: string): string {
  return expectType(item[field], field, (value) => typeof value === 'string');
}

export function count(item: Item, field: string): number {
  return expectType(item[field], field, (value) => typeof value === 'number');
}

export function bytes(item: Item, field: string): Uint8Array {
  return expectType(item[field], field, (value) => value instanceof Uint8Array);
}

function oneOf<const T extends string>(item: Item, field: string, allowed: readonly T[]): T {
  return expectType(item[field], field, (value): value is T => allowed.some((one) => one === value));
}

function expectType<T extends Value>(
  value: Value | undefined,
  field: string,
  fits: (value: Value | undefined) => value is T,
): T {
  if (!fits(value)) throw new Error(`An item of the table has no sound field "${field}"`);
  return value;
}
