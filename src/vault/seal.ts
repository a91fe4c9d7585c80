/**
 * `seal(coverage)`: the whole states of some documents, as this device has them, in one pack that says which pushes' content it
 * holds. The one operation under merging packs, healing a hole, putting back after a wipe, and repair.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import type * as Y from 'yjs';
import { MAX_OBJECT_BYTES, type ObjectName } from '../../backends/storage.ts';
import { card } from '../notes/card.ts';
import { type DocId, hexOf, isNoteId } from '../notes/ids.ts';
import { docFrom, hasPending, snapshotDigestInput, stateOf, UnreadableUpdate } from '../notes/merge.ts';
import { contentsRow, wholeUpTo } from './applying.ts';
import type { Context } from './context.ts';
import { type Coverage, type DeviceId, type Element, partsOf } from './coverage.ts';
import type { Bytes } from './crypto.ts';
import { groupByDoc } from './documents.ts';
import { PURGE, STATE } from './entry-kinds.ts';
import { formatToWrite } from './formats.ts';
import { createPackBuilder, type InlineEntry, type PackBuilder, type PackEntry, type SealedPack } from './pack.ts';
import { send } from './send.ts';
import { type BodyRow, packKey, readMeta, writeMeta } from './state.ts';
import type { WholeEntry, WholePack } from './whole.ts';

/** Documents that are read in one go. */
const BATCH = 256;
/** A reserved document up to this size stands in the head. */
const INLINE = 16 * 1024;
/** Only what has so many bytes may be too large for an object, as the rest of a pack takes far less than what is left. */
const LARGE = MAX_OBJECT_BYTES / 2;

export interface SealRequest {
  readonly covers: Coverage;
  /** Every document that any of those pushes touched. */
  readonly docs: readonly DocId[];
  /** Those of them of which the pushes say nothing but that they were deleted for good: their text stays where it is. */
  readonly bare?: ReadonlySet<DocId>;
  /** Pushes that hold part of it themselves. */
  readonly with?: Coverage;
  /** What the packs said whose place it takes (rule V13). */
  readonly applied?: Coverage;
  /** Edits that weren't pushed yet may go along: only where nothing can be pushed. */
  readonly unsent?: boolean;
}

export type Built =
  | { readonly kind: 'built'; readonly pack: SealedPack }
  /** These documents from the request's end on don't fit any more. */
  | { readonly kind: 'full'; readonly fitted: number }
  /** A part of this document isn't here, so that its state wouldn't be whole; or it has edits that weren't pushed yet. */
  | { readonly kind: 'incomplete'; readonly doc: DocId };

/** Which device writes: an id is drawn at the first write. */
export async function writerOf(ctx: Context): Promise<DeviceId> {
  return ctx.state.write(['meta'], async (tx) => {
    const known = await readMeta(tx, 'device');
    const device = known ?? { id: hexOf(ctx.deps.crypto.random(16)) as DeviceId, next: 1 };
    if (!known) await writeMeta(tx, 'device', device);
    return device.id;
  });
}

/** Oldest change first, as the builder takes them. */
async function inOrderOfChange(ctx: Context, docs: readonly DocId[]): Promise<DocId[]> {
  const notes = await ctx.state.read(['notes'], (tx) => tx.notes.getMany(docs.filter(isNoteId)));
  const modified = new Map(notes.flatMap((row) => (row ? [[row.id as DocId, row.modified] as const] : [])));
  const timeOf = (doc: DocId) => modified.get(doc) ?? 0;
  return [...new Set(docs)].sort((a, b) => timeOf(a) - timeOf(b) || (a < b ? -1 : 1));
}

/** Null when a piece of it on this device doesn't read, or another one is missing. */
function openComplete(rows: readonly BodyRow[]): Y.Doc | null {
  try {
    const doc = docFrom(rows.map((row) => row.bytes));
    if (!hasPending(doc)) return doc;
    doc.destroy();
    return null;
  } catch (error) {
    if (error instanceof UnreadableUpdate) return null;
    throw error;
  }
}

/**
 * Builds the pack in memory. Nothing is sent, nothing is kept. No edit goes into it that no push holds: whoever has the pushes that
 * the pack covers never reads it, and would miss the edit for ever, should this device be lost before it sends it.
 * @param below a name that the pack's has to be smaller than: see rule V19 on packs that cover the same. `full` where none is found.
 */
export async function build(ctx: Context, request: SealRequest, below?: ObjectName): Promise<Built> {
  const builder = createPackBuilder(ctx.deps, ctx.ring, ctx.vault, await formatToWrite(ctx));
  const inline: InlineEntry[] = [];
  const docs = await inOrderOfChange(ctx, request.docs);
  const sealed = await ctx.state.read(['uploads'], (tx) => tx.uploads.list());
  const underWay = new Set(sealed.flatMap((row) => row.docs));
  for (let at = 0; at < docs.length; at += BATCH) {
    const batch = docs.slice(at, at + BATCH);
    const { bodies, purges, gaps, pending, unsent } = await ctx.state.read(
      ['bodies', 'purges', 'gaps', 'pending', 'outbox'],
      async (tx) => ({
        bodies: groupByDoc(await tx.bodies.where('doc', batch)),
        purges: await tx.purges.where('doc', batch),
        gaps: await Promise.all(batch.map((doc) => tx.gaps.get(doc))),
        pending: await tx.pending.where('doc', batch),
        unsent: await tx.outbox.where('doc', batch),
      }),
    );
    const waiting = unsent[0]?.doc ?? batch.find((doc) => underWay.has(doc));
    const lacking = (gaps.find((row) => row) ?? pending[0])?.doc ?? (request.unsent ? undefined : waiting);
    if (lacking) return { kind: 'incomplete', doc: lacking };
    inline.push(...purges.map(({ doc, payload }) => ({ doc, kind: PURGE, payload })));
    for (const [index, id] of batch.entries()) {
      const rows = bodies.get(id);
      // Released after a purge: that it was purged is all that is left of it.
      if (!rows || request.bare?.has(id)) continue;
      const doc = openComplete(rows);
      if (!doc) return { kind: 'incomplete', doc: id };
      const entry: PackEntry = {
        doc: id,
        kind: STATE,
        payload: stateOf(doc) as Bytes,
        digest: sha256(snapshotDigestInput(doc)).slice(0, 8),
        card: isNoteId(id) ? card(doc) : null,
      };
      doc.destroy();
      if (entry.card === null && entry.payload.length <= INLINE)
        inline.push({ doc: id, kind: STATE, payload: entry.payload });
      else if (!(await builder.add(entry))) return { kind: 'full', fitted: at + index };
    }
  }
  const pack = await finish(builder, await headFor(ctx, request, inline), below);
  return pack ? { kind: 'built', pack } : { kind: 'full', fitted: 0 };
}

/** How often a pack is sealed for a name that will do: each salt makes another one. */
const TRIES = 256;

/**
 * A pack's entries as they are, sealed again.
 * @param below as in `build` @returns null when no such name was found, or they don't fit.
 */
export async function sealAgain(
  ctx: Context,
  whole: WholePack,
  request: Omit<SealRequest, 'docs'>,
  keeps: (entry: WholeEntry) => boolean,
  below: ObjectName,
): Promise<SealedPack | null> {
  const builder = createPackBuilder(ctx.deps, ctx.ring, ctx.vault, await formatToWrite(ctx));
  const inline: InlineEntry[] = [];
  for await (const entries of whole.entries()) {
    for (const entry of entries.filter(keeps)) {
      const { doc, kind, payload, row } = entry;
      if (!row) inline.push({ doc, kind, payload });
      else if (!(await builder.add({ doc, kind, payload, digest: row.digest, card: row.card }))) return null;
    }
  }
  return finish(builder, await headFor(ctx, request, inline), below);
}

async function finish(builder: PackBuilder, head: Parameters<PackBuilder['finish']>[0], below: ObjectName | undefined) {
  for (let left = TRIES; left > 0; left--) {
    const pack = await builder.finish(head);
    if (!pack || below === undefined || pack.name < below) return pack;
  }
  return null;
}

async function headFor(
  ctx: Context,
  { covers, with: left, applied }: Omit<SealRequest, 'docs'>,
  inline: InlineEntry[],
) {
  return {
    device: await writerOf(ctx),
    // It is no push: nobody counts it.
    sequence: 0,
    covers,
    ...(left ? { with: left } : {}),
    applied: applied ?? new Set<Element>(),
    wants: [],
    inline,
  };
}

/** Puts a pack that was built, and remembers what it is. */
export async function put(ctx: Context, request: SealRequest, pack: SealedPack, signal?: AbortSignal): Promise<void> {
  const at = ctx.deps.now();
  await ctx.storage.put(pack.name, pack.bytes, signal);
  await ctx.state.write(['packs', 'contents', 'objects', 'meta'], async (tx) => {
    const id = packKey(ctx.storageId, pack.name);
    const writer = (await readMeta(tx, 'device'))?.id ?? null;
    await tx.contents.put(contentsRow(id, request.docs, pack.bare));
    if (pack.bytes.length <= wholeUpTo(ctx)) await tx.objects.put({ id, bytes: pack.bytes });
    if (await tx.packs.get(id)) return;
    await tx.packs.put({
      id,
      storage: ctx.storageId,
      name: pack.name,
      size: pack.bytes.length,
      time: 0,
      state: 'applied',
      present: true,
      covers: [...request.covers],
      with: [...(request.with ?? [])],
      writer,
      put: at,
      listed: null,
      gone: null,
      body: null,
    });
  });
}

/**
 * Puts the content of some pushes into the storage, whatever becomes of the packs that held it. What doesn't fit into one object
 * goes ahead as ordinary pushes, which the pack then names.
 * @returns the document that can't be had whole, when nothing was put for it.
 */
export async function seal(ctx: Context, request: SealRequest, signal?: AbortSignal): Promise<DocId | null> {
  await sendUnsent(ctx, request.docs, signal);
  const docs = await inOrderOfChange(ctx, request.docs);
  const leftOut = new Set<Element>(request.with ?? []);
  let fitting = docs;
  for (;;) {
    const part: SealRequest = { ...request, docs: fitting, with: leftOut };
    const built = await build(ctx, part);
    if (built.kind === 'incomplete') return built.doc;
    if (built.kind === 'built') {
      await put(ctx, { ...part, docs }, built.pack, signal);
      return null;
    }
    // A little is kept back, since the estimate that refused the next one may have been too low for the rest as well.
    const kept = Math.floor(built.fitted * 0.9);
    // Nothing is put for it then, and the others needn't be sent each time that it is tried.
    const tooLarge = await tooLargeAmong(ctx, fitting.slice(kept));
    if (tooLarge) return tooLarge;
    const pushed = await pushWhole(ctx, fitting.slice(kept), signal);
    if (pushed.tooLarge) return pushed.tooLarge;
    for (const item of pushed.elements) leftOut.add(item);
    fitting = fitting.slice(0, kept);
  }
}

/** A document that no object has room for. */
export async function tooLargeAmong(ctx: Context, docs: readonly DocId[]): Promise<DocId | undefined> {
  for (const doc of docs) {
    const pieces = await ctx.state.read(['bodies'], (tx) => tx.bodies.where('doc', [doc]));
    if (pieces.reduce((sum, { bytes }) => sum + bytes.length, 0) < LARGE) continue;
    const alone = await build(ctx, { covers: new Set(), docs: [doc], unsent: true });
    if (alone.kind === 'full') return doc;
  }
  return undefined;
}

/** What was written in these documents and waits goes ahead: see build. */
async function sendUnsent(ctx: Context, docs: readonly DocId[], signal?: AbortSignal): Promise<void> {
  const waits = await ctx.state.read(['outbox', 'uploads'], async (tx) => {
    if ((await tx.uploads.count()) > 0) return true;
    if ((await tx.outbox.count()) === 0) return false;
    return (await tx.outbox.where('doc', [...new Set(docs)])).length > 0;
  });
  if (waits) await send(ctx, () => undefined, signal);
}

/** Sends whole states as ordinary pushes. @returns these pushes, and whatever else went along; or what fits into none. */
async function pushWhole(
  ctx: Context,
  docs: readonly DocId[],
  signal?: AbortSignal,
): Promise<{ readonly elements: readonly Element[]; readonly tooLarge: DocId | undefined }> {
  const writer = await writerOf(ctx);
  const next = await ctx.state.write(['outbox', 'meta'], async (tx) => {
    await tx.outbox.putMany(docs.map((doc) => ({ doc, bytes: null })));
    return (await readMeta(tx, 'device'))?.next ?? 1;
  });
  const report = await send(ctx, () => undefined, signal);
  const elements = [...ctx.applied].filter((item) => {
    const { device, sequence } = partsOf(item);
    return device === writer && sequence >= next;
  });
  return { elements, tooLarge: report.tooLarge.find((doc) => docs.includes(doc)) };
}
