/** Notices when most of a vault has gone from its storage (rule V27). */
import { isStorageError, type ObjectName } from '../../backends/storage.ts';
import type { Place } from './context.ts';
import { forgetSuperseded } from './listing.ts';
import { parseName, type VaultId } from './names.ts';
import { type AlarmRecord, type PackRow, readMeta, writeMeta } from './state.ts';

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
 * When half or more of the vault's packs have gone, everything stops until a person has looked (rule V27). Worked out from
 * what is kept, not from what the last listing changed, so that a device killed in between notices it the next time. Ask only once
 * what is there was read: what others have merged looks as if it had gone until then.
 */
export async function watchForLoss(place: Place, vault: VaultId, signal?: AbortSignal): Promise<AlarmRecord | null> {
  const { state, storageId } = place;
  await state.write(['packs', 'contents', 'objects'], (tx) => forgetSuperseded(tx, storageId));
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
