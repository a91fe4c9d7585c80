import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { docFrom, stateOf } from './merge.ts';
import { newDoc, propsOf, restore, setTrashed, textOf } from './note.ts';
import { allSeen, decodeSeen, encodeSeen, isSeen } from './seen.ts';

const seenIn = (doc: Y.Doc) => decodeSeen(encodeSeen(doc));

function written(text: string, client = 1): Y.Doc {
  const doc = newDoc(client);
  textOf(doc).insert(0, text);
  return doc;
}

/** The same document in another's hands. */
function copyOf(doc: Y.Doc, client: number): Y.Doc {
  const copy = newDoc(client);
  Y.applyUpdate(copy, stateOf(doc));
  return copy;
}

test('what was seen is all that is there, and nothing that comes later', () => {
  const doc = written('one');
  const seen = seenIn(doc);
  expect(isSeen(doc, seen)).toBe(true);
  textOf(doc).insert(3, ' two');
  expect(isSeen(doc, seen)).toBe(false);
});

test('V24 an edit that only deletes is nothing that was not seen', () => {
  const doc = written('one two');
  setTrashed(doc, 5);
  const seen = seenIn(doc);
  const other = copyOf(doc, 2);
  textOf(other).delete(0, 4);
  propsOf(other).delete('trashedAt');
  expect(isSeen(other, seen)).toBe(true);
});

test('V24 taking a note out of the trash is something to be seen', () => {
  const doc = written('one two');
  setTrashed(doc, 5);
  const seen = seenIn(doc);
  const other = copyOf(doc, 2);
  restore(other, 9);
  expect(isSeen(other, seen)).toBe(false);
});

test('an edit that waits for another one was not seen either', () => {
  const doc = written('one');
  const before = seenIn(doc);
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  textOf(doc).insert(3, ' two');
  const middle = seenIn(doc);
  textOf(doc).insert(7, ' three');
  const waiting = docFrom([updates[1] as Uint8Array]);
  expect(textOf(waiting).toJSON()).toBe('');
  expect([isSeen(waiting, before), isSeen(waiting, middle), isSeen(waiting, seenIn(doc))]).toEqual([
    false,
    false,
    true,
  ]);
});

test('several have seen together what each of them saw', () => {
  const doc = written('one');
  const mine = copyOf(doc, 2);
  const theirs = copyOf(doc, 3);
  textOf(mine).insert(0, 'mine ');
  textOf(theirs).insert(3, ' theirs');
  const both = docFrom([stateOf(mine), stateOf(theirs)]);
  expect([isSeen(both, seenIn(mine)), isSeen(both, seenIn(theirs))]).toEqual([false, false]);
  expect(isSeen(both, allSeen([seenIn(mine), seenIn(theirs)]))).toBe(true);
});

test('what was seen is written the same, whatever the order in which it came', () => {
  const pieces = [written('a', 1), written('b', 7), written('c', 300)].map(stateOf);
  fc.assert(
    fc.property(fc.shuffledSubarray(pieces, { minLength: 3 }), (order) => {
      expect(encodeSeen(docFrom(order))).toEqual(encodeSeen(docFrom(pieces)));
    }),
  );
});

test('bytes that say nothing of what was seen are refused, not guessed at', () => {
  for (const bytes of [[], [3], [1, 255], [200, 1, 5]]) expect(() => decodeSeen(Uint8Array.from(bytes))).toThrow(Error);
});
