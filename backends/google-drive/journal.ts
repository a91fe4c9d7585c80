/**
 * What this program wrote and deleted itself, for as long as Drive's listings may not show it yet. One for all of its
 * connections to an account: what one has just put, another one finds.
 */
import type { Area, ObjectName } from '../storage.ts';
import { areaOf } from '../storage.ts';
import type { Entry } from './file.ts';

export interface Journal {
  wrote(entry: Entry): void;
  /** Ids never come back, so this holds for ever. */
  deleted(ids: Iterable<string>): void;
  isDeleted(id: string): boolean;
  /** Written, and shown by no listing yet. */
  unseen(area: Area): readonly Entry[];
  unseenNamed(name: ObjectName): readonly Entry[];
  /** A complete listing showed these. What it should have shown by now, and didn't, is believed no longer. */
  listed(area: Area, ids: ReadonlySet<string>): void;
  /** Drive itself says that it isn't there. */
  forget(id: string): void;
  /** The folder has gone, and all that was in it. */
  forgetAll(area: Area): void;
}

/** Listings have been seen to be minutes old. */
const LAG_MS = 10 * 60 * 1000;

/** @param now ms since 1970 */
export function createJournal(now: () => number): Journal {
  const own = new Map<string, { readonly entry: Entry; readonly at: number }>();
  const byName = new Map<ObjectName, Set<string>>();
  const gone = new Set<string>();

  function forget(id: string): void {
    const known = own.get(id);
    if (!known) return;
    own.delete(id);
    const ids = byName.get(known.entry.name);
    ids?.delete(id);
    if (ids?.size === 0) byName.delete(known.entry.name);
  }

  return {
    wrote(entry) {
      own.set(entry.id, { entry, at: now() });
      byName.set(entry.name, new Set([...(byName.get(entry.name) ?? []), entry.id]));
    },
    deleted(ids) {
      for (const id of ids) {
        gone.add(id);
        forget(id);
      }
    },
    isDeleted: (id) => gone.has(id),
    unseen: (area) => [...own.values()].map(({ entry }) => entry).filter((entry) => areaOf(entry.name) === area),
    unseenNamed: (name) => [...(byName.get(name) ?? [])].flatMap((id) => own.get(id)?.entry ?? []),
    listed(area, ids) {
      for (const [id, { entry, at }] of own) {
        if (areaOf(entry.name) !== area) continue;
        // A clock that was put back counts as one that has run on.
        if (ids.has(id) || Math.abs(now() - at) > LAG_MS) forget(id);
      }
    },
    forget,
    forgetAll(area) {
      for (const [id, { entry }] of own) if (areaOf(entry.name) === area) forget(id);
    },
  };
}
