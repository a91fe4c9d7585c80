/** What lies in the storage: follows its changes. */
import {
  type Cursor,
  isStorageError,
  type ObjectInfo,
  type ObjectName,
  type StorageEvent,
} from '../../backends/storage.ts';
import { isNoteId } from '../notes/ids.ts';
import type { Place } from './context.ts';
import { parseName, type VaultId } from './names.ts';
import { coveredBy, damageKey, isReadable, rewriteKey } from './standing.ts';
import { compareClocks, momentOf, observe } from './time.ts';
import {
  type PackRow,
  packKey,
  readMeta,
  type Sight,
  type SlotRow,
  type StorageId,
  type Transaction,
  writeMeta,
} from './state.ts';

/** A change feed is a hint, a full listing the truth. */
export const FULL_LISTING_EVERY = 6 * 3600_000;

const LISTING = ['packs', 'slots', 'meta', 'sights', 'contents', 'objects', 'pending', 'notes'] as const;
type ListingTables = Transaction<(typeof LISTING)[number]>;

/** Times of one object that differ by less are one moment, told more and less exactly. In ms. */
const SAME_MOMENT = 2000;

/** A pack of which nothing is known but what a listing says. */
export function listedPack(storage: StorageId, { name, size, time }: ObjectInfo): PackRow {
  return {
    id: packKey(storage, name),
    storage,
    name,
    size,
    time,
    state: 'listed',
    present: true,
    covers: [],
    with: [],
    writer: null,
    put: null,
    listed: null,
    gone: null,
    body: null,
  };
}

async function addPack(tx: ListingTables, storage: StorageId, info: ObjectInfo, now: number): Promise<void> {
  const { size, time } = info;
  await observe(tx, storage, time, now);
  const known = await tx.packs.get(packKey(storage, info.name));
  if (known?.present && known.size === size && known.time === time) return;
  if (!known) {
    await tx.packs.put(listedPack(storage, info));
    return;
  }
  // Put by this device, and now seen for the first time as the storage has it.
  if (known.put !== null && known.time === 0) await compareClocks(tx, storage, known.put, time, now);
  const row: PackRow = { ...known, size, time, present: true, gone: null };
  // Something was put there anew, by whatever hand: what was read of it once says nothing of these bytes.
  const other = known.size !== size || (known.time !== 0 && Math.abs(known.time - time) >= SAME_MOMENT);
  if (other) await tx.sights.delete([damageKey(row)]);
  await tx.packs.put(other ? { ...row, state: 'listed', listed: null, body: null } : row);
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

async function apply(
  tx: ListingTables,
  storage: StorageId,
  events: readonly StorageEvent[],
  now: number,
): Promise<void> {
  for (const event of events) {
    const parsed = parseName(event.name);
    // Strangers' files and kinds of a newer program are none of our business.
    if (!parsed) continue;
    if (event.kind === 'removed') await remove(tx, storage, event.name);
    else if (parsed.kind === 'p') await addPack(tx, storage, event, now);
    else if (parsed.kind === 'k') await addSlot(tx, storage, parsed.vault, event);
  }
}

/** What was damaged once and read well since begins anew, should it ever be damaged again. */
async function forgetDamage(tx: ListingTables, storage: StorageId): Promise<void> {
  const well = (await tx.packs.where('storage', [storage])).filter(
    (row) => !['damaged', 'listed', 'indexed'].includes(row.state),
  );
  await tx.sights.delete(well.map(damageKey));
}

/** What didn't read may do so now: a cut download, a program that was updated since. */
async function giveAnotherChance(tx: ListingTables, storage: StorageId): Promise<void> {
  const rows = await tx.packs.where('state', ['damaged', 'newer', 'locked', 'aside']);
  await tx.packs.putMany(rows.filter((row) => row.storage === storage).map((row) => ({ ...row, state: 'listed' })));
}

function isPast(sight: Sight | null, moment: Sight): boolean {
  return sight !== null && sight.local <= moment.local && sight.provider <= moment.provider;
}

/** What a full listing shows for the first time, or doesn't show any more for the first time (rules V20, V27). */
async function rememberSights(tx: ListingTables, storage: StorageId, now: number): Promise<void> {
  const moment = await momentOf(tx, storage, now);
  const rows = await tx.packs.where('storage', [storage]);
  await tx.packs.putMany(
    rows.flatMap((row): PackRow[] => {
      // A clock that was put back must not make a hole, or what takes another one's place, wait for years.
      if (row.present) return isPast(row.listed, moment) ? [] : [{ ...row, listed: moment }];
      return row.gone === null || row.gone.local > now ? [{ ...row, gone: moment }] : [];
    }),
  );
}

export const FORGETTING = ['packs', 'contents', 'objects', 'pending', 'notes', 'sights'] as const;
export type Forgetting = Transaction<(typeof FORGETTING)[number]>;

/** Packs whose objects have gone and whose content others hold that are there: nobody's concern any more. */
export async function forgetSuperseded(tx: Forgetting, storage: StorageId): Promise<void> {
  const rows = await tx.packs.where('storage', [storage]);
  const gone = rows.filter((row) => !row.present && (row.covers.length > 0 || isReadable(row)));
  if (gone.length === 0) return;
  const covered = coveredBy(rows.filter((row) => row.present && isReadable(row)));
  const superseded = gone.filter((row) => row.covers.every((item) => covered.has(item)));
  await forgetPacks(tx, superseded);
}

/** Packs that this device won't read any more, and the cards whose text was only there: promises that nobody keeps. */
export async function forgetPacks(tx: Forgetting, packs: readonly PackRow[]): Promise<void> {
  if (packs.length === 0) return;
  const ids = packs.map((row) => row.id);
  await tx.packs.delete(ids);
  await tx.contents.delete(ids);
  await tx.objects.delete(ids);
  await tx.sights.delete(packs.flatMap((row) => [damageKey(row), rewriteKey(row)]));
  const pending = await tx.pending.where('pack', ids);
  if (pending.length === 0) return;
  await tx.pending.delete(pending.map((row) => row.id));
  const docs = [...new Set(pending.map((row) => row.doc))].filter(isNoteId);
  const promised = (await tx.notes.getMany(docs)).flatMap((row) => (row && !row.here ? [row.id] : []));
  const elsewhere = new Set((await tx.pending.where('doc', promised)).map((row) => row.doc));
  await tx.notes.delete(promised.filter((id) => !elsewhere.has(id)));
}

/**
 * Brings the `packs` and `slots` tables up to date, page by page: each page's names are kept together with its cursor
 * (rule V12). A name that has gone is only marked so; nothing on this device is ever deleted because it disappeared there.
 */
export async function list(place: Place, options: { full: boolean }, signal?: AbortSignal): Promise<void> {
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
    await state.write(LISTING, async (tx) => {
      await apply(tx, storageId, page.events, deps.now());
      if (last && seen) {
        const rows = [
          ...(await tx.packs.where('storage', [storageId])),
          ...(await tx.slots.where('storage', [storageId])),
        ];
        for (const row of rows) if (row.present && !seen.has(row.name)) await remove(tx, storageId, row.name);
        await forgetDamage(tx, storageId);
        await giveAnotherChance(tx, storageId);
        await rememberSights(tx, storageId, deps.now());
      }
      if (last) await forgetSuperseded(tx, storageId);
      const full = last && seen ? deps.now() : (record?.full ?? null);
      await writeMeta(tx, `listing ${storageId}`, { cursor: page.cursor, full });
    });
    cursor = page.cursor;
    if (last) break;
  }
}
