/**
 * Holes: objects that were there and have gone, or were damaged where they lie. Single ones are healed by a device that has what
 * was in them, without asking anybody (rule V27). It only ever adds, so this device's clock is enough to wait by.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import type { ObjectName } from '../../backends/storage.ts';
import type { Context } from './context.ts';
import { keepSlots } from './connect.ts';
import { FORGETTING, forgetPacks, list } from './listing.ts';
import { markThere, reallyGone } from './loss.ts';
import { isHere, reseal } from './reseal.ts';
import { withoutSuperseded } from './slots.ts';
import { CONFIRMED_AFTER, damageKey, type Standing, standingOf } from './standing.ts';
import { type PackRow, readMeta, type SlotRow } from './state.ts';
import { momentOf } from './time.ts';

const HOUR = 3600_000;
/** The devices of a vault take up a hole one after the other: each waits for its own time from the first up to the last hour. */
const FIRST_HOUR = 1;
const LAST_HOUR = 24;
/** Objects that are dealt with in one call. */
const AT_ONCE = 8;

export interface HealReport {
  /** Packs that were put. */
  readonly packs: number;
  /** Key slots that were put back. */
  readonly slots: number;
  /** Holes that are left: they wait for their time, or for a device that has what was in them. */
  readonly waiting: number;
}

const NOTHING: HealReport = { packs: 0, slots: 0, waiting: 0 };

function slotKey(row: Pick<SlotRow, 'id'>): string {
  return `slot ${row.id}`;
}

/** How long this device leaves a hole to others, in ms. */
function delay(device: string, name: ObjectName): number {
  const hash = sha256(new TextEncoder().encode(`${device} ${name}`));
  const share = new DataView(hash.buffer, hash.byteOffset).getUint32(0) / 2 ** 32;
  return (FIRST_HOUR + share * (LAST_HOUR - FIRST_HOUR)) * HOUR;
}

interface Holes {
  readonly standing: Standing;
  readonly device: string;
  /** By pack: when it was first seen to be gone or damaged, by this device's clock. */
  readonly since: ReadonlyMap<string, number>;
}

/** Null while nothing may be mended: a person has to decide first, or what there is isn't known well enough. */
async function look(ctx: Context): Promise<Holes | null> {
  const { storageId } = ctx;
  return ctx.state.read(['packs', 'sights', 'meta'], async (tx) => {
    const stops = [`alarm ${storageId}`, `reconcile ${storageId}`, `closed ${storageId}`] as const;
    for (const key of stops) if (await readMeta(tx, key)) return null;
    if ((await readMeta(tx, `clocks ${storageId}`))?.doubt) return null;
    const standing = await standingOf(tx, storageId, ctx.vault);
    if (standing.closed.length + standing.unread.length > 0) return null;
    // Total emptiness is for a person to mend, whoever asks.
    if (standing.there.length === 0 && standing.lost.length > 0) return null;
    const since = new Map<string, number>();
    for (const row of [...standing.lost, ...standing.vanished]) {
      const moment = row.present ? (await tx.sights.get(damageKey(row)))?.local : row.gone?.local;
      if (moment !== undefined) since.set(row.id, moment);
    }
    return { standing, device: (await readMeta(tx, 'device'))?.id ?? storageId, since };
  });
}

/** Two full listings that are far enough from each other have said so, and the time of this device has come. */
function isDue(ctx: Context, holes: Holes, row: PackRow, wait: number): boolean {
  const since = holes.since.get(row.id);
  if (since === undefined) return false;
  return holes.standing.full - since >= CONFIRMED_AFTER && ctx.deps.now() - since >= wait;
}

function dueIn(ctx: Context, holes: Holes): PackRow[] {
  return holes.standing.lost
    .filter((row) => isHere(ctx, row) && isDue(ctx, holes, row, delay(holes.device, row.name)))
    .slice(0, AT_ONCE);
}

/** Those that a direct read doesn't find either. The others were only late. */
async function confirmed(ctx: Context, rows: readonly PackRow[], signal?: AbortSignal): Promise<PackRow[]> {
  const gone: PackRow[] = [];
  const late: PackRow[] = [];
  for (const row of rows) (row.present || (await reallyGone(ctx, row.name, signal)) ? gone : late).push(row);
  if (late.length > 0) await markThere(ctx, late);
  return gone;
}

/** What went before anybody here could read it is no hole that this device could tell of: what others say of it stands. */
async function forgetVanished(ctx: Context, holes: Holes, signal?: AbortSignal): Promise<void> {
  const due = holes.standing.vanished.filter((row) => isDue(ctx, holes, row, 0)).slice(0, AT_ONCE);
  const gone = await confirmed(ctx, due, signal);
  if (gone.length > 0) await ctx.state.write(FORGETTING, (tx) => forgetPacks(tx, gone));
}

async function healPacks(ctx: Context, holes: Holes, signal?: AbortSignal): Promise<number> {
  const due = await confirmed(ctx, dueIn(ctx, holes), signal);
  if (due.length === 0) return 0;
  // Somebody else may just have done it.
  await list(ctx, { full: false }, signal);
  const now = await look(ctx);
  if (!now) return 0;
  const still = new Set(dueIn(ctx, now).map((row) => row.id));
  const { put } = await reseal(
    ctx,
    due.filter((row) => still.has(row.id)),
    signal,
  );
  return put;
}

/** Key slots that this device keeps, that the storage lacks, and whose place no other one took. */
async function lackingSlots(ctx: Context): Promise<readonly SlotRow[]> {
  const rows = await ctx.state.read(['slots'], (tx) => tx.slots.where('storage', [ctx.storageId]));
  const own = rows.filter((row) => row.vault === ctx.vault);
  return withoutSuperseded(own).filter((row) => !row.present && row.bytes);
}

async function healSlots(ctx: Context, holes: Holes, signal?: AbortSignal): Promise<number> {
  if ((await lackingSlots(ctx)).length === 0) return 0;
  // Only a slot that was read tells what it takes the place of.
  await keepSlots(ctx, ctx.vault, signal);
  const now = ctx.deps.now();
  let put = 0;
  for (const row of await lackingSlots(ctx)) {
    const since = await ctx.state.write(['sights', 'meta'], async (tx) => {
      const known = (await tx.sights.get(slotKey(row)))?.local;
      if (known !== undefined && known <= now) return known;
      await tx.sights.put({ key: slotKey(row), ...(await momentOf(tx, ctx.storageId, now)) });
      return now;
    });
    if (holes.standing.full - since < CONFIRMED_AFTER || now - since < delay(holes.device, row.name)) continue;
    if (await reallyGone(ctx, row.name, signal)) {
      await ctx.storage.put(row.name, row.bytes as NonNullable<SlotRow['bytes']>, signal);
      put++;
    }
    await ctx.state.write(['slots', 'sights'], async (tx) => {
      await tx.slots.put({ ...row, present: true });
      await tx.sights.delete([slotKey(row)]);
    });
  }
  return put;
}

/**
 * Mends what may be mended without asking: slots that have gone, and single packs of which this device has everything. Bounded: call
 * it again while it puts something. To be called after a sync that has read everything; resumable anywhere.
 */
export async function healHoles(ctx: Context, signal?: AbortSignal): Promise<HealReport> {
  const holes = await look(ctx);
  if (!holes) return NOTHING;
  const slots = await healSlots(ctx, holes, signal);
  await forgetVanished(ctx, holes, signal);
  const packs = await healPacks(ctx, holes, signal);
  const left = await ctx.state.read(['packs', 'sights', 'meta'], (tx) => standingOf(tx, ctx.storageId, ctx.vault));
  return { packs, slots, waiting: left.lost.length };
}
