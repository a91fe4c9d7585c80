/**
 * How a vault stands in a storage: which packs count, and whose content has gone from it. Worked out from what is kept of each pack,
 * never from what the last listing changed, so that a device killed in between comes to the same result the next time.
 */
import type { Element } from './coverage.ts';
import { parseName, type VaultId } from './names.ts';
import { type PackRow, readMeta, type StorageId, type Transaction } from './state.ts';

/** What isn't as it was in one listing may be late. After this long another full listing has to say the same (rule V27). */
export const CONFIRMED_AFTER = 3600_000;

export function damageKey(row: Pick<PackRow, 'id'>): string {
  return `damaged ${row.id}`;
}

/** Since when a pack should have been written anew, and couldn't be from what is here. */
export function rewriteKey(row: Pick<PackRow, 'id'>): string {
  return `rewrite ${row.id}`;
}

type Covering = Pick<PackRow, 'covers' | 'with'>;

/** The pushes whose content these packs hold together. What a pack leaves to others counts only beside them. */
export function coveredBy(packs: Iterable<Covering>): Set<Element> {
  const covered = new Set<Element>();
  let waiting = [...packs];
  for (;;) {
    const left: Covering[] = [];
    for (const pack of waiting) {
      const own = pack.with.length > 0 ? new Set(pack.covers) : null;
      if (own && !pack.with.every((item) => covered.has(item) || own.has(item))) left.push(pack);
      else for (const item of pack.covers) covered.add(item);
    }
    if (left.length === waiting.length || left.length === 0) return covered;
    waiting = left;
  }
}

/** Whether it can be told what the object holds, and whoever reads it gets that. */
export function isReadable(row: PackRow): boolean {
  return row.state === 'applied' || row.state === 'indexed' || row.state === 'aside';
}

export interface Standing {
  /** Readable packs that are there. */
  readonly there: readonly PackRow[];
  /**
   * Packs that this device once read, whose objects have gone, or are damaged for good, and whose content is in nothing that is
   * there. One whose content another of them holds as well isn't among them.
   */
  readonly lost: readonly PackRow[];
  /** Packs that are named and weren't read yet: what seems lost may be in there. */
  readonly unread: readonly PackRow[];
  /** Packs that are there and that this program can't read: what seems lost may be in there, too. */
  readonly closed: readonly PackRow[];
  /** Packs that are there and didn't read, once: what seems lost may be in there, when only the download was damaged. */
  readonly doubtful: readonly PackRow[];
  /** Packs that have gone before they were read. */
  readonly vanished: readonly PackRow[];
  /** This device's clock at the end of the last full listing, in ms since 1970; 0 before the first. */
  readonly full: number;
}

/** Only those whose coverage isn't within another one's. */
export function onlyLargest(rows: readonly PackRow[]): PackRow[] {
  const largestFirst = [...rows].sort((a, b) => b.covers.length - a.covers.length || (a.name < b.name ? -1 : 1));
  const kept: { row: PackRow; covers: ReadonlySet<Element> }[] = [];
  for (const row of largestFirst) {
    if (kept.some(({ covers }) => row.covers.every((item) => covers.has(item)))) continue;
    kept.push({ row, covers: new Set(row.covers) });
  }
  return kept.map(({ row }) => row);
}

export async function standingOf(
  tx: Transaction<'packs' | 'sights' | 'meta'>,
  storage: StorageId,
  vault: VaultId,
): Promise<Standing> {
  const rows = (await tx.packs.where('storage', [storage])).filter((row) => parseName(row.name)?.vault === vault);
  const full = (await readMeta(tx, `listing ${storage}`))?.full ?? 0;
  const torn: PackRow[] = [];
  const there: PackRow[] = [];
  const unread: PackRow[] = [];
  const closed: PackRow[] = [];
  const doubtful: PackRow[] = [];
  const vanished: PackRow[] = [];
  for (const row of rows) {
    if (!row.present) (row.covers.length > 0 ? torn : isReadable(row) ? [] : vanished).push(row);
    else if (row.state === 'listed') unread.push(row);
    else if (isReadable(row)) there.push(row);
    else if (row.state !== 'damaged') closed.push(row);
    else {
      const since = (await tx.sights.get(damageKey(row)))?.local;
      if (since === undefined || full - since < CONFIRMED_AFTER) doubtful.push(row);
      else if (row.covers.length > 0) torn.push(row);
    }
  }
  if (torn.length === 0) return { there, lost: [], unread, closed, doubtful, vanished, full };
  const covered = coveredBy(there);
  const lost = onlyLargest(torn.filter((row) => !row.covers.every((item) => covered.has(item))));
  return { there, lost, unread, closed, doubtful, vanished, full };
}
