/** Notes that were deleted for good (rules V23 to V25). */
import type { DocId } from '../notes/ids.ts';
import { type Cbor, decode, encode, expect } from './cbor.ts';
import type { Bytes } from './crypto.ts';
import type { Incoming, Refused } from './documents.ts';
import { VaultError } from './errors.ts';
import type { Transaction } from './state.ts';
import { sha256 } from '@noble/hashes/sha2.js';
import { hexOf } from '../notes/ids.ts';

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
  const map = expect.map(decode(payload as Bytes), 'purge');
  return {
    seen: expect.bytes(map['seen'], 'seen') as Bytes,
    at: expect.uint(map['at'], 'at'),
    good: expect.bool(map['good'], 'good'),
  };
}

/** As it is called in the `purges` table, and answered in a note. */
export function purgeId(payload: Uint8Array): string {
  return hexOf(sha256(payload).subarray(0, 8));
}

/** @returns those that can't be read. */
export async function applyPurges(tx: Transaction<'purges'>, pieces: readonly Incoming[]): Promise<Refused[]> {
  const refused: Refused[] = [];
  const rows: { id: string; doc: DocId; payload: Bytes }[] = [];
  for (const piece of pieces) {
    try {
      decodePurge(piece.bytes);
      rows.push({ id: `${piece.doc} ${purgeId(piece.bytes)}`, doc: piece.doc, payload: piece.bytes });
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      refused.push({ piece, reason: error.message });
    }
  }
  await tx.purges.putMany(rows);
  return refused;
}
