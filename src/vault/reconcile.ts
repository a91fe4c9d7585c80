/**
 * What this device has and the storage lacks is put there: when a person said so after a loss, and when this device comes to a
 * storage with knowledge from elsewhere, from another storage or from before it was disconnected. By coverage, so that nobody misses
 * for ever what is there under another name (rule V13). Done by the sync, once it has read everything; resumed where it was left.
 */
import { reopen } from './closing.ts';
import type { Context, Place } from './context.ts';
import { type DeviceId, type Element, partsOf } from './coverage.ts';
import { groupByDoc, outboxEverything } from './documents.ts';
import { hexOf } from '../notes/ids.ts';
import { docFrom, UnreadableUpdate } from '../notes/merge.ts';
import type { VaultId } from './names.ts';
import { isHere, reseal } from './reseal.ts';
import { seal } from './seal.ts';
import { send } from './send.ts';
import { coveredBy, isReadable, standingOf } from './standing.ts';
import { type BodyRow, readMeta, type ReconcileRecord, type Transaction, writeMeta } from './state.ts';

/** Pieces that are read in one go. */
const BATCH = 256;

/** To be called when the storage is taken into use for a vault that this device belongs to already. */
export async function comeAgain(place: Omit<Place, 'storage'>, vault: VaultId): Promise<void> {
  await place.state.write(['meta'], async (tx) => {
    await writeMeta(tx, `home ${place.storageId}`, vault);
    await writeMeta(tx, `reconcile ${place.storageId}`, { pushes: null, reopens: false });
  });
}

/** What this device knows, and no pack that it has read there covers. What is sealed and on its way is there soon. */
async function notThere(ctx: Context, tx: Transaction<'packs' | 'uploads'>): Promise<Element[]> {
  const rows = await tx.packs.where('storage', [ctx.storageId]);
  const there = coveredBy(rows.filter((row) => row.present && isReadable(row)));
  for (const row of await tx.uploads.where('storage', [ctx.storageId])) there.add(row.element);
  return [...ctx.applied].filter((item) => !there.has(item));
}

/** Everything goes out as ordinary pushes; from which one on is remembered together with it. */
async function pushEverything(ctx: Context, record: ReconcileRecord): Promise<void> {
  await ctx.state.write(['meta', 'notes', 'bodies', 'outbox', 'purges'], async (tx) => {
    const known = await readMeta(tx, 'device');
    const device = known ?? { id: hexOf(ctx.deps.crypto.random(16)) as DeviceId, next: 1 };
    if (!known) await writeMeta(tx, 'device', device);
    await outboxEverything(tx);
    const pushes = { device: device.id, from: device.next };
    await writeMeta(tx, `reconcile ${ctx.storageId}`, { ...record, pushes });
  });
}

/** The pushes that hold everything, when all of them are there; null when one of them isn't. */
function pushesSince(ctx: Context, from: number, device: DeviceId, lacking: ReadonlySet<Element>): Element[] | null {
  const pushes = [...ctx.applied].filter((item) => {
    const parts = partsOf(item);
    return parts.device === device && parts.sequence >= from;
  });
  return pushes.some((item) => lacking.has(item)) ? null : pushes;
}

/** Whether a piece of any document on this device doesn't read any more: it was left out of what was pushed. */
async function isBroken(ctx: Context, signal?: AbortSignal): Promise<boolean> {
  for (let after: number | undefined; ; ) {
    signal?.throwIfAborted();
    const page = await ctx.state.read(['bodies'], (tx) =>
      tx.bodies.list({ limit: BATCH, ...(after === undefined ? {} : { after }) }),
    );
    for (const rows of groupByDoc(page).values()) if (!isSound(rows)) return true;
    after = page.at(-1)?.n;
    if (page.length < BATCH) return false;
  }
}

function isSound(rows: readonly BodyRow[]): boolean {
  try {
    docFrom(rows.map((row) => row.bytes)).destroy();
    return true;
  } catch (error) {
    if (error instanceof UnreadableUpdate) return false;
    throw error;
  }
}

/** To go on saying that this device has them would make others look for ever for what nobody can find there (rule V13). */
async function forgetApplied(ctx: Context, elements: readonly Element[]): Promise<void> {
  await ctx.state.write(['applied'], (tx) => tx.applied.delete(elements));
  for (const item of elements) ctx.applied.delete(item);
}

/**
 * What no pack that was lost accounts for: everything is pushed as whole states, and then a pack says that those pushes hold what
 * the lost ones held.
 * @returns how many packs were put, and whether it is done.
 */
async function putRest(ctx: Context, signal?: AbortSignal): Promise<{ packs: number; done: boolean }> {
  const read = () =>
    ctx.state.read(['packs', 'uploads', 'meta', 'purges'], async (tx) => ({
      rest: await notThere(ctx, tx),
      record: await readMeta(tx, `reconcile ${ctx.storageId}`),
      device: (await readMeta(tx, 'device'))?.id,
      purged: [...new Set((await tx.purges.list()).map((row) => row.doc))],
    }));
  const before = await read();
  if (before.rest.length === 0 || !before.record) return { packs: 0, done: true };
  // A device that became another one meanwhile has taken back what it hadn't sent.
  if (!before.record.pushes || before.record.pushes.device !== before.device) await pushEverything(ctx, before.record);
  const { packs, tooLarge } = await send(ctx, () => undefined, signal);
  const { rest, record, device, purged } = await read();
  const pushes = record?.pushes;
  if (!pushes || pushes.device !== device) return { packs, done: false };
  const holding = pushesSince(ctx, pushes.from, pushes.device, new Set(rest));
  if (!holding) {
    await ctx.state.write(['meta'], (tx) => writeMeta(tx, `reconcile ${ctx.storageId}`, { ...record, pushes: null }));
    return { packs, done: false };
  }
  // Nobody may say then that all of it is there. What fits and reads is, and the person hears of the others.
  if (tooLarge.length > 0 || (await isBroken(ctx, signal))) {
    await forgetApplied(ctx, rest);
    return { packs, done: true };
  }
  const request = { covers: new Set(rest), docs: purged, with: new Set(holding) };
  // The text of what was purged is only kept for a while; where it isn't whole, that it was purged is in the pushes.
  if ((await seal(ctx, request, signal)) !== null) await seal(ctx, { ...request, docs: [] }, signal);
  return { packs: packs + 1, done: true };
}

/**
 * Puts there what is lacking, if that was asked for. To be called when everything that is there was read.
 * @returns how many packs were put.
 */
export async function reconcile(ctx: Context, signal?: AbortSignal): Promise<number> {
  const { state, storageId } = ctx;
  const { record, standing } = await state.read(['meta', 'packs', 'sights'], async (tx) => ({
    record: await readMeta(tx, `reconcile ${storageId}`),
    standing: await standingOf(tx, storageId, ctx.vault),
  }));
  if (!record || standing.unread.length > 0 || standing.there.some((row) => row.state === 'indexed')) return 0;
  const { put } = await reseal(
    ctx,
    standing.lost.filter((row) => isHere(ctx, row)),
    signal,
  );
  const { packs, done } = await putRest(ctx, signal);
  if (done) {
    if (record.reopens) await reopen(ctx, signal);
    await state.write(['meta', 'packs', 'sights'], async (tx) => {
      // What nobody here can put back would give the same alarm again, and for ever.
      const { lost } = await standingOf(tx, storageId, ctx.vault);
      await writeMeta(
        tx,
        `given-up ${storageId}`,
        lost.map((row) => row.id),
      );
      await tx.meta.delete([`reconcile ${storageId}`]);
    });
  }
  return put + packs;
}
