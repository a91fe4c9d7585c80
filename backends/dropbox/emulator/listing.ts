/**
 * Listings: a first pass over what is there, in order of path, and then the namespace's history from where that
 * pass began. Every page is worked out from the cursor alone, so a cursor outlives the process.
 */
import type { files } from 'dropbox';
import { flag, listPath, optional, otherwise, required, struct, text, union, whole } from './arguments.ts';
import type { CursorState } from './cursors.ts';
import { readCursor, writeCursor } from './cursors.ts';
import { badInput, routeError } from './failures.ts';
import type { Call, Route } from './route.ts';
import { faultOf, route } from './route.ts';
import type { AnyMetadata } from './tree.ts';
import { deletedMetadata, findNode, fold, lookupFailure, metadata, pathExists } from './tree.ts';
import type { Change, Namespace, World } from './world.ts';

const read = { scope: 'files.metadata.read' } as const;

const listArgument = struct({
  path: required(listPath),
  recursive: otherwise(flag, false),
  include_media_info: otherwise(flag, false),
  include_deleted: otherwise(flag, false),
  include_has_explicit_shared_members: otherwise(flag, false),
  include_mounted_folders: otherwise(flag, true),
  limit: optional(whole(1, 2000)),
  shared_link: optional(struct({ url: required(text()), password: optional(text()) })),
  include_property_groups: optional(union({ filter_some: text(), other: 'void' })),
  include_non_downloadable_files: otherwise(flag, true),
  include_restorable_info: otherwise(flag, false),
});

function inScope(cursor: CursorState, lower: string): boolean {
  if (!lower.startsWith(`${cursor.path}/`)) return cursor.recursive && lower === cursor.path;
  return cursor.recursive || !lower.slice(cursor.path.length + 1).includes('/');
}

interface Page {
  readonly entries: AnyMetadata[];
  readonly cursor: CursorState;
  readonly more: boolean;
}

/** What is there, and with `include_deleted` what was there, after the last path told. */
function snapshotPage(namespace: Namespace, cursor: CursorState, size: number): Page {
  const told = new Map<string, AnyMetadata>();
  for (const node of namespace.nodes.values()) told.set(node.lower, metadata(node));
  if (cursor.includeDeleted)
    for (const change of namespace.changes)
      if (change.put === undefined && !namespace.nodes.has(change.lower))
        told.set(change.lower, deletedMetadata(change));
  const paths = [...told.keys()].filter((lower) => lower > (cursor.after ?? '') && inScope(cursor, lower)).sort();
  const page = paths.slice(0, size);
  const entries = page.flatMap((lower) => told.get(lower) ?? []);
  const last = page.at(-1);
  if (paths.length > page.length && last !== undefined)
    return { entries, cursor: { ...cursor, after: last }, more: true };
  const { after: _, ...done } = cursor;
  return { entries, cursor: done, more: namespace.changes.length > cursor.seq };
}

/** A line of history as an entry, or nothing when a later line has overtaken it or a folder's tombstone says it all. */
function entryFor(namespace: Namespace, cursor: CursorState, change: Change): AnyMetadata | undefined {
  if (!inScope(cursor, change.lower)) return undefined;
  if (change.put === undefined) {
    const top = change.deletedWith;
    return top !== undefined &&
      top !== change.lower &&
      inScope({ ...cursor, recursive: true }, top) &&
      inScope(cursor, top)
      ? undefined
      : deletedMetadata(change);
  }
  const node = namespace.nodes.get(change.lower);
  if (!node || (node.kind === 'file' ? node.rev : node.id) !== change.put) return undefined;
  return metadata(node);
}

function changesPage(namespace: Namespace, cursor: CursorState, size: number): Page {
  const entries: AnyMetadata[] = [];
  let { seq } = cursor;
  while (seq < namespace.changes.length && entries.length < size) {
    const change = namespace.changes[seq];
    seq += 1;
    const entry = change && entryFor(namespace, cursor, change);
    if (entry) entries.push(entry);
  }
  return { entries, cursor: { ...cursor, seq }, more: seq < namespace.changes.length };
}

function answerPage(call: Call, cursor: CursorState): files.ListFolderResult {
  const { world, caller } = call;
  const issuedAt = world.clock.now();
  if (faultOf(call, 'empty-page')) return { entries: [], cursor: writeCursor({ ...cursor, issuedAt }), has_more: true };
  const size = Math.min(cursor.limit, world.behaviour.pageSize);
  const page = (cursor.after === undefined ? changesPage : snapshotPage)(caller.namespace, cursor, size);
  return { entries: page.entries, cursor: writeCursor({ ...page.cursor, issuedAt }), has_more: page.more };
}

function startCursor(call: Call, argument: ReturnType<typeof listArgument>): CursorState {
  const { namespace, owner } = call.caller;
  const byId = argument.path.startsWith('id:') ? findNode(namespace, argument.path) : undefined;
  const path = byId?.lower ?? fold(argument.path.replace(/\/$/, ''));
  if (!pathExists(namespace, path)) throw lookupFailure('not_found');
  if (namespace.nodes.get(path)?.kind === 'file') throw lookupFailure('not_folder');
  return {
    owner,
    epoch: namespace.epoch,
    issuedAt: call.world.clock.now(),
    path,
    recursive: argument.recursive,
    includeDeleted: argument.include_deleted,
    limit: argument.limit ?? 2000,
    seq: namespace.changes.length,
  };
}

function isHonoured(world: World, cursor: CursorState): boolean {
  const namespace = world.namespaces.get(cursor.owner);
  if (!namespace || namespace.epoch !== cursor.epoch || cursor.seq > namespace.changes.length) return false;
  return world.clock.now() - cursor.issuedAt <= world.behaviour.cursorLifetime;
}

const listFolder = route(
  { name: 'files/list_folder', ...read },
  listArgument,
  (call, argument): files.ListFolderResult => answerPage(call, { ...startCursor(call, argument), after: '' }),
);

const latestCursor = route(
  { name: 'files/list_folder/get_latest_cursor', ...read },
  listArgument,
  (call, argument): files.ListFolderGetLatestCursorResult => ({ cursor: writeCursor(startCursor(call, argument)) }),
);

const listContinue = route(
  { name: 'files/list_folder/continue', ...read },
  struct({ cursor: required(text({ min: 1 })) }),
  (call, argument): files.ListFolderResult => {
    const cursor = readCursor(argument.cursor);
    if (!cursor || cursor.owner !== call.caller.owner)
      throw badInput(call.route, 'Invalid "cursor" parameter: this is not a cursor that was given out');
    if (!isHonoured(call.world, cursor)) throw routeError({ '.tag': 'reset' } satisfies files.ListFolderContinueError);
    if (!pathExists(call.caller.namespace, cursor.path)) throw lookupFailure('not_found');
    return answerPage(call, cursor);
  },
);

/** Resolves at the namespace's next change, or when the signal fires. */
function nextChange(namespace: Namespace, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      namespace.waiting.delete(done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    if (signal.aborted) done();
    namespace.waiting.add(done);
    signal.addEventListener('abort', done);
  });
}

/** Any change in the app folder ends the wait, also one outside of the listed folder, as on the service. */
const longpoll = route(
  { name: 'files/list_folder/longpoll', ...read, host: 'notify', auth: 'noauth' },
  struct({ cursor: required(text({ min: 1 })), timeout: otherwise(whole(30, 480), 30) }),
  async (call, argument): Promise<files.ListFolderLongpollResult> => {
    const { world } = call;
    const cursor = readCursor(argument.cursor);
    if (!cursor) throw badInput(call.route, 'Invalid "cursor" parameter: this is not a cursor that was given out');
    const reset = routeError({ '.tag': 'reset' } satisfies files.ListFolderLongpollError);
    if (!isHonoured(world, cursor)) throw reset;
    const namespace = world.namespaces.get(cursor.owner);
    if (!namespace) throw reset;
    const { longpollBackoff, longpollJitter } = world.behaviour;
    const isNew = () => cursor.after !== undefined || namespace.changes.length > cursor.seq;
    if (!isNew()) {
      const over = new AbortController();
      const stop = AbortSignal.any([over.signal, call.signal]);
      const jitter = ((world.random(1)[0] ?? 0) / 256) * longpollJitter;
      await Promise.race([nextChange(namespace, stop), world.clock.wait(argument.timeout * 1000 + jitter, stop)]);
      over.abort();
    }
    if (!isHonoured(world, cursor)) throw reset;
    return { changes: isNew(), ...(longpollBackoff > 0 && { backoff: longpollBackoff }) };
  },
);

export const listingRoutes: readonly Route[] = [listFolder, latestCursor, listContinue, longpoll];
