/**
 * What a device does for the vault when nobody waits for it: keeps it short and small. In slices, each of which can be interrupted
 * anywhere and leaves the storage whole.
 */
import { type DocId, hexOf } from '../notes/ids.ts';
import { isStorageError } from '../../backends/storage.ts';
import type { Context } from './context.ts';
import { counts, createDominance, type Dominance, presentPacks, supersededAmong } from './dominance.ts';
import { expire, packsToRewrite, releasedNotes } from './expire.ts';
import { healHoles } from './heal.ts';
import { type Merged, mergePacks } from './merge.ts';
import { type LivePack, planMerge } from './plan.ts';
import { tooLargeAmong } from './seal.ts';
import { rewriteKey } from './standing.ts';
import { type PackRow, readMeta } from './state.ts';
import { deleteSuperseded } from './supersede.ts';
import { age, since } from './time.ts';
import type { Released } from './verify.ts';

/** What others name and this device lacks may be on its way for so long: until then nothing is merged, in ms. */
const LATE = 3_600_000;

export interface IdleOptions {
  /** On a weak or metered device only small packs are moved. */
  readonly weak: boolean;
  /** The storage is full: what gives back room goes first, and at once. */
  readonly urgent?: boolean;
}

export interface IdleReport {
  /** Packs that became one, and the bytes of that one. */
  readonly merged: number;
  readonly written: number;
  /** Packs deleted since another one holds all of theirs. */
  readonly deleted: number;
  /** Packs and key slots put where there was a hole. */
  readonly healed: number;
  /** Notes deleted for good after their time in the trash, and notes whose text was let go after that. */
  readonly expired: number;
  /** More could be done now. */
  readonly more: boolean;
  /** Something waits for a full listing, which is due. */
  readonly listing: boolean;
}

/** What a session remembers of its idle work. */
export interface IdleMemory {
  /** Packs that couldn't be merged, by their key, and this device's clock then: what stands in the way won't go away at once. */
  readonly avoided: Map<string, number>;
  /** Packs that one which was read back doesn't hold whole, as deleteSuperseded names them. */
  readonly refused: Set<string>;
  readonly dominates: Dominance;
  /** As planMerge keeps them. */
  readonly shares: Map<string, number>;
}

/** A merge that failed is tried again after so long, in ms. */
const AVOIDED = 6 * 3_600_000;

/** What a note lacks may still come, and then its pack is written anew from whole states. Not for longer than this, in ms. */
const MAY_COME = 4 * 86_400_000;

export function newIdleMemory(): IdleMemory {
  return { avoided: new Map(), refused: new Set(), dominates: createDominance(), shares: new Map() };
}

export const NO_IDLE_WORK: IdleReport = {
  merged: 0,
  written: 0,
  deleted: 0,
  healed: 0,
  expired: 0,
  more: false,
  listing: false,
};

interface Table {
  readonly live: readonly (LivePack & { readonly row: PackRow })[];
  readonly own: Parameters<typeof planMerge>[1]['own'];
  readonly waited: ReadonlyMap<string, number>;
  /** Packs that count as well, and hold notes which aren't here whole, or not only what was pushed. */
  readonly torn: readonly PackRow[];
}

/** The packs that count, and what is known of them; null while not all that is there was read. */
async function lookAround(ctx: Context, { avoided, dominates }: IdleMemory, unsent: boolean): Promise<Table | null> {
  return ctx.state.read(['packs', 'contents', 'missing', 'gaps', 'outbox', 'uploads', 'meta'], async (tx) => {
    const present = await presentPacks(ctx, tx);
    const now = ctx.deps.now();
    if (present.some((row) => row.state === 'listed' || row.state === 'indexed')) return null;
    // What has been missing for long may never come, and what was said of it is carried along.
    if ((await tx.missing.list()).some((row) => now - row.since < LATE)) return null;
    const superseded = supersededAmong(ctx, present, dominates);
    const isAvoided = ({ id }: PackRow) => Math.abs(now - (avoided.get(id) ?? Number.NEGATIVE_INFINITY)) < AVOIDED;
    const rows = present.filter((row) => counts(ctx, row) && !superseded.has(row) && !isAvoided(row));
    const torn = new Set<string>((await tx.gaps.list()).map((row) => row.doc));
    if (!unsent) {
      for (const { doc } of await tx.outbox.list()) torn.add(doc);
      for (const { docs } of await tx.uploads.list()) for (const doc of docs) torn.add(doc);
    }
    const contents = await Promise.all(rows.map((row) => tx.contents.get(row.id)));
    const isTorn = rows.map((_, index) => torn.size > 0 && holdsAny(contents[index]?.docs ?? new Uint8Array(), torn));
    const live = rows.flatMap((row, index) => {
      const docs = contents[index]?.docs;
      return docs && !isTorn[index] ? [{ ...row, docs, row }] : [];
    });
    const waited = new Map<string, number>();
    for (const { id, listed } of live) if (listed) waited.set(id, await since(tx, ctx.storageId, listed, now));
    const own = (await readMeta(tx, 'device'))?.id ?? null;
    return { live, own, waited, torn: rows.filter((_, index) => isTorn[index]) };
  });
}

function* idsIn(docs: Uint8Array): Generator<DocId> {
  for (let at = 0; at < docs.length; at += 16) yield hexOf(docs.subarray(at, at + 16)) as DocId;
}

function holdsAny(docs: Uint8Array, wanted: ReadonlySet<string>): boolean {
  for (const doc of idsIn(docs)) if (wanted.has(doc)) return true;
  return false;
}

/**
 * A pack that must be written anew and can't be from what is here, nor will be: a note in it lacks a part for long, or has edits that
 * fit into no object. It is written anew from its own entries: other notes were deleted for good, and don't wait for that one.
 */
async function tornForGood(ctx: Context, torn: readonly PackRow[]): Promise<PackRow | null> {
  for (const row of torn) {
    const { gaps, unsent, waited } = await ctx.state.write(
      ['contents', 'gaps', 'outbox', 'sights', 'meta'],
      async (tx) => {
        const docs = [...idsIn((await tx.contents.get(row.id))?.docs ?? new Uint8Array())];
        const held = new Set(docs);
        return {
          gaps: (await tx.gaps.list()).some(({ doc }) => held.has(doc)),
          unsent: [...new Set((await tx.outbox.where('doc', docs)).map(({ doc }) => doc))],
          waited: await age(tx, ctx.storageId, rewriteKey(row), ctx.deps.now()),
        };
      },
    );
    if (waited >= MAY_COME && (gaps || (await tooLargeAmong(ctx, unsent)) !== undefined)) return row;
  }
  return null;
}

/** Null where there is no room for it: what gives back room mustn't wait for that. */
async function whereRoom<Result>(work: Promise<Result>): Promise<Result | null> {
  try {
    return await work;
  } catch (error) {
    if (isStorageError(error, 'QuotaExceeded')) return null;
    throw error;
  }
}

/** One merge, where one is due. */
async function merge(
  ctx: Context,
  memory: IdleMemory,
  options: { readonly weak: boolean; readonly urgent: boolean; readonly released: Released },
  signal?: AbortSignal,
): Promise<{ readonly done: Merged | null; readonly listing: boolean }> {
  // When the storage is full, nothing can be pushed before there is room.
  const { released, urgent: unsent } = options;
  const table = await lookAround(ctx, memory, unsent);
  if (!table) return { done: null, listing: false };
  const mustRewrite = await packsToRewrite(ctx, released);
  const { inputs, rewrite, listing } = planMerge(table.live, {
    own: table.own,
    weak: options.weak,
    urgent: options.urgent,
    waited: (pack) => table.waited.get(pack.id) ?? null,
    mustRewrite,
    shares: memory.shares,
  });
  const rows = inputs?.map((input) => table.live.find(({ id }) => id === input.id)?.row as PackRow);
  const stuck = rows || options.weak || unsent ? [] : table.torn.filter(({ id }) => mustRewrite.has(id));
  const alone = await tornForGood(ctx, stuck);
  if (!rows && !alone) return { done: null, listing };
  const again = rewrite?.id ?? alone?.id ?? null;
  const work = mergePacks(ctx, rows ?? (alone ? [alone] : []), { released, rewrite: again, unsent }, signal);
  const merged = await whereRoom(work);
  if (merged?.kind === 'refused') for (const { id } of merged.packs) memory.avoided.set(id, ctx.deps.now());
  return { done: merged, listing };
}

/** Whether a person, or a great loss, has brought everything to a stop (rule V27), or what is there has to be gone through first. */
async function whatStops(ctx: Context): Promise<'alarm' | 'closed' | 'reconcile' | undefined> {
  return ctx.state.read(['meta'], async (tx) => {
    for (const word of ['alarm', 'closed', 'reconcile'] as const)
      if (await tx.meta.get(`${word} ${ctx.storageId}`)) return word;
    return undefined;
  });
}

/** One slice of each kind of work. Only after a listing of this session. */
export async function idle(
  ctx: Context,
  memory: IdleMemory,
  { weak, urgent = false }: IdleOptions,
  signal?: AbortSignal,
): Promise<IdleReport> {
  const stop = await whatStops(ctx);
  if (stop && !(stop === 'reconcile' && urgent)) return NO_IDLE_WORK;
  const { refused, dominates } = memory;
  const options = { weak, urgent, released: await releasedNotes(ctx), refused, dominates };
  // What is to be put there needs the room that what is of no use there takes.
  if (stop) return { ...NO_IDLE_WORK, ...(await deleteSuperseded(ctx, options, signal)) };
  const early = urgent ? await deleteSuperseded(ctx, options, signal) : null;
  // A hole is mended before anything is merged around it; with no room for it, room comes first.
  const healed = urgent ? null : await whereRoom(healHoles(ctx, signal));
  const { done, listing } = await merge(ctx, memory, options, signal);
  const late = await deleteSuperseded(ctx, options, signal);
  const expired = await expire(ctx, signal);
  const wrote = done?.kind === 'merged' ? done : { packs: 0, bytes: 0 };
  const mended = (healed?.packs ?? 0) + (healed?.slots ?? 0);
  return {
    merged: wrote.packs,
    written: wrote.bytes,
    deleted: late.deleted + (early?.deleted ?? 0),
    healed: mended,
    expired: expired.purged + expired.released,
    more: late.more || (early?.more ?? false) || expired.more || done !== null || mended > 0,
    listing: listing || late.listing,
  };
}
