/**
 * What Drive says when it says no, and what that means in the storage interface's terms. Decided by status and by
 * the reason of its first error, never by its message: many things come as 403.
 * https://developers.google.com/workspace/drive/api/guides/handle-errors
 */
import { fieldOf } from '../field-of.ts';
import { StorageError, type StorageErrorKind } from '../storage.ts';

export class DriveFailure extends Error {
  /** As the API calls it: "files.list". */
  readonly method: string;
  readonly status: number;
  /** For example "fileIdInUse"; undefined for an answer that isn't the API's own. */
  readonly reason: string | undefined;
  /** ms. */
  readonly retryAfter: number | undefined;

  constructor(method: string, status: number, reason: string | undefined, retryAfter?: number) {
    super(`${method} was answered ${status} ${reason ?? ''}`.trimEnd());
    this.method = method;
    this.status = status;
    this.reason = reason;
    this.retryAfter = retryAfter;
  }
}

/** Reasons are words of the API; whatever else stands there is not repeated. */
const asReason = (value: unknown) => (typeof value === 'string' && /^[A-Za-z_]{1,60}$/.test(value) ? value : undefined);

/** @param error what stands under `error` in the answer. */
function reasonOf(error: unknown): string | undefined {
  const list = fieldOf(error, 'errors');
  const first: unknown = Array.isArray(list) ? list[0] : undefined;
  // Newer front ends leave the list out and give a status of gRPC's.
  return asReason(fieldOf(first, 'reason')) ?? asReason(fieldOf(error, 'status'));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // HTML: the status has to do.
  }
}

function wait(headers: Headers): number | undefined {
  const seconds = Number(headers.get('Retry-After') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

export function driveFailure(method: string, status: number, headers: Headers, text: string): DriveFailure {
  return new DriveFailure(method, status, reasonOf(fieldOf(parsed(text), 'error')), wait(headers));
}

export async function failureOf(method: string, response: Response): Promise<DriveFailure> {
  return driveFailure(method, response.status, response.headers, await response.text());
}

/** The quota of a day comes back at midnight somewhere; asking more often than this helps nobody. */
const DAILY_REST_MS = 60 * 60 * 1000;

const KINDS: Readonly<Record<string, StorageErrorKind>> = {
  rateLimitExceeded: 'RateLimited',
  userRateLimitExceeded: 'RateLimited',
  sharingRateLimitExceeded: 'RateLimited',
  dailyLimitExceeded: 'RateLimited',
  RESOURCE_EXHAUSTED: 'RateLimited',
  storageQuotaExceeded: 'QuotaExceeded',
  teamDriveFileLimitExceeded: 'QuotaExceeded',
  activeItemCreationLimitExceeded: 'QuotaExceeded',
  numChildrenInNonRootLimitExceeded: 'QuotaExceeded',
  // The person granted less than was asked for, withdrew it for a file, or belongs to somebody who forbids it:
  // signing in again, perhaps elsewhere, is what helps.
  insufficientPermissions: 'Unauthorized',
  insufficientScopes: 'Unauthorized',
  appNotAuthorizedToFile: 'Unauthorized',
  domainPolicy: 'Unauthorized',
  authError: 'Unauthorized',
};

const WORDS: Readonly<Record<string, string>> = {
  insufficientPermissions: 'Satchel was not given what it needs in this Google Drive',
  appNotAuthorizedToFile: 'this Google Drive does not let Satchel at one of its own files any more',
  domainPolicy: 'the administrators of this Google account do not allow Satchel',
  storageQuotaExceeded: 'this Google account is full',
  activeItemCreationLimitExceeded: 'this Google Drive holds as many files as it can',
  numChildrenInNonRootLimitExceeded: 'the folder holds as many files as it can',
  dailyLimitExceeded: 'the limit of the day is reached',
};

function kindOf({ status, reason }: DriveFailure): StorageErrorKind {
  const known = reason === undefined ? undefined : KINDS[reason];
  // A 401 of any reason: it was met with a new token, too.
  if (status === 401) return 'Unauthorized';
  if (known) return known;
  if (status === 429) return 'RateLimited';
  if (status >= 500 || status === 408) return 'Unavailable';
  // A page of somebody's front end, which has no reason, says nothing of Drive.
  if ((status === 403 || status === 404) && reason === undefined) return 'Unavailable';
  return status === 404 ? 'NotFound' : 'Rejected';
}

export function storageErrorOf(failure: DriveFailure): StorageError {
  const { reason } = failure;
  const words = reason === undefined ? undefined : WORDS[reason];
  const retryAfter = failure.retryAfter ?? (reason === 'dailyLimitExceeded' ? DAILY_REST_MS : undefined);
  return new StorageError(
    kindOf(failure),
    `Google Drive: ${words === undefined ? failure.message : `${words} (${failure.message})`}`,
    retryAfter === undefined ? {} : { retryAfter },
  );
}

export function foreignAnswer(method: string, what: string): StorageError {
  return new StorageError('Unavailable', `Google Drive: ${method} was answered by ${what}`);
}

/** Drive itself says that there is no such file, or none that the app may see. */
export function isGone(error: unknown): error is DriveFailure {
  return error instanceof DriveFailure && error.status === 404 && error.reason !== undefined;
}

/**
 * Whether the id that a file was to have isn't taken: one that was reserved in another account or for another space,
 * or, though nothing is said of it, so long ago that Drive forgot it.
 */
export function isBadId(error: DriveFailure): boolean {
  return error.status === 400 && kindOf(error) === 'Rejected';
}

/** Nothing is lost: it can be put back, and until then what is to be sent waits. */
export function inTrash(): StorageError {
  return new StorageError(
    'Unavailable',
    "Google Drive: Satchel's folder is in the trash. Put it back in Google Drive, and syncing goes on; or empty the trash, and Satchel begins anew there",
  );
}
