/**
 * The notebooks, in the one document LIBRARY, under flat keys of its root map `notebooks`:
 *
 *     <id>:name     its name
 *     <id>:parent   id of the notebook that it is in; no key when it is in none
 *     <id>:order    its place among its siblings, a fractional index; equal ones are ordered by id
 *     <id>:removed  true, for ever: what a removed notebook was in is still needed to place what was in it
 *
 * Each key merges on its own, so devices that move notebooks at the same time can make a circle, give two the same order, or
 * put one into another that was removed. The reading below makes the same tree of that everywhere, and writes nothing.
 */
import { generateNKeysBetween } from 'fractional-indexing';
import type * as Y from 'yjs';
import type { NotebookId } from './ids.ts';
import { type Notebook, readTree, type Tree } from './notebook-tree.ts';
import { clip } from './plain.ts';

export type { Notebook } from './notebook-tree.ts';

const NAME_LENGTH = 200;

/** What a change to the library can be refused for. `reason` is for programs, the message for people. */
export class NotebookError extends Error {
  readonly reason: 'unknown' | 'exists' | 'unnamed' | 'into-itself';

  constructor(reason: NotebookError['reason'], message: string) {
    super(message);
    this.name = 'NotebookError';
    this.reason = reason;
  }
}

/** Where among its siblings: next to one of them, or last when that one isn't there (any more) or none is named. */
type Place = { readonly before?: NotebookId; readonly after?: NotebookId };

/** All notebooks that weren't removed, each before what is in it, siblings in their order. */
export function notebooks(doc: Y.Doc): Notebook[] {
  return [...treeOf(doc).list];
}

/** The notebook that a note reads as being in: none when its own was removed, or isn't known here. */
export function notebookIn(list: readonly Notebook[], notebook: NotebookId | null): NotebookId | null {
  return list.some(({ id }) => id === notebook) ? notebook : null;
}

/** @throws NotebookError `exists`, `unknown` for the parent, `unnamed`. */
export function createNotebook(
  doc: Y.Doc,
  notebook: {
    readonly id: NotebookId;
    readonly name: string;
    readonly parent: NotebookId | null;
    readonly after?: NotebookId;
  },
): void {
  const { id, parent } = notebook;
  const tree = treeOf(doc);
  if (tree.above.has(id)) throw new NotebookError('exists', 'There is a notebook of this id already, or there was.');
  if (parent !== null) find(tree, parent);
  const name = nameFrom(notebook.name);
  doc.transact(() => {
    write(doc, `${id}:name`, name);
    if (parent !== null) write(doc, `${id}:parent`, parent);
    arrange(doc, tree, id, parent, notebook);
  });
}

/** @throws NotebookError `unknown`, `unnamed`. */
export function renameNotebook(doc: Y.Doc, id: NotebookId, name: string): void {
  find(treeOf(doc), id);
  write(doc, `${id}:name`, nameFrom(name));
}

/**
 * Moves a notebook with all that is in it. Writes nothing when it is there already.
 * @throws NotebookError `unknown` for the notebook or its new parent, `into-itself` for a place within its own subtree.
 */
export function moveNotebook(doc: Y.Doc, id: NotebookId, to: { readonly parent: NotebookId | null } & Place): void {
  const tree = treeOf(doc);
  const from = find(tree, id).parent;
  let top = id;
  for (let above = tree.above.get(id) ?? null; above !== null; above = tree.above.get(above) ?? null) top = above;
  for (let above = to.parent; above !== null; above = find(tree, above).parent)
    if (above === id) throw new NotebookError('into-itself', "A notebook can't be moved into itself.");

  doc.transact(() => {
    // The top of this tree may be there only because a circle was cut above it. The move may open the circle elsewhere, and
    // then the top would follow the moved notebook without anybody having asked for it.
    if (top !== id && tree.cut.has(top)) write(doc, `${top}:parent`, null);
    if (to.parent !== from) write(doc, `${id}:parent`, to.parent);
    arrange(doc, tree, id, to.parent, to);
  });
}

/**
 * What is in it moves up to where it was: its notebooks into its parent, its notes into none.
 * @throws NotebookError `unknown`.
 */
export function removeNotebook(doc: Y.Doc, id: NotebookId): void {
  find(treeOf(doc), id);
  write(doc, `${id}:removed`, true);
}

/** Gives a notebook an order that puts it in its place among the notebooks in `parent`. */
function arrange(doc: Y.Doc, tree: Tree, id: NotebookId, parent: NotebookId | null, place: Place): void {
  const children = tree.list.filter((notebook) => notebook.parent === parent);
  const siblings = children.filter((notebook) => notebook.id !== id);
  const beside = siblings.findIndex((sibling) => sibling.id === (place.before ?? place.after));
  const index = beside < 0 ? siblings.length : place.before === undefined ? beside + 1 : beside;
  if (children[index]?.id === id) return;

  // Between two equal orders there is no room, and beside one that can't be read there is no telling. So those that follow
  // with the same order, and those unreadable, which stand first, are ordered anew together with this one.
  let first = index;
  while (first > 0 && siblings[first - 1]?.order === '') first--;
  const below = siblings[first - 1]?.order ?? null;
  let end = index;
  for (; end < siblings.length; end++) {
    const order = siblings[end]?.order;
    if (order !== '' && order !== below) break;
  }
  const row = [...siblings.slice(first, index).map((sibling) => sibling.id), id];
  row.push(...siblings.slice(index, end).map((sibling) => sibling.id));
  const orders = generateNKeysBetween(below, siblings[end]?.order ?? null, row.length);
  for (const [at, each] of row.entries()) write(doc, `${each}:order`, orders[at] ?? null);
}

function find(tree: Tree, id: NotebookId): Notebook {
  const notebook = tree.byId.get(id);
  if (!notebook) throw new NotebookError('unknown', 'There is no such notebook; it may have been removed.');
  return notebook;
}

function nameFrom(text: string): string {
  const name = clip(text.replace(/\s+/gu, ' ').trim(), NAME_LENGTH);
  if (name === '') throw new NotebookError('unnamed', 'A notebook needs a name.');
  return name;
}

function treeOf(doc: Y.Doc): Tree {
  return readTree(keysOf(doc).entries());
}

function keysOf(doc: Y.Doc): Y.Map<unknown> {
  return doc.getMap<unknown>('notebooks');
}

function write(doc: Y.Doc, key: string, value: string | true | null): void {
  const keys = keysOf(doc);
  if (value === null) keys.delete(key);
  else if (keys.get(key) !== value) keys.set(key, value);
}
