/**
 * Putting an object: its name is claimed, its bytes are written, the log tells of it, the name is set to `there`.
 * A crash may come between any two steps; the next try finds the claim and goes on from it.
 */

import { areaOf, MAX_OBJECT_BYTES, type ObjectName } from '../../storage.ts';
import { bodyKey, type Limits, type RegisterRequest } from '../protocol.ts';
import { holdBody, LEASE } from './bodies.ts';
import { finishDeleting } from './deleting.ts';
import { Failure } from './failure.ts';
import {
  areaPartition,
  bareName,
  bytes as bytesOf,
  holderOf,
  inlineKey,
  type LogItem,
  type NameItem,
  nameItem,
  nameKey,
  type Place,
  placeOf,
  readName,
  type Subject,
} from './layout.ts';
import { append, logEnd } from './log.ts';
import type { BodyStore, ObjectTable, Surroundings } from './ports.ts';

export interface ObjectDeps extends Surroundings {
  readonly table: ObjectTable;
  readonly bodies: BodyStore;
  readonly limits: Limits;
}

/** What is put: bytes for the table, or what is said of a body in the store. */
type Content =
  | { readonly place: 'inline'; readonly size: number; readonly sha256: string; readonly bytes: Uint8Array }
  | { readonly place: 's3'; readonly size: number; readonly sha256: string };

export type Put = 'new' | 'same';

/** @throws {Failure} Taken, QuotaExceeded, Unavailable */
export function putObject(
  deps: ObjectDeps,
  sub: Subject,
  name: ObjectName,
  { bytes, sha256 }: { bytes: Uint8Array; sha256: string },
): Promise<Put> {
  return putContent(deps, sub, name, { place: 'inline', size: bytes.length, sha256, bytes });
}

/** @throws {Failure} NoBody, Taken, QuotaExceeded, Unavailable, TooLarge */
export async function registerObject(
  deps: ObjectDeps,
  sub: Subject,
  name: ObjectName,
  { size, sha256 }: RegisterRequest,
): Promise<Put> {
  if (size > MAX_OBJECT_BYTES) throw new Failure('TooLarge', `An object has at most ${MAX_OBJECT_BYTES} bytes`);
  // Looked at before the name is claimed, too: what has no body shall leave no trace in the log.
  const wrong = await whyNoBody(deps, sub, { size, sha256 });
  if (wrong) throw wrong;
  return putContent(deps, sub, name, { place: 's3', size, sha256 });
}

export type Found =
  | { readonly place: 'inline'; readonly bytes: Uint8Array; readonly sha256: string }
  | { readonly place: 's3'; readonly size: number; readonly sha256: string };

/** An object is there for readers as long as the log may tell of it: also before its put and its deletion are through. */
export async function getObject(
  { table }: Pick<ObjectDeps, 'table'>,
  sub: Subject,
  name: ObjectName,
): Promise<Found | undefined> {
  const pk = areaPartition(sub, areaOf(name));
  const item = await table.get(nameKey(pk, bareName(name)));
  const held = item && readName(item);
  if (!held) return undefined;
  if (held.place === 's3') return { place: 's3', size: held.size, sha256: held.sha256 };
  // The bytes under this key never change, so what is found is right; half the price where it is found at once.
  const key = inlineKey(pk, held);
  const body = (await table.get(key, { stale: true })) ?? (await table.get(key));
  return body && { place: 'inline', bytes: bytesOf(body, 'bytes'), sha256: held.sha256 };
}

/** What all areas hold together. */
export async function usage(
  { table }: Pick<ObjectDeps, 'table'>,
  sub: Subject,
): Promise<{ bytes: number; objects: number }> {
  const ends = await Promise.all([
    logEnd(table, areaPartition(sub, 'log')),
    logEnd(table, areaPartition(sub, 'files')),
  ]);
  return { bytes: sum(ends, 'bytes'), objects: sum(ends, 'objects') };
}

/** Others may free and take a name again and again; nobody waits for that forever. */
const TRIES = 20;

async function putContent(deps: ObjectDeps, sub: Subject, name: ObjectName, content: Content): Promise<Put> {
  const place = placeOf(sub, areaOf(name));
  for (let tries = 0; tries < TRIES; tries++) {
    const end = await logEnd(deps.table, place.pk);
    const full = await whyFull(deps, place, end, content.size);
    const claim: NameItem = {
      name: bareName(name),
      state: 'putting',
      id: deps.freshId(),
      size: content.size,
      sha256: content.sha256,
      place: content.place,
      time: deps.now(),
      from: end?.seq ?? 0,
      seq: 0,
    };
    const claimed = !full && (await deps.table.add(nameItem(place.pk, claim)));
    const held = claimed ? claim : await heldName(deps, place, claim.name);
    if (held) {
      const put = claimed
        ? await finishPutting(deps, place, claim, content)
        : await goOnFrom(deps, place, held, content);
      if (put) return put;
    } else if (full) throw full;
  }
  throw new Failure('Unavailable', 'Other devices write and delete that object at this moment', 1);
}

async function heldName(deps: ObjectDeps, { pk }: Place, name: string): Promise<NameItem | undefined> {
  const item = await deps.table.get(nameKey(pk, name));
  return item && readName(item);
}

/** Somebody has the name. Gives the answer, or `undefined` when the name may be free now. */
async function goOnFrom(deps: ObjectDeps, place: Place, held: NameItem, content: Content): Promise<Put | undefined> {
  const same = held.sha256 === content.sha256 && held.size === content.size;
  if (held.state === 'deleting') {
    await finishDeleting(deps, place, [held]);
    return undefined;
  }
  if (held.state === 'there') return same ? 'same' : taken();
  if (same && held.place === content.place) return finishPutting(deps, place, held, content);
  // Other bytes are on their way, by a writer that is still at it or has died.
  if (await bytesAreThere(deps, place, held)) {
    if (!(await recordPut(deps, place, held))) return undefined;
    return same ? 'same' : taken();
  }
  if (held.time + LEASE > deps.now()) throw new Failure('Unavailable', 'Another device is writing that object', 1);
  await abandon(deps, place, held);
  return undefined;
}

/** Gives `undefined` if the name's life was ended before it was in the log. */
async function finishPutting(
  deps: ObjectDeps,
  place: Place,
  held: NameItem,
  content: Content,
): Promise<Put | undefined> {
  if (content.place === 'inline') {
    await deps.table.put({ ...inlineKey(place.pk, held), bytes: content.bytes });
  } else {
    // Held first and looked at then, so that it can't go in between.
    await holdBody(deps, place.sub, held.sha256, holderOf(place.area, held));
    const wrong = await whyNoBody(deps, place.sub, held);
    if (wrong) {
      await abandon(deps, place, held);
      throw wrong;
    }
  }
  return (await recordPut(deps, place, held)) ? 'new' : undefined;
}

/** The log, then the name. Says whether the object is there, or was; clears up where the log had ended its life already. */
async function recordPut(deps: ObjectDeps, place: Place, held: NameItem): Promise<boolean> {
  const { name, id, size, from } = held;
  const { logged } = await append(deps, place.pk, [{ kind: 'added', name, id, size, from, counted: false }]);
  const record = logged.get(id);
  if (!record || record.superseded) {
    await finishDeleting(deps, place, [held]);
    return false;
  }
  await deps.table.change(
    nameKey(place.pk, name),
    { set: { state: 'there', seq: record.seq } },
    { id, state: 'putting' },
  );
  return true;
}

/** Ends a put that got no further, unless another try of it has reached the log: the log decides. */
async function abandon(deps: ObjectDeps, place: Place, held: NameItem): Promise<void> {
  const { name, id, size, from } = held;
  const { logged } = await append(deps, place.pk, [
    { kind: 'removed', name, id, size, from, counted: false, unlessAdded: true },
  ]);
  if (!logged.get(id)?.superseded) await finishDeleting(deps, place, [held]);
}

async function bytesAreThere(deps: ObjectDeps, place: Place, held: NameItem): Promise<boolean> {
  if (held.place === 'inline') return (await deps.table.get(inlineKey(place.pk, held))) !== undefined;
  await holdBody(deps, place.sub, held.sha256, holderOf(place.area, held));
  return (await whyNoBody(deps, place.sub, held)) === undefined;
}

async function whyNoBody(deps: ObjectDeps, sub: Subject, held: RegisterRequest): Promise<Failure | undefined> {
  const body = await deps.bodies.head(bodyKey(sub, held.sha256));
  if (!body) return new Failure('NoBody', 'No such body was uploaded');
  if (body.size !== held.size) return new Failure('NoBody', 'The uploaded body has another size');
  if (!body.sha256) return new Failure('NoBody', 'The body was uploaded without its SHA-256 as checksum');
  if (body.sha256 !== held.sha256) return new Failure('NoBody', 'The uploaded body has another SHA-256');
  return undefined;
}

/** Two devices at once may pass the limit together, by what they put at that moment. */
async function whyFull(
  deps: ObjectDeps,
  { sub, area }: Place,
  end: LogItem | undefined,
  size: number,
): Promise<Failure | undefined> {
  const { bytes = Infinity, objects = Infinity } = deps.limits;
  if (bytes === Infinity && objects === Infinity) return undefined;
  const other = await logEnd(deps.table, areaPartition(sub, area === 'log' ? 'files' : 'log'));
  if (sum([end, other], 'bytes') + size > bytes)
    return new Failure('QuotaExceeded', 'The account holds its most bytes');
  if (sum([end, other], 'objects') + 1 > objects)
    return new Failure('QuotaExceeded', 'The account holds its most objects');
  return undefined;
}

function sum(ends: readonly (LogItem | undefined)[], field: 'bytes' | 'objects'): number {
  return ends.reduce((total, end) => total + (end?.[field] ?? 0), 0);
}

function taken(): never {
  throw new Failure('Taken', 'Other bytes have that name');
}
