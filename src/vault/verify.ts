/** Whether one pack holds everything of another: the only ground on which that other one may go (rule V18). */
import type * as Y from 'yjs';
import type { DocId } from '../notes/ids.ts';
import { contains, docFrom, hasPending, keepsDeleted, UnreadableUpdate } from '../notes/merge.ts';
import { groupByDoc } from './documents.ts';
import { STATE, UPDATES } from './entry-kinds.ts';
import type { WholeEntry, WholePack } from './whole.ts';

/** Documents of which a purge lets go: that they were purged has to be there, and nothing else of them. */
export type Released = ReadonlySet<DocId>;

/** What a pack holds, ready to be asked. */
export interface Holder {
  /** @returns in words what of the other pack isn't here; null when everything is. */
  lacks(other: WholePack, released: Released): Promise<string | null>;
}

/** The document that a pack's entries make. @throws {UnreadableUpdate} */
function docOf(entries: readonly WholeEntry[]): Y.Doc {
  return docFrom(entries.filter(({ kind }) => UPDATES.includes(kind)).map(({ payload }) => payload));
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/** @throws {VaultError} `Damaged` */
export async function createHolder(pack: WholePack): Promise<Holder> {
  const all: WholeEntry[] = [];
  for await (const entries of pack.entries()) all.push(...entries);
  const here = groupByDoc(all);

  function lacksOf(doc: DocId, entries: readonly WholeEntry[], released: Released): string | null {
    const held = here.get(doc) ?? [];
    const updates = released.has(doc) ? [] : entries.filter(({ kind }) => UPDATES.includes(kind));
    // Purges, and whatever newer programs keep, are held only as they are.
    for (const { kind, payload } of entries) {
      if (UPDATES.includes(kind)) continue;
      if (!held.some((other) => other.kind === kind && sameBytes(other.payload, payload)))
        return `an entry of kind ${kind} of ${doc}`;
    }
    const isHeld = ({ kind, payload }: WholeEntry) =>
      held.some((other) => other.kind === kind && sameBytes(other.payload, payload));
    // What was taken over as it was is there, even if it waits for something that is nowhere.
    if (updates.every(isHeld)) return null;
    let state: Y.Doc;
    try {
      state = docOf(held);
    } catch (error) {
      if (!(error instanceof UnreadableUpdate)) throw error;
      return `a state of ${doc} that can be read`;
    }
    try {
      if (hasPending(state)) return `a part of ${doc} on which others build`;
      return updates.every(({ payload }) => contains(state, payload)) ? null : `edits of ${doc}`;
    } finally {
      state.destroy();
    }
  }

  return {
    async lacks(other, released) {
      for await (const entries of other.entries()) {
        for (const [doc, own] of groupByDoc(entries)) {
          const reason = lacksOf(doc, own, released);
          if (reason) return reason;
        }
      }
      return null;
    },
  };
}

/**
 * Whether every whole state in the pack is what a document makes of it (rule V17): merged updates would keep what was deleted.
 * @returns a document of which that isn't so.
 */
export async function uncollected(pack: WholePack): Promise<DocId | null> {
  for await (const entries of pack.entries()) {
    for (const { doc, kind, payload } of entries) if (kind === STATE && keepsDeleted(payload)) return doc;
  }
  return null;
}
