/**
 * The storage interface: the whole contract between Satchel and a place where a vault can live.
 *
 * A vault is made of immutable, named objects. A backend stores them and gives them back; it never
 * interprets, merges, locks or renames anything. The obligations below are numbered, and each number
 * stands in the title of the test in `conformance.ts` that checks it.
 *
 * Objects
 *   S1  `put` is durable when it resolves: a new connection reads the same bytes.
 *   S2  The same bytes again under the same name: success, and nothing changes.
 *   S3  Other bytes under a name that exists: the first bytes stay. `Taken` where the provider can tell;
 *       never an overwrite, never a second object with that name.
 *   S4  `get` gives exactly the bytes that were put, in a buffer nobody else holds.
 *   S5  `get` with a range gives exactly that part; a range that runs past the end is cut there; one that
 *       starts at or past the end gives no bytes.
 *   S6  A name that isn't there is `NotFound`.
 *   S7  An object has at most MAX_OBJECT_BYTES bytes. A larger one is `Rejected` before anything is sent.
 *   S8  A name that isn't an ObjectName is `Rejected` before anything is sent.
 * Listing
 *   S9  `changes` without a cursor leads, page after page, to every object of the area.
 *   S10 `changes` with a cursor leads to every later addition and removal; it may repeat, never omit.
 *       Applied in order, the pages' events give the right set in the end, also when objects come and go
 *       between two pages.
 *   S11 An `added` event carries the size in bytes and the provider's own time.
 *   S12 A cursor is plain text that outlives the connection. One that the provider no longer honours is
 *       `CursorExpired`.
 * Deleting
 *   S13 After `delete` the names are gone in the end; names that aren't there are fine; a name may be put again.
 * Waiting
 *   S14 `watch` resolves when something may have changed since the cursor, and rejects when aborted.
 * Calls
 *   S15 Once its signal fires, a call rejects with the signal's reason and starts no new request; the
 *       object it was writing is whole or absent.
 *   S16 Any number of connections may read, write, list and delete at once.
 *   S17 A truncated or foreign answer (a login page instead of bytes) is an error, never data.
 *   S18 Every failure is a StorageError of the closed family below, or the signal's reason.
 *   S19 No error text, log line or label contains a token or key.
 *   S20 `about` gives the account's stable id, a label for people, and bytes used and quota where known.
 *   S21 A connection's settings survive JSON; a storage opened from the copy is the same place.
 */

declare const brand: unique symbol;

/** The area and a flat name: `log/…` for packs and key slots, `files/…` for attachment chunks. */
export type ObjectName = string & { readonly [brand]: 'ObjectName' };
/** Where a reader of `changes` has got to. Opaque, and only meaningful to the backend that made it. */
export type Cursor = string & { readonly [brand]: 'Cursor' };

/** `log` holds few objects and is listed often; `files` may hold many and is listed to check or clean up. */
export type Area = 'log' | 'files';
export const AREAS: readonly Area[] = ['log', 'files'];

/**
 * Small enough for one upload request at every provider (Drive's multipart upload ends at 5 MB, a Lambda
 * request at 6 MB), so that no backend needs resumable uploads.
 */
export const MAX_OBJECT_BYTES = 4_000_000;

const OBJECT_NAME = /^(log|files)\/[a-z0-9](?:[a-z0-9.-]{0,180}[a-z0-9])?$/;

/** Lower case only: some providers fold case, and two names must never become one there. */
export function isObjectName(name: string): name is ObjectName {
  return OBJECT_NAME.test(name);
}

/** @throws {StorageError} `Rejected` when the text isn't an object name. */
export function objectName(name: string): ObjectName {
  if (!isObjectName(name)) throw new StorageError('Rejected', `"${name}" is not an object name`);
  return name;
}

export function areaOf(name: ObjectName): Area {
  return name.startsWith('log/') ? 'log' : 'files';
}

/** Bytes `start` up to, not including, `end`. Without `end`: to the end of the object. */
export interface ByteRange {
  readonly start: number;
  readonly end?: number;
}

export interface ObjectInfo {
  readonly name: ObjectName;
  /** Bytes. */
  readonly size: number;
  /** The provider's clock when the object was stored, in ms since 1970. Never this device's clock. */
  readonly time: number;
}

export type StorageEvent =
  | ({ readonly kind: 'added' } & ObjectInfo)
  | { readonly kind: 'removed'; readonly name: ObjectName };

export interface ChangesPage {
  /** In the order in which they are to be applied. May be empty while `more` is true. */
  readonly events: readonly StorageEvent[];
  /** Where to go on. Store it even when `events` is empty. */
  readonly cursor: Cursor;
  /** Whether another page is there at once. */
  readonly more: boolean;
}

export interface About {
  /** Stable and unique with this provider; never shown. */
  readonly accountId: string;
  /** What the person calls the account: an e-mail address, a name. */
  readonly label: string;
  /** Bytes. */
  readonly used?: number;
  /** Bytes; absent where the provider doesn't tell or there is no limit. */
  readonly quota?: number;
}

export interface Storage {
  put(name: ObjectName, bytes: Uint8Array, signal?: AbortSignal): Promise<void>;
  get(name: ObjectName, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  changes(area: Area, cursor?: Cursor, signal?: AbortSignal): Promise<ChangesPage>;
  delete(names: readonly ObjectName[], signal?: AbortSignal): Promise<void>;
  /** Resolves when something may have changed in the area since the cursor: a hint, not a promise. */
  watch(area: Area, cursor: Cursor, signal: AbortSignal): Promise<void>;
  about(signal?: AbortSignal): Promise<About>;
}

/** What went wrong, named for what to do next. */
export type StorageErrorKind =
  /** The person has to sign in again. */
  | 'Unauthorized'
  /** Wait `retryAfter`, then try again. */
  | 'RateLimited'
  /** The provider or the network is away, or its answer was broken: try again. */
  | 'Unavailable'
  /** The account is full: tell the person. */
  | 'QuotaExceeded'
  | 'NotFound'
  /** Other bytes hold that name already. */
  | 'Taken'
  /** List from the start. */
  | 'CursorExpired'
  /** The request can never succeed as it is: a bug, report it. */
  | 'Rejected';

export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly kind: StorageErrorKind;
  /** With `RateLimited`, where the provider said: how long to wait, in ms. */
  readonly retryAfter: number | undefined;

  /** `message` is for a log that people read; it must hold no token, no key and no content (S19). */
  constructor(kind: StorageErrorKind, message: string, options: { cause?: unknown; retryAfter?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.retryAfter = options.retryAfter;
  }
}

export function isStorageError(error: unknown, kind?: StorageErrorKind): error is StorageError {
  return error instanceof StorageError && (kind === undefined || error.kind === kind);
}
