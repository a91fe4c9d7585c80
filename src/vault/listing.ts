/** What lies in the storage: follows its changes, and notices when most of it has gone. */
import {
  type Cursor,
  isStorageError,
  type ObjectInfo,
  type ObjectName,
  type StorageEvent,
} from '../../backends/storage.ts';
import type { Place } from './context.ts';
import { parseName, type VaultId } from './names.ts';
import {
  type AlarmRecord,
  type PackRow,
  packKey,
  readMeta,
  type SlotRow,
  type StorageId,
  type Transaction,
  writeMeta,
} from './state.ts';

/** A change feed is a hint, a full listing the truth. */
export const FULL_LISTING_EVERY = 6 * 3600_000;

type ListingTables = Transaction<'packs' | 'slots' | 'meta'>;

async function addPack(tx: ListingTables, storage: StorageId, { name, size, time }: ObjectInfo): Promise<void> {
  const id = packKey(storage, name);
  const known = await tx.packs.get(id);
  if (known?.present && known.size === size && known.time === time) return;
  const fresh: PackRow = { id, storage, name, size, time, state: 'listed', present: true, covers: [], body: null };
  await tx.packs.put(known ? { ...known, size, time, present: true } : fresh);
}

async function addSlot(
  tx: ListingTables,
  storage: StorageId,
  vault: VaultId,
  { name, time }: ObjectInfo,
): Promise<void> {
  const id = packKey(storage, name);
  const known = await tx.slots.get(id);
  const fresh: SlotRow = { id, storage, name, vault, time, present: true, bytes: null };
  await tx.slots.put(known ? { ...known, present: true } : fresh);
}

async function remove(tx: ListingTables, storage: StorageId, name: ObjectName): Promise<void> {
  const id = packKey(storage, name);
  const pack = await tx.packs.get(id);
  if (pack?.present) await tx.packs.put({ ...pack, present: false });
  const slot = await tx.slots.get(id);
  if (slot?.present) await tx.slots.put({ ...slot, present: false });
}

async function apply(tx: ListingTables, storage: StorageId, events: readonly StorageEvent[]): Promise<void> {
  for (const event of events) {
    const parsed = parseName(event.name);
    // Strangers' files and kinds of a newer program are none of our business.
    if (!parsed) continue;
    if (event.kind === 'removed') await remove(tx, storage, event.name);
    else if (parsed.kind === 'p') await addPack(tx, storage, event);
    else if (parsed.kind === 'k') await addSlot(tx, storage, parsed.vault, event);
  }
}

/** What didn't read may do so now: a cut download, a program that was updated since. */
async function giveAnotherChance(tx: ListingTables, storage: StorageId): Promise<void> {
  const rows = await tx.packs.where('state', ['damaged', 'newer', 'aside']);
  await tx.packs.putMany(rows.filter((row) => row.storage === storage).map((row) => ({ ...row, state: 'listed' })));
}

/** Objects that are asked for one by one before a loss is believed. */
const ASKED = 4;

/** Whether an object that a listing no longer names is really gone. Listings lag; a direct read rarely does. */
async function reallyGone(place: Place, name: ObjectName, signal?: AbortSignal): Promise<boolean> {
  try {
    await place.storage.get(name, { start: 0, end: 1 }, signal);
    return false;
  } catch (error) {
    if (isStorageError(error, 'NotFound')) return true;
    throw error;
  }
}

/**
 * Brings the `packs` and `slots` tables up to date, page by page: each page's names are kept together with its cursor
 * (rule V12). A name that has gone is only marked so; nothing on this device is ever deleted because it disappeared there.
 * @param vault whose packs are watched for a great loss; null before there is a vault.
 * @returns the alarm that stands, if any (rule V27).
 */
export async function list(
  place: Place,
  vault: VaultId | null,
  options: { full: boolean },
  signal?: AbortSignal,
): Promise<AlarmRecord | null> {
  const { state, storage, storageId, deps } = place;
  const record = await state.read(['meta'], (tx) => readMeta(tx, `listing ${storageId}`));
  const due = !record?.full || deps.now() - record.full >= FULL_LISTING_EVERY || record.full > deps.now();
  let cursor: Cursor | undefined = options.full || due ? undefined : (record?.cursor ?? undefined);
  let seen: Set<ObjectName> | null = cursor === undefined ? new Set() : null;
  for (;;) {
    let page: Awaited<ReturnType<typeof storage.changes>>;
    try {
      page = await storage.changes('log', cursor, signal);
    } catch (error) {
      if (!isStorageError(error, 'CursorExpired') || cursor === undefined) throw error;
      cursor = undefined;
      seen = new Set();
      continue;
    }
    for (const event of page.events) {
      if (event.kind === 'added') seen?.add(event.name);
      else seen?.delete(event.name);
    }
    const last = !page.more;
    await state.write(['packs', 'slots', 'meta'], async (tx) => {
      await apply(tx, storageId, page.events);
      if (last && seen) {
        const rows = [
          ...(await tx.packs.where('storage', [storageId])),
          ...(await tx.slots.where('storage', [storageId])),
        ];
        for (const row of rows) if (row.present && !seen.has(row.name)) await remove(tx, storageId, row.name);
        await giveAnotherChance(tx, storageId);
      }
      const full = last && seen ? deps.now() : (record?.full ?? null);
      await writeMeta(tx, `listing ${storageId}`, { cursor: page.cursor, full });
    });
    cursor = page.cursor;
    if (last) break;
  }
  return vault === null ? null : watchForLoss(place, vault, signal);
}

/**
 * When half or more of the vault's packs have gone, everything stops until a person has looked (rule V27). Worked out from
 * what is kept, not from what this listing changed, so that a device killed in between notices it the next time.
 */
async function watchForLoss(place: Place, vault: VaultId, signal?: AbortSignal): Promise<AlarmRecord | null> {
  const { state, storageId } = place;
  const rows = (await state.read(['packs'], (tx) => tx.packs.where('storage', [storageId]))).filter(
    (row) => parseName(row.name)?.vault === vault,
  );
  const gone = rows.filter((row) => !row.present);
  const key = `alarm ${storageId}` as const;
  const standing = await state.read(['meta'], (tx) => readMeta(tx, key));
  if (gone.length === 0 || gone.length * 2 < rows.length) {
    if (standing) await state.write(['meta'], (tx) => tx.meta.delete([key]));
    return null;
  }
  if (standing) return standing;
  const lagging: PackRow[] = [];
  const asked = gone.slice(0, ASKED);
  for (const row of asked) if (!(await reallyGone(place, row.name, signal))) lagging.push(row);
  if (lagging.length > 0) {
    // When all of them can be read, the listing lags and the others will be there too; else only these are known to be.
    const back = lagging.length === asked.length ? gone : lagging;
    await state.write(['packs'], (tx) => tx.packs.putMany(back.map((row) => ({ ...row, present: true }))));
    return watchForLoss(place, vault, signal);
  }
  const alarm: AlarmRecord = { lost: gone.length, of: rows.length };
  await state.write(['meta'], (tx) => writeMeta(tx, key, alarm));
  return alarm;
}
