import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { notebookId, type NotebookId } from './ids.ts';
import {
  createNotebook,
  moveNotebook,
  NotebookError,
  notebookIn,
  notebooks,
  removeNotebook,
  renameNotebook,
} from './library.ts';
import { docFrom, stateOf } from './merge.ts';
import { newDoc } from './note.ts';

const id = (byte: number): NotebookId => notebookId(new Uint8Array(16).fill(byte));
const [A, B, C, D] = [id(0xa), id(0xb), id(0xc), id(0xd)];

/** The tree as lines of names, two spaces for each depth. */
function drawn(doc: Y.Doc): string[] {
  return notebooks(doc).map(({ name, depth }) => `${'  '.repeat(depth)}${name}`);
}

/** A library of A, B, C, D side by side. */
function four(): Y.Doc {
  const doc = newDoc(1);
  for (const [name, each] of Object.entries({ A, B, C, D })) createNotebook(doc, { id: each, name, parent: null });
  return doc;
}

/** What two devices have after each of them did something without the other, and both met. */
function meet(base: Y.Doc, ...doings: readonly ((doc: Y.Doc) => void)[]): Y.Doc {
  const states = doings.map((doing, index) => {
    const doc = docFrom([stateOf(base)], index + 2);
    doing(doc);
    return stateOf(doc);
  });
  const [there, back] = [docFrom(states), docFrom(states.toReversed())];
  expect(notebooks(there)).toEqual(notebooks(back));
  return there;
}

function reasonOf(doing: () => void): NotebookError['reason'] | null {
  try {
    doing();
  } catch (error) {
    if (error instanceof NotebookError) return error.reason;
    throw error;
  }
  return null;
}

function updatesOf(doc: Y.Doc, doing: () => void): number {
  let count = 0;
  doc.on('update', () => count++);
  doing();
  return count;
}

describe('one device', () => {
  test('notebooks stand where they were put', () => {
    const doc = four();
    moveNotebook(doc, D, { parent: null, before: A });
    moveNotebook(doc, B, { parent: A });
    moveNotebook(doc, C, { parent: A, before: B });
    createNotebook(doc, { id: id(1), name: 'new', parent: A, after: C });
    expect(drawn(doc)).toEqual(['D', 'A', '  C', '  new', '  B']);
    expect(notebooks(doc).map(({ parent }) => parent)).toEqual([null, null, A, A, A]);
    moveNotebook(doc, A, { parent: D });
    moveNotebook(doc, C, { parent: null });
    expect(drawn(doc)).toEqual(['D', '  A', '    new', '    B', 'C']);
  });

  test('a new notebook comes last when none is named, or one that is elsewhere', () => {
    const doc = four();
    createNotebook(doc, { id: id(1), name: 'in A', parent: A, after: B });
    createNotebook(doc, { id: id(2), name: 'last', parent: null, after: id(1) });
    expect(drawn(doc)).toEqual(['A', '  in A', 'B', 'C', 'D', 'last']);
  });

  test('a notebook is renamed, its name trimmed', () => {
    const doc = four();
    renameNotebook(doc, B, '  Work \n and  play ');
    expect(drawn(doc)).toEqual(['A', 'Work and play', 'C', 'D']);
    expect(updatesOf(doc, () => renameNotebook(doc, B, 'Work and play'))).toBe(0);
  });

  test('what was in a removed notebook moves up, notebooks into its parent and notes into none', () => {
    const doc = four();
    moveNotebook(doc, B, { parent: A });
    moveNotebook(doc, C, { parent: B });
    moveNotebook(doc, D, { parent: C });
    removeNotebook(doc, B);
    removeNotebook(doc, C);
    expect(drawn(doc)).toEqual(['A', '  D']);
    expect(notebookIn(notebooks(doc), B)).toBe(null);
    expect(notebookIn(notebooks(doc), id(9))).toBe(null);
    expect(notebookIn(notebooks(doc), null)).toBe(null);
    expect(notebookIn(notebooks(doc), D)).toBe(D);
  });

  test('moving a notebook to where it is writes nothing', () => {
    const doc = four();
    moveNotebook(doc, D, { parent: C });
    createNotebook(doc, { id: id(1), name: 'removed', parent: null });
    createNotebook(doc, { id: id(2), name: 'last', parent: null });
    removeNotebook(doc, id(1));
    const count = updatesOf(doc, () => {
      moveNotebook(doc, B, { parent: null, after: A });
      moveNotebook(doc, B, { parent: null, before: C });
      moveNotebook(doc, id(2), { parent: null });
      moveNotebook(doc, D, { parent: C });
    });
    expect(count).toBe(0);
  });

  test('reading writes nothing', () => {
    const doc = four();
    expect(updatesOf(doc, () => notebooks(doc))).toBe(0);
  });

  test('what makes no sense is refused with its reason, and writes nothing', () => {
    const doc = four();
    moveNotebook(doc, B, { parent: A });
    moveNotebook(doc, C, { parent: B });
    removeNotebook(doc, D);
    const count = updatesOf(doc, () => {
      expect(reasonOf(() => moveNotebook(doc, A, { parent: C }))).toBe('into-itself');
      expect(reasonOf(() => moveNotebook(doc, A, { parent: A }))).toBe('into-itself');
      expect(reasonOf(() => moveNotebook(doc, A, { parent: id(9) }))).toBe('unknown');
      expect(reasonOf(() => moveNotebook(doc, D, { parent: A }))).toBe('unknown');
      expect(reasonOf(() => renameNotebook(doc, D, 'x'))).toBe('unknown');
      expect(reasonOf(() => removeNotebook(doc, D))).toBe('unknown');
      expect(reasonOf(() => renameNotebook(doc, A, ' \n'))).toBe('unnamed');
      expect(reasonOf(() => createNotebook(doc, { id: A, name: 'x', parent: null }))).toBe('exists');
      expect(reasonOf(() => createNotebook(doc, { id: D, name: 'x', parent: null }))).toBe('exists');
      expect(reasonOf(() => createNotebook(doc, { id: id(9), name: 'x', parent: D }))).toBe('unknown');
    });
    expect(count).toBe(0);
  });
});

describe('several devices', () => {
  test('a circle made by two moves is cut at the smallest id, wherever it is read', () => {
    const doc = meet(
      four(),
      (mine) => moveNotebook(mine, A, { parent: B }),
      (theirs) => moveNotebook(theirs, B, { parent: A }),
    );
    expect(drawn(doc)).toEqual(['A', '  B', 'C', 'D']);
  });

  test('a move out of a cut circle moves that notebook and no other', () => {
    const doc = meet(
      four(),
      (one) => moveNotebook(one, A, { parent: B }),
      (two) => moveNotebook(two, B, { parent: C }),
      (three) => moveNotebook(three, C, { parent: A }),
    );
    expect(drawn(doc)).toEqual(['A', '  C', '    B', 'D']);
    moveNotebook(doc, C, { parent: D });
    expect(drawn(doc)).toEqual(['A', 'D', '  C', '    B']);
    moveNotebook(doc, B, { parent: null, before: A });
    expect(drawn(doc)).toEqual(['B', 'A', 'D', '  C']);
  });

  test('a circle through a removed notebook loses nothing', () => {
    const doc = meet(
      four(),
      (mine) => moveNotebook(mine, A, { parent: B }),
      (theirs) => {
        moveNotebook(theirs, B, { parent: A });
        moveNotebook(theirs, C, { parent: A });
        removeNotebook(theirs, A);
      },
    );
    expect(drawn(doc)).toEqual(['C', 'B', 'D'].sort());
    moveNotebook(doc, B, { parent: D });
    expect(drawn(doc)).toEqual(['C', 'D', '  B']);
  });

  test('a notebook moved into one that was removed meanwhile moves up with the rest', () => {
    const doc = meet(
      four(),
      (mine) => moveNotebook(mine, A, { parent: B }),
      (theirs) => removeNotebook(theirs, B),
    );
    expect(drawn(doc)).toEqual(['A', 'C', 'D']);
  });

  test('a move, a new name and a new place of one notebook are all kept', () => {
    const doc = meet(
      four(),
      (mine) => renameNotebook(mine, A, 'Renamed'),
      (theirs) => moveNotebook(theirs, A, { parent: D }),
    );
    expect(drawn(doc)).toEqual(['B', 'C', 'D', '  Renamed']);
  });

  test('notebooks that were put into the same place are ordered by id, and there is room between them', () => {
    const doc = meet(
      four(),
      ...[1, 2, 3].map(
        (byte) => (mine: Y.Doc) => createNotebook(mine, { id: id(byte), name: `${byte}`, parent: null, after: A }),
      ),
    );
    expect(drawn(doc)).toEqual(['A', '1', '2', '3', 'B', 'C', 'D']);
    moveNotebook(doc, D, { parent: null, after: id(1) });
    expect(drawn(doc)).toEqual(['A', '1', 'D', '2', '3', 'B', 'C']);
    moveNotebook(doc, C, { parent: null, before: id(3) });
    expect(drawn(doc)).toEqual(['A', '1', 'D', '2', 'C', '3', 'B']);
  });
});

const deep = (n: number) => n.toString(16).padStart(32, '0');

describe('what a newer or a hostile client wrote', () => {
  test('unreadable orders stand first, and notebooks can be put anywhere among them', () => {
    const doc = four();
    const keys = doc.getMap('notebooks');
    for (const [each, order] of [
      [B, ''],
      [C, 'a0!'],
      [D, 'A00000000000000000000000000'],
    ] as const)
      keys.set(`${each}:order`, order);
    expect(drawn(doc)).toEqual(['B', 'C', 'D', 'A']);
    moveNotebook(doc, A, { parent: null, before: C });
    expect(drawn(doc)).toEqual(['B', 'A', 'C', 'D']);
    moveNotebook(doc, D, { parent: null, before: B });
    expect(drawn(doc)).toEqual(['D', 'B', 'A', 'C']);
  });

  test('keys and values of other kinds are not there', () => {
    const doc = four();
    const keys = doc.getMap('notebooks');
    for (const [key, value] of [
      [`${A}:name`, 5],
      [`${A}:parent`, A],
      [`${B}:parent`, id(0x99)],
      [`${B}:removed`, 'yes'],
      [`${C}:parent`, new Y.Map()],
      [`${C}:colour`, 'red'],
      ['x:name', 'no id'],
      [`${id(0x98)}:colour`, 'no notebook'],
    ] as const)
      keys.set(key, value);
    expect(drawn(docFrom([stateOf(doc)]))).toEqual(['', 'B', 'C', 'D']);
  });

  test('notebooks nested ten thousand deep are read', () => {
    const doc = newDoc();
    const keys = doc.getMap('notebooks');
    doc.transact(() => {
      for (let n = 1; n <= 10_000; n++) keys.set(`${deep(n)}:parent`, deep(n - 1));
    });
    expect(notebooks(doc).at(-1)?.depth).toBe(9_999);
  });
});
