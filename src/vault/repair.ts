/**
 * Repairing a storage after a check: what this device still has is put back under new names, key slots first. Nothing is
 * deleted but a damaged key slot, in the moment before its right bytes are put in its place.
 */
import { isStorageError, type ObjectName } from '../../backends/storage.ts';
import { hexOf } from '../notes/ids.ts';
import { inspectPack, inspectSlot } from './check/inspect.ts';
import type { Finding, ObjectFacts } from './check/report.ts';
import type { Context } from './context.ts';
import type { Bytes } from './crypto.ts';
import { parseName } from './names.ts';
import { isLoss, type Loss, type Outcome, type Repaired, type RepairReport } from './repair-report.ts';
import { reseal } from './reseal.ts';
import { coveredBy, isReadable } from './standing.ts';
import { type PackRow, packKey } from './state.ts';

/** Losses that are dealt with between two steps of progress. */
const STEP = 32;

type LostSlot = Extract<Loss, { readonly kind: 'slot-missing' | 'slot-damaged' }>;
type LostPack = Exclude<Loss, LostSlot>;

const isSlot = (loss: Loss): loss is LostSlot => loss.kind === 'slot-missing' || loss.kind === 'slot-damaged';
const isPack = (loss: Loss): loss is LostPack => !isSlot(loss);

/** The right bytes of a slot, as this device keeps them (rule V31). */
async function keptSlot(ctx: Context, name: ObjectName): Promise<Bytes | null> {
  const bytes = (await ctx.state.read(['slots'], (tx) => tx.slots.get(packKey(ctx.storageId, name))))?.bytes;
  if (!bytes) return null;
  return hexOf(await ctx.deps.crypto.sha256(bytes)) === parseName(name)?.hash ? bytes : null;
}

async function repairSlot(ctx: Context, object: ObjectFacts, signal?: AbortSignal): Promise<Outcome> {
  const bytes = await keptSlot(ctx, object.name);
  const facts = { ...object, size: bytes?.length ?? object.size };
  const before = await inspectSlot(ctx, facts, signal);
  if (before.kind === 'sound' || before.kind === 'newer') return { kind: 'well' };
  if (!bytes) return { kind: 'not', why: 'not-here' };
  try {
    // Its name stands for its bytes, so they can't be had under another one; and an object is never overwritten.
    if (before.kind === 'damaged') await ctx.storage.delete([object.name], signal);
    await ctx.storage.put(object.name, bytes, signal);
  } catch (error) {
    if (isStorageError(error, 'QuotaExceeded')) return { kind: 'not', why: 'full' };
    throw error;
  }
  const after = await inspectSlot(ctx, facts, signal);
  return after.kind === 'sound' ? { kind: 'put-back' } : { kind: 'not', why: 'in-part' };
}

/** Whether a pack is still as the check found it. */
async function isStillLost(ctx: Context, { object }: LostPack, signal?: AbortSignal): Promise<boolean> {
  if (!object) return true;
  const now = await inspectPack(ctx, object, true, signal);
  return now.kind === 'damaged' || now.kind === 'gone';
}

const packRows = (ctx: Context): Promise<PackRow[]> =>
  ctx.state.read(['packs'], (tx) => tx.packs.where('storage', [ctx.storageId]));

/** A lost pack as it is put back; where only its coverage is known, all that this device holds may have been in it. */
function rowOf(ctx: Context, { object, elements }: LostPack, known: ReadonlyMap<string, PackRow>): PackRow {
  const row = object ? known.get(object.name) : undefined;
  if (row && row.covers.length > 0 && row.covers.every((item) => ctx.applied.has(item))) return row;
  const nothing = { writer: null, put: null, listed: null, gone: null, body: null, with: [], present: false } as const;
  return {
    ...nothing,
    // No pack has such a name, so that nothing is known of what was in it.
    ...(row ?? { id: `lost ${elements[0]}`, name: `log/lost` as ObjectName, size: 0, time: 0, state: 'applied' }),
    storage: ctx.storageId,
    covers: elements,
  };
}

/** Puts the content of some lost packs into new ones. @returns what came of each, in their order */
async function putBack(ctx: Context, lost: readonly LostPack[], signal?: AbortSignal): Promise<Outcome[]> {
  const before = new Map<string, PackRow>((await packRows(ctx)).map((row) => [row.name, row]));
  const rows = lost.map((each) => rowOf(ctx, each, before));
  let full = false;
  try {
    await reseal(ctx, rows, signal);
  } catch (error) {
    // A full storage is an outcome, not a reason to say nothing of what was put by then.
    if (!isStorageError(error, 'QuotaExceeded')) throw error;
    full = true;
  }
  const names = new Set<string>(lost.map(({ object }) => object?.name ?? ''));
  const after = (await packRows(ctx)).filter((row) => row.present && isReadable(row) && !names.has(row.name));
  const there = coveredBy(after);
  return rows.map((row) =>
    row.covers.every((item) => there.has(item))
      ? { kind: 'put-back' }
      : { kind: 'not', why: full ? 'full' : 'in-part' },
  );
}

/**
 * Puts back what a check found lost and this device has; each is looked at once more before. To be called once this session has
 * listed and read what is there (rule V8).
 * @param progress findings that were dealt with, of how many
 * @throws {StorageError} of any kind but `QuotaExceeded`; what was put by then is there.
 */
export async function repair(
  ctx: Context,
  findings: readonly Finding[],
  progress: (done: number, of: number) => void,
  signal?: AbortSignal,
): Promise<RepairReport> {
  const began = ctx.deps.now();
  const losses = findings.filter(isLoss);
  const repaired: Repaired[] = [];
  const settle = (loss: Loss, outcome: Outcome) => {
    repaired.push({ loss, outcome });
    progress(repaired.length, losses.length);
  };
  progress(0, losses.length);
  // Without a slot nobody can open what is put back.
  for (const slot of losses.filter(isSlot)) {
    signal?.throwIfAborted();
    settle(slot, await repairSlot(ctx, slot.object, signal));
  }
  const lost: LostPack[] = [];
  for (const pack of losses.filter(isPack)) {
    signal?.throwIfAborted();
    if (pack.rescue === 'elsewhere') settle(pack, { kind: 'elsewhere' });
    else if (!(await isStillLost(ctx, pack, signal))) settle(pack, { kind: 'well' });
    else if (pack.elements.length > 0 && pack.elements.every((item) => ctx.applied.has(item))) lost.push(pack);
    else settle(pack, { kind: 'not', why: 'not-here' });
  }
  for (let at = 0; at < lost.length; at += STEP) {
    const some = lost.slice(at, at + STEP);
    const outcomes = await putBack(ctx, some, signal);
    for (const [index, outcome] of outcomes.entries()) settle(some[index] as LostPack, outcome);
  }
  return { began, repaired };
}
