/**
 * "Delete my vault there": an entry in the vault says so, which stops every device that reads it; then everything else is deleted
 * (rule V27). Whoever has notes keeps them. The vault is closed for as long as the pack with that entry lies there: a person who
 * puts the vault back has it taken away again, last of all.
 */
import { type Area, type Cursor, isStorageError, type ObjectName, StorageError } from '../../backends/storage.ts';
import { LIBRARY } from '../notes/ids.ts';
import { encode } from './cbor.ts';
import type { Context, Place } from './context.ts';
import { CLOSED } from './entry-kinds.ts';
import { formatToWrite } from './formats.ts';
import { list } from './listing.ts';
import { parseName, type VaultId } from './names.ts';
import { createPackBuilder } from './pack.ts';
import { readMeta, writeMeta } from './state.ts';
import { writerOf } from './seal.ts';

/** Packs of this device's vault that are there and say that it was deleted. What has gone meanwhile is forgotten. */
async function closingPacks(ctx: Context): Promise<readonly ObjectName[]> {
  const key = `closed ${ctx.storageId}` as const;
  return ctx.state.write(['meta', 'packs'], async (tx) => {
    const known = await readMeta(tx, key);
    if (!known) return [];
    const present = (await tx.packs.where('storage', [ctx.storageId])).filter((row) => row.present);
    const there = new Set<ObjectName>(present.map((row) => row.name));
    const names = known.filter((name) => there.has(name));
    if (names.length === 0) await tx.meta.delete([key]);
    else if (names.length < known.length) await writeMeta(tx, key, names);
    return names.filter((name) => parseName(name)?.vault === ctx.vault);
  });
}

export interface ClosedReport {
  /** Packs that lie there all the same: of a device that wrote before it knew, or of a deletion cut short. */
  readonly left: number;
}

/** Null unless a person has deleted the vault there and none has put it back. To be asked once everything there was read. */
export async function closedReport(ctx: Context): Promise<ClosedReport | null> {
  const closing = new Set(await closingPacks(ctx));
  if (closing.size === 0) return null;
  return ctx.state.read(['meta', 'packs'], async (tx) => {
    if ((await readMeta(tx, `reconcile ${ctx.storageId}`))?.reopens) return null;
    const rows = await tx.packs.where('storage', [ctx.storageId]);
    const own = rows.filter((row) => row.present && parseName(row.name)?.vault === ctx.vault);
    return { left: own.filter((row) => !closing.has(row.name)).length };
  });
}

/** The vault is there again: those that say it was deleted go. */
export async function reopen(ctx: Context, signal?: AbortSignal): Promise<void> {
  const names = await closingPacks(ctx);
  if (names.length === 0) return;
  await ctx.storage.delete(names, signal);
  await ctx.state.write(['meta'], (tx) => tx.meta.delete([`closed ${ctx.storageId}`]));
}

export interface CloseOptions {
  /** Hears of the name of the pack that says so, before it is put. */
  readonly before?: (name: ObjectName) => Promise<void>;
}

/** Puts the pack that says so. */
async function close(ctx: Context, options: CloseOptions, signal?: AbortSignal): Promise<ObjectName> {
  const builder = createPackBuilder(ctx.deps, ctx.ring, ctx.vault, await formatToWrite(ctx));
  const pack = await builder.finish({
    device: await writerOf(ctx),
    // It is no push, and takes no pack's place.
    sequence: 0,
    covers: new Set(),
    applied: new Set(),
    wants: [],
    inline: [{ doc: LIBRARY, kind: CLOSED, payload: encode({ at: ctx.deps.now() }) }],
  });
  if (!pack) throw new RangeError('a pack of one entry is larger than an object may be');
  await options.before?.(pack.name);
  await ctx.storage.put(pack.name, pack.bytes, signal);
  return pack.name;
}

async function isListed(ctx: Context, name: ObjectName, signal?: AbortSignal): Promise<boolean> {
  await list(ctx, { full: true }, signal);
  const rows = await ctx.state.read(['packs'], (tx) => tx.packs.where('storage', [ctx.storageId]));
  return rows.some((row) => row.present && row.name === name);
}

async function namesIn(place: Place, area: Area, vault: VaultId, signal?: AbortSignal): Promise<ObjectName[]> {
  const names = new Set<ObjectName>();
  let cursor: Cursor | undefined;
  for (;;) {
    try {
      const page = await place.storage.changes(area, cursor, signal);
      for (const event of page.events) {
        if (event.kind === 'added') names.add(event.name);
        else names.delete(event.name);
      }
      cursor = page.cursor;
      if (!page.more) break;
    } catch (error) {
      if (!isStorageError(error, 'CursorExpired') || cursor === undefined) throw error;
      cursor = undefined;
      names.clear();
    }
  }
  return [...names].filter((name) => parseName(name)?.vault === vault);
}

/**
 * Deletes the vault from the storage: all of it but the key slots, with which other devices can still read that it was deleted, and
 * the pack that says so. Only after the person has said so. Call it again when it was interrupted.
 * @throws {StorageError} `Unavailable` while the storage doesn't show the pack that stops other devices: nothing was deleted then.
 */
export async function closeVault(ctx: Context, options: CloseOptions = {}, signal?: AbortSignal): Promise<void> {
  const known = await closingPacks(ctx);
  const closing = known.length > 0 ? known : [await close(ctx, options, signal)];
  for (const name of closing) {
    if (!(await isListed(ctx, name, signal)) && !(await isListed(ctx, name, signal)))
      throw new StorageError('Unavailable', 'the storage does not show yet what was just put there');
  }
  const kept = new Set<ObjectName>(closing);
  const all = [
    ...(await namesIn(ctx, 'log', ctx.vault, signal)).filter((name) => parseName(name)?.kind !== 'k'),
    ...(await namesIn(ctx, 'files', ctx.vault, signal)),
  ];
  const going = all.filter((name) => !kept.has(name));
  if (going.length > 0) await ctx.storage.delete(going, signal);
}
