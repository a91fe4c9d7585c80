/** Documents to bytes and back, and what can be told of a document without comparing its text. */
import * as Y from 'yjs';
import { extentOf, isNothing, less } from './extent.ts';
import { newDoc } from './note.ts';

/** One of the pieces of a document can't be read, so none of it is used. `index` is its place among those given. */
export class UnreadableUpdate extends Error {
  readonly index: number;

  constructor(index: number, cause: unknown) {
    super(`piece ${index} of the document can't be read`, { cause });
    this.name = 'UnreadableUpdate';
    this.index = index;
  }
}

/**
 * The document that these updates make, in whatever order and however often they are given.
 * @param clientId see newDoc.
 * @throws UnreadableUpdate
 */
export function docFrom(updates: readonly Uint8Array[], clientId?: number): Y.Doc {
  const doc = newDoc(clientId);
  // One transaction, or every update pays for its own round of observers and of collecting deleted text.
  doc.transact(() => {
    for (const [index, update] of updates.entries()) {
      try {
        Y.applyUpdate(doc, update);
      } catch (cause) {
        throw new UnreadableUpdate(index, cause);
      }
    }
  });
  return doc;
}

/** The whole state as one update (Yjs update format 1), with what still waits for missing pieces. */
export function stateOf(doc: Y.Doc): Uint8Array {
  return Y.encodeStateAsUpdate(doc);
}

/**
 * Bytes that are equal exactly when two documents have applied the same edits, in whatever order: every client's clock and
 * every deleted range, sorted by client. What is pending isn't in it; see hasPending.
 */
export function snapshotDigestInput(doc: Y.Doc): Uint8Array {
  return Y.encodeSnapshot(Y.snapshot(doc));
}

/** Whether edits arrived that build on others which haven't. */
export function hasPending(doc: Y.Doc): boolean {
  return doc.store.pendingStructs !== null || doc.store.pendingDs !== null;
}

/**
 * Whether the document has everything that the update would bring: each edit and each deletion.
 * @throws when the update can't be read.
 */
export function contains(doc: Y.Doc, update: Uint8Array): boolean {
  if (!hasPending(doc)) return Y.snapshotContainsUpdate(Y.snapshot(doc), update);
  // A snapshot doesn't tell what waits; the state does.
  return isNothing(less(extentOf(update), extentOf(stateOf(doc))));
}

/**
 * Whether the update holds the content of something that it deletes as well. What a document gives as its state never does:
 * deleted content is collected there, and only its place is kept.
 * @throws when the update can't be read.
 */
export function keepsDeleted(update: Uint8Array): boolean {
  const { structs, ds } = Y.decodeUpdate(update);
  if (ds.clients.size === 0) return false;
  return structs.some((struct) => {
    if (!(struct instanceof Y.Item) || struct.content instanceof Y.ContentDeleted) return false;
    const { client, clock } = struct.id;
    const end = clock + struct.length;
    return (ds.clients.get(client) ?? []).some((range) => range.clock < end && clock < range.clock + range.len);
  });
}
