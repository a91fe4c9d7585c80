/** Heads of packs: fetched until they are whole, shown as cards, and remembered as what is still to come. */
import { sha256 } from '@noble/hashes/sha2.js';
import { type DocId, hexOf, isNoteId, type NoteId } from '../notes/ids.ts';
import { snapshotDigestInput } from '../notes/merge.ts';
import { APPLYING, applyOrSetAside, contentsOf, forgetAside, hearOut, inlineOf, knownOf } from './applying.ts';
import { concat } from './compression.ts';
import { type Context, unreadable } from './context.ts';
import type { Bytes } from './crypto.ts';
import { groupByDoc, openDoc } from './documents.ts';
import { STATE } from './entry-kinds.ts';
import { parseName } from './names.ts';
import { type HeadRow, type PackHead, readPack } from './pack.ts';
import type { BodyRow, NoteRow, PackRow, PendingRow } from './state.ts';
import { givenOrGone } from './whole.ts';

export function entryId(pack: string, row: Pick<HeadRow, 'block' | 'index'>): string {
  return `${pack} ${row.block} ${row.index}`;
}

/** Documents whose digests are worked out in one go: each has to be opened for it. */
const DIGESTS = 512;

/** What a card's digest is made of: equal exactly where two devices have applied the same edits (rule V15). */
export function digestOf(rows: readonly BodyRow[]): Bytes {
  const doc = openDoc(rows);
  const digest = sha256(snapshotDigestInput(doc)).slice(0, 8);
  doc.destroy();
  return digest;
}

/**
 * The rows of a head that bring something new. A pack that isn't a push holds whole states with nothing missing, so that one
 * whose digest is that of the document here holds nothing that isn't here.
 */
async function newTo(ctx: Context, head: PackHead): Promise<readonly HeadRow[]> {
  if (head.manifest.covers === null) return head.rows;
  const fresh: HeadRow[] = [];
  for (let at = 0; at < head.rows.length; at += DIGESTS) {
    const rows = head.rows.slice(at, at + DIGESTS);
    const bodies = await ctx.state.read(['bodies'], async (tx) =>
      groupByDoc(
        await tx.bodies.where(
          'doc',
          rows.map((row) => row.doc),
        ),
      ),
    );
    for (const row of rows) {
      const here = bodies.get(row.doc);
      if (row.kind !== STATE || !here || hexOf(digestOf(here)) !== hexOf(row.digest)) fresh.push(row);
    }
  }
  return fresh;
}

/** Shows the cards of a head, and notes where the bodies lie that bring something new. */
export async function index(ctx: Context, pack: PackRow, head: PackHead): Promise<void> {
  const known = knownOf(pack, head);
  const rows = await newTo(ctx, head);
  await ctx.state.write(APPLYING, async (tx) => {
    const pending: PendingRow[] = [];
    const notes: NoteRow[] = [];
    const shownNow = await tx.notes.getMany(rows.map((row) => row.doc as NoteId));
    const purged = new Set<DocId>((await tx.purges.list()).map((row) => row.doc));
    for (const [at, row] of rows.entries()) {
      pending.push({
        id: entryId(pack.id, row),
        pack: pack.id,
        doc: row.doc,
        kind: row.kind,
        block: row.block,
        index: row.index,
      });
      // Whether a note that was deleted for good is back is told by its text alone.
      if (!row.card || !isNoteId(row.doc) || purged.has(row.doc)) continue;
      const shown = shownNow[at];
      // A card is only a promise: what this device holds itself is shown instead (rule V15).
      if (shown && (shown.here || shown.modified >= row.card.modified)) continue;
      notes.push({ id: row.doc, ...row.card, here: false, sample: false, back: false });
    }
    await tx.notes.putMany(notes);
    await tx.pending.putMany(pending);
    if (!head.complete) return;
    await forgetAside(tx, pack.id);
    await applyOrSetAside(ctx, tx, pack.id, inlineOf(pack, head));
    await tx.contents.put(contentsOf(pack.id, head));
    const body = { header: head.header.bytes, inflated: head.manifest.inflated };
    await tx.packs.put({
      ...pack,
      state: 'indexed',
      covers: [...known.covers],
      with: [...known.with],
      writer: known.writer,
      body,
    });
    await hearOut(ctx, tx, pack, known.covers, head.manifest);
  });
}

/**
 * Null when the object isn't there any more; the next listing says why.
 * @throws {VaultError} `Damaged` when the storage will never give it: no reason to stop for everything else.
 */
export async function getOrGone(
  ctx: Context,
  pack: Pick<PackRow, 'name'>,
  start: number,
  end: number,
  signal?: AbortSignal,
): Promise<Bytes | null> {
  return givenOrGone(ctx.storage.get(pack.name, { start, end }, signal));
}

type HeadResult =
  | { head: PackHead; bytes: Bytes; state: 'listed' }
  | { head: null; bytes: Bytes; state: 'damaged' | 'newer' | 'locked' | 'gone' };

/**
 * Fetches until the whole head is there. An object under another name than its own, or with something behind it, is damaged:
 * coverage says the name's hash, and a copy would look like another push (rule V10).
 * @param show gets what a first, incomplete part of the head tells.
 */
export async function readHead(
  ctx: Context,
  pack: PackRow,
  guess: number,
  show: (part: PackHead) => Promise<void>,
  signal?: AbortSignal,
): Promise<HeadResult> {
  let bytes: Bytes = new Uint8Array();
  let wanted = Math.min(guess, pack.size);
  for (;;) {
    try {
      const more = await getOrGone(ctx, pack, bytes.length, wanted, signal);
      if (!more) return { head: null, bytes, state: 'gone' };
      if (more.length === 0) return { head: null, bytes, state: 'damaged' };
      bytes = bytes.length === 0 ? more : concat([bytes, more]);
      const head = await readPack(ctx.deps, ctx.ring, ctx.vault, bytes);
      if ('needs' in head) {
        if (head.needs > pack.size) return { head: null, bytes, state: 'damaged' };
        wanted = head.needs;
      } else if (head.objectEnd !== pack.size) {
        return { head: null, bytes, state: 'damaged' };
      } else if (head.complete) {
        const whole = bytes.length === pack.size;
        const honest = !whole || hexOf(await ctx.deps.crypto.sha256(bytes)) === parseName(pack.name)?.hash;
        return honest ? { head, bytes, state: 'listed' } : { head: null, bytes, state: 'damaged' };
      } else {
        await show(head);
        wanted = head.headEnd;
      }
    } catch (error) {
      const state = unreadable(error);
      if (!state) throw error;
      return { head: null, bytes, state };
    }
  }
}
