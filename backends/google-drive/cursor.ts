/**
 * Where a reader of an area has got to. A change that says "removed" names an id and nothing else, so the cursor
 * holds the files that its reader has been told of.
 */
import { fieldOf } from '../field-of.ts';
import type { Area, Cursor } from '../storage.ts';
import { StorageError, isObjectName } from '../storage.ts';
import type { Entry } from './file.ts';

export interface Position {
  /** Of the feed of changes: taken before the listing began, so that it tells whatever the listing has missed. */
  readonly token: string;
  /** By id. */
  readonly known: ReadonlyMap<string, Entry>;
  /** When the last full listing began, in ms since 1970 by this device's clock. */
  readonly full: number;
  /**
   * Whether that was the first. A listing may lack what others made a moment before; after the first one the feed
   * doesn't tell of it either, as it was made before the token was taken.
   */
  readonly first: boolean;
  /** Of the listing that is still under way. */
  readonly page?: string;
}

const VERSION = 1;
/** Listings have been seen to be minutes old. */
const FIRST_AGAIN_MS = 3 * 60 * 1000;

/** Whether everything is to be listed anew. @param every how long the feed is trusted, in ms */
export function isListingDue({ full, first }: Position, now: number, every: number): boolean {
  // A clock that was put back counts as one that has run on.
  return Math.abs(now - full) > (first ? Math.min(FIRST_AGAIN_MS, every) : every);
}

export function writeCursor(area: Area, { token, known, full, first, page }: Position): Cursor {
  const files = [...known.values()].map(({ id, name, size, time }) => [id, name.slice(area.length + 1), size, time]);
  return JSON.stringify({ v: VERSION, area, token, full, first, files, ...(page !== undefined && { page }) }) as Cursor;
}

function readEntry(area: Area, value: unknown): Entry | undefined {
  if (!Array.isArray(value)) return undefined;
  const [id, rest, size, time] = value as readonly unknown[];
  const name = `${area}/${String(rest)}`;
  if (typeof id !== 'string' || typeof size !== 'number' || typeof time !== 'number') return undefined;
  return isObjectName(name) ? { id, name, size, time } : undefined;
}

const refused = () => new StorageError('CursorExpired', 'Google Drive: the stored cursor is not one of its cursors');

/** @throws {StorageError} `CursorExpired` for a text that no listing here gave out. */
export function readCursor(area: Area, cursor: Cursor): Position {
  let value: unknown;
  try {
    value = JSON.parse(cursor);
  } catch {
    throw refused();
  }
  const token = fieldOf(value, 'token');
  const full = fieldOf(value, 'full');
  const page = fieldOf(value, 'page');
  const files = fieldOf(value, 'files');
  if (fieldOf(value, 'v') !== VERSION || fieldOf(value, 'area') !== area) throw refused();
  if (typeof token !== 'string' || typeof full !== 'number' || !Array.isArray(files)) throw refused();
  const entries = files.map((file) => readEntry(area, file));
  if (!entries.every((entry) => entry !== undefined)) throw refused();
  const known = new Map(entries.map((entry) => [entry.id, entry]));
  return { token, known, full, first: fieldOf(value, 'first') === true, ...(typeof page === 'string' && { page }) };
}
