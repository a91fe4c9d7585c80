/** Reading and changing files without their upload: get, download, list, folders, update, delete, ids. */
import { failure, invalidParameter } from './failures.ts';
import { FILE, FILE_LIST, GENERATED_IDS, fieldsOf } from './fields.ts';
import { readPageToken, writePageToken } from './page-token.ts';
import { parseQuery } from './query.ts';
import type { Call } from './route.ts';
import { faultOf, readMetadata, spacesIn, wholeIn } from './route.ts';
import type { Caller } from './store.ts';
import {
  aliasOf,
  createFile,
  findFile,
  isTrashed,
  laggingFilesOf,
  removeFile,
  resourceOf,
  updateFile,
} from './store.ts';
import { insufficientScopes } from './failures.ts';
import type { DriveFile } from './world.ts';
import { newFileId } from './world.ts';

/** What a file's metadata carries when no fields are named. */
export const USUAL_FILE = 'kind,id,name,mimeType';

function rangeOf(header: string | null, size: number): { start: number; end: number } | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  if (match[1] === '') return { start: Math.max(0, size - Number(match[2])), end: size };
  const start = Number(match[1]);
  if (start >= size) return 'unsatisfiable';
  return { start, end: match[2] === '' ? size : Math.min(size, Number(match[2]) + 1) };
}

function download({ headers }: Call, file: DriveFile): Response {
  if (!file.content)
    throw failure(
      403,
      'fileNotDownloadable',
      'Only files with binary content can be downloaded. Use Export with Docs Editors files.',
      { location: 'alt' },
    );
  const { bytes } = file.content;
  const range = rangeOf(headers.get('Range'), bytes.length);
  if (range === 'unsatisfiable')
    throw failure(416, 'requestedRangeNotSatisfiable', 'Request range not satisfiable', {
      location: 'Range',
      locationType: 'header',
      headers: { 'Content-Range': `bytes */${bytes.length}` },
    });
  const part = range ? bytes.slice(range.start, range.end) : bytes.slice();
  const answer = new Headers({ 'Content-Type': file.mimeType, 'Content-Length': String(part.length) });
  if (range) answer.set('Content-Range', `bytes ${range.start}-${range.end - 1}/${bytes.length}`);
  return new Response(part, { status: range ? 206 : 200, headers: answer });
}

export function getFile(call: Call, id: string): Response {
  const { caller, query } = call;
  const alt = query.get('alt') ?? 'json';
  if (alt !== 'json' && alt !== 'media') throw invalidParameter('alt');
  const file = findFile(caller, aliasOf(caller, id));
  if (alt === 'media') return download(call, file);
  return Response.json(fieldsOf(query, FILE, USUAL_FILE)(resourceOf(caller, file)));
}

type Compare = (one: DriveFile, other: DriveFile) => number;

const ORDERS: Readonly<Record<string, Compare>> = {
  createdTime: (one, other) => one.createdTime - other.createdTime,
  modifiedTime: (one, other) => one.modifiedTime - other.modifiedTime,
  name: (one, other) => one.name.localeCompare(other.name),
};

/** Ids decide in the end, so that pages have an order that stays. */
function orderOf(query: URLSearchParams): Compare {
  const chosen = (query.get('orderBy') ?? 'createdTime').split(',').map((text): Compare => {
    const [field = '', direction] = text.trim().split(/\s+/);
    const compare = ORDERS[field];
    if (!compare || (direction !== undefined && direction !== 'desc')) throw invalidParameter('orderBy');
    return direction === 'desc' ? (one, other) => compare(other, one) : compare;
  });
  return (one, other) => {
    for (const compare of chosen) {
      const result = compare(one, other);
      if (result !== 0) return result;
    }
    return one.id < other.id ? -1 : 1;
  };
}

/** A folder that is asked about has to be there, also when it is in the trash. @throws {Failure} 404 */
function parentIn(caller: Caller, id: string): string {
  const folder = aliasOf(caller, id);
  const isRoot = folder === caller.drive.rootId || folder === caller.drive.appFolders.get(caller.app);
  return isRoot ? folder : findFile(caller, folder).id;
}

export function listFiles(call: Call): Response {
  const { caller, query } = call;
  const { world, drive } = caller;
  const size = Math.min(wholeIn(query, 'pageSize', 100, 1, 1000), world.behaviour.pageSize);
  const fields = fieldsOf(query, FILE_LIST, `kind,nextPageToken,incompleteSearch,files(${USUAL_FILE})`);
  const spaces = spacesIn(query, 'spaces');
  for (const space of spaces) if (!caller.spaces.has(space) && space === 'appDataFolder') throw insufficientScopes();
  const text = query.get('q');
  const asked = text === null || text === '' ? undefined : parseQuery(text, (id) => parentIn(caller, id));
  const lag = asked?.byName === true ? world.behaviour.nameLag : world.behaviour.listLag;
  const found = laggingFilesOf(caller, spaces, lag)
    .filter((file) => asked?.matches({ ...file, trashed: isTrashed(drive, file) }) ?? true)
    .sort(orderOf(query));
  // A page begins after the last file of the one before, wherever that would stand by now.
  const after = readPageToken(world, query.get('pageToken'), 'files');
  const start = after === undefined ? 0 : found.findIndex((file) => `${file.createdTime} ${file.id}` === after) + 1;
  const skipped =
    start === 0 && after !== undefined ? found.filter((file) => isAfter(file, after)) : found.slice(start);
  const page = faultOf(call, 'empty-page') ? [] : skipped.slice(0, size);
  const last = page.at(-1);
  const mark = last ? `${last.createdTime} ${last.id}` : (after ?? '0 ');
  const more = skipped.length > page.length;
  return Response.json(
    fields({
      kind: 'drive#fileList',
      incompleteSearch: faultOf(call, 'incomplete-search') !== undefined,
      files: page.map((file) => resourceOf(caller, file)),
      ...(more && { nextPageToken: writePageToken(world, 'files', mark) }),
    }),
  );
}

function isAfter(file: DriveFile, mark: string): boolean {
  const [time = '', id = ''] = mark.split(' ');
  return file.createdTime > Number(time) || (file.createdTime === Number(time) && file.id > id);
}

/** A file without content, which is to say a folder, or one with none yet. */
export function createFromMetadata({ caller, query, body }: Call): Response {
  const fields = fieldsOf(query, FILE, USUAL_FILE);
  return Response.json(fields(resourceOf(caller, createFile(caller, readMetadata(body), undefined))));
}

const listed = (text: string | null) => (text === null || text === '' ? [] : text.split(','));

export function updateFileRoute(call: Call, id: string): Response {
  const { caller, query, body } = call;
  const fields = fieldsOf(query, FILE, USUAL_FILE);
  const file = findFile(caller, id);
  const move = { add: listed(query.get('addParents')), remove: listed(query.get('removeParents')) };
  updateFile(caller, file, readMetadata(body), move, undefined);
  return Response.json(fields(resourceOf(caller, file)));
}

export function deleteFile({ caller }: Call, id: string): Response {
  removeFile(caller, findFile(caller, id));
  return new Response(null, { status: 204 });
}

export function generateIds({ caller, query }: Call): Response {
  const { world, account } = caller;
  const count = wholeIn(query, 'count', 10, 1, 1000);
  const space = query.get('space') ?? 'drive';
  if (space !== 'drive' && space !== 'appDataFolder') throw invalidParameter('space');
  const type = query.get('type') ?? 'files';
  if (type !== 'files' && type !== 'shortcuts') throw invalidParameter('type');
  if (!caller.spaces.has(space)) throw insufficientScopes();
  const ids = Array.from({ length: count }, () => newFileId(world));
  for (const id of ids) world.reserved.set(id, { accountId: account.id, space, used: false });
  const fields = fieldsOf(query, GENERATED_IDS, 'kind,ids,space');
  return Response.json(fields({ kind: 'drive#generatedIds', ids, space }));
}
