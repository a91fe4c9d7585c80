/**
 * What goes by itself after a time (rules V22 to V25): notes that have lain in the trash for long are deleted for good, and the
 * text of notes that were deleted for good is let go. Time is counted from this device's own first sight of each, by both clocks.
 */
import { hexOf, isNoteId, type DocId, type NoteId } from '../notes/ids.ts';
import { docFrom, UnreadableUpdate } from '../notes/merge.ts';
import { isSeen } from '../notes/seen.ts';
import type { Context } from './context.ts';
import { groupByDoc } from './documents.ts';
import { decodePurge, purgesOf, seenBy } from './purge.ts';
import { purge, PURGING } from './purging.ts';
import { isComplete } from './send.ts';
import { type BodyRow, type NoteRow, type PurgeRow, readMeta, type Transaction, writeMeta } from './state.ts';
import { ages, forgetSight } from './time.ts';

const DAY = 86_400_000;
/** A note that has lain in the trash for so long is deleted for good. */
const TRASH_KEPT = 30 * DAY;
/**
 * The text of a purged note is kept for so long, for the edits that the purge had not seen. What a person deleted has to be out of
 * every pack within 30 days, so that is let go sooner.
 */
const KEPT = { good: 20 * DAY, expired: 90 * DAY };
/** Looking through all notes is worth doing so often. */
const EVERY = DAY / 2;
/** Rows that are looked at in one go. */
const PAGE = 1000;
/** Notes that are deleted, or whose text is let go, in one call. */
const AT_ONCE = 128;
/** Documents that are opened in one transaction. */
const BATCH = 32;

const TRASH = 'trash ';

export interface ExpireReport {
  /** Notes that had been in the trash for too long, and are deleted for good. */
  readonly purged: number;
  /** Notes that were deleted for good long ago, and whose text this device has let go. */
  readonly released: number;
  /** There is more of either: call again. */
  readonly more: boolean;
}

const NOTHING: ExpireReport = { purged: 0, released: 0, more: false };

/** One slice of it. Cheap when nothing is due; can be stopped anywhere. */
export async function expire(ctx: Context, signal?: AbortSignal): Promise<ExpireReport> {
  const now = ctx.deps.now();
  const last = await ctx.state.read(['meta'], (tx) => readMeta(tx, `expired ${ctx.storageId}`));
  if (last !== undefined && Math.abs(now - last) < EVERY) return NOTHING;
  const { purged, more } = await expireTrash(ctx, signal);
  const { released, more: moreToRelease } = await release(ctx, signal);
  const report = { purged, released, more: more || moreToRelease };
  if (!report.more) await ctx.state.write(['meta'], (tx) => writeMeta(tx, `expired ${ctx.storageId}`, now));
  return report;
}

/** A note that was taken out and thrown away again, or that came back, begins anew. */
async function trashKeys(tx: Transaction<'purges'>, rows: readonly NoteRow[]): Promise<string[]> {
  const purges = await purgesOf(
    tx,
    rows.filter((row) => row.back).map((row) => row.id),
  );
  return rows.map((row) => {
    const since = row.back ? (purges.get(row.id) ?? []).map(({ id }) => id.split(' ')[1]).join('+') : '';
    return `${TRASH}${row.id} ${row.trashedAt ?? 0} ${since}`;
  });
}

async function expireTrash(ctx: Context, signal?: AbortSignal): Promise<{ purged: number; more: boolean }> {
  const current = new Set<string>();
  const due: NoteRow[] = [];
  for (let after: NoteId | undefined; ; ) {
    signal?.throwIfAborted();
    const rows = await ctx.state.write(['notes', 'purges', 'meta', 'sights'], async (tx) => {
      const page = await tx.notes.list({ limit: PAGE, ...(after === undefined ? {} : { after }) });
      const trashed = page.filter((row) => row.trashedAt !== null);
      const keys = await trashKeys(tx, trashed);
      const seen = await ages(tx, ctx.storageId, keys, ctx.deps.now());
      for (const key of keys) current.add(key);
      due.push(...trashed.filter((row, index) => row.here && (seen[index] as number) >= TRASH_KEPT));
      return page;
    });
    after = rows.at(-1)?.id;
    if (rows.length < PAGE) break;
  }
  await ctx.state.write(['sights'], async (tx) => {
    const known = (await tx.sights.list()).map((row) => row.key).filter((key) => key.startsWith(TRASH));
    await forgetSight(
      tx,
      known.filter((key) => !current.has(key)),
    );
  });
  let purged = 0;
  for (let at = 0; at < due.length; at += BATCH) {
    // Those that can't be deleted now are passed over: the next call would only come to them again.
    if (purged >= AT_ONCE) return { purged, more: true };
    signal?.throwIfAborted();
    const rows = due.slice(at, at + BATCH);
    const done = await ctx.state.write([...PURGING, 'packs', 'missing'], async (tx) => {
      // What wasn't read may be an edit that would have brought it back.
      if (!(await isComplete(ctx, tx))) return null;
      let count = 0;
      for (const row of rows) {
        const there = await tx.notes.get(row.id);
        if (there?.trashedAt !== row.trashedAt || there.back !== row.back || row.trashedAt === null) continue;
        // The same of every device that lets it expire, so that it is one purge and not several.
        if ((await purge(tx, row.id, { at: row.trashedAt + TRASH_KEPT, good: false })) === null) count++;
      }
      return count;
    });
    if (done === null) return { purged, more: false };
    purged += done;
  }
  return { purged, more: false };
}

/** Purges that are old enough for what they had seen to be let go, by document. */
async function ripePurges(
  tx: Transaction<'purges' | 'meta' | 'sights'>,
  ctx: Context,
): Promise<ReadonlyMap<DocId, readonly PurgeRow[]>> {
  if ((await tx.purges.count()) === 0) return new Map();
  const purges = (await tx.purges.list()).filter((row) => isNoteId(row.doc));
  const keys = purges.map((row) => `purge ${row.id}`);
  const seen = await ages(tx, ctx.storageId, keys, ctx.deps.now());
  return groupByDoc(
    purges.filter((row, index) => {
      const kept = decodePurge(row.payload).good ? KEPT.good : KEPT.expired;
      return (seen[index] as number) >= kept;
    }),
  );
}

async function release(ctx: Context, signal?: AbortSignal): Promise<{ released: number; more: boolean }> {
  const ripe = await ctx.state.write(['purges', 'meta', 'sights'], (tx) => ripePurges(tx, ctx));
  const docs = [...ripe.keys()];
  let released = 0;
  for (let at = 0; at < docs.length; at += BATCH) {
    if (released >= AT_ONCE) return { released, more: true };
    signal?.throwIfAborted();
    released += await ctx.state.write(['bodies', 'outbox'], async (tx) => {
      let count = 0;
      for (const [doc, rows] of groupByDoc(await tx.bodies.where('doc', docs.slice(at, at + BATCH)))) {
        if (!wasSeen(rows, ripe.get(doc) ?? [])) continue;
        await tx.bodies.delete(rows.map((row) => row.n as number));
        const waiting = (await tx.outbox.where('doc', [doc])).filter((row) => row.bytes !== null);
        await tx.outbox.delete(waiting.map((row) => row.n as number));
        count++;
      }
      return count;
    });
  }
  return { released, more: false };
}

/** Whether these purges had seen all that was written there. What can't be read, nobody knows. */
function wasSeen(rows: readonly BodyRow[], purges: readonly PurgeRow[]): boolean {
  try {
    const doc = docFrom(rows.map((row) => row.bytes));
    const seen = isSeen(doc, seenBy(purges));
    doc.destroy();
    return seen;
  } catch (error) {
    if (error instanceof UnreadableUpdate) return false;
    throw error;
  }
}

/** Notes of which packs need no longer hold anything but that they were deleted for good. Nothing of them is on this device. */
export async function releasedNotes(ctx: Context): Promise<ReadonlySet<DocId>> {
  return ctx.state.write(['purges', 'meta', 'sights', 'bodies', 'pending'], async (tx) => {
    const docs = [...(await ripePurges(tx, ctx)).keys()];
    const held = new Set(
      [...(await tx.bodies.where('doc', docs)), ...(await tx.pending.where('doc', docs))].map(docOf),
    );
    return new Set(docs.filter((doc) => !held.has(doc)));
  });
}

function docOf(row: { readonly doc: DocId }): DocId {
  return row.doc;
}

/** Packs in this storage, by their keys, that still hold something of notes that were let go. */
export async function packsToRewrite(ctx: Context, released: ReadonlySet<DocId>): Promise<ReadonlySet<string>> {
  if (released.size === 0) return new Set();
  const rows = await ctx.state.read(['packs', 'contents'], async (tx) => {
    const present = (await tx.packs.where('storage', [ctx.storageId])).filter((row) => row.present);
    return tx.contents.getMany(present.map((row) => row.id));
  });
  const beginnings = new Set([...released].map(beginningOf));
  return new Set(
    rows.flatMap((row) => {
      if (!row) return [];
      const bare = new Set(those(released, beginnings, row.bare));
      return those(released, beginnings, row.docs).some((doc) => !bare.has(doc)) ? [row.id] : [];
    }),
  );
}

function beginningOf(doc: DocId): number {
  return Number.parseInt(doc.slice(0, 8), 16);
}

/**
 * The wanted ones among some documents. Of a hundred thousand hardly any is, which is told by how an id begins.
 * @param packed as the `contents` table keeps them
 */
function those(wanted: ReadonlySet<DocId>, beginnings: ReadonlySet<number>, packed: Uint8Array): DocId[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const found: DocId[] = [];
  for (let at = 0; at < packed.length; at += 16) {
    if (!beginnings.has(view.getUint32(at))) continue;
    const doc = hexOf(packed.subarray(at, at + 16)) as DocId;
    if (wanted.has(doc)) found.push(doc);
  }
  return found;
}
