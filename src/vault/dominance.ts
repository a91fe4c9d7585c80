/** Which packs take the place of which, as far as the rows that are kept of them tell (rule V19). */
import type { Context } from './context.ts';
import type { Element } from './coverage.ts';
import { parseName } from './names.ts';
import type { PackRow, Transaction } from './state.ts';

type Covering = Pick<PackRow, 'name' | 'covers' | 'with'>;

/** Tells of two packs whether the first takes the second's place. */
export type Dominance = (one: Covering, other: Covering) => boolean;

/** @returns one that keeps coverage at hand between two questions: what a pack covers never changes. */
export function createDominance(): Dominance {
  const sets = new Map<string, ReadonlySet<Element>>();
  const setOf = (pack: Covering) => {
    let set = sets.get(pack.name);
    if (set?.size !== pack.covers.length) sets.set(pack.name, (set = new Set(pack.covers)));
    return set;
  };
  return (one, other) => {
    // Of a pack that wasn't read nothing is known: that it covers nothing would let any other take its place.
    if (one.name === other.name || other.covers.length === 0 || one.covers.length < other.covers.length) return false;
    if (one.covers.length === other.covers.length && one.name >= other.name) return false;
    const covered = setOf(one);
    if (!other.covers.every((item) => covered.has(item))) return false;
    return one.with.every((item) => covered.has(item) || other.with.includes(item));
  };
}

/** Packs of this vault that the storage has, as far as is known. */
export async function presentPacks(ctx: Context, tx: Transaction<'packs'>): Promise<PackRow[]> {
  const rows = await tx.packs.where('storage', [ctx.storageId]);
  return rows.filter((row) => row.present && parseName(row.name)?.vault === ctx.vault);
}

/** Whether it was read, and holds all that it covers, together with what it leaves to others. */
export function counts(ctx: Context, row: PackRow): boolean {
  return row.state === 'applied' && row.covers.length > 0 && row.with.every((item) => ctx.applied.has(item));
}

/** For each pack whose place another takes, the ones that do. @param rows as `presentPacks` gives them */
export function supersededAmong(
  ctx: Context,
  rows: readonly PackRow[],
  dominates: Dominance = createDominance(),
): Map<PackRow, PackRow[]> {
  const dominators = rows.filter((row) => counts(ctx, row));
  const found = new Map<PackRow, PackRow[]>();
  for (const row of rows) {
    if (row.state !== 'applied' && row.state !== 'damaged') continue;
    const by = dominators.filter((other) => dominates(other, row));
    if (by.length > 0) found.set(row, by);
  }
  return found;
}
