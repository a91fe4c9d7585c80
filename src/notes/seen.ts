/**
 * What somebody had seen of a document: of each client, how many of its insertions. What was deleted isn't in it, so that an edit
 * which only deletes is never one that somebody hasn't seen.
 */
import * as Y from 'yjs';

/** Clients that inserted nothing aren't in it. */
export type Seen = ReadonlyMap<number, number>;

/** A Yjs state vector. The same insertions give the same bytes, in whatever order they came. */
export function encodeSeen(doc: Y.Doc): Uint8Array {
  return Y.encodeStateVector(doc);
}

/** @throws when it is no state vector */
export function decodeSeen(bytes: Uint8Array): Seen {
  return Y.decodeStateVector(bytes);
}

/** What several had seen among them. */
export function allSeen(each: Iterable<Seen>): Seen {
  const all = new Map<number, number>();
  for (const seen of each) for (const [client, clock] of seen) all.set(client, Math.max(all.get(client) ?? 0, clock));
  return all;
}

/** Whether nothing was inserted into the document that they hadn't seen. What still waits for a missing piece was inserted as well. */
export function isSeen(doc: Y.Doc, seen: Seen): boolean {
  for (const client of doc.store.clients.keys())
    if (Y.getState(doc.store, client) > (seen.get(client) ?? 0)) return false;
  const { pendingStructs } = doc.store;
  if (!pendingStructs) return true;
  // Yjs keeps it in its other format.
  return Y.decodeUpdateV2(pendingStructs.update).structs.every(
    (struct) => struct instanceof Y.Skip || struct.id.clock + struct.length <= (seen.get(struct.id.client) ?? 0),
  );
}
