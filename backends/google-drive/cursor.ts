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
  /** Of the listing that is still under way. */
  readonly page?: string;
}

const VERSION = 1;

export function writeCursor(area: Area, { token, known, full, page }: Position): Cursor {
  const files = [...known.values()].map(({ id, name, size, time }) => [id, name.slice(area.length + 1), size, time]);
  return JSON.stringify({ v: VERSION, area, token, full, files, ...(page !== undefined && { page }) }) as Cursor;
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
  return { token, known, full, ...(typeof page === 'string' && { page }) };
}
