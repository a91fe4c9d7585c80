/**
 * What Dropbox says when it says no, and what that means in the storage interface's terms. Decided by status and
 * by the tags of its unions, never by text: `error_summary` ends in random dots, and 429 may be plain text.
 * https://www.dropbox.com/developers/documentation/http/documentation#error-handling
 */
import { fieldOf } from '../field-of.ts';
import { StorageError } from '../storage.ts';

/** The tags from the outermost to the innermost, for example `path`, `conflict`, `file`. */
export type Tags = readonly string[];

export class DropboxFailure extends Error {
  readonly route: string;
  readonly status: number;
  readonly tags: Tags;
  /** ms. */
  readonly retryAfter: number | undefined;

  constructor(route: string, status: number, tags: Tags, retryAfter?: number) {
    super(`${route} was answered ${status} ${tags.join('/')}`.trimEnd());
    this.route = route;
    this.status = status;
    this.tags = tags;
    this.retryAfter = retryAfter;
  }

  has(...tags: readonly string[]): boolean {
    return tags.every((tag) => this.tags.includes(tag));
  }
}

/** Union members nest under their own tag's name, or under `reason`, as an upload's error does. */
export function tagsOf(error: unknown): Tags {
  const tag = fieldOf(error, '.tag');
  if (typeof tag !== 'string') {
    // A rate limit has no tag of its own, only a reason with one.
    const reason = fieldOf(error, 'reason');
    return reason === undefined ? [] : tagsOf(reason);
  }
  return [tag, ...tagsOf(fieldOf(error, tag) ?? fieldOf(error, 'reason'))];
}

function seconds(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number * 1000 : undefined;
}

/** @param body what the answer held: parsed when it was JSON, else text. */
export function dropboxFailure(route: string, status: number, headers: Headers, body: unknown): DropboxFailure {
  const error = fieldOf(body, 'error');
  // Browsers may hide the header from us, so the body comes first.
  const retryAfter = seconds(fieldOf(error, 'retry_after')) ?? seconds(headers.get('Retry-After'));
  return new DropboxFailure(route, status, tagsOf(error), retryAfter);
}

export async function failureOf(route: string, response: Response): Promise<DropboxFailure> {
  const text = await response.text();
  let body: unknown = text;
  try {
    body = JSON.parse(text);
  } catch {
    // Plain text or HTML: the status has to do.
  }
  return dropboxFailure(route, response.status, response.headers, body);
}

/** Tags that no repetition will change. Whatever isn't known may be gone the next time. */
const FINAL: ReadonlySet<string> = new Set([
  'malformed_path',
  'disallowed_name',
  'no_write_permission',
  'team_folder',
  'operation_suppressed',
  'access_restricted',
  'payload_too_large',
  'restricted_content',
  'unsupported_content_type',
  'unsupported_file',
  'properties_error',
  'encryption_not_supported',
  'too_many_files',
  'file_ancestor',
]);

function kindOf({ status, tags }: DropboxFailure): StorageError['kind'] {
  // Before the status: contention comes as 409, as 429 and inside of a batch's success.
  if (status === 429 || tags.includes('too_many_write_operations') || tags.includes('too_many_requests'))
    return 'RateLimited';
  if (status === 401 || status === 403) return tags.includes('route_access_denied') ? 'Rejected' : 'Unauthorized';
  if (status >= 500 || status === 408) return 'Unavailable';
  if (status !== 409 && status !== 200) return 'Rejected';
  if (tags.includes('insufficient_space')) return 'QuotaExceeded';
  if (tags.some((tag) => FINAL.has(tag))) return 'Rejected';
  if (tags.includes('not_found') || tags.includes('not_file')) return 'NotFound';
  if (tags.includes('conflict')) return 'Taken';
  if (tags.includes('reset')) return 'CursorExpired';
  return 'Unavailable';
}

export function storageErrorOf(failure: DropboxFailure): StorageError {
  const { retryAfter } = failure;
  return new StorageError(
    kindOf(failure),
    `Dropbox: ${failure.message}`,
    retryAfter === undefined ? {} : { retryAfter },
  );
}

export function foreignAnswer(route: string, what: string): StorageError {
  return new StorageError('Unavailable', `Dropbox: ${route} was answered by ${what}`);
}
