/** Notices when most of a vault has gone from its storage (rule V27). */
import { isStorageError, type ObjectName } from '../../backends/storage.ts';
import type { Place } from './context.ts';
import { FORGETTING, forgetSuperseded } from './listing.ts';
import type { VaultId } from './names.ts';
import { damageKey, onlyLargest, type Standing, standingOf } from './standing.ts';
import {
  type AlarmRecord,
  type PackRow,
  readMeta,
  type SlotRow,
  type StorageId,
  type Transaction,
  writeMeta,
} from './state.ts';
import { momentOf } from './time.ts';

/** Objects that are asked for one by one before a loss is believed. */
const ASKED = 4;

/** Whether an object that a listing no longer names is really gone. Listings lag; a direct read rarely does. */
export async function reallyGone(place: Place, name: ObjectName, signal?: AbortSignal): Promise<boolean> {
  try {
    await place.storage.get(name, { start: 0, end: 1 }, signal);
    return false;
  } catch (error) {
    if (isStorageError(error, 'NotFound')) return true;
    // There is something, though the storage refuses to give it.
    if (isStorageError(error, 'Rejected')) return false;
    throw error;
  }
}

/** An object that a listing lacks, and that is there all the same. */
export async function markThere(place: Place, rows: readonly PackRow[]): Promise<void> {
  await place.state.write(['packs'], async (tx) => {
    const now = await tx.packs.getMany(rows.map((row) => row.id));
    await tx.packs.putMany(now.flatMap((row) => (row ? [{ ...row, present: true, gone: null }] : [])));
  });
}

/** When damage was first seen, so that one flipped download isn't taken for it. */
async function noteDamage(
  tx: Transaction<'packs' | 'sights' | 'meta'>,
  storage: StorageId,
  now: number,
): Promise<void> {
  const damaged = (await tx.packs.where('state', ['damaged'])).filter((row) => row.storage === storage);
  if (damaged.length === 0) return;
  const known = await tx.sights.getMany(damaged.map(damageKey));
  const moment = await momentOf(tx, storage, now);
  // A clock that was put back must not make it wait for years.
  const fresh = damaged.filter((_, index) => (known[index]?.local ?? Number.POSITIVE_INFINITY) > now);
  await tx.sights.putMany(fresh.map((row) => ({ key: damageKey(row), ...moment })));
}

function bytesOf(rows: readonly PackRow[]): number {
  return rows.reduce((sum, row) => sum + row.size, 0);
}

/**
 * Half of the content, or several packs and half of them. One small pack of a few is only a hole, and one large one that holds
 * nearly everything is more than that, however many small ones lie beside it.
 */
function isMost(lost: readonly PackRow[], there: readonly PackRow[]): boolean {
  if (bytesOf(lost) >= bytesOf(there)) return true;
  return lost.length > 1 && lost.length >= there.length;
}

/** What a person is told of, and must decide about. */
interface Loss {
  readonly alarm: AlarmRecord;
  readonly packs: readonly PackRow[];
  readonly slots: readonly SlotRow[];
}

function lossIn(standing: Standing, slots: readonly SlotRow[], before: AlarmRecord | undefined): Loss | null {
  const { there, lost, vanished, closed } = standing;
  const empty = there.length + closed.length === 0;
  const gone = empty ? [...lost, ...vanished] : lost;
  if (gone.length === 0) {
    // A vault that nobody has written to yet is its key slots. With none of them there, the next push would be one that nobody opens.
    if (!empty || slots.length === 0 || slots.some((row) => row.present)) return null;
    return { alarm: { lost: slots.length, of: slots.length }, packs: [], slots };
  }
  const counting = onlyLargest(there);
  // Once the alarm was given, what is written beside the ruins doesn't end it: only what is put back.
  const stays = before !== undefined && gone.length * 2 >= before.of;
  if (!stays && !isMost(gone, counting)) return null;
  return { alarm: { lost: gone.length, of: gone.length + counting.length }, packs: gone, slots: [] };
}

/**
 * When most of the vault has gone, everything stops until a person has looked (rule V27). Ask only once what is there was read:
 * what others have merged looks as if it had gone until then.
 * @returns null as well once the person has said that it shall be put back, though it isn't there yet.
 */
export async function watchForLoss(place: Place, vault: VaultId, signal?: AbortSignal): Promise<AlarmRecord | null> {
  const { state, storageId, deps } = place;
  const key = `alarm ${storageId}` as const;
  const tables = [...FORGETTING, 'meta', 'slots'] as const;
  const { standing, slots, before, decided, givenUp } = await state.write(tables, async (tx) => {
    await forgetSuperseded(tx, storageId);
    await noteDamage(tx, storageId, deps.now());
    return {
      standing: await standingOf(tx, storageId, vault),
      slots: (await tx.slots.where('storage', [storageId])).filter((row) => row.vault === vault && row.bytes),
      before: await readMeta(tx, key),
      decided: await readMeta(tx, `reconcile ${storageId}`),
      givenUp: new Set(await readMeta(tx, `given-up ${storageId}`)),
    };
  });
  // What seems lost may be in packs that this program can't read: only a newer one can tell. Or in one whose download was damaged.
  const inDoubt = !before && standing.closed.length + standing.doubtful.length > 0;
  const open = { ...standing, lost: standing.lost.filter((row) => !givenUp.has(row.id)) };
  const loss = decided || inDoubt ? null : lossIn(open, slots, before);
  if (!loss) {
    if (before) await state.write(['meta'], (tx) => tx.meta.delete([key]));
    return null;
  }
  if (before) return before;
  // Or in packs that are named and couldn't be had yet.
  for (const row of standing.unread.slice(0, ASKED)) if (!(await reallyGone(place, row.name, signal))) return null;
  const lagging = await laggingIn(place, loss, signal);
  if (lagging) return watchForLoss(place, vault, signal);
  await state.write(['meta'], (tx) => writeMeta(tx, key, loss.alarm));
  return loss.alarm;
}

/** @returns whether some of it is there after all: then it is marked so. */
async function laggingIn(place: Place, loss: Loss, signal?: AbortSignal): Promise<boolean> {
  const packs = loss.packs.filter((row) => !row.present);
  const asked = packs.slice(0, ASKED);
  const lagging: PackRow[] = [];
  for (const row of asked) if (!(await reallyGone(place, row.name, signal))) lagging.push(row);
  // When all of them can be read, the listing lags and the others will be there too; else only these are known to be.
  if (lagging.length > 0) await markThere(place, lagging.length === asked.length ? packs : lagging);
  const slots: SlotRow[] = [];
  for (const row of loss.slots) if (!(await reallyGone(place, row.name, signal))) slots.push({ ...row, present: true });
  if (slots.length > 0) await place.state.write(['slots'], (tx) => tx.slots.putMany(slots));
  return lagging.length + slots.length > 0;
}
