/**
 * The feed of changes. It names each file once a page, as it is now, not what happened to it; and it may be late.
 * https://developers.google.com/workspace/drive/api/guides/manage-changes
 */
import { failure, invalidParameter } from './failures.ts';
import { CHANGE_LIST, START_PAGE_TOKEN, fieldsOf } from './fields.ts';
import { USUAL_FILE } from './files-routes.ts';
import { readPageToken, writePageToken } from './page-token.ts';
import type { Call } from './route.ts';
import { faultOf, flagIn, spacesIn, wholeIn } from './route.ts';
import { resourceOf, settleFeed } from './store.ts';
import type { FeedEntry } from './world.ts';

export function startPageToken({ caller, query }: Call): Response {
  const { world, drive } = caller;
  settleFeed(world, drive);
  const fields = fieldsOf(query, START_PAGE_TOKEN, 'kind,startPageToken');
  // Tokens begin at 1.
  const token = writePageToken(world, 'changes', String(drive.feed.length + 1));
  return Response.json(fields({ kind: 'drive#startPageToken', startPageToken: token }));
}

function changeOf({ caller }: Call, entry: FeedEntry): Record<string, unknown> {
  const file = caller.drive.files.get(entry.fileId);
  return {
    kind: 'drive#change',
    type: 'file',
    changeType: 'file',
    time: new Date(entry.time).toISOString(),
    removed: file === undefined,
    fileId: entry.fileId,
    ...(file && { file: resourceOf(caller, file) }),
  };
}

/** Each file once, at its last place. */
function lastOfEach(entries: readonly FeedEntry[]): FeedEntry[] {
  const last = new Map<string, FeedEntry>();
  for (const entry of entries) {
    last.delete(entry.fileId);
    last.set(entry.fileId, entry);
  }
  return [...last.values()];
}

export function listChanges(call: Call): Response {
  const { caller, query } = call;
  const { world, drive } = caller;
  settleFeed(world, drive);
  const token = query.get('pageToken');
  if (token === null) throw failure(400, 'required', 'Required parameter: pageToken', { location: 'pageToken' });
  const start = Number(readPageToken(world, token, 'changes')) - 1;
  if (!(start >= 0) || start > drive.feed.length) throw invalidParameter('pageToken');
  const size = Math.min(wholeIn(query, 'pageSize', 100, 1, 1000), world.behaviour.pageSize);
  const fields = fieldsOf(
    query,
    CHANGE_LIST,
    `kind,nextPageToken,newStartPageToken,changes(kind,type,changeType,time,removed,fileId,file(${USUAL_FILE}))`,
  );
  const spaces = spacesIn(query, 'spaces');
  const includeRemoved = flagIn(query, 'includeRemoved', true);
  const onlyMyDrive = flagIn(query, 'restrictToMyDrive', false);
  const end = faultOf(call, 'empty-page') ? start : Math.min(start + size, drive.feed.length);
  const told = drive.feed.slice(start, end).filter((entry) => {
    if (entry.app !== caller.app || !caller.spaces.has(entry.space) || !spaces.has(entry.space)) return false;
    if (onlyMyDrive && entry.space === 'appDataFolder') return false;
    return includeRemoved || drive.files.has(entry.fileId);
  });
  const next = writePageToken(world, 'changes', String(end + 1));
  return Response.json(
    fields({
      kind: 'drive#changeList',
      changes: lastOfEach(told).map((entry) => changeOf(call, entry)),
      ...(end < drive.feed.length ? { nextPageToken: next } : { newStartPageToken: next }),
    }),
  );
}
