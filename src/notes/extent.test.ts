import * as Y from 'yjs';
import { expect, test } from 'vitest';
import { extentOf, followsByItself, isNothing, less } from './extent.ts';
import { docFrom, stateOf } from './merge.ts';
import { newDoc, setPinned, textOf, touch } from './note.ts';

/** A document, and the update of each change to it. */
function recorded(client: number, ...changes: readonly ((doc: Y.Doc) => void)[]) {
  const doc = newDoc(client);
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  for (const change of changes) doc.transact(() => change(doc));
  return { doc, updates };
}

const insert = (at: number, text: string) => (doc: Y.Doc) => textOf(doc).insert(at, text);
const remove = (at: number, length: number) => (doc: Y.Doc) => textOf(doc).delete(at, length);

test('what updates hold together is what the document holds that they make, whatever their order', () => {
  const { doc, updates } = recorded(7, insert(0, 'one '), insert(4, 'two '), remove(1, 5), insert(0, 'zero '));
  const whole = extentOf(stateOf(doc));
  expect(less(whole, extentOf(...updates.toReversed()))).toEqual({ inserted: new Map(), deleted: new Map() });
  expect(less(extentOf(...updates), whole)).toEqual({ inserted: new Map(), deleted: new Map() });
});

test('one update less leaves exactly what it held', () => {
  const { doc, updates } = recorded(7, insert(0, 'one '), insert(4, 'two '), insert(8, 'three'));
  const rest = less(extentOf(stateOf(doc)), extentOf(updates[0] as Uint8Array, updates[2] as Uint8Array));
  expect(rest).toEqual({ inserted: new Map([[7, [4, 8]]]), deleted: new Map() });
});

test('a deletion that nothing else holds is missed', () => {
  const { doc, updates } = recorded(7, insert(0, 'one two'), remove(0, 4));
  const rest = less(extentOf(stateOf(doc)), extentOf(updates[0] as Uint8Array));
  expect(rest).toEqual({ inserted: new Map(), deleted: new Map([[7, [0, 4]]]) });
  expect(followsByItself(doc, rest.deleted)).toBe(false);
});

test('gaps in a merged update are no part of it', () => {
  const { updates } = recorded(7, insert(0, 'one '), insert(4, 'two '), insert(8, 'three'));
  const merged = Y.mergeUpdates([updates[0] as Uint8Array, updates[2] as Uint8Array]);
  expect(extentOf(merged).inserted.get(7)).toEqual([0, 4, 8, 13]);
});

test('ranges are taken out of ranges, across their edges and in their midst', () => {
  const from = { inserted: new Map([[1, [0, 10, 20, 30, 40, 50]]]), deleted: new Map([[2, [5, 6]]]) };
  const taken = { inserted: new Map([[1, [3, 5, 8, 22, 30, 45]]]), deleted: new Map<number, number[]>() };
  expect(less(from, taken)).toEqual({
    inserted: new Map([[1, [0, 3, 5, 8, 22, 30, 45, 50]]]),
    deleted: new Map([[2, [5, 6]]]),
  });
});

test('that one of two values given to a key at once is deleted follows by itself', () => {
  const first = recorded(7, insert(0, 'shared'), (doc) => touch(doc, 1));
  const one = docFrom([stateOf(first.doc)], 8);
  const other = docFrom([stateOf(first.doc)], 9);
  const updates: Uint8Array[] = [...first.updates];
  for (const doc of [one, other]) doc.on('update', (update: Uint8Array) => updates.push(update));
  touch(one, 100_000);
  touch(other, 200_000);
  setPinned(one, true);
  const merged = docFrom([stateOf(one), stateOf(other)]);
  const rest = less(extentOf(stateOf(merged)), extentOf(...updates));
  expect([rest.inserted.size, rest.deleted.size]).toEqual([0, 1]);
  expect(followsByItself(merged, rest.deleted)).toBe(true);
  expect(less(extentOf(stateOf(docFrom(updates))), extentOf(stateOf(merged))).deleted.size).toBe(0);
});

test('that a key was taken away does not follow by itself', () => {
  const { doc, updates } = recorded(
    7,
    (doc) => setPinned(doc, true),
    (doc) => setPinned(doc, false),
    (doc) => setPinned(doc, true),
    (doc) => setPinned(doc, false),
  );
  // All but the last: then the note would come back pinned.
  const rest = less(extentOf(stateOf(doc)), extentOf(...updates.slice(0, -1)));
  expect(rest.inserted.size).toBe(0);
  expect(rest.deleted.size).toBe(1);
  expect(followsByItself(doc, rest.deleted)).toBe(false);
});

test('deletions of what was never inserted do not follow', () => {
  expect(followsByItself(newDoc(1), new Map([[5, [0, 1]]]))).toBe(false);
});

test('bytes that are no update are refused', () => {
  expect(() => extentOf(Uint8Array.of(9, 9, 9, 9))).toThrow('Unexpected end of array');
  expect(isNothing(extentOf())).toBe(true);
});
