/**
 * The feed of changes: it names files that came, went or changed, each as it is now. It may be late and, now and then,
 * leave something out: a hint. Full listings are the truth.
 * https://developers.google.com/workspace/drive/api/guides/manage-changes
 */
import type { drive_v3 } from '@googleapis/drive';
import { fieldOf } from '../field-of.ts';
import { StorageError } from '../storage.ts';
import { DriveFailure, foreignAnswer } from './failure.ts';
import { FILE_FIELDS, type QueryOf, type SeenFile, readFile } from './file.ts';
import type { Space } from './settings.ts';
import { type Transport, call } from './transport.ts';

export interface Change {
  readonly id: string;
  /** Undefined: it is gone, or out of the app's sight. */
  readonly file: SeenFile | undefined;
}

export interface FeedPage {
  readonly changes: readonly Change[];
  /** Where to go on. */
  readonly token: string;
  readonly more: boolean;
}

/** The newest token: whatever happens from now on comes after it. */
export async function startToken(transport: Transport, signal: AbortSignal | undefined): Promise<string> {
  const method = 'changes.getStartPageToken';
  const query = { fields: 'startPageToken' };
  const path = '/drive/v3/changes/startPageToken';
  const token = fieldOf(await call(transport, { method, verb: 'GET', path, query, signal }), 'startPageToken');
  if (typeof token !== 'string' || token === '') throw foreignAnswer(method, 'something else');
  return token;
}

/** These tokens are said not to expire; clients have met refusals all the same. */
export function expiredToken(error: unknown): StorageError | undefined {
  if (!(error instanceof DriveFailure) || error.reason === undefined) return undefined;
  if (![400, 404, 410].includes(error.status)) return undefined;
  return new StorageError('CursorExpired', `Google Drive: ${error.message}`);
}

function readChange(value: unknown): Change {
  const id = fieldOf(value, 'fileId');
  const file = fieldOf(value, 'file');
  if (typeof id !== 'string') throw foreignAnswer('changes.list', 'a change of nothing');
  if (fieldOf(value, 'removed') === true || file === undefined) return { id, file: undefined };
  const seen = readFile(file);
  if (!seen) throw foreignAnswer('changes.list', 'a file without an id, a name or a time');
  return { id, file: seen };
}

/** @throws {StorageError} `CursorExpired` when the token isn't taken. */
export async function readFeed(
  transport: Transport,
  space: Space,
  token: string,
  pageSize: number,
  signal: AbortSignal | undefined,
): Promise<FeedPage> {
  const method = 'changes.list';
  let answer: object;
  try {
    answer = await call(transport, {
      method,
      verb: 'GET',
      path: '/drive/v3/changes',
      query: {
        pageToken: token,
        spaces: space,
        pageSize: String(pageSize),
        includeRemoved: 'true',
        fields: `nextPageToken,newStartPageToken,changes(fileId,removed,changeType,file(${FILE_FIELDS.join(',')}))`,
      } satisfies QueryOf<drive_v3.Params$Resource$Changes$List>,
      signal,
    });
  } catch (error) {
    throw expiredToken(error) ?? error;
  }
  const changes = fieldOf(answer, 'changes');
  const next = fieldOf(answer, 'nextPageToken');
  const last = fieldOf(answer, 'newStartPageToken');
  const on = next ?? last;
  if (!Array.isArray(changes) || typeof on !== 'string') throw foreignAnswer(method, 'something that is no feed');
  // Beside files there are shared drives, which concern nobody here.
  const ofFiles = changes.filter((change) => (fieldOf(change, 'changeType') ?? 'file') === 'file');
  return { changes: ofFiles.map(readChange), token: on, more: next !== undefined };
}
