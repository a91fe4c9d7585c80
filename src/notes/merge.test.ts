import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { card } from './card.ts';
import { notebookId } from './ids.ts';
import { docFrom, hasPending, snapshotDigestInput, stateOf, UnreadableUpdate } from './merge.ts';
import {
  addTag,
  initNote,
  newDoc,
  propsOf,
  removeTag,
  setNotebook,
  setPinned,
  setTrashed,
  textOf,
  touch,
} from './note.ts';

const NOTEBOOKS = [1, 2].map((byte) => notebookId(new Uint8Array(16).fill(byte)));

/** An edit as a person would make it on one device; positions are shares of the text, as its length isn't known beforehand. */
const edit: fc.Arbitrary<(doc: Y.Doc) => void> = fc.oneof(
  fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.string({ unit: 'grapheme', maxLength: 6 })).map(
    ([where, words]) =>
      (doc: Y.Doc) =>
        textOf(doc).insert(Math.floor(where * textOf(doc).length), words),
  ),
  fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(8)).map(([where, length]) => (doc: Y.Doc) => {
    const from = Math.floor(where * textOf(doc).length);
    textOf(doc).delete(from, Math.min(length, textOf(doc).length - from));
  }),
  fc.boolean().map((pinned) => (doc: Y.Doc) => setPinned(doc, pinned)),
  fc.option(fc.nat(1000)).map((at) => (doc: Y.Doc) => setTrashed(doc, at)),
  fc.constantFrom(null, ...NOTEBOOKS).map((notebook) => (doc: Y.Doc) => setNotebook(doc, notebook)),
  fc.constantFrom('a', 'b', 'c').map((tag) => (doc: Y.Doc) => addTag(doc, tag)),
  fc.constantFrom('a', 'b', 'c').map((tag) => (doc: Y.Doc) => removeTag(doc, tag)),
  fc.nat(1e6).map((now) => (doc: Y.Doc) => touch(doc, now)),
);

type Step =
  | { readonly device: number; readonly edit: (doc: Y.Doc) => void }
  | { readonly device: number; readonly from: number };

/** What happens on three devices: an edit on one of them, or one of them receiving all that another has. */
const history: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ device: fc.nat(2), edit }) },
    { weight: 1, arbitrary: fc.record({ device: fc.nat(2), from: fc.nat(2) }) },
  ),
  { minLength: 1, maxLength: 30 },
);

/** Plays a history, and returns the devices' documents with all updates that were written, oldest first. */
function play(steps: readonly Step[]): { docs: Y.Doc[]; updates: Uint8Array[] } {
  const updates: Uint8Array[] = [];
  const docs = [11, 12, 13].map((client) => newDoc(client));
  const first = newDoc(10);
  initNote(first, { now: 0, text: 'Once upon a time', notebook: NOTEBOOKS[0] ?? null });
  updates.push(stateOf(first));
  for (const doc of docs) {
    doc.on('update', (update: Uint8Array, _origin: unknown, _doc: unknown, { local }: Y.Transaction) => {
      if (local) updates.push(update);
    });
    Y.applyUpdate(doc, stateOf(first));
  }
  for (const step of steps) {
    const doc = docs[step.device] ?? first;
    if ('edit' in step) step.edit(doc);
    else Y.applyUpdate(doc, stateOf(docs[step.from] ?? first));
  }
  return { docs, updates };
}

/** Everything that a person can tell of a document, and the bytes that stand for it. */
function seen(doc: Y.Doc) {
  return {
    text: textOf(doc).toJSON(),
    props: propsOf(doc).toJSON(),
    card: card(doc),
    snapshot: Array.from(snapshotDigestInput(doc)),
    pending: hasPending(doc),
  };
}

test('whatever the order and however often pieces arrive, the same note comes out', () => {
  fc.assert(
    fc.property(history, fc.infiniteStream(fc.nat()), (steps, random) => {
      const { updates } = play(steps);
      const inOrder = seen(docFrom(updates));
      expect(inOrder.pending).toBe(false);
      const twice = [...updates, ...updates];
      for (let at = twice.length - 1; at > 0; at--) {
        const other = (random.next().value ?? 0) % (at + 1);
        [twice[at], twice[other]] = [twice[other] ?? new Uint8Array(), twice[at] ?? new Uint8Array()];
      }
      expect(seen(docFrom(twice))).toEqual(inOrder);
      // The same one by one, each in a transaction of its own.
      const oneByOne = newDoc();
      for (const update of twice) Y.applyUpdate(oneByOne, update);
      expect(seen(oneByOne)).toEqual(inOrder);
    }),
    { seed: 4, numRuns: 300 },
  );
});

const merge = (...docs: Y.Doc[]) => docFrom(docs.map(stateOf));

test('merging is commutative, associative and idempotent', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const [a, b, c] = play(steps).docs;
      if (!a || !b || !c) throw new Error('three devices were played');
      expect(seen(merge(a, b))).toEqual(seen(merge(b, a)));
      expect(seen(merge(merge(a, b), c))).toEqual(seen(merge(a, merge(b, c))));
      expect(seen(merge(a, a))).toEqual(seen(a));
      expect(seen(merge(merge(a, b), b))).toEqual(seen(merge(a, b)));
    }),
    { seed: 5, numRuns: 300 },
  );
});

test('documents have equal snapshots exactly when neither lacks an edit of the other', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const [a, b] = play(steps).docs;
      if (!a || !b) throw new Error('three devices were played');
      const equal = seen(a).snapshot.join() === seen(b).snapshot.join();
      const both = seen(merge(a, b)).snapshot.join();
      expect(equal).toBe(both === seen(a).snapshot.join() && both === seen(b).snapshot.join());
      expect(!equal || JSON.stringify(seen(a).card) === JSON.stringify(seen(b).card)).toBe(true);
    }),
    { seed: 6, numRuns: 300 },
  );
});

type Change = { readonly name: string; readonly make: (doc: Y.Doc) => void; readonly read: (doc: Y.Doc) => unknown };

/** One change for each property, and for each of two tags both ways. */
const changes: readonly Change[] = [
  { name: 'text', make: (doc) => textOf(doc).insert(0, 'Title\n'), read: (doc) => card(doc).title },
  { name: 'pinned', make: (doc) => setPinned(doc, true), read: (doc) => card(doc).pinned },
  { name: 'trash', make: (doc) => setTrashed(doc, 5), read: (doc) => card(doc).trashedAt },
  { name: 'notebook', make: (doc) => setNotebook(doc, NOTEBOOKS[1] ?? null), read: (doc) => card(doc).notebook },
  { name: 'no notebook', make: (doc) => setNotebook(doc, null), read: (doc) => card(doc).notebook },
  { name: 'modified', make: (doc) => touch(doc, 1e6), read: (doc) => card(doc).modified },
  { name: 'new tag', make: (doc) => addTag(doc, 'new'), read: (doc) => card(doc).tags.includes('new') },
  { name: 'other new tag', make: (doc) => addTag(doc, 'newer'), read: (doc) => card(doc).tags.includes('newer') },
  { name: 'old tag removed', make: (doc) => removeTag(doc, 'old'), read: (doc) => card(doc).tags.includes('old') },
];

test('concurrent changes to different properties and tags never undo each other', () => {
  const base = newDoc(1);
  initNote(base, { now: 0, text: 'Text', notebook: NOTEBOOKS[0] ?? null });
  addTag(base, 'old');
  addTag(base, 'kept');
  for (const one of changes)
    for (const other of changes) {
      if (one === other || (one.name.endsWith('notebook') && other.name.endsWith('notebook'))) continue;
      const [mine, theirs] = [docFrom([stateOf(base)], 2), docFrom([stateOf(base)], 3)];
      one.make(mine);
      other.make(theirs);
      const merged = docFrom([stateOf(mine), stateOf(theirs)]);
      expect(one.read(merged), `${one.name} beside ${other.name}`).toEqual(one.read(mine));
      expect(other.read(merged), `${other.name} beside ${one.name}`).toEqual(other.read(theirs));
      expect(card(merged).tags).toContain('kept');
    }
});

test('a piece whose past is missing waits, is kept by the whole state, and is applied when the past comes', () => {
  const updates: Uint8Array[] = [];
  const doc = newDoc();
  doc.on('update', (update: Uint8Array) => updates.push(update));
  textOf(doc).insert(0, 'one');
  textOf(doc).insert(3, ' two');
  textOf(doc).delete(0, 1);
  const [first, second, third] = updates;
  if (!first || !second || !third) throw new Error('three updates were written');

  const early = docFrom([second]);
  expect(hasPending(early)).toBe(true);
  expect(textOf(early).toJSON()).toBe('');
  expect(hasPending(docFrom([third]))).toBe(true);
  const whole = docFrom([stateOf(early), stateOf(docFrom([third])), first]);
  expect(hasPending(whole)).toBe(false);
  expect(textOf(whole).toJSON()).toBe('ne two');
});

test('of unreadable pieces it is told which', () => {
  const good = stateOf(newDoc());
  const refusal = refusalOf(() => docFrom([good, good, new Uint8Array([1])]));
  expect(refusal).toMatchObject({ index: 2, message: "piece 2 of the document can't be read" });
  expect(refusal.cause).toBeInstanceOf(Error);
});

function refusalOf(make: () => void): UnreadableUpdate {
  try {
    make();
  } catch (error) {
    if (error instanceof UnreadableUpdate) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
