import { expect, test } from 'vitest';
import * as Y from 'yjs';
import type { DocId } from '../notes/ids.ts';
import { stateOf } from '../notes/merge.ts';
import { newDoc, textOf } from '../notes/note.ts';
import type { Bytes } from './crypto.ts';
import { PURGE, STATE, UPDATE } from './entry-kinds.ts';
import { note } from './examples/devices.ts';
import { bareDocs } from './pack.ts';
import { encodePurge } from './purge.ts';
import { createHolder, uncollected } from './verify.ts';
import type { WholeEntry, WholePack } from './whole.ts';

type Entry = readonly [doc: DocId, kind: number, payload: Uint8Array];

/** A pack of these entries, all in one block. */
function pack(...entries: readonly Entry[]): WholePack {
  const all: WholeEntry[] = entries.map(([doc, kind, payload]) => ({
    doc,
    kind,
    payload: payload as Bytes,
    row: null,
  }));
  return {
    manifest: undefined as never,
    covers: new Set(),
    docs: [...new Set(all.map(({ doc }) => doc))],
    bare: bareDocs(all),
    async *entries() {
      yield all;
    },
  };
}

async function lacks(held: readonly Entry[], wanted: readonly Entry[], released: readonly DocId[] = []) {
  return (await createHolder(pack(...held))).lacks(pack(...wanted), new Set(released));
}

/** Updates of one note, one for each change, each typed by another client, and the state of all. */
function history(...changes: readonly ((text: Y.Text) => void)[]): { updates: Uint8Array[]; state: Uint8Array } {
  let state: Uint8Array | null = null;
  const updates: Uint8Array[] = [];
  for (const [index, change] of changes.entries()) {
    const doc = newDoc(100 + index);
    if (state) Y.applyUpdate(doc, state);
    doc.on('update', (update: Uint8Array) => updates.push(update));
    doc.transact(() => change(textOf(doc)));
    state = stateOf(doc);
  }
  return { updates, state: state ?? new Uint8Array() };
}

const [A, B] = [note(1), note(2)];
const three = history(
  (text) => text.insert(0, 'one'),
  (text) => text.insert(3, ' two'),
  (text) => text.delete(0, 3),
);
const [first, second, removal] = three.updates as [Uint8Array, Uint8Array, Uint8Array];
const purge = (at: number) => encodePurge({ seen: new Uint8Array([1]), at, good: true });

test('V18 a state holds the updates that it was made of, and those of a pack that holds fewer', async () => {
  expect(
    await lacks(
      [[A, STATE, three.state]],
      [
        [A, UPDATE, first],
        [A, UPDATE, second],
        [A, UPDATE, removal],
      ],
    ),
  ).toBeNull();
  expect(await lacks([[A, STATE, three.state]], [[A, STATE, three.state]])).toBeNull();
  expect(
    await lacks(
      [
        [A, UPDATE, first],
        [A, UPDATE, second],
      ],
      [[A, UPDATE, Y.mergeUpdates([first, second])]],
    ),
  ).toBeNull();
});

test('V18 a missing range of edits, at the end or in the middle, is missed', async () => {
  const state = stateOf(docOf(first));
  expect(await lacks([[A, STATE, state]], [[A, UPDATE, second]])).toContain(A);
  // What builds on the missing one waits, and is no whole document.
  const later = Y.mergeUpdates([second, removal]);
  expect(await lacks([[A, UPDATE, later]], [[A, UPDATE, second]])).toContain('on which others build');
  expect(
    await lacks(
      [[A, UPDATE, first]],
      [
        [A, UPDATE, first],
        [A, UPDATE, second],
      ],
    ),
  ).toContain(A);
});

test('V17 V18 what was taken over byte by byte is there, also while it waits for something; what lies beside it is looked for', async () => {
  expect(await lacks([[A, UPDATE, second]], [[A, UPDATE, second]])).toBeNull();
  expect(await lacks([[B, UPDATE, second]], [[A, UPDATE, second]])).toContain(A);
  const both: Entry[] = [
    [A, UPDATE, second],
    [A, UPDATE, removal],
  ];
  expect(await lacks([[A, UPDATE, second]], both)).toContain('on which others build');
});

test('V18 a missing deletion is missed, though every character is there', async () => {
  expect(
    await lacks(
      [
        [A, UPDATE, first],
        [A, UPDATE, second],
      ],
      [[A, UPDATE, removal]],
    ),
  ).toContain(A);
  const without = stateOf(docOf(first, second));
  expect(await lacks([[A, STATE, without]], [[A, STATE, three.state]])).toContain(A);
});

test('V18 documents that were swapped are missed', async () => {
  const other = history(
    (text) => text.insert(0, 'other'),
    (text) => text.insert(0, 'an'),
  ).state;
  const wanted: Entry[] = [
    [A, STATE, three.state],
    [B, STATE, other],
  ];
  expect(await lacks(wanted, wanted)).toBeNull();
  expect(
    await lacks(
      [
        [A, STATE, other],
        [B, STATE, three.state],
      ],
      wanted,
    ),
  ).not.toBeNull();
  expect(await lacks([[A, STATE, three.state]], wanted)).toContain(B);
});

test('V18 V23 a purge is held only as it is, and never in the place of the text', async () => {
  const wanted: Entry[] = [
    [A, PURGE, purge(1)],
    [A, UPDATE, first],
  ];
  expect(
    await lacks(
      [
        [A, PURGE, purge(1)],
        [A, STATE, three.state],
      ],
      wanted,
    ),
  ).toBeNull();
  expect(await lacks([[A, STATE, three.state]], wanted)).toContain('kind 2');
  expect(
    await lacks(
      [
        [A, PURGE, purge(2)],
        [A, STATE, three.state],
      ],
      wanted,
    ),
  ).toContain('kind 2');
  expect(
    await lacks(
      [
        [B, PURGE, purge(1)],
        [A, STATE, three.state],
      ],
      wanted,
    ),
  ).toContain('kind 2');
  expect(await lacks([[A, PURGE, purge(1)]], wanted)).toContain('edits');
});

test('V25 of a note that was released only the purge has to be there', async () => {
  const wanted: Entry[] = [
    [A, PURGE, purge(1)],
    [A, UPDATE, first],
    [B, UPDATE, first],
  ];
  expect(
    await lacks(
      [
        [A, PURGE, purge(1)],
        [B, STATE, three.state],
      ],
      wanted,
      [A],
    ),
  ).toBeNull();
  expect(await lacks([[B, STATE, three.state]], wanted, [A])).toContain('kind 2');
  expect(await lacks([[A, PURGE, purge(1)]], wanted, [A])).toContain(B);
});

test('V4 V18 kinds that nobody here knows are held only as they are', async () => {
  expect(await lacks([[A, 9, first]], [[A, 9, first]])).toBeNull();
  expect(await lacks([[A, 8, first]], [[A, 9, first]])).toContain('kind 9');
  expect(await lacks([[A, 9, second]], [[A, 9, first]])).toContain('kind 9');
});

test('V18 a state that cannot be read holds nothing', async () => {
  expect(await lacks([[A, STATE, three.state.slice(0, -3)]], [[A, UPDATE, first]])).toContain('can be read');
});

test('V17 merged updates keep what was deleted, a state does not', async () => {
  const merged = Y.mergeUpdates([first, second, removal]);
  // They hold everything, and too much.
  expect(
    await lacks(
      [[A, STATE, merged]],
      [
        [A, UPDATE, first],
        [A, UPDATE, removal],
      ],
    ),
  ).toBeNull();
  expect(await uncollected(pack([B, STATE, three.state], [A, STATE, merged]))).toBe(A);
  expect(await uncollected(pack([B, STATE, three.state], [A, UPDATE, merged]))).toBeNull();
  expect(await uncollected(pack([A, STATE, three.state]))).toBeNull();
});

test('V17 a state beside an old update brings back nothing that was collected', async () => {
  const brought = Y.mergeUpdates([three.state, first]);
  expect(await uncollected(pack([A, STATE, brought]))).toBe(brought.length > three.state.length ? A : null);
  expect(await uncollected(pack([A, STATE, stateOf(docOf(three.state, first))]))).toBeNull();
});

function docOf(...updates: readonly Uint8Array[]): Y.Doc {
  const doc = newDoc(7);
  for (const update of updates) Y.applyUpdate(doc, update);
  return doc;
}
