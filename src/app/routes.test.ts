import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noteId, notebookId } from '../notes/ids.ts';
import { parseRoute, pathOf, type Route } from './routes.ts';

const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 }).filter((id) => id.some((byte) => byte !== 0));
const view = fc.oneof(
  fc.constantFrom({ kind: 'all' } as const, { kind: 'pinned' } as const, { kind: 'trash' } as const),
  bytes.map((random) => ({ kind: 'notebook', id: notebookId(random) }) as const),
  fc.string({ minLength: 1, unit: 'grapheme' }).map((tag) => ({ kind: 'tag', tag }) as const),
);
const route: fc.Arbitrary<Route> = fc.oneof(
  fc.record({ page: fc.constant('notes' as const), view, note: fc.option(bytes.map((random) => noteId(random))) }),
  fc.constantFrom({ page: 'settings' } as const, { page: 'sync' } as const, { page: 'connect' } as const),
);

describe('routes', () => {
  test('every place has an address that leads back to it', () => {
    fc.assert(
      fc.property(route, (place) => {
        expect(parseRoute(pathOf(place))).toEqual(place);
      }),
    );
  });

  test('an empty address is the list of all notes', () => {
    expect(parseRoute('')).toEqual({ page: 'notes', view: { kind: 'all' }, note: null });
    expect(parseRoute('/')).toEqual({ page: 'notes', view: { kind: 'all' }, note: null });
  });

  test('a tag may hold a slash, a question mark and a hash', () => {
    const place: Route = { page: 'notes', view: { kind: 'tag', tag: 'a/b?c#d' }, note: null };
    expect(pathOf(place)).not.toMatch(/[?#]/);
    expect(parseRoute(pathOf(place))).toEqual(place);
  });

  test.each([
    '/nowhere',
    '/settings/more',
    '/notebook',
    '/notebook/not-an-id',
    '/tag',
    '/tag/%E0%A4%A',
    '/all/note',
    '/all/note/123',
    `/all/note/${'0'.repeat(32)}`,
    `/all/note/${'a'.repeat(32)}/more`,
  ])('%s leads nowhere', (path) => {
    expect(parseRoute(path)).toEqual({ page: 'unknown' });
  });
});
