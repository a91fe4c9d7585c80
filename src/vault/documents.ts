/**
 * The documents at hand: pieces in `bodies`, what lists show in `notes`. Every change of a document goes through here, since what
 * is shown of a note is derived from all its pieces and all times that it was deleted for good, and from nothing else.
 */
import type * as Y from 'yjs';
import { type Card, card } from '../notes/card.ts';
import { type DocId, hexOf, isNoteId, RESERVED } from '../notes/ids.ts';
import { docFrom, hasPending, snapshotDigestInput, stateOf, UnreadableUpdate } from '../notes/merge.ts';
import { isPristineSample } from '../notes/samples.ts';
import type { Bytes } from './crypto.ts';
import { VaultError } from './errors.ts';
import { purgeRow, purgesOf, type Standing, standingOf } from './purge.ts';
import type { BodyRow, NoteRow, PurgeRow, Transaction } from './state.ts';

/** Pieces of one document beyond which a local edit folds them into one. */
const FOLD_AT = 64;

/** What changing a document reads and writes. */
export const CHANGING = ['notes', 'bodies', 'gaps', 'purges', 'outbox', 'meta'] as const;
export type Changing = Transaction<(typeof CHANGING)[number]>;

/** A piece that came from a pack. `id` names it in the `aside` table, should it not apply. */
export interface Incoming {
  readonly id: string;
  readonly doc: DocId;
  readonly kind: number;
  readonly bytes: Bytes;
  /** What the pack's head shows of the note: shown while pieces are missing on which this one builds. */
  readonly card?: Card | null;
}

export interface Refused {
  readonly piece: Incoming;
  readonly reason: string;
}

const THERE: Standing = { kind: 'there' };

/**
 * What lists show of a document. Null for what isn't a note, and for a note that was deleted for good.
 * @param promise see promised
 */
export function noteRow(
  id: DocId,
  doc: Y.Doc,
  purges: readonly PurgeRow[] = [],
  promise: Card | null = null,
): NoteRow | null {
  const standing = isNoteId(id) ? standingOf(doc, purges) : THERE;
  if (!isNoteId(id) || standing.kind === 'hidden') return null;
  const own = card(doc);
  const shown = promise && promise.modified >= own.modified ? promise : own;
  const { title, excerpt, tags, notebook, pinned, created, modified, tasks } = shown;
  return {
    id,
    title,
    excerpt,
    tags,
    notebook,
    pinned,
    created,
    modified,
    tasks,
    trashedAt: shown.trashedAt ?? (standing.kind === 'back' ? standing.purgedAt : null),
    back: standing.kind === 'back',
    here: true,
    sample: isPristineSample(id, doc),
  };
}

export function groupByDoc<Item extends { readonly doc: DocId }>(items: Iterable<Item>): Map<DocId, Item[]> {
  const groups = new Map<DocId, Item[]>();
  for (const item of items) {
    const group = groups.get(item.doc);
    if (group) group.push(item);
    else groups.set(item.doc, [item]);
  }
  return groups;
}

/** What the readable ones of some pieces make. A broken piece never takes the others with it. */
function merge(pieces: readonly Uint8Array[]): { doc: Y.Doc; broken: { index: number; reason: string }[] } {
  const broken: { index: number; reason: string }[] = [];
  for (;;) {
    const usable = pieces.map((_, index) => index).filter((index) => !broken.some((item) => item.index === index));
    try {
      return { doc: docFrom(usable.map((index) => pieces[index] as Uint8Array)), broken };
    } catch (error) {
      if (!(error instanceof UnreadableUpdate)) throw error;
      const reason = error.cause instanceof Error ? error.cause.message : 'unreadable';
      broken.push({ index: usable[error.index] as number, reason });
    }
  }
}

/** While pieces are missing on which others build, a card derived from the rest would show an edited note as an empty one. */
function promised(before: NoteRow | undefined, pieces: readonly Incoming[]): Card | null {
  let best: Card | null = null;
  // What is shown was derived from purges as well; only what another device says of the note is a promise.
  const shown = before?.back ? { ...before, trashedAt: null } : before;
  for (const each of [shown, ...pieces.map((piece) => piece.card)])
    if (each && (!best || each.modified >= best.modified)) best = each;
  return best;
}

/** What has come of a document. */
interface Change {
  readonly id: DocId;
  readonly doc: Y.Doc;
  readonly purges: readonly PurgeRow[];
  readonly before: NoteRow | undefined;
  readonly incoming: readonly Incoming[];
  /** Whether pieces of it were here before. */
  readonly held: boolean;
}

/** What is to be shown of it now. */
interface Shown {
  readonly id: DocId;
  /** Null when nothing is. */
  readonly row: NoteRow | null;
  /** Whether it misses a piece on which others build. */
  readonly gap: boolean;
  /** It was deleted for good, is whole and shown all the same, and something of it was here that perhaps nobody else has. */
  readonly alone: boolean;
  /** It is shown again since now, or lies in the trash since now: if it is alone, all of it has to be sent (rule V24). */
  readonly again: boolean;
}

function shownAs({ id, doc, purges, before, incoming, held }: Change): Shown {
  const incomplete = hasPending(doc);
  const row = noteRow(id, doc, purges, incomplete ? promised(before, incoming) : null);
  const again = purges.length > 0 && row !== null && (before === undefined || (row.back && !before.back));
  return {
    id,
    row,
    // Nobody needs to look for what is missing of a note that isn't shown.
    gap: incomplete && (row !== null || !isNoteId(id)),
    alone: held && !incomplete && purges.length > 0 && row !== null && !isAllIn(doc, incoming),
    again,
  };
}

async function show(tx: Changing, all: readonly Shown[]): Promise<void> {
  await tx.notes.putMany(all.flatMap(({ row }) => (row ? [row] : [])));
  await tx.notes.delete(all.flatMap(({ id, row }) => (!row && isNoteId(id) ? [id] : [])));
  // Hardly ever is there one, and asking that is far cheaper than deleting by key what isn't there.
  const torn = new Set((await tx.gaps.count()) > 0 ? (await tx.gaps.list()).map((row) => row.doc) : []);
  const mended = all.filter(({ id, gap }) => !gap && torn.has(id)).map(({ id }) => id);
  if (mended.length > 0) await tx.gaps.delete(mended);
  for (const { id, gap } of all) if (gap && !torn.has(id)) await tx.gaps.put({ doc: id, asked: false });
  // One that came back in parts is only whole now.
  for (const { id, again, alone } of all) if (alone && (again || mended.includes(id))) await sendWhole(tx, id);
}

/** Puts the whole state of a document into the outbox, once. */
export async function sendWhole(tx: Transaction<'outbox' | 'meta'>, id: DocId): Promise<void> {
  if (!(await tx.meta.get('vault'))) return;
  const waiting = await tx.outbox.where('doc', [id]);
  if (!waiting.some((row) => row.bytes === null && !row.purge)) await tx.outbox.put({ doc: id, bytes: null });
}

function stateDigest(doc: Y.Doc): string {
  return hexOf(snapshotDigestInput(doc));
}

/** Whether one of the pieces alone is all there is of the document: then its sender had everything that is here. */
function isAllIn(doc: Y.Doc, pieces: readonly Incoming[]): boolean {
  const all = stateDigest(doc);
  return pieces.some((piece) => {
    const alone = docFrom([piece.bytes]);
    const same = stateDigest(alone) === all;
    alone.destroy();
    return same;
  });
}

/**
 * Applies pieces that came from packs, and derives the cards anew.
 * @returns the pieces that could not be applied; nothing of them has been used.
 */
export async function applyIncoming(tx: Changing, incoming: readonly Incoming[]): Promise<Refused[]> {
  const refused: Refused[] = [];
  const groups = groupByDoc(incoming);
  const ids = [...groups.keys()];
  const held = groupByDoc(await tx.bodies.where('doc', ids));
  const purged = await purgesOf(tx, ids);
  const changed: Shown[] = [];
  const bodies: BodyRow[] = [];
  const folded: number[] = [];
  for (const [id, pieces] of groups) {
    const rows = held.get(id) ?? [];
    const { doc, broken } = merge([...rows.map((row) => row.bytes), ...pieces.map((piece) => piece.bytes)]);
    const bad = new Map(broken.map(({ index, reason }) => [index, reason]));
    const good = pieces.filter((piece, index) => {
      const reason = bad.get(rows.length + index);
      if (reason !== undefined) refused.push({ piece, reason });
      return reason === undefined;
    });
    if (good.length === 0) continue;
    // A piece that stands alone is kept as it came. Rows that don't read are left as they lie.
    bodies.push({
      doc: id,
      bytes: rows.length === 0 && good.length === 1 ? (good[0] as Incoming).bytes : (stateOf(doc) as Bytes),
    });
    for (const [index, row] of rows.entries()) if (!bad.has(index)) folded.push(row.n as number);
    const purges = purged.get(id) ?? [];
    // Of most what was shown before makes no difference.
    const before = isNoteId(id) && (purges.length > 0 || hasPending(doc)) ? await tx.notes.get(id) : undefined;
    changed.push(shownAs({ id, doc, purges, before, incoming: good, held: rows.length > 0 }));
    doc.destroy();
  }
  await tx.bodies.delete(folded);
  await tx.bodies.putMany(bodies);
  await show(tx, changed);
  return refused;
}

/** Documents that are opened in one go. */
const BATCH = 256;

/**
 * Takes in that notes were deleted for good.
 * @returns those entries that can't be read.
 */
export async function applyPurges(tx: Changing, incoming: readonly Incoming[]): Promise<Refused[]> {
  const refused: Refused[] = [];
  const read = new Map<string, PurgeRow>();
  for (const piece of incoming) {
    try {
      const row = purgeRow(piece.doc, piece.bytes);
      read.set(row.id, row);
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      refused.push({ piece, reason: error.message });
    }
  }
  if (read.size === 0) return refused;
  const known = await tx.purges.getMany([...read.keys()]);
  for (const row of known) if (row) read.delete(row.id);
  await tx.purges.putMany([...read.values()]);
  await showAnew(tx, [...new Set([...read.values()].map((row) => row.doc))]);
  return refused;
}

/** Shows notes as their pieces and purges say, after either have changed. */
export async function showAnew(tx: Changing, docs: readonly DocId[]): Promise<void> {
  const notes = docs.filter(isNoteId);
  for (let at = 0; at < notes.length; at += BATCH) {
    const ids = notes.slice(at, at + BATCH);
    const held = groupByDoc(await tx.bodies.where('doc', ids));
    const purged = await purgesOf(tx, ids);
    const before = await tx.notes.getMany(ids);
    const changed = ids.map((id, index): Shown => {
      const rows = held.get(id) ?? [];
      const doc = openDoc(rows);
      const change = { id, doc, purges: purged.get(id) ?? [], before: before[index], incoming: [] };
      const now = shownAs({ ...change, held: rows.length > 0 });
      doc.destroy();
      return now;
    });
    await show(tx, changed);
  }
}

/** The document that these rows make. A broken piece is left out, and stays where it is. */
export function openDoc(rows: readonly BodyRow[]): Y.Doc {
  return merge(rows.map((row) => row.bytes)).doc;
}

/** Documents as they are on this device. */
export async function loadDocs(
  tx: Transaction<'bodies'>,
  ids: readonly DocId[],
): Promise<Map<DocId, { doc: Y.Doc; last: number }>> {
  const held = groupByDoc(await tx.bodies.where('doc', [...new Set(ids)]));
  return new Map(
    ids.map((id) => {
      const rows = held.get(id) ?? [];
      return [id, { doc: openDoc(rows), last: rows.at(-1)?.n ?? 0 }];
    }),
  );
}

/**
 * Keeps an edit that was made here: its bytes, the card of the document after it, and, in a vault, its place in the outbox.
 * @param doc the document with every piece of this device applied, and the edit.
 */
export async function recordEdit(tx: Changing, id: DocId, doc: Y.Doc, update: Bytes): Promise<void> {
  const pieces = await tx.bodies.where('doc', [id]);
  // The document was open while its pieces were let go, as happens to a note that is deleted for good in another window.
  const isAll = pieces.length > 0 || isAllIn(doc, [{ id: '', doc: id, kind: 0, bytes: update }]);
  if (!isAll) {
    await tx.bodies.put({ doc: id, bytes: stateOf(doc) as Bytes });
  } else if (pieces.length >= FOLD_AT) {
    // From the rows, not from the caller's document: a row that it lacks, or that doesn't read, is nowhere else.
    const { doc: all, broken } = merge([...pieces.map((row) => row.bytes), update]);
    const bad = new Set(broken.map(({ index }) => index));
    await tx.bodies.delete(pieces.flatMap((row, index) => (bad.has(index) ? [] : [row.n as number])));
    await tx.bodies.put({ doc: id, bytes: stateOf(all) as Bytes });
    all.destroy();
  } else {
    await tx.bodies.put({ doc: id, bytes: update });
  }
  const before = isNoteId(id) ? await tx.notes.get(id) : undefined;
  const purges = (await purgesOf(tx, [id])).get(id) ?? [];
  const { row, again, alone } = shownAs({ id, doc, purges, before, incoming: [], held: true });
  if (row) await tx.notes.put(row);
  if (row?.sample || !(await tx.meta.get('vault'))) return;
  // Nobody else has what an untouched sample note began with, so its first edit takes the whole note along.
  if (before?.sample || !isAll || (again && alone)) await sendWhole(tx, id);
  else await tx.outbox.put({ doc: id, bytes: update });
}

/**
 * Puts everything that this device holds into the outbox, as whole states, oldest change first: joining a vault, putting
 * back after a wipe, moving to another storage. Of notes that were deleted for good, that they were.
 */
export async function outboxEverything(tx: Transaction<'notes' | 'bodies' | 'outbox' | 'purges'>): Promise<void> {
  const notes = (await tx.notes.list()).filter((note) => note.here && !note.sample);
  notes.sort((a, b) => a.modified - b.modified || (a.id < b.id ? -1 : 1));
  const docs = new Set<DocId>(notes.map((note) => note.id));
  // Reserved documents have no card; those of a newer program come along too.
  for (const row of await tx.bodies.where('doc', RESERVED)) docs.add(row.doc);
  const purged = new Set((await tx.purges.list()).map((row) => row.doc).filter((doc) => !docs.has(doc)));
  await tx.outbox.putMany([
    ...[...docs].map((doc) => ({ doc, bytes: null })),
    ...[...purged].map((doc) => ({ doc, bytes: null, purge: true as const })),
  ]);
}
