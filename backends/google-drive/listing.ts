/** Listings: of an area's files by their folder, never by name, and of the folders themselves. */
import type { drive_v3 } from '@googleapis/drive';
import { fieldOf } from '../field-of.ts';
import { foreignAnswer } from './failure.ts';
import { FILE_FIELDS, FOLDER_TYPE, type QueryOf, type SeenFile, readFile } from './file.ts';
import type { Space } from './settings.ts';
import { type Transport, call } from './transport.ts';

const METHOD = 'files.list';
/** Drive's own limit. */
export const PAGE_FILES = 1000;
/** Far more than there can be: a listing that goes on longer goes on for ever. */
const MOST_PAGES = 10_000;

export interface FilesPage {
  readonly files: readonly SeenFile[];
  /** Of the next page, where there is one. */
  readonly next: string | undefined;
}

export interface ListingRequest {
  readonly space: Space;
  /** In the grammar of `q`. */
  readonly query: string;
  readonly pageSize: number;
  /** Absent: the first page. */
  readonly page?: string;
}

const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;

/** `trashed` is a term of the query: as a parameter of its own it has been seen to do nothing. */
export function inFolders(folders: readonly string[]): string {
  const parents = folders.map((id) => `${quoted(id)} in parents`).join(' or ');
  return `(${parents}) and trashed = false`;
}

export const FOLDERS = `mimeType = ${quoted(FOLDER_TYPE)} and trashed = false`;

/** @throws {DriveFailure | StorageError} `Unavailable` when Drive says that it did not look everywhere. */
export async function listPage(
  transport: Transport,
  request: ListingRequest,
  signal: AbortSignal | undefined,
): Promise<FilesPage> {
  const answer = await call(transport, {
    method: METHOD,
    verb: 'GET',
    path: '/drive/v3/files',
    query: {
      q: request.query,
      spaces: request.space,
      pageSize: String(request.pageSize),
      fields: `nextPageToken,incompleteSearch,files(${FILE_FIELDS.join(',')})`,
      ...(request.page !== undefined && { pageToken: request.page }),
    } satisfies QueryOf<drive_v3.Params$Resource$Files$List>,
    signal,
  });
  const files = fieldOf(answer, 'files');
  const next = fieldOf(answer, 'nextPageToken');
  if (!Array.isArray(files) || (next !== undefined && typeof next !== 'string'))
    throw foreignAnswer(METHOD, 'something that is no listing');
  if (fieldOf(answer, 'incompleteSearch') === true) throw foreignAnswer(METHOD, 'a listing that is not complete');
  const seen = files.map((file) => readFile(file));
  if (!seen.every((file) => file !== undefined)) throw foreignAnswer(METHOD, 'files without an id, a name or a time');
  return { files: seen, next };
}

/** All pages. */
export async function listAll(
  transport: Transport,
  request: Omit<ListingRequest, 'page'>,
  signal: AbortSignal | undefined,
): Promise<SeenFile[]> {
  const files: SeenFile[] = [];
  let page: string | undefined;
  for (let count = 0; count < MOST_PAGES; count++) {
    const answer = await listPage(transport, { ...request, ...(page !== undefined && { page }) }, signal);
    files.push(...answer.files);
    page = answer.next;
    if (page === undefined) return files;
  }
  throw foreignAnswer(METHOD, 'a listing without an end');
}
