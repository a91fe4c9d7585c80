/** Deleting packs whose place another takes (rules V18 to V20). */
import { type Context, unreadable } from './context.ts';
import { createDominance, type Dominance, presentPacks, supersededAmong } from './dominance.ts';
import type { Bytes } from './crypto.ts';
import { forgetPacks, FORGETTING } from './listing.ts';
import { markGone, markUnreadable } from './merge.ts';
import { type PackRow, readMeta } from './state.ts';
import { since } from './time.ts';
import { createHolder, type Holder, type Released } from './verify.ts';
import { bytesOfPack, fetchWhole, openWhole, type WholePack } from './whole.ts';

/** How long a pack must have been there before another goes for it, in ms by both clocks. */
const SETTLED = 3_600_000;
/** On a weak or metered device nothing larger is read for it. */
const WEAK = 512 * 1024;
/** Bytes that are read back in one run. */
const READ = 8_000_000;

export interface SupersedeOptions {
  readonly weak: boolean;
  /** The storage is full: there is no time to wait. */
  readonly urgent: boolean;
  readonly released: Released;
  /** Grows: packs that weren't found whole in the one that should take their place, which needn't be read for them again. */
  readonly refused: Set<string>;
  readonly dominates: Dominance;
}

export interface Superseded {
  readonly deleted: number;
  /** More could be deleted now. */
  readonly more: boolean;
  /** Something waits for a full listing, which is due. */
  readonly listing: boolean;
}

/**
 * Whether others have had time to see it, and it is still there (rule V20).
 * @param full this device's clock at the last full listing @returns `listing` when that is all that it waits for.
 */
async function settled(ctx: Context, { listed }: PackRow, full: number): Promise<'yes' | 'no' | 'listing'> {
  if (!listed) return 'listing';
  const waited = await ctx.state.read(['meta'], (tx) => since(tx, ctx.storageId, listed, ctx.deps.now()));
  if (waited < SETTLED) return 'no';
  return full - listed.local >= SETTLED ? 'yes' : 'listing';
}

/** Reads back the pack for which others are to go, from the storage and to its end. Null when it isn't sound. */
async function readBack(
  ctx: Context,
  row: PackRow,
  signal?: AbortSignal,
): Promise<{ readonly whole: WholePack; readonly holder: Holder } | null> {
  try {
    const bytes = await fetchWhole(ctx, row, signal);
    if (!bytes) {
      await markGone(ctx, row);
      return null;
    }
    const whole = await openWhole(ctx, row, bytes);
    return { whole, holder: await createHolder(whole) };
  } catch (error) {
    const state = unreadable(error);
    if (!state) throw error;
    await markUnreadable(ctx, row, state);
    return null;
  }
}

/**
 * The pack as it was written; null when nobody can read it any more, so that what is known of its coverage has to do; `closed` when
 * only another program, or another key, can.
 */
async function openDoomed(ctx: Context, row: PackRow, signal?: AbortSignal): Promise<WholePack | null | 'closed'> {
  let bytes: Bytes | null = null;
  try {
    bytes = row.state === 'damaged' ? null : await bytesOfPack(ctx, row, signal);
    return bytes && (await openWhole(ctx, row, bytes));
  } catch (error) {
    const state = unreadable(error);
    if (!state) throw error;
    return state === 'damaged' ? null : 'closed';
  }
}

/** Whether this one may go for the pack that was read back. */
async function mayGo(
  ctx: Context,
  row: PackRow,
  by: PackRow,
  { whole, holder }: { readonly whole: WholePack; readonly holder: Holder },
  released: Released,
  signal?: AbortSignal,
): Promise<boolean> {
  // As its own bytes say, whatever is kept of it here.
  const said = { name: by.name, covers: [...whole.covers], with: [...whole.manifest.with] };
  const dominates = createDominance();
  if (!dominates(said, row)) return false;
  const doomed = await openDoomed(ctx, row, signal);
  if (doomed === 'closed') return false;
  // A damaged one has no content to compare, so that only one that covers more may take its place.
  if (!doomed) return said.covers.length > row.covers.length;
  const own = { name: row.name, covers: [...doomed.covers], with: [...doomed.manifest.with] };
  return dominates(said, own) && (await holder.lacks(doomed, released)) === null;
}

/** Deletes what may go, for one single pack each, read back whole in this run. Interrupted anywhere, nothing is lost. */
export async function deleteSuperseded(
  ctx: Context,
  { weak, urgent, released, refused, dominates }: SupersedeOptions,
  signal?: AbortSignal,
): Promise<Superseded> {
  const { rows, clocks, full } = await ctx.state.read(['packs', 'meta'], async (tx) => ({
    rows: await presentPacks(ctx, tx),
    clocks: await readMeta(tx, `clocks ${ctx.storageId}`),
    full: (await readMeta(tx, `listing ${ctx.storageId}`))?.full ?? 0,
  }));
  const superseded = supersededAmong(ctx, rows, dominates);
  if (superseded.size === 0 || clocks?.doubt) return { deleted: 0, more: false, listing: false };
  const places = new Map<PackRow, PackRow[]>();
  // A purge that lets go of more may be all that it takes.
  const pair = (row: PackRow, by: PackRow) => `${released.size} ${row.id} ${by.id}`;
  for (const [row, by] of superseded) {
    for (const other of by) if (!refused.has(pair(row, other))) places.set(other, [...(places.get(other) ?? []), row]);
  }
  const ready: PackRow[] = [];
  let listing = false;
  for (const row of places.keys()) {
    if (weak && row.size > WEAK) continue;
    const state = urgent ? 'yes' : await settled(ctx, row, full);
    if (state === 'yes') ready.push(row);
    else listing ||= state === 'listing';
  }
  // The one that takes most places first: fewer have to be read.
  ready.sort((a, b) => (places.get(b)?.length ?? 0) - (places.get(a)?.length ?? 0) || a.size - b.size);
  const going = new Set<PackRow>();
  let read = 0;
  let more = false;
  for (const by of ready) {
    const open = (places.get(by) ?? []).filter((row) => !going.has(row));
    if (open.length === 0) continue;
    if (read > 0 && read + by.size > READ) {
      more = true;
      break;
    }
    signal?.throwIfAborted();
    read += by.size;
    const back = await readBack(ctx, by, signal);
    if (!back) continue;
    for (const row of open) {
      if (await mayGo(ctx, row, by, back, released, signal)) going.add(row);
      else refused.add(pair(row, by));
    }
  }
  if (going.size > 0) {
    const gone = [...going];
    await ctx.storage.delete(
      gone.map((row) => row.name),
      signal,
    );
    await ctx.state.write(FORGETTING, (tx) => forgetPacks(tx, gone));
  }
  return { deleted: going.size, more, listing };
}
