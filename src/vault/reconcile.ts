/**
 * Coming to a storage that already holds this vault, with knowledge from elsewhere: from another storage, or from before it was
 * disconnected. What this device has is perhaps not there any more, or never was. Told once everything there was read.
 */
import type { Context, Place } from './context.ts';
import type { Element } from './coverage.ts';
import { outboxEverything } from './documents.ts';
import type { VaultId } from './names.ts';
import { readMeta, type StorageId, type Transaction, writeMeta } from './state.ts';

/** To be called when the storage is taken into use for a vault that this device belongs to already. */
export async function comeAgain(place: Omit<Place, 'storage'>, vault: VaultId): Promise<void> {
  await place.state.write(['meta'], async (tx) => {
    await writeMeta(tx, `home ${place.storageId}`, vault);
    await writeMeta(tx, `reconcile ${place.storageId}`, true);
  });
}

/** What this device knows, and no pack of the storage that it has read covers. */
export async function notThere(tx: Transaction<'packs' | 'applied'>, storage: StorageId): Promise<readonly Element[]> {
  const there = new Set<Element>();
  for (const row of await tx.packs.where('storage', [storage])) {
    if (row.present && row.state === 'applied') for (const item of row.covers) there.add(item);
  }
  return (await tx.applied.list()).map((row) => row.element).filter((item) => !there.has(item));
}

/**
 * When something that this device has isn't in the storage, everything goes out as whole states, and nothing is said any more of
 * pushes that nobody could find there (rule V13).
 */
export async function reconcile(ctx: Context): Promise<void> {
  const { state, storageId } = ctx;
  const lost = await state.write(['meta', 'packs', 'applied', 'notes', 'bodies', 'outbox', 'purges'], async (tx) => {
    if (!(await readMeta(tx, `reconcile ${storageId}`))) return [];
    const unread = (await tx.packs.where('state', ['listed', 'indexed'])).filter(
      (row) => row.storage === storageId && row.present,
    );
    if (unread.length > 0) return [];
    const elements = await notThere(tx, storageId);
    await tx.applied.delete(elements);
    if (elements.length > 0) await outboxEverything(tx);
    await tx.meta.delete([`reconcile ${storageId}`]);
    return elements;
  });
  for (const item of lost) ctx.applied.delete(item);
}
