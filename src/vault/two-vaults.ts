/**
 * Two vaults in one storage, made by two devices at once. The one with the smallest id counts; the others are left by their devices
 * once a person has unlocked that one, and only a person removes what is left of them (rule V29).
 */
import type { ObjectName } from '../../backends/storage.ts';
import { closeVault } from './closing.ts';
import type { Context } from './context.ts';
import { keyRing } from './keys.ts';
import { list } from './listing.ts';
import { parseName, type VaultId } from './names.ts';
import { type PackRow, readMeta, type StorageId, type Transaction, type VaultRecord, writeMeta } from './state.ts';

/** Objects of a vault as the last listing showed them. */
export interface VaultThere {
  readonly id: VaultId;
  readonly packs: number;
  readonly slots: number;
}

/**
 * Whether it is more than half made: it has both its slots, or somebody has written to it. Whoever joined one that lacks the slot
 * for the recovery words would hold words that open nothing.
 */
export function canBeJoined(there: Omit<VaultThere, 'id'>): boolean {
  return there.slots >= 2 || (there.slots > 0 && there.packs > 0);
}

type Seen = Pick<Context, 'state' | 'storageId' | 'vault'>;

/** The vault in this storage that counts in place of this device's, if there is one. From what was listed last. */
export async function vaultThatCounts(ctx: Seen): Promise<VaultId | null> {
  return ctx.state.read(['slots', 'packs'], async (tx) => {
    const slots = new Map<VaultId, number>();
    for (const row of await tx.slots.where('storage', [ctx.storageId]))
      if (row.present && row.vault < ctx.vault) slots.set(row.vault, (slots.get(row.vault) ?? 0) + 1);
    if (slots.size === 0) return null;
    const packs = new Map<string, number>();
    for (const row of await tx.packs.where('storage', [ctx.storageId])) {
      const vault = row.present && parseName(row.name)?.vault;
      if (vault) packs.set(vault, (packs.get(vault) ?? 0) + 1);
    }
    const found = [...slots].filter(([id, count]) => canBeJoined({ slots: count, packs: packs.get(id) ?? 0 }));
    return found.map(([id]) => id).sort()[0] ?? null;
  });
}

/** To be called in the moment in which this device leaves a vault, before anything of it is forgotten. */
export async function rememberLeft(
  tx: Transaction<'meta' | 'missing' | 'gaps'>,
  storage: StorageId,
  vault: VaultRecord,
  rows: readonly PackRow[],
): Promise<void> {
  const there = rows.filter((row) => row.storage === storage && row.present);
  // It may have been left in another storage, where it goes on.
  if (there.length === 0) return;
  const whole =
    there.every((row) => row.state === 'applied') && (await tx.missing.count()) + (await tx.gaps.count()) === 0;
  const packs = there.map((row) => row.name);
  await writeMeta(tx, `left ${storage}`, { vault: vault.id, ring: vault.ring, packs, whole });
}

/** Why what is left of the other vault can't be removed. */
export type Remaining =
  /** This device had not read all of it, or somebody has written to it since: notes may be there that are nowhere else. */
  | 'unread'
  /** What this device brought along isn't in the vault that counts yet. */
  | 'waiting';

async function packsOf(tx: Transaction<'packs'>, storage: StorageId, vault: VaultId): Promise<ObjectName[]> {
  const rows = await tx.packs.where('storage', [storage]);
  return rows.filter((row) => row.present && parseName(row.name)?.vault === vault).map((row) => row.name);
}

/** What is left of a vault that this device has left: null when nothing is. From what was listed last. */
export async function leftThere(
  ctx: Seen,
): Promise<{ readonly vault: VaultId; readonly remaining: Remaining | null } | null> {
  return ctx.state.read(['meta', 'packs', 'outbox', 'uploads'], async (tx) => {
    const left = await readMeta(tx, `left ${ctx.storageId}`);
    if (!left) return null;
    const read = new Set<ObjectName>(left.packs);
    const there = await packsOf(tx, ctx.storageId, left.vault);
    if (there.length === 0) return null;
    if (!left.whole || there.some((name) => !read.has(name))) return { vault: left.vault, remaining: 'unread' };
    const waiting = (await tx.outbox.count()) + (await tx.uploads.count()) > 0;
    return { vault: left.vault, remaining: waiting ? 'waiting' : null };
  });
}

/**
 * Deletes what is left of the vault that this device has left, as a person said. Its devices that come later read that it was
 * deleted, and keep what they hold. Call it again when it was interrupted.
 * @returns why not, when it can't be.
 */
export async function removeLeft(ctx: Context, signal?: AbortSignal): Promise<Remaining | null> {
  await list(ctx, { full: true }, signal);
  const found = await leftThere(ctx);
  const left = await ctx.state.read(['meta'], (tx) => readMeta(tx, `left ${ctx.storageId}`));
  if (!found || !left) return null;
  if (found.remaining) return found.remaining;
  const other: Context = { ...ctx, vault: left.vault, ring: keyRing(left.ring), applied: new Set() };
  // Interrupted after it was put, it must not look like something that somebody else has written.
  const before = (name: ObjectName) =>
    ctx.state.write(['meta'], (tx) =>
      writeMeta(tx, `left ${ctx.storageId}`, { ...left, packs: [...left.packs, name] }),
    );
  await closeVault(other, { before }, signal);
  await ctx.state.write(['meta'], (tx) => tx.meta.delete([`left ${ctx.storageId}`]));
  return null;
}
