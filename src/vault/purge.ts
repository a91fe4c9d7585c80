/**
 * That a note was deleted for good (rules V23 to V25): what such an entry says, and what it makes of the note. A note is shown by
 * what it holds and by its purges alone, so it comes out the same on every device, in whatever order they arrive.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import type * as Y from 'yjs';
import { type DocId, hexOf } from '../notes/ids.ts';
import { answeredPurges } from '../notes/note.ts';
import { allSeen, decodeSeen, isSeen, type Seen } from '../notes/seen.ts';
import { type Cbor, decode, encode, expect } from './cbor.ts';
import type { Bytes } from './crypto.ts';
import { VaultError } from './errors.ts';
import type { PurgeRow, Transaction } from './state.ts';

/** The last millisecond that a Date can hold. */
const LAST_DATE = 8.64e15;

export interface Purge {
  /** Yjs state vector of the document when it was purged. */
  readonly seen: Bytes;
  /** When, by the clock of the device that purged, in ms since 1970. */
  readonly at: number;
  /** A person said so; else it lay in the trash for too long. */
  readonly good: boolean;
}

export function encodePurge(purge: Purge): Bytes {
  return encode({ at: purge.at, good: purge.good, seen: purge.seen } satisfies Record<string, Cbor>);
}

/** @throws {VaultError} `Damaged` */
export function decodePurge(payload: Uint8Array): Purge {
  const map = expect.map(decode(payload), 'purge');
  const purge = {
    seen: expect.bytes(map['seen'], 'seen') as Bytes,
    at: expect.uint(map['at'], 'at'),
    good: expect.bool(map['good'], 'good'),
  };
  try {
    decodeSeen(purge.seen);
  } catch (cause) {
    throw new VaultError('Damaged', 'what the purge had seen has another shape than the format says', { cause });
  }
  return purge;
}

/** As a note that was taken back answers it: 16 hexadecimal digits. */
export function purgeId(payload: Uint8Array): string {
  return hexOf(sha256(payload).subarray(0, 8));
}

/** @throws {VaultError} `Damaged` */
export function purgeRow(doc: DocId, payload: Bytes): PurgeRow {
  decodePurge(payload);
  return { id: `${doc} ${purgeId(payload)}`, doc, payload };
}

/** The purges of some documents. */
export async function purgesOf(
  tx: Transaction<'purges'>,
  docs: readonly DocId[],
): Promise<ReadonlyMap<DocId, readonly PurgeRow[]>> {
  const found = new Map<DocId, PurgeRow[]>();
  // Most people have few, and asking for each of thousands of documents takes far longer than reading all there are.
  const count = docs.length === 0 ? 0 : await tx.purges.count();
  if (count === 0) return found;
  const wanted = new Set(docs);
  const rows = count < docs.length ? await tx.purges.list() : await tx.purges.where('doc', docs);
  for (const row of rows) if (wanted.has(row.doc)) found.set(row.doc, [...(found.get(row.doc) ?? []), row]);
  return found;
}

/** What some purges had seen among them. */
export function seenBy(purges: readonly PurgeRow[]): Seen {
  return allSeen(purges.map((row) => decodeSeen(decodePurge(row.payload).seen)));
}

/** Those that the person hasn't answered by taking the note back. */
export function unanswered(doc: Y.Doc, purges: readonly PurgeRow[]): readonly PurgeRow[] {
  if (purges.length === 0) return purges;
  const answered = answeredPurges(doc);
  return purges.filter((row) => !answered.has(purgeId(row.payload)));
}

export type Standing =
  /** Never deleted for good, or taken back since. */
  | { readonly kind: 'there' }
  /** Every insertion was seen by somebody who deleted it for good. */
  | { readonly kind: 'hidden' }
  /** Something was written that they hadn't seen: it lies in the trash. `purgedAt` in ms since 1970. */
  | { readonly kind: 'back'; readonly purgedAt: number };

/** What its purges make of a note (rule V24). */
export function standingOf(doc: Y.Doc, purges: readonly PurgeRow[]): Standing {
  if (purges.length === 0) return { kind: 'there' };
  if (isSeen(doc, seenBy(purges))) return { kind: 'hidden' };
  const open = unanswered(doc, purges);
  if (open.length === 0) return { kind: 'there' };
  const latest = Math.max(...open.map((row) => decodePurge(row.payload).at));
  return { kind: 'back', purgedAt: Math.min(latest, LAST_DATE) };
}
