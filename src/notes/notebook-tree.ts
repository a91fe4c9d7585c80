/** The reading of the library's keys: from whatever several devices wrote there to one tree, the same on all of them. */
import { generateKeyBetween } from 'fractional-indexing';
import { isNotebookId, type NotebookId } from './ids.ts';

export interface Notebook {
  readonly id: NotebookId;
  readonly name: string;
  readonly parent: NotebookId | null;
  /** Fractional index among its siblings; empty when there is none that can be read. */
  readonly order: string;
  /** 0 for a notebook that is in none. */
  readonly depth: number;
}

export interface Tree {
  /** Each before what is in it, siblings in their order. */
  readonly list: readonly Notebook[];
  readonly byId: ReadonlyMap<NotebookId, Notebook>;
  /** What each is in, of the removed ones too, once circles are cut. */
  readonly above: ReadonlyMap<NotebookId, NotebookId | null>;
  /** Those that read as being in none because a circle was cut above them. */
  readonly cut: ReadonlySet<NotebookId>;
}

interface Written {
  name: string;
  parent: NotebookId | null;
  order: string;
  removed: boolean;
}

const KEY = /^([0-9a-f]{32}):(name|parent|order|removed)$/u;
const ORDER = /^[A-Za-z][0-9A-Za-z]*$/u;

/** Values of another type than expected count as not there. */
export function readTree(keys: Iterable<readonly [string, unknown]>): Tree {
  const written = readKeys(keys);
  const { above, cut } = cutCircles(written);

  const children = new Map<NotebookId | null, NotebookId[]>();
  for (const [id, { removed }] of written) {
    if (removed) continue;
    let parent = above.get(id) ?? null;
    while (parent !== null && written.get(parent)?.removed === true) parent = above.get(parent) ?? null;
    const row = children.get(parent);
    if (row) row.push(id);
    else children.set(parent, [id]);
  }
  // Compared by code unit: the order of a language differs between devices.
  const placeOf = (id: NotebookId) => `${written.get(id)?.order ?? ''} ${id}`;
  for (const row of children.values()) row.sort((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1));

  const byId = new Map<NotebookId, Notebook>();
  // A stack of our own, as nothing bounds how deep notebooks are nested.
  const waiting: { id: NotebookId; parent: NotebookId | null; depth: number }[] = [];
  for (const id of (children.get(null) ?? []).toReversed()) waiting.push({ id, parent: null, depth: 0 });
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { id, parent, depth } = next;
    byId.set(id, { id, name: written.get(id)?.name ?? '', parent, order: written.get(id)?.order ?? '', depth });
    for (const child of (children.get(id) ?? []).toReversed())
      waiting.push({ id: child, parent: id, depth: depth + 1 });
  }
  return { list: [...byId.values()], byId, above, cut };
}

/** Whether room can be made beside it. The library of fractional indexes checks the form itself, but not the digits. */
function isOrder(order: string): boolean {
  if (!ORDER.test(order)) return false;
  try {
    generateKeyBetween(order, null);
    generateKeyBetween(null, order);
    return true;
  } catch {
    return false;
  }
}

function readKeys(keys: Iterable<readonly [string, unknown]>): Map<NotebookId, Written> {
  const written = new Map<NotebookId, Written>();
  for (const [key, value] of keys) {
    const [, id, field] = KEY.exec(key) ?? [];
    if (id === undefined || !isNotebookId(id)) continue;
    const notebook = written.get(id) ?? { name: '', parent: null, order: '', removed: false };
    written.set(id, notebook);
    if (field === 'removed') notebook.removed = value === true;
    else if (typeof value !== 'string') continue;
    else if (field === 'name') notebook.name = value;
    else if (field === 'order') notebook.order = isOrder(value) ? value : '';
    else if (isNotebookId(value)) notebook.parent = value;
  }
  return written;
}

/** In each circle the notebook with the smallest id reads as being in none. */
function cutCircles(written: ReadonlyMap<NotebookId, Written>): {
  above: Map<NotebookId, NotebookId | null>;
  cut: Set<NotebookId>;
} {
  const above = new Map<NotebookId, NotebookId | null>();
  for (const [id, { parent }] of written) above.set(id, parent !== null && written.has(parent) ? parent : null);

  const cut = new Set<NotebookId>();
  const seen = new Set<NotebookId>();
  for (const start of written.keys()) {
    const path: NotebookId[] = [];
    let at: NotebookId | null = start;
    while (at !== null && !seen.has(at)) {
      seen.add(at);
      path.push(at);
      at = above.get(at) ?? null;
    }
    // A path that ends in itself has a circle; one that ends in an earlier path was looked at with that.
    const circle = at === null ? [] : path.slice(path.includes(at) ? path.indexOf(at) : path.length);
    const smallest = circle.toSorted()[0];
    if (smallest === undefined) continue;
    above.set(smallest, null);
    cut.add(smallest);
  }
  return { above, cut };
}
