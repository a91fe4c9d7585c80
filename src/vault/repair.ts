/**
 * Repairing a storage after a check: what this device still has is put back under new names, key slots first. Nothing is
 * deleted but a damaged key slot, in the moment before its right bytes are put in its place.
 */
import { isStorageError, type ObjectName } from '../../backends/storage.ts';
import { type DocId, hexOf, RESERVED } from '../notes/ids.ts';
import { inspectPack, inspectSlot } from './check/inspect.ts';
import type { Finding, ObjectFacts } from './check/report.ts';
import { isLoss, type Loss, type Outcome, type Repaired, type RepairReport } from './repair-report.ts';
import type { Context } from './context.ts';
import type { Bytes } from './crypto.ts';
import { parseName } from './names.ts';
import { seal } from './seal.ts';
import { type PackRow, packKey } from './state.ts';

/** Bytes of lost packs that are put back as one. */
const TOGETHER = 1_000_000;

type LostSlot = Extract<Loss, { readonly kind: 'slot-missing' | 'slot-damaged' }>;
type LostPack = Exclude<Loss, LostSlot>;

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
  // Its name stands for its bytes, so they can't be had under another one; and an object is never overwritten.
  if (before.kind === 'damaged') await ctx.storage.delete([object.name], signal);
  await ctx.storage.put(object.name, bytes, signal);
  const after = await inspectSlot(ctx, facts, signal);
  return after.kind === 'sound' ? { kind: 'put-back', as: [object.name] } : { kind: 'not', why: 'in-part' };
}

/** Everything that this device holds: when it isn't known what a lost pack held. */
async function everything(ctx: Context): Promise<DocId[]> {
  return ctx.state.read(['notes', 'bodies', 'purges'], async (tx) => [
    ...(await tx.notes.list()).filter((row) => row.here && !row.sample).map((row) => row.id),
    ...new Set((await tx.bodies.where('doc', RESERVED)).map((row) => row.doc)),
    ...(await tx.purges.list()).map((row) => row.doc),
  ]);
}

async function docsOfPack(ctx: Context, name: ObjectName): Promise<readonly DocId[] | null> {
  const row = await ctx.state.read(['contents'], (tx) => tx.contents.get(packKey(ctx.storageId, name)));
  if (!row) return null;
  return Array.from(
    { length: row.docs.length / 16 },
    (_, index) => hexOf(row.docs.subarray(index * 16, index * 16 + 16)) as DocId,
  );
}

const packRows = (ctx: Context): Promise<PackRow[]> =>
  ctx.state.read(['packs'], (tx) => tx.packs.where('storage', [ctx.storageId]));

/** Whether a pack is still as the check found it. */
async function isStillLost(ctx: Context, { object }: LostPack, signal?: AbortSignal): Promise<boolean> {
  if (!object) return true;
  const now = await inspectPack(ctx, object, true, signal);
  return now.kind !== 'sound' && now.kind !== 'newer';
}

/** Puts the content of some lost packs into one new one. */
async function putBack(ctx: Context, lost: readonly LostPack[], signal?: AbortSignal): Promise<Outcome> {
  const before = await packRows(ctx);
  const names = new Set<string>(lost.map(({ object }) => object?.name ?? ''));
  const rows = before.filter((row) => names.has(row.name));
  const docs = await Promise.all(lost.map(async ({ object }) => (object ? docsOfPack(ctx, object.name) : null)));
  const request = {
    covers: new Set(lost.flatMap(({ elements }) => elements)),
    docs: docs.includes(null) ? await everything(ctx) : docs.flatMap((each) => each ?? []),
    with: new Set(rows.flatMap((row) => row.with)),
  };
  if ((await seal(ctx, request, signal)) !== null) return { kind: 'not', why: 'in-part' };
  const known = new Set(before.map((row) => row.id));
  const as = (await packRows(ctx)).filter((row) => !known.has(row.id)).map((row) => row.name);
  return { kind: 'put-back', as };
}

/** Small packs go together, so that what was lost in a thousand pieces doesn't come back in as many. */
function together(lost: readonly LostPack[]): LostPack[][] {
  const groups: LostPack[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const each of lost) {
    const size = each.object?.size ?? TOGETHER;
    bytes += size;
    if (bytes > TOGETHER) {
      groups.push([]);
      bytes = size;
    }
    groups.at(-1)?.push(each);
  }
  return groups;
}

/** A full storage is an outcome, not a reason to say nothing of what was put by then. */
async function unlessFull(work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    if (isStorageError(error, 'QuotaExceeded')) return { kind: 'not', why: 'full' };
    throw error;
  }
}

const isSlot = (loss: Loss): loss is LostSlot => loss.kind === 'slot-missing' || loss.kind === 'slot-damaged';
const isPack = (loss: Loss): loss is LostPack => !isSlot(loss);

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
    signal?.throwIfAborted();
  };
  progress(0, losses.length);
  // Without a slot nobody can open what is put back.
  for (const slot of losses.filter(isSlot)) {
    settle(slot, await unlessFull(() => repairSlot(ctx, slot.object, signal)));
  }
  const lost: LostPack[] = [];
  for (const pack of losses.filter(isPack)) {
    if (pack.rescue === 'elsewhere') settle(pack, { kind: 'elsewhere' });
    else if (!(await isStillLost(ctx, pack, signal))) settle(pack, { kind: 'well' });
    else if (pack.elements.length > 0 && pack.elements.every((item) => ctx.applied.has(item))) lost.push(pack);
    else settle(pack, { kind: 'not', why: 'not-here' });
  }
  for (const group of together(lost)) {
    const outcome = await unlessFull(() => putBack(ctx, group, signal));
    const inPart = outcome.kind === 'not' && outcome.why === 'in-part' && group.length > 1;
    // One note that isn't whole here mustn't keep the others back.
    for (const pack of group) settle(pack, inPart ? await unlessFull(() => putBack(ctx, [pack], signal)) : outcome);
  }
  return { began, repaired };
}
