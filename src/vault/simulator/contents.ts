/** What documents and pieces of documents hold, told without the program's own eyes. */
import * as Y from 'yjs';
import { isDeepStrictEqual } from 'node:util';
import type { DocId } from '../../notes/ids.ts';
import { docFrom, hasPending, snapshotDigestInput } from '../../notes/merge.ts';
import type { BodyRow } from '../state.ts';
import type { Device } from './device.ts';
import { Violation } from './violation.ts';

/** What the pieces make. @throws {Violation} V11: a piece that doesn't apply must never be among them. */
export function docOf(device: Device, id: DocId, rows: readonly BodyRow[]): Y.Doc {
  try {
    return docFrom(
      rows.map((row) => row.bytes),
      1,
    );
  } catch (cause) {
    throw new Violation('V11', `${device.name} keeps a piece of ${id} that can't be read`, { cause });
  }
}

/** Whether every insertion of the update was integrated into the document. */
function holdsInsertions(doc: Y.Doc, update: Uint8Array): boolean {
  return Y.decodeUpdate(update).structs.every(
    (struct) => struct instanceof Y.Skip || struct.id.clock + struct.length <= Y.getState(doc.store, struct.id.client),
  );
}

/** Whether the document has everything that the update would bring. What would only wait there for what it builds on isn't there. */
export function contains(doc: Y.Doc, update: Uint8Array): boolean {
  if (!hasPending(doc)) {
    if (Y.snapshotContainsUpdate(Y.snapshot(doc), update)) return true;
    if (!holdsInsertions(doc, update)) return false;
  }
  // Slower, and right also for what waits for missing pieces.
  const both = docFrom([Y.encodeStateAsUpdate(doc), update], 1);
  const [one, other] = [snapshotDigestInput(doc), snapshotDigestInput(both)];
  both.destroy();
  return isDeepStrictEqual(one, other);
}

/** Whether it would bring nothing, and nothing waits for what isn't there: only then is what was lost there again. */
export function isThereAgain(doc: Y.Doc, update: Uint8Array): boolean {
  const both = docFrom([Y.encodeStateAsUpdate(doc), update], 1);
  const whole = !hasPending(both) && isDeepStrictEqual(snapshotDigestInput(doc), snapshotDigestInput(both));
  both.destroy();
  return whole;
}

export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
