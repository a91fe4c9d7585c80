/**
 * Deleting notes for good (rule V23). Only what is here whole can be: a purge names what it has seen, and whatever it hasn't seen
 * brings the note back. Where no other device can ever have had the note, it is simply deleted.
 */
import type { DocId, NoteId } from '../notes/ids.ts';
import { docFrom, hasPending, UnreadableUpdate } from '../notes/merge.ts';
import { encodeSeen } from '../notes/seen.ts';
import type { Place } from './context.ts';
import type { Bytes } from './crypto.ts';
import { CHANGING, showAnew } from './documents.ts';
import { encodePurge, purgeRow } from './purge.ts';
import { type BodyRow, readMeta, type Transaction } from './state.ts';

/** Why a note can't be deleted for good now. */
export type KeptFor =
  /** Its text, or a part of it, is still in the storage and can't be had now. */
  | 'away'
  /** Edits are here that build on others which no storage has shown yet. */
  | 'incomplete'
  /** An entry of it was set aside: nobody can say what is in it. */
  | 'aside'
  /** A piece of it on this device doesn't read any more. */
  | 'unreadable';

export interface KeptNote {
  readonly id: NoteId;
  readonly reason: KeptFor;
}

export interface PurgeReport {
  readonly purged: readonly NoteId[];
  readonly kept: readonly KeptNote[];
}

export interface PurgeOptions {
  /** A person said so; else the note lay in the trash for too long. */
  readonly good: boolean;
  /** Fetches what is still in the storage of a note, as `fetchNote` does. @returns false when it can't be had */
  readonly fetch?: (doc: DocId) => Promise<boolean>;
}

/** What deleting notes for good reads and writes. */
export const PURGING = [...CHANGING, 'pending', 'aside'] as const;
type Purging = Transaction<(typeof PURGING)[number]>;

/** Notes that go in one transaction. */
const BATCH = 32;

/** Deletes notes for good, as far as they are here whole. Those that aren't on this device at all are in neither list. */
export async function purgeNotes(
  place: { readonly state: Place['state']; readonly deps: Pick<Place['deps'], 'now'> },
  notes: readonly NoteId[],
  { good, fetch }: PurgeOptions,
): Promise<PurgeReport> {
  const purged: NoteId[] = [];
  const kept: KeptNote[] = [];
  const attempt = async (ids: readonly NoteId[]): Promise<readonly NoteId[]> => {
    const away: NoteId[] = [];
    for (let at = 0; at < ids.length; at += BATCH) {
      const batch = ids.slice(at, at + BATCH);
      const outcomes = await place.state.write(PURGING, async (tx) => {
        const all: (KeptFor | 'gone' | null)[] = [];
        for (const id of batch) all.push(await purge(tx, id, { at: place.deps.now(), good }));
        return all;
      });
      for (const [index, id] of batch.entries()) {
        const outcome = outcomes[index];
        if (outcome === null) purged.push(id);
        else if (outcome === 'away' && fetch) away.push(id);
        else if (outcome !== undefined && outcome !== 'gone') kept.push({ id, reason: outcome });
      }
    }
    return away;
  };
  for (const id of await attempt([...new Set(notes)])) {
    const fetched = fetch ? await fetch(id) : false;
    // Something may have been listed meanwhile: one that is still away stays.
    if (!fetched || (await attempt([id])).length > 0) kept.push({ id, reason: 'away' });
  }
  return { purged, kept };
}

/**
 * Deletes one note for good.
 * @param purge.at ms since 1970
 * @returns why it can't be; `gone` when there is no such note; null when it was done.
 */
export async function purge(
  tx: Purging,
  id: NoteId,
  purge: { readonly at: number; readonly good: boolean },
): Promise<KeptFor | 'gone' | null> {
  const row = await tx.notes.get(id);
  if (!row) return 'gone';
  if (!row.here || (await tx.pending.where('doc', [id])).length > 0) return 'away';
  if (await tx.gaps.get(id)) return 'incomplete';
  if ((await tx.aside.list()).some((entry) => entry.doc === id)) return 'aside';
  const pieces = await tx.bodies.where('doc', [id]);
  const seen = seenOf(pieces);
  if (typeof seen === 'string') return seen;
  const waiting = await tx.outbox.where('doc', [id]);
  // What nobody else has heard of needn't leave this device only to be deleted. Should the note come back, all of it is sent.
  await tx.outbox.delete(waiting.map((each) => each.n as number));
  if (row.sample || !(await readMeta(tx, 'vault'))) {
    await tx.bodies.delete(pieces.map((piece) => piece.n as number));
    await tx.notes.delete([id]);
    return null;
  }
  await tx.purges.put(purgeRow(id, encodePurge({ ...purge, seen })));
  await showAnew(tx, [id]);
  await tx.outbox.put({ doc: id, bytes: null, purge: true });
  return null;
}

function seenOf(pieces: readonly BodyRow[]): Bytes | KeptFor {
  try {
    const doc = docFrom(pieces.map((piece) => piece.bytes));
    const seen = hasPending(doc) ? 'incomplete' : (encodeSeen(doc) as Bytes);
    doc.destroy();
    return seen;
  } catch (error) {
    if (error instanceof UnreadableUpdate) return 'unreadable';
    throw error;
  }
}
