import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { notebookId, type NotebookId } from './ids.ts';
import { createNotebook, moveNotebook, NotebookError, notebooks, removeNotebook } from './library.ts';
import { docFrom, stateOf } from './merge.ts';
import { newDoc } from './note.ts';

/** Few notebooks, so that devices meet over the same ones. The first four are there from the start. */
const POOL = Array.from({ length: 6 }, (_, index) => notebookId(new Uint8Array(16).fill(index + 1)));
const THERE = POOL.slice(0, 4);

type Doing =
  | { readonly kind: 'create'; readonly device: number; readonly id: NotebookId; readonly parent: NotebookId | null }
  | { readonly kind: 'remove'; readonly device: number; readonly id: NotebookId }
  | { readonly kind: 'receive'; readonly device: number; readonly from: number }
  | {
      readonly kind: 'move';
      readonly device: number;
      readonly id: NotebookId;
      readonly parent: NotebookId | null;
      readonly beside: NotebookId;
      readonly before: boolean;
    };

const device = fc.nat(2);
const id = fc.constantFrom(...POOL);
const parent = fc.option(id);
const doing: fc.Arbitrary<Doing> = fc.oneof(
  fc.record({ kind: fc.constant('create' as const), device, id, parent }),
  fc.record({ kind: fc.constant('remove' as const), device, id }),
  fc.record({ kind: fc.constant('receive' as const), device, from: device }),
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('move' as const), device, id, parent, beside: id, before: fc.boolean() }),
  },
);

function perform(doc: Y.Doc, step: Doing, docs: readonly Y.Doc[]): void {
  if (step.kind === 'receive') Y.applyUpdate(doc, stateOf(docs[step.from] ?? doc));
  else if (step.kind === 'create') createNotebook(doc, { id: step.id, name: 'n', parent: step.parent });
  else if (step.kind === 'remove') removeNotebook(doc, step.id);
  else
    moveNotebook(doc, step.id, {
      parent: step.parent,
      ...(step.before ? { before: step.beside } : { after: step.beside }),
    });
}

/** Performs it unless it is refused. */
function attempt(doc: Y.Doc, step: Doing, docs: readonly Y.Doc[]): boolean {
  try {
    perform(doc, step, docs);
    return true;
  } catch (error) {
    if (error instanceof NotebookError) return false;
    throw error;
  }
}

const parentsOf = (doc: Y.Doc) => new Map(notebooks(doc).map(({ id, parent }) => [id, parent]));
const childrenOf = (parents: ReadonlyMap<NotebookId, NotebookId | null>, parent: NotebookId | null) =>
  [...parents].filter((each) => each[1] === parent).map(([id]) => id);

/** No notebook twice, each within its parent's subtree, and as deep as it says. */
function expectTree(doc: Y.Doc): void {
  const list = notebooks(doc);
  const open: NotebookId[] = [];
  for (const { id, parent, depth } of list) {
    open.length = depth;
    expect(open.at(-1) ?? null).toBe(parent);
    open.push(id);
  }
  expect(new Set(list.map(({ id }) => id)).size).toBe(list.length);
}

test('whatever several devices do, no notebook is lost, none is in a circle, and all read the same', () => {
  fc.assert(
    fc.property(fc.array(doing, { maxLength: 40 }), (steps) => {
      const base = newDoc(1);
      for (const each of THERE) createNotebook(base, { id: each, name: 'n', parent: null });
      const docs = [2, 3, 4].map((client) => docFrom([stateOf(base)], client));
      const made = new Set(THERE);
      const removed = new Set<NotebookId>();
      for (const step of steps) {
        const doc = docs[step.device] ?? base;
        const expected = parentsOf(doc);
        if (!attempt(doc, step, docs)) continue;
        expectTree(doc);
        if (step.kind === 'create') made.add(step.id);
        if (step.kind === 'remove') removed.add(step.id);
        if (step.kind !== 'move') continue;
        // A move takes along what is in the notebook, moves nothing else to another parent, and keeps the others' order.
        const row = childrenOf(expected, step.parent).filter((each) => each !== step.id);
        const beside = row.indexOf(step.beside);
        row.splice(beside < 0 ? row.length : step.before ? beside : beside + 1, 0, step.id);
        expected.set(step.id, step.parent);
        expect(parentsOf(doc)).toEqual(expected);
        expect(childrenOf(parentsOf(doc), step.parent)).toEqual(row);
      }
      const states = docs.map(stateOf);
      const merged = docFrom(states);
      expectTree(merged);
      expect(notebooks(docFrom(states.toReversed()))).toEqual(notebooks(merged));
      const shown = notebooks(merged).map(({ id }) => id);
      expect(shown.sort()).toEqual([...made].filter((each) => !removed.has(each)).sort());
    }),
    { seed: 7, numRuns: 1500 },
  );
});
