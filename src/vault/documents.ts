/** The documents at hand: pieces in `bodies`, what lists show in `notes`. Every change of a document goes through here. */
import type * as Y from 'yjs';
import { type Card, card } from '../notes/card.ts';
import { type DocId, isNoteId, RESERVED } from '../notes/ids.ts';
import { docFrom, hasPending, stateOf, UnreadableUpdate } from '../notes/merge.ts';
import { isPristineSample } from '../notes/samples.ts';
import type { Bytes } from './crypto.ts';
import type { BodyRow, NoteRow, Transaction } from './state.ts';

/** Pieces of one document beyond which a local edit folds them into one. */
const FOLD_AT = 64;

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

export function noteRow(id: DocId, doc: Y.Doc): NoteRow | null {
  return isNoteId(id) ? { id, ...card(doc), here: true, sample: isPristineSample(id, doc) } : null;
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
async function promised(tx: Transaction<'notes'>, row: NoteRow, pieces: readonly Incoming[]): Promise<NoteRow> {
  const cards: (Card | null | undefined)[] = [await tx.notes.get(row.id), ...pieces.map((piece) => piece.card)];
  let best: Card = row;
  for (const each of cards) if (each && each.modified >= best.modified) best = each;
  return { ...row, ...best, id: row.id, here: true, sample: row.sample };
}

/**
 * Applies pieces that came from packs, and derives the cards anew.
 * @returns the pieces that could not be applied; nothing of them has been used.
 */
export async function applyIncoming(
  tx: Transaction<'notes' | 'bodies' | 'gaps'>,
  incoming: readonly Incoming[],
): Promise<Refused[]> {
  const refused: Refused[] = [];
  const groups = groupByDoc(incoming);
  const held = groupByDoc(await tx.bodies.where('doc', [...groups.keys()]));
  const notes: NoteRow[] = [];
  const bodies: BodyRow[] = [];
  const folded: number[] = [];
  const gaps: DocId[] = [];
  const whole: DocId[] = [];
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
    const incomplete = hasPending(doc);
    (incomplete ? gaps : whole).push(id);
    const row = noteRow(id, doc);
    if (row) notes.push(incomplete ? await promised(tx, row, good) : row);
    doc.destroy();
  }
  await tx.bodies.delete(folded);
  await tx.bodies.putMany(bodies);
  await tx.notes.putMany(notes);
  // Hardly ever is there one, and asking that is far cheaper than deleting by key what isn't there.
  if ((await tx.gaps.count()) > 0) await tx.gaps.delete(whole);
  for (const id of gaps) if (!(await tx.gaps.get(id))) await tx.gaps.put({ doc: id, asked: false });
  return refused;
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
export async function recordEdit(
  tx: Transaction<'notes' | 'bodies' | 'outbox' | 'meta'>,
  id: DocId,
  doc: Y.Doc,
  update: Bytes,
): Promise<void> {
  const pieces = await tx.bodies.where('doc', [id]);
  if (pieces.length >= FOLD_AT) {
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
  const row = noteRow(id, doc);
  if (row) await tx.notes.put(row);
  if (row?.sample || !(await tx.meta.get('vault'))) return;
  // Nobody else has what an untouched sample note began with, so its first edit takes the whole note along.
  await tx.outbox.put({ doc: id, bytes: before?.sample ? null : update });
}

/**
 * Puts everything that this device holds into the outbox, as whole states, oldest change first: joining a vault, putting
 * back after a wipe, moving to another storage.
 */
export async function outboxEverything(tx: Transaction<'notes' | 'bodies' | 'outbox'>): Promise<void> {
  const notes = (await tx.notes.list()).filter((note) => note.here && !note.sample);
  notes.sort((a, b) => a.modified - b.modified || (a.id < b.id ? -1 : 1));
  const docs = new Set<DocId>(notes.map((note) => note.id));
  // Reserved documents have no card; those of a newer program come along too.
  for (const row of await tx.bodies.where('doc', RESERVED)) docs.add(row.doc);
  await tx.outbox.putMany([...docs].map((doc) => ({ doc, bytes: null })));
}
