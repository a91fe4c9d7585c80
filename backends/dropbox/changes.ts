/** A folder's listing and its later changes, as the storage interface tells them. */
import type { files } from 'dropbox';
import type { Area, ChangesPage, Cursor, StorageEvent } from '../storage.ts';
import { StorageError, isObjectName } from '../storage.ts';
import { DropboxFailure, fieldOf, foreignAnswer } from './failure.ts';
import type { SdkCall } from './sdk.ts';

/**
 * Our cursor says which it is: Dropbox's own, or that the area's folder didn't exist yet, which is how an account
 * looks in which nothing was ever written. There is no cursor of Dropbox's for that.
 */
const AT = 'at:';
const ABSENT = 'absent';

/** @returns Dropbox's own cursor, or `absent`. @throws {StorageError} `CursorExpired` for anything else. */
export function readCursor(cursor: Cursor): { readonly own: string } | 'absent' {
  if (cursor === ABSENT) return 'absent';
  if (!cursor.startsWith(AT) || cursor.length === AT.length)
    throw new StorageError('CursorExpired', 'Dropbox: the stored cursor is not one of its cursors');
  return { own: cursor.slice(AT.length) };
}

/** Dropbox has several ways to say that a cursor is of no use any more; garbage is told in plain text. */
export function expiredCursor(error: unknown): StorageError | undefined {
  if (!(error instanceof DropboxFailure)) return undefined;
  const isReset = error.has('reset') || error.has('path', 'not_found') || error.status === 400;
  return isReset ? new StorageError('CursorExpired', `Dropbox: ${error.message}`) : undefined;
}

export function isMissingFolder(error: unknown): boolean {
  return error instanceof DropboxFailure && error.has('path', 'not_found');
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

function pageOf(area: Area, result: files.ListFolderResult): ChangesPage {
  const { entries, cursor, has_more } = result;
  if (!Array.isArray(entries) || typeof cursor !== 'string' || typeof has_more !== 'boolean')
    throw foreignAnswer('files/list_folder', 'something that is no listing');
  const events = entries.flatMap((entry) => eventOf(area, entry) ?? []);
  return { events, cursor: `${AT}${cursor}` as Cursor, more: has_more };
}

/** @param pageSize entries on a page, about; absent: as Dropbox likes. */
export async function listChanges(
  call: SdkCall,
  area: Area,
  cursor: Cursor | undefined,
  pageSize: number | undefined,
  signal: AbortSignal | undefined,
): Promise<ChangesPage> {
  const at = cursor === undefined ? 'absent' : readCursor(cursor);
  if (at === 'absent') {
    try {
      const argument = { path: `/${area}`, ...(pageSize !== undefined && { limit: pageSize }) };
      const result = await call('files/list_folder', signal, (sdk) => sdk.filesListFolder(argument));
      return pageOf(area, checked(result));
    } catch (error) {
      if (!isMissingFolder(error)) throw error;
      return { events: [], cursor: ABSENT as Cursor, more: false };
    }
  }
  try {
    const argument = { cursor: at.own };
    const result = await call('files/list_folder/continue', signal, (sdk) => sdk.filesListFolderContinue(argument));
    return pageOf(area, checked(result));
  } catch (error) {
    throw expiredCursor(error) ?? error;
  }
}

/** The SDK passes on whatever a success held, also somebody's login page. */
function checked(result: files.ListFolderResult): files.ListFolderResult {
  if (fieldOf(result, 'entries') === undefined)
    throw foreignAnswer('files/list_folder', 'something that is no listing');
  return result;
}
