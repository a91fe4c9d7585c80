/** A folder's listing and its later changes, as the storage interface tells them. */
import type { files } from 'dropbox';
import { fieldOf } from '../field-of.ts';
import type { Area, ChangesPage, Cursor, StorageEvent } from '../storage.ts';
import { StorageError, isObjectName } from '../storage.ts';
import { DropboxFailure, foreignAnswer } from './failure.ts';
import type { SdkCall } from './sdk.ts';

/**
 * Our cursor says which of two it is: Dropbox's own for the area's folder, or, while that folder doesn't exist, which
 * is how an account looks in which nothing was ever written, Dropbox's own for the app folder around it.
 */
const AT = 'at:';
const BEFORE = 'before:';

export interface ReadCursor {
  readonly kind: 'at' | 'before';
  /** Dropbox's own. */
  readonly own: string;
}

/** @throws {StorageError} `CursorExpired` for a text that no listing here gave out. */
export function readCursor(cursor: Cursor): ReadCursor {
  for (const [kind, prefix] of [
    ['at', AT],
    ['before', BEFORE],
  ] as const)
    if (cursor.startsWith(prefix) && cursor.length > prefix.length) return { kind, own: cursor.slice(prefix.length) };
  throw new StorageError('CursorExpired', 'Dropbox: the stored cursor is not one of its cursors');
}

/** Dropbox has several ways to say that a cursor is of no use any more; garbage is told in plain text. */
export function expiredCursor(error: unknown): StorageError | undefined {
  if (!(error instanceof DropboxFailure)) return undefined;
  const isReset = error.has('reset') || error.has('path', 'not_found') || error.status === 400;
  return isReset ? new StorageError('CursorExpired', `Dropbox: ${error.message}`) : undefined;
}

type Entry = files.ListFolderResult['entries'][number];

/**
 * Names come from the folded path: `path_display` may have any case. What isn't an object of ours, because a person
 * put it there, is passed over.
 */
function eventOf(area: Area, entry: Entry): StorageEvent | undefined {
  const path = entry.path_lower ?? '';
  const name = path.slice(1);
  if (entry['.tag'] === 'deleted' && path === `/${area}`)
    // The folder itself: with it went names that nobody lists for us.
    throw new StorageError('CursorExpired', 'Dropbox: the folder was deleted');
  if (!name.startsWith(`${area}/`) || !isObjectName(name)) return undefined;
  if (entry['.tag'] === 'deleted') return { kind: 'removed', name };
  if (entry['.tag'] !== 'file') return undefined;
  const time = Date.parse(entry.server_modified);
  if (!Number.isFinite(time) || !Number.isInteger(entry.size))
    throw foreignAnswer('files/list_folder', 'an entry without time or size');
  return { kind: 'added', name, size: entry.size, time };
}

function pageOf(area: Area, { entries, cursor, has_more }: files.ListFolderResult): ChangesPage {
  const events = entries.flatMap((entry) => eventOf(area, entry) ?? []);
  return { events, cursor: `${AT}${cursor}` as Cursor, more: has_more };
}

/** The SDK passes on whatever a success held, also somebody's login page. */
function checked(result: files.ListFolderResult): files.ListFolderResult {
  const isListing =
    Array.isArray(fieldOf(result, 'entries')) &&
    typeof fieldOf(result, 'cursor') === 'string' &&
    typeof fieldOf(result, 'has_more') === 'boolean';
  if (!isListing) throw foreignAnswer('files/list_folder', 'something that is no listing');
  return result;
}

/**
 * Looks whether the area's folder is there yet. Asking for it by name would do as well, but browsers write every
 * refused request into the console, and on a new account that is no error.
 * @returns the page to give when it isn't, undefined when it is.
 */
async function pageBeforeFolder(
  call: SdkCall,
  area: Area,
  signal: AbortSignal | undefined,
): Promise<ChangesPage | undefined> {
  const { entries, cursor, has_more } = checked(
    await call('files/list_folder', signal, (sdk) => sdk.filesListFolder({ path: '' })),
  );
  // With thousands of things beside it, it may be on a later page; then asking by name is cheaper.
  if (has_more || entries.some((entry) => entry['.tag'] === 'folder' && entry.path_lower === `/${area}`))
    return undefined;
  return { events: [], cursor: `${BEFORE}${cursor}` as Cursor, more: false };
}

/** @param pageSize entries on a page, about; absent: as Dropbox likes. */
export async function listChanges(
  call: SdkCall,
  area: Area,
  cursor: Cursor | undefined,
  pageSize: number | undefined,
  signal: AbortSignal | undefined,
): Promise<ChangesPage> {
  const at = cursor === undefined ? undefined : readCursor(cursor);
  if (at?.kind === 'at') {
    try {
      const argument = { cursor: at.own };
      const result = await call('files/list_folder/continue', signal, (sdk) => sdk.filesListFolderContinue(argument));
      return pageOf(area, checked(result));
    } catch (error) {
      throw expiredCursor(error) ?? error;
    }
  }
  const before = await pageBeforeFolder(call, area, signal);
  if (before) return before;
  const argument = { path: `/${area}`, ...(pageSize !== undefined && { limit: pageSize }) };
  try {
    return pageOf(area, checked(await call('files/list_folder', signal, (sdk) => sdk.filesListFolder(argument))));
  } catch (error) {
    const isMissing = error instanceof DropboxFailure && error.has('path', 'not_found');
    // Either the folder went a moment ago, or it was never there beside thousands of other things.
    if (isMissing) return { events: [], cursor: `${BEFORE}${await rootCursor(call, signal)}` as Cursor, more: false };
    throw error;
  }
}

async function rootCursor(call: SdkCall, signal: AbortSignal | undefined): Promise<string> {
  const route = 'files/list_folder/get_latest_cursor';
  const result = await call(route, signal, (sdk) => sdk.filesListFolderGetLatestCursor({ path: '' }));
  if (typeof fieldOf(result, 'cursor') !== 'string') throw foreignAnswer(route, 'something else');
  return result.cursor;
}
