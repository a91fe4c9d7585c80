/** Where in the app a person is, as the part of the address behind the `#`. */
import { isNoteId, type NotebookId, type NoteId } from '../notes/ids.ts';
import type { View } from '../engine/queries.ts';

export type Route =
  | { readonly page: 'notes'; readonly view: View; readonly note: NoteId | null }
  | { readonly page: 'settings' | 'sync' | 'connect' | 'unknown' };

const NOTEBOOK = /^[0-9a-f]{32}$/;

export function parseRoute(path: string): Route {
  const parts = segmentsOf(path);
  if (!parts) return { page: 'unknown' };
  const [first, ...rest] = parts;
  switch (first) {
    case undefined:
      return { page: 'notes', view: { kind: 'all' }, note: null };
    case 'settings':
    case 'sync':
    case 'connect':
      return rest.length === 0 ? { page: first } : { page: 'unknown' };
    case 'all':
    case 'pinned':
    case 'trash':
      return inView({ kind: first }, rest);
    case 'notebook': {
      const [id, ...note] = rest;
      return id !== undefined && NOTEBOOK.test(id)
        ? inView({ kind: 'notebook', id: id as NotebookId }, note)
        : { page: 'unknown' };
    }
    case 'tag': {
      const [tag, ...note] = rest;
      return tag === undefined ? { page: 'unknown' } : inView({ kind: 'tag', tag }, note);
    }
    default:
      return { page: 'unknown' };
  }
}

export function pathOf(route: Route): string {
  switch (route.page) {
    case 'notes': {
      const view = viewPath(route.view);
      if (route.note) return `${view}/note/${route.note}`;
      return route.view.kind === 'all' ? '/' : view;
    }
    case 'unknown':
      return '/';
    case 'settings':
    case 'sync':
    case 'connect':
      return `/${route.page}`;
  }
}

function inView(view: View, rest: readonly string[]): Route {
  const [word, id, ...more] = rest;
  if (word === undefined) return { page: 'notes', view, note: null };
  if (word === 'note' && id !== undefined && isNoteId(id) && more.length === 0)
    return { page: 'notes', view, note: id };
  return { page: 'unknown' };
}

function viewPath(view: View): string {
  switch (view.kind) {
    case 'notebook':
      return `/notebook/${view.id}`;
    case 'tag':
      return `/tag/${encodeURIComponent(view.tag)}`;
    case 'all':
    case 'pinned':
    case 'trash':
      return `/${view.kind}`;
  }
}

/** Undefined when a part isn't well-formed percent-encoding. */
function segmentsOf(path: string): string[] | undefined {
  try {
    return path
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
