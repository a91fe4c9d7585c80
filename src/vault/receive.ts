/**
 * Reading packs: heads first, so that the whole list is there while bodies arrive, newest first; one note by range when
 * somebody opens it early. Coverage is recorded with the last entry of a pack, never before (rules V11, V12).
 */
import { isStorageError } from '../../backends/storage.ts';
import type { Card } from '../notes/card.ts';
import { type DocId, hexOf, isNoteId, type NoteId } from '../notes/ids.ts';
import { concat } from './compression.ts';
import { type Context, unreadable } from './context.ts';
import { type Coverage, element, type Element } from './coverage.ts';
import type { Bytes } from './crypto.ts';
import { applyIncoming, type Incoming, type Refused } from './documents.ts';
import { VaultError } from './errors.ts';
import { newDevice } from './identity.ts';
import { inOrder } from './in-order.ts';
import { parseName } from './names.ts';
import { type ObjectHeader, readHeader } from './object.ts';
import { KNOWN_KINDS } from './entry-kinds.ts';
import {
  type BodyKey,
  bodyRange,
  coverageOf,
  type HeadRow,
  type PackHead,
  packCipher,
  readBody,
  readPack,
} from './pack.ts';
import { type NoteRow, type PackRow, type PendingRow, type Transaction, readMeta } from './state.ts';

/** Objects up to this many bytes are fetched whole; of larger ones the head first. */
export const WHOLE = 256 * 1024;
const AT_ONCE = 6;
/** Body blocks that are applied in one transaction. */
const STEP = 8;

export interface Progress {
  /** Packs read, of how many. */
  (done: number, total: number): void;
}

function entryId(pack: string, row: Pick<HeadRow, 'block' | 'index'>): string {
  return `${pack} ${row.block} ${row.index}`;
}

function ownElement(pack: PackRow, head: PackHead): Element {
  const hash = parseName(pack.name)?.hash as string;
  return element(head.manifest.device, head.manifest.sequence, hash);
}

type Applying = Transaction<
  'notes' | 'bodies' | 'gaps' | 'packs' | 'pending' | 'applied' | 'missing' | 'aside' | 'outbox'
>;
const APPLYING = ['notes', 'bodies', 'gaps', 'packs', 'pending', 'applied', 'missing', 'aside', 'outbox'] as const;

/** Applies what this program knows, keeps the rest aside word for word (rules V4, V11). */
async function applyOrSetAside(tx: Applying, pack: string, pieces: readonly Incoming[]): Promise<number> {
  const known = pieces.filter((piece) => KNOWN_KINDS.includes(piece.kind));
  const unknown: Refused[] = pieces
    .filter((piece) => !KNOWN_KINDS.includes(piece.kind))
    .map((piece) => ({ piece, reason: `entry kind ${piece.kind}` }));
  const refused = [...unknown, ...(await applyIncoming(tx, known))];
  await tx.aside.putMany(
    refused.map(({ piece: { id, doc, kind, bytes }, reason }) => ({ id, doc, kind, bytes, pack, reason })),
  );
  return refused.length;
}

/** A pack that is read once more, perhaps by a newer program, is judged anew. */
async function forgetAside(tx: Applying, pack: string): Promise<void> {
  await tx.aside.delete((await tx.aside.where('pack', [pack])).map((row) => row.id));
}

/**
 * The last step of reading a pack: it is on this device, and this device knows so.
 * @returns what it knows from now on, once the transaction is through.
 */
async function recordApplied(
  ctx: Context,
  tx: Applying,
  pack: PackRow,
  covers: Coverage,
  says: PackHead['manifest'] | null,
): Promise<readonly Element[]> {
  const whole = (await tx.aside.where('pack', [pack.id])).length === 0;
  // Of a head that was shown in part before the rest of the pack came in another way.
  await tx.pending.delete((await tx.pending.where('pack', [pack.id])).map((row) => row.id));
  await tx.packs.put({ ...pack, state: whole ? 'applied' : 'aside', covers: [...covers], body: null });
  if (whole) {
    const fresh = [...covers].filter((item) => !ctx.applied.has(item));
    await tx.applied.putMany(fresh.map((item) => ({ element: item, stated: 0 })));
    await tx.missing.delete(fresh);
  }
  if (says) await hearOut(ctx, tx, covers, says);
  return whole ? [...covers] : [];
}

/** The copy in memory follows the table, never goes ahead of it. */
async function applyInOne(ctx: Context, work: (tx: Applying) => Promise<readonly Element[]>): Promise<void> {
  for (const item of await ctx.state.write(APPLYING, work)) ctx.applied.add(item);
}

/** What the writer said besides: which packs it had (rule V13), and what it lacks (rule V14). */
async function hearOut(ctx: Context, tx: Applying, covers: Coverage, says: PackHead['manifest']): Promise<void> {
  for (const item of says.applied) {
    if (ctx.applied.has(item) || covers.has(item) || (await tx.missing.get(item))) continue;
    await tx.missing.put({ element: item, since: ctx.deps.now() });
  }
  for (const doc of says.wants) {
    if ((await tx.gaps.get(doc)) || (await tx.bodies.where('doc', [doc])).length === 0) continue;
    await tx.outbox.put({ doc, bytes: null });
  }
}

function inlineOf(pack: PackRow, head: PackHead): Incoming[] {
  return head.manifest.inline.map((entry, index) => ({
    id: `${pack.id} inline ${index}`,
    doc: entry.doc,
    kind: entry.kind,
    bytes: entry.payload,
  }));
}

/** Shows the cards of a head, and notes where the bodies lie. */
async function index(ctx: Context, pack: PackRow, head: PackHead): Promise<void> {
  const covers = coverageOf(head.manifest, ownElement(pack, head));
  await ctx.state.write(APPLYING, async (tx) => {
    const pending: PendingRow[] = [];
    const notes: NoteRow[] = [];
    const shownNow = await tx.notes.getMany(head.rows.map((row) => row.doc as NoteId));
    for (const [at, row] of head.rows.entries()) {
      pending.push({
        id: entryId(pack.id, row),
        pack: pack.id,
        doc: row.doc,
        kind: row.kind,
        block: row.block,
        index: row.index,
      });
      if (!row.card || !isNoteId(row.doc)) continue;
      const shown = shownNow[at];
      // A card is only a promise: what this device holds itself is shown instead (rule V15).
      if (shown && (shown.here || shown.modified >= row.card.modified)) continue;
      notes.push({ id: row.doc, ...row.card, here: false, sample: false });
    }
    await tx.notes.putMany(notes);
    await tx.pending.putMany(pending);
    if (!head.complete) return;
    await forgetAside(tx, pack.id);
    await applyOrSetAside(tx, pack.id, inlineOf(pack, head));
    const body = { header: head.header.bytes, inflated: head.manifest.inflated };
    await tx.packs.put({ ...pack, state: 'indexed', covers: [...covers], body });
    await hearOut(ctx, tx, covers, head.manifest);
  });
}

/** @throws {VaultError} `Damaged` */
function piecesOf(
  pack: string,
  rows: readonly (Pick<HeadRow, 'doc' | 'kind' | 'block' | 'index'> & { readonly card?: Card | null })[],
  blocks: ReadonlyMap<number, readonly Bytes[]>,
): Incoming[] {
  return rows.map((row) => {
    const bytes = blocks.get(row.block)?.[row.index];
    if (!bytes) throw new VaultError('Damaged', 'the head names an entry that is not there');
    return { id: entryId(pack, row), doc: row.doc, kind: row.kind, bytes, card: row.card ?? null };
  });
}

/** Opens some of a pack's body blocks at once. @param bytes of the object, from `offset` on */
async function openBodies(
  ctx: Context,
  key: BodyKey,
  blocks: readonly number[],
  bytes: Bytes,
  offset: number,
): Promise<Map<number, readonly Bytes[]>> {
  const cipher = await packCipher(ctx.deps, ctx.ring, key.header);
  const opened = blocks.map(async (block) => {
    const { start, end } = bodyRange(key.header, block);
    return [block, await readBody(ctx.deps, cipher, key, block, bytes.subarray(start - offset, end - offset))] as const;
  });
  return new Map(await Promise.all(opened));
}

function bodyBlocks(header: ObjectHeader): number[] {
  return Array.from({ length: header.lengths.length - header.headBlocks }, (_, block) => block);
}

/** A pack that was fetched whole. */
async function applyWhole(ctx: Context, pack: PackRow, head: PackHead, bytes: Bytes): Promise<void> {
  const key = { header: head.header, inflated: head.manifest.inflated };
  const blocks = await openBodies(ctx, key, bodyBlocks(head.header), bytes, 0);
  const pieces = [...inlineOf(pack, head), ...piecesOf(pack.id, head.rows, blocks)];
  const covers = coverageOf(head.manifest, ownElement(pack, head));
  await applyInOne(ctx, async (tx) => {
    await forgetAside(tx, pack.id);
    await applyOrSetAside(tx, pack.id, pieces);
    return recordApplied(ctx, tx, pack, covers, head.manifest);
  });
}

/** The bodies of a pack whose head was read. Resumable: what was applied before a crash is applied once more, which changes nothing. */
async function applyBodies(ctx: Context, pack: PackRow, bytes: Bytes): Promise<void> {
  if (!pack.body) throw new VaultError('Damaged', 'the pack was not indexed');
  const header = readHeader(pack.body.header);
  if ('needs' in header) throw new VaultError('Damaged', 'the kept header is cut short');
  const key = { header, inflated: pack.body.inflated };
  const rows = await ctx.state.read(['pending'], (tx) => tx.pending.where('pack', [pack.id]));
  const offset = bodyRange(header, 0).start;
  // The newest notes lie in the last blocks.
  const newestFirst = bodyBlocks(header).toReversed();
  const steps: number[][] = [];
  do steps.push(newestFirst.splice(0, STEP));
  while (newestFirst.length > 0);
  let left = steps.length;
  // While one step is applied the next is opened, which platforms do on other threads.
  for await (const blocks of inOrder(steps, 2, (step) => openBodies(ctx, key, step, bytes, offset))) {
    left--;
    const part = rows.filter((row) => blocks.has(row.block));
    const pieces = piecesOf(pack.id, part, blocks);
    await applyInOne(ctx, async (tx) => {
      await applyOrSetAside(tx, pack.id, pieces);
      await tx.pending.delete(part.map((row) => row.id));
      return left === 0 ? recordApplied(ctx, tx, pack, new Set(pack.covers), null) : [];
    });
  }
}

async function setState(ctx: Context, pack: PackRow, state: PackRow['state']): Promise<void> {
  await ctx.state.write(['packs', 'pending'], async (tx) => {
    await tx.packs.put({ ...pack, state, body: null });
    await tx.pending.delete((await tx.pending.where('pack', [pack.id])).map((row) => row.id));
  });
}

/**
 * Reads what the listing named and this device hasn't.
 * @returns how many packs were read.
 */
export async function receive(ctx: Context, progress: Progress, signal?: AbortSignal): Promise<number> {
  const all = (await ctx.state.read(['packs'], (tx) => tx.packs.where('state', ['listed', 'indexed']))).filter(
    (row) => row.storage === ctx.storageId && row.present && parseName(row.name)?.vault === ctx.vault,
  );
  // Newest first: what was written last is what people look for first.
  // Some providers tell whole seconds; of the packs of one push the last, which holds the newest notes, is the shortest.
  all.sort((a, b) => b.time - a.time || a.size - b.size || (a.name < b.name ? -1 : 1));
  const todo = all.filter((row) => row.state === 'listed');
  const indexed: PackRow[] = all.filter((row) => row.state === 'indexed');
  const total = todo.length * 2 + indexed.length;
  let done = 0;
  if (total > 0) progress(done, total);
  /** Share of a pack that its head takes, as far as seen: what to ask for at first. */
  let share = 0;
  const fetchHead = async (pack: PackRow) => {
    const guess = pack.size <= WHOLE ? pack.size : Math.max(WHOLE, Math.ceil(pack.size * share * 1.1));
    return { pack, ...(await readHead(ctx, pack, guess, (part) => index(ctx, pack, part), signal)) };
  };
  const settle = async ({ pack, head, bytes, state }: Awaited<ReturnType<typeof fetchHead>>) => {
    if (!head) return state === 'gone' ? undefined : setState(ctx, pack, state);
    if (await isRollback(ctx, pack, head)) await newDevice(ctx);
    if (ctx.applied.has(ownElement(pack, head)) && head.manifest.covers === null) {
      await applyInOne(ctx, (tx) => recordApplied(ctx, tx, pack, new Set([ownElement(pack, head)]), null));
    } else if (bytes.length === pack.size) {
      await guarded(ctx, pack, () => applyWhole(ctx, pack, head, bytes));
    } else {
      share = Math.max(share, head.headEnd / pack.size);
      await index(ctx, pack, head);
      const row = await ctx.state.read(['packs'], (tx) => tx.packs.get(pack.id));
      if (row) indexed.push(row);
      progress(++done, total);
      return;
    }
    done += 2;
    progress(done, total);
  };
  const [first, ...others] = todo;
  // The first one alone: it fills the first screen, and tells how long the heads of the others are.
  if (first) await settle(await fetchHead(first));
  for await (const result of inOrder(others, AT_ONCE, fetchHead)) await settle(result);
  const fetchBody = async (pack: PackRow) => {
    const header = readHeader(pack.body?.header ?? new Uint8Array());
    if ('needs' in header) throw new VaultError('Damaged', 'the kept header is cut short');
    const start = bodyRange(header, 0).start;
    return { pack, bytes: await getOrGone(ctx, pack, start, pack.size, signal) };
  };
  for await (const { pack, bytes } of inOrder(indexed, AT_ONCE, fetchBody)) {
    if (bytes) await guarded(ctx, pack, () => applyBodies(ctx, pack, bytes));
    progress(++done, total);
  }
  return all.length;
}

/** A damaged pack counts as absent: said so, read again later, and nothing else stops for it (rule V11). */
async function guarded(ctx: Context, pack: PackRow, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const state = unreadable(error);
    if (!state) throw error;
    await setState(ctx, pack, state);
  }
}

/** Null when the object isn't there any more; the next listing says why. */
async function getOrGone(
  ctx: Context,
  pack: PackRow,
  start: number,
  end: number,
  signal?: AbortSignal,
): Promise<Bytes | null> {
  try {
    return await ctx.storage.get(pack.name, { start, end }, signal);
  } catch (error) {
    if (isStorageError(error, 'NotFound')) return null;
    throw error;
  }
}

type HeadResult =
  | { head: PackHead; bytes: Bytes; state: 'listed' }
  | { head: null; bytes: Bytes; state: 'damaged' | 'newer' | 'gone' };

/**
 * Fetches until the whole head is there. An object under another name than its own, or with something behind it, is damaged:
 * coverage says the name's hash, and a copy would look like another push (rule V10).
 * @param show gets what a first, incomplete part of the head tells.
 */
async function readHead(
  ctx: Context,
  pack: PackRow,
  guess: number,
  show: (part: PackHead) => Promise<void>,
  signal?: AbortSignal,
): Promise<HeadResult> {
  let bytes: Bytes = new Uint8Array();
  let wanted = Math.min(guess, pack.size);
  for (;;) {
    const more = await getOrGone(ctx, pack, bytes.length, wanted, signal);
    if (!more) return { head: null, bytes, state: 'gone' };
    if (more.length === 0) return { head: null, bytes, state: 'damaged' };
    bytes = bytes.length === 0 ? more : concat([bytes, more]);
    try {
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

/** A push under this device's own id that it doesn't know: this profile was restored from an old copy, or cloned (rule V8). */
async function isRollback(ctx: Context, pack: PackRow, head: PackHead): Promise<boolean> {
  const device = await ctx.state.read(['meta'], (tx) => readMeta(tx, 'device'));
  return (
    head.manifest.covers === null && head.manifest.device === device?.id && !ctx.applied.has(ownElement(pack, head))
  );
}

/**
 * Fetches one note's pieces now, by range, without waiting for whole packs. Needs no leadership: applying twice changes nothing.
 * @returns false when a piece could not be had.
 */
export async function fetchNote(ctx: Context, doc: DocId, signal?: AbortSignal): Promise<boolean> {
  const rows = await ctx.state.read(['pending', 'packs'], async (tx) => {
    const pending = await tx.pending.where('doc', [doc]);
    return Promise.all(pending.map(async (row) => ({ row, pack: await tx.packs.get(row.pack) })));
  });
  let all = true;
  for (const { row, pack } of rows) {
    const header = pack?.body ? readHeader(pack.body.header) : null;
    if (!pack?.body || !header || 'needs' in header) {
      all = false;
      continue;
    }
    const { start, end } = bodyRange(header, row.block);
    const sealed = await getOrGone(ctx, pack, start, end, signal);
    if (!sealed) {
      all = false;
      continue;
    }
    const cipher = await packCipher(ctx.deps, ctx.ring, header);
    const payloads = await readBody(ctx.deps, cipher, { header, inflated: pack.body.inflated }, row.block, sealed);
    const pieces = piecesOf(pack.id, [row], new Map([[row.block, payloads]]));
    // Only the session that reads the whole pack may say that it was applied; that this entry was is known by its row being gone.
    await ctx.state.write(APPLYING, async (tx) => {
      // Read in the meantime, or its vault was left.
      if (!(await tx.pending.get(row.id))) return;
      await applyOrSetAside(tx, pack.id, pieces);
      await tx.pending.delete([row.id]);
    });
  }
  return all;
}
