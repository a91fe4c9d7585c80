/**
 * Pushing: outbox rows are sealed into a pack, kept in one transaction with its sequence number, then uploaded, in order,
 * the same bytes under the same name until the storage has them (rules V5, V6).
 */
import { sha256 } from '@noble/hashes/sha2.js';
import type * as Y from 'yjs';
import { mergeUpdates } from 'yjs';
import { isStorageError } from '../../backends/storage.ts';
import type { Card } from '../notes/card.ts';
import { card } from '../notes/card.ts';
import { type DocId, hexOf, isNoteId } from '../notes/ids.ts';
import { hasPending, snapshotDigestInput, stateOf } from '../notes/merge.ts';
import { contentsRow, pushesIn, wholeUpTo } from './applying.ts';
import type { Context } from './context.ts';
import { type DeviceId, type Element, element, partsOf } from './coverage.ts';
import type { Bytes } from './crypto.ts';
import { groupByDoc, openDoc } from './documents.ts';
import { formatToWrite } from './formats.ts';
import { unsend } from './identity.ts';
import { PURGE, STATE, UPDATE } from './entry-kinds.ts';
import { createPackBuilder, type InlineEntry, type PackEntry } from './pack.ts';
import { parseName } from './names.ts';
import { purgesOf } from './purge.ts';
import {
  type BodyRow,
  type OutboxRow,
  packKey,
  type PackRow,
  type PurgeRow,
  readMeta,
  uploadKey,
  type UploadRow,
  writeMeta,
} from './state.ts';

/** Outbox rows that are looked at in one go. */
const BATCH = 512;
/** Elements that one pack says it has; the rest is said by the next ones. */
const STATED = 4096;
/** Documents that one pack asks for. */
const WANTED = 1024;
/** A reserved document up to this size stands in the head. */
const INLINE = 16 * 1024;
/** Bytes of entries in one head, beyond which the rest goes into the next pack. */
const HEAD = 512 * 1024;
/** Bytes of an entry there besides its payload: its document and kind. */
const NAMED = 24;

/** Synchronous: the platform's own hash is a promise, which for a few bytes costs far more than the hash itself. */
function digestOf(doc: Y.Doc): Bytes {
  return sha256(snapshotDigestInput(doc)).slice(0, 8);
}

/** What the outbox wants said of one document: all its rows become one entry. */
interface Parcel {
  readonly doc: DocId;
  readonly rows: readonly OutboxRow[];
  /** Null when only that it was deleted for good is said. */
  readonly entry: PackEntry | null;
  readonly purges: readonly InlineEntry[];
}

/** One after the other, each opened only when it is asked for: hundreds of open documents at once are hard on the memory. */
function* parcelsOf(
  batch: readonly OutboxRow[],
  bodies: readonly BodyRow[],
  purges: ReadonlyMap<DocId, readonly PurgeRow[]>,
): Generator<Parcel> {
  const held = groupByDoc(bodies);
  for (const [id, rows] of groupByDoc(batch)) {
    const purged = purges.get(id) ?? [];
    const doc = openDoc(held.get(id) ?? []);
    const payload = payloadOf(rows, doc, purged);
    const shown: Card | null = isNoteId(id) ? card(doc) : null;
    const entry = payload && { doc: id, ...payload, digest: digestOf(doc), card: shown };
    doc.destroy();
    const told = rows.some((row) => row.bytes === null) ? purged : [];
    yield { doc: id, rows, entry, purges: told.map((row) => ({ doc: id, kind: PURGE, payload: row.payload })) };
  }
}

function payloadOf(
  rows: readonly OutboxRow[],
  doc: Y.Doc,
  purges: readonly PurgeRow[],
): Pick<PackEntry, 'kind' | 'payload'> | null {
  if (rows.some((row) => row.bytes === null && !row.purge)) {
    // Let go since: that it was deleted for good is all there is to say.
    if (purges.length > 0 && doc.store.clients.size === 0) return null;
    // What waits for a missing part isn't told by the digest: taken for a whole state, it would be passed over where the rest is.
    return { kind: hasPending(doc) ? UPDATE : STATE, payload: stateOf(doc) as Bytes };
  }
  const updates = rows.flatMap((row) => (row.bytes ? [row.bytes] : []));
  if (updates.length === 0) return null;
  return { kind: UPDATE, payload: (updates.length === 1 ? updates[0] : mergeUpdates(updates)) as Bytes };
}

async function readParcels(
  ctx: Context,
  after: number | undefined,
): Promise<{ parcels: Iterable<Parcel>; last: number | undefined }> {
  const { batch, bodies, purges } = await ctx.state.read(['outbox', 'bodies', 'purges'], async (tx) => {
    const batch = await tx.outbox.list({ limit: BATCH, ...(after === undefined ? {} : { after }) });
    const docs = [...new Set(batch.map((row) => row.doc))];
    return { batch, bodies: await tx.bodies.where('doc', docs), purges: await purgesOf(tx, docs) };
  });
  return { parcels: parcelsOf(batch, bodies, purges), last: batch.length < BATCH ? undefined : batch.at(-1)?.n };
}

export interface Sealed {
  readonly upload: UploadRow | null;
  /** A note that doesn't fit into an object, however it is packed. It stays in the outbox. */
  readonly tooLarge: DocId | null;
  /** Rows of the outbox that went into it. */
  readonly rows: number;
}

const NOTHING: Sealed = { upload: null, tooLarge: null, rows: 0 };

/** Seals as much of the outbox as one object holds. */
async function sealNext(ctx: Context, skip: ReadonlySet<DocId>): Promise<Sealed> {
  const builder = createPackBuilder(ctx.deps, ctx.ring, ctx.vault, await formatToWrite(ctx));
  const taken: Parcel[] = [];
  /** Only the first one in a pack can be too large for it: the others are refused while the pack is filled. */
  let first: DocId | null = null;
  const inline: InlineEntry[] = [];
  let inHead = 0;
  let after: number | undefined;
  filling: do {
    const { parcels, last } = await readParcels(ctx, after);
    for (const parcel of parcels) {
      const { doc, entry } = parcel;
      if (skip.has(doc)) continue;
      const stands: InlineEntry[] = [...parcel.purges];
      if (entry && entry.card === null && entry.payload.length <= INLINE) stands.push(entry);
      const bytes = stands.reduce((sum, { payload }) => sum + payload.length + NAMED, 0);
      if (inHead > 0 && inHead + bytes > HEAD) break filling;
      if (entry && !stands.includes(entry)) {
        if (!(await builder.add(entry))) break filling;
        first ??= doc;
      }
      inHead += bytes;
      inline.push(...stands);
      taken.push(parcel);
    }
    after = last;
  } while (after !== undefined);
  const known = await ctx.state.read(['meta', 'applied', 'gaps', 'packs', 'missing'], async (tx) => ({
    device: await readMeta(tx, 'device'),
    unstated: (await tx.applied.where('stated', [0])).slice(0, STATED),
    // A piece that misses others is only asked for once everything that there is was read (rule V14).
    wants: (await isComplete(ctx, tx)) ? (await tx.gaps.list()).filter((row) => !row.asked).slice(0, WANTED) : [],
  }));
  if (taken.length === 0 && known.wants.length === 0) return NOTHING;
  const device = known.device ?? { id: hexOf(ctx.deps.crypto.random(16)) as DeviceId, next: 1 };
  const pack = await builder.finish({
    device: device.id,
    sequence: device.next,
    covers: null,
    applied: new Set(known.unstated.map((row) => row.element)),
    wants: known.wants.map((row) => row.doc),
    inline,
  });
  if (!pack) {
    if (first === null) throw new RangeError('a head alone is larger than an object may be');
    return { ...NOTHING, tooLarge: first };
  }
  const upload: UploadRow = {
    id: uploadKey(ctx.storageId, device.next),
    storage: ctx.storageId,
    sequence: device.next,
    name: pack.name,
    element: element(device.id, device.next, pack.hash),
    bytes: pack.bytes,
    docs: taken.map((parcel) => parcel.doc),
    bare: pack.bare,
  };
  const rows = taken.flatMap((parcel) => parcel.rows.map((row) => row.n as number));
  await ctx.state.write(['outbox', 'uploads', 'applied', 'meta', 'gaps'], async (tx) => {
    const now = await readMeta(tx, 'device');
    if (now?.next !== known.device?.next || now?.id !== known.device?.id)
      throw new Error('another session of this device has pushed');
    await writeMeta(tx, 'device', { id: device.id, next: device.next + 1 });
    await tx.uploads.put(upload);
    await tx.outbox.delete(rows);
    await tx.applied.putMany(known.unstated.map((row) => ({ ...row, stated: 1 })));
    await tx.applied.put({ element: upload.element, stated: 0 });
    await tx.gaps.putMany(known.wants.map((row) => ({ ...row, asked: true })));
  });
  ctx.applied.add(upload.element);
  return { upload, tooLarge: null, rows: rows.length };
}

/** Whether everything that is known to exist was read. */
export async function isComplete(
  ctx: Context,
  tx: Parameters<Parameters<typeof ctx.state.read<'packs' | 'missing', void>>[1]>[0],
): Promise<boolean> {
  const open = await tx.packs.where('state', ['listed', 'indexed', 'damaged', 'newer', 'locked', 'aside']);
  // Packs of another vault in the same storage stay unread for ever, and say nothing of this one.
  const own = open.filter((row) => row.storage === ctx.storageId && parseName(row.name)?.vault === ctx.vault);
  if ((await tx.missing.count()) > 0) return false;
  return own.length === 0 || (own.every((row) => row.state === 'damaged') && isElsewhere(ctx, own));
}

/** Whether what damaged packs held came to this device in another way. What a push is called is told by its name. */
function isElsewhere(ctx: Context, damaged: readonly PackRow[]): boolean {
  const hashes = new Set([...ctx.applied].map((item) => partsOf(item).hash));
  return damaged.every((row) => pushesIn(row).every((push) => ctx.applied.has(push as Element) || hashes.has(push)));
}

/** @returns false when other bytes hold the name: they can only be damaged, and sending the same ones again won't help. */
async function upload(ctx: Context, row: UploadRow, signal?: AbortSignal): Promise<boolean> {
  const listed = await ctx.state.read(['packs'], (tx) => tx.packs.get(packKey(ctx.storageId, row.name)));
  // The reply to an earlier try was lost, but the listing shows that it arrived.
  // Or something arrived under its name that isn't it. Not every storage tells `Taken`.
  if (listed?.present && listed.state === 'damaged') return false;
  if (!listed?.present) {
    try {
      await ctx.storage.put(row.name, row.bytes, signal);
    } catch (error) {
      if (isStorageError(error, 'Taken')) return false;
      throw error;
    }
  }
  await uploaded(ctx, row);
  return true;
}

async function uploaded(ctx: Context, row: UploadRow): Promise<void> {
  await ctx.state.write(['uploads', 'packs', 'contents', 'objects'], async (tx) => {
    await tx.uploads.delete([row.id]);
    const id = packKey(ctx.storageId, row.name);
    await tx.contents.put(contentsRow(id, row.docs, row.bare));
    if (row.bytes.length <= wholeUpTo(ctx)) await tx.objects.put({ id, bytes: row.bytes });
    if (await tx.packs.get(id)) return;
    await tx.packs.put({
      id,
      storage: ctx.storageId,
      name: row.name,
      size: row.bytes.length,
      // The listing will say what the provider's clock says.
      time: 0,
      state: 'applied',
      present: true,
      covers: [row.element],
      with: [],
      writer: partsOf(row.element).device,
      put: ctx.deps.now(),
      listed: null,
      gone: null,
      body: null,
    });
  });
}

export interface SendReport {
  readonly packs: number;
  readonly tooLarge: readonly DocId[];
}

/**
 * Sends what waits. What is written meanwhile is left for the next time: somebody who types would otherwise be followed word by
 * word, a pack each. Call it only after the storage was listed in this session (rule V8).
 */
export async function send(
  ctx: Context,
  progress: (waiting: number) => void,
  signal?: AbortSignal,
): Promise<SendReport> {
  const tooLarge = new Set<DocId>();
  // At least one look: there may be nothing to send and something to ask for (rule V14).
  const rowsNow = async () => Math.max(1, await ctx.state.read(['outbox'], (tx) => tx.outbox.count()));
  let packs = 0;
  let left = await rowsNow();
  for (;;) {
    signal?.throwIfAborted();
    const waiting = await ctx.state.read(['uploads'], (tx) => tx.uploads.where('storage', [ctx.storageId]));
    progress(waiting.length);
    const [next] = waiting;
    // While one pack is on its way the next one is sealed.
    const [sent, sealed] = await bothSettled(
      next ? upload(ctx, next, signal) : Promise.resolve(null),
      waiting.length < 2 && left > 0 ? sealNext(ctx, tooLarge) : Promise.resolve(null),
    );
    if (sealed?.tooLarge) tooLarge.add(sealed.tooLarge);
    left -= sealed?.rows ?? 0;
    if (sent === true) packs++;
    if (sent === false) {
      // Under a new salt the same content has another name. What waits behind it goes along, so that the order stays.
      for (const item of await unsend(ctx.state, { storage: ctx.storageId, forgetDevice: false }))
        ctx.applied.delete(item);
      left = await rowsNow();
    }
    if (sent === null && !sealed?.tooLarge && !sealed?.upload) return { packs, tooLarge: [...tooLarge] };
  }
}

/** Both results; when one fails, only after the other has come to its end: nothing goes on behind the caller's back. */
async function bothSettled<One, Other>(one: Promise<One>, other: Promise<Other>): Promise<[One, Other]> {
  await Promise.allSettled([one, other]);
  return Promise.all([one, other]);
}
