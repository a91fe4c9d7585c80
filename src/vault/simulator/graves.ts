/** What is known anywhere of notes that were deleted for good, and what follows from it (rules V22 to V25, V38). */
import * as Y from 'yjs';
import type { DocId } from '../../notes/ids.ts';
import { allSeen, decodeSeen, isSeen, type Seen } from '../../notes/seen.ts';
import { decodePurge, purgeId } from '../purge.ts';

const DAY = 86_400_000;
/** For so long what was purged is kept, for the edits that the purge hadn't seen. */
const KEPT = { good: 20 * DAY, expired: 90 * DAY };
/** A note has to lie in the trash for so long before it is purged by itself. */
export const TRASH_KEPT = 30 * DAY;

interface Grave {
  readonly id: string;
  readonly seen: Seen;
  readonly good: boolean;
  /** When it was dug, by the simulator's clock. */
  readonly since: number;
}

export interface Graves {
  /** @returns whether nobody had heard of it. */
  dig(doc: DocId, payload: Uint8Array): boolean;
  /** Whether everything in the document was seen by these purges; false where there is none. */
  hidden(doc: Y.Doc | undefined, purges: readonly Uint8Array[]): boolean;
  /** Whether a piece of a note may be forgotten: purges had seen it long ago. Whoever writes on in the note has all of it. */
  released(doc: DocId, piece: Uint8Array): boolean;
  /** The same of purges of any age. */
  buried(doc: DocId, piece: Uint8Array): boolean;
  /** Whether the note was deleted for good so long ago that its text may go. */
  isRipe(doc: DocId): boolean;
}

function seenBy(payloads: readonly Uint8Array[]): Seen {
  return allSeen(payloads.map((payload) => decodeSeen(decodePurge(payload).seen)));
}

function isSeenBy(seen: Seen | null, piece: Uint8Array): boolean {
  if (!seen) return false;
  return Y.decodeUpdate(piece).structs.every(
    (struct) => struct instanceof Y.Skip || struct.id.clock + struct.length <= (seen.get(struct.id.client) ?? 0),
  );
}

/** @param slack by how much clocks may have gone wrong without anybody having to doubt them, in ms. */
export function createGraves(now: () => number, slack: () => number): Graves {
  const graves = new Map<DocId, Map<string, Grave>>();

  /** What those had seen which are so old, in ms; their own time to be kept where it isn't given. */
  function seenFor(doc: DocId, age?: number): Seen | null {
    const old = [...(graves.get(doc)?.values() ?? [])].filter(
      (grave) => now() - grave.since >= (age ?? (grave.good ? KEPT.good : KEPT.expired) - slack()),
    );
    return old.length > 0 ? allSeen(old.map((grave) => grave.seen)) : null;
  }

  return {
    dig(doc, payload) {
      const id = purgeId(payload);
      const known = graves.get(doc) ?? new Map<string, Grave>();
      graves.set(doc, known);
      if (known.has(id)) return false;
      const { seen, good } = decodePurge(payload);
      known.set(id, { id, seen: decodeSeen(seen), good, since: now() });
      return true;
    },
    hidden: (doc, purges) => purges.length > 0 && (doc === undefined || isSeen(doc, seenBy(purges))),
    released: (doc, piece) => isSeenBy(seenFor(doc), piece),
    buried: (doc, piece) => isSeenBy(seenFor(doc, 0), piece),
    isRipe: (doc) => seenFor(doc) !== null,
  };
}
