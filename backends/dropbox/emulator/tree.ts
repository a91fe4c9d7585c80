/** The files and folders of one namespace: what a write meets, what a deletion takes along, what is told of them. */
import type { files } from 'dropbox';
import type { Failure } from './failures.ts';
import { rateLimit, routeError } from './failures.ts';
import type { Account, Change, FileNode, FolderNode, Namespace, Node, World } from './world.ts';
import { newFileId, newRev, usedBytes } from './world.ts';

/** The API's own form: no milliseconds. */
function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** Names that Dropbox's desktop app ignores, and so refuses. */
const IGNORED_NAMES = new Set(['desktop.ini', 'thumbs.db', '.ds_store', 'icon\r', '.dropbox', '.dropbox.attr']);

/** Dropbox folds case; the specification calls the folded path `path_lower`. */
export const fold = (path: string) => path.toLowerCase();
const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
const parentOf = (path: string) => path.slice(0, path.lastIndexOf('/'));

const malformed = (why: string): files.WriteErrorMalformedPath => ({ '.tag': 'malformed_path', malformed_path: why });

/** Why a write to the path is impossible whatever is there. */
function pathProblem(path: string): files.WriteError | undefined {
  const components = path.split('/').slice(1);
  for (const component of components) {
    if (component === '' || component === '.' || component === '..') return malformed('an empty or relative component');
    if (component.length > 255) return malformed('a component is longer than 255 characters');
    if (/[\\\0\u007f]| $/.test(component)) return malformed('a component holds a character that is not allowed');
    if (IGNORED_NAMES.has(fold(component))) return { '.tag': 'disallowed_name' };
  }
  return undefined;
}

export class WriteRefused extends Error {
  readonly reason: files.WriteError;
  constructor(reason: files.WriteError) {
    super(reason['.tag']);
    this.reason = reason;
  }
}

function refuse(reason: files.WriteError): never {
  throw new WriteRefused(reason);
}
const conflict = (with_: files.WriteConflictError['.tag']): files.WriteError => ({
  '.tag': 'conflict',
  conflict: { '.tag': with_ },
});

function record(namespace: Namespace, change: Omit<Change, 'seq'>): void {
  namespace.changes.push({ seq: namespace.changes.length + 1, ...change });
}

/** To be called once after a write, so that nobody who waits sees half of it. */
export function announce(namespace: Namespace): void {
  // A waiter that wakes leaves the set, which a Set's own iteration allows.
  for (const wake of namespace.waiting) wake();
}

function addFolder(world: World, namespace: Namespace, path: string): FolderNode {
  const node: FolderNode = {
    kind: 'folder',
    id: newFileId(world),
    name: nameOf(path),
    lower: fold(path),
    display: path,
  };
  namespace.nodes.set(node.lower, node);
  record(namespace, { lower: node.lower, display: node.display, name: node.name, put: node.id });
  return node;
}

function addParents(world: World, namespace: Namespace, path: string): void {
  const parent = parentOf(path);
  if (parent === '') return;
  const there = namespace.nodes.get(fold(parent));
  if (there?.kind === 'folder') return;
  addParents(world, namespace, parent);
  addFolder(world, namespace, parent);
}

function hasFileAbove(namespace: Namespace, path: string): boolean {
  for (let above = parentOf(path); above !== ''; above = parentOf(above))
    if (namespace.nodes.get(fold(above))?.kind === 'file') return true;
  return false;
}

function freePath(namespace: Namespace, path: string, suffix: (attempt: number) => string): string {
  const name = nameOf(path);
  const dot = name.lastIndexOf('.');
  const stem = path.slice(0, path.length - name.length) + (dot > 0 ? name.slice(0, dot) : name);
  const extension = dot > 0 ? name.slice(dot) : '';
  for (let attempt = 1; ; attempt++) {
    const candidate = `${stem} (${suffix(attempt)})${extension}`;
    if (!namespace.nodes.has(fold(candidate))) return candidate;
  }
}

export interface Commit {
  readonly path: string;
  readonly mode: { readonly '.tag': 'add' | 'overwrite' | 'update'; readonly value: string | undefined };
  readonly autorename: boolean;
  readonly strict_conflict: boolean;
  readonly client_modified: string | undefined;
}

const numbered = (attempt: number) => String(attempt);
const asConflictedCopy = (attempt: number) => `conflicted copy${attempt === 1 ? '' : ` ${attempt - 1}`}`;

/** What the write meets: the file that already says the same, the path to write to, or a refusal. */
function resolveWrite(namespace: Namespace, commit: Commit, hash: string): FileNode | string {
  const there = namespace.nodes.get(fold(commit.path));
  const { mode } = commit;
  if (!there) {
    const stale = mode['.tag'] === 'update' && commit.strict_conflict;
    if (stale) refuse(conflict('file'));
    return commit.path;
  }
  if (there.kind === 'folder') {
    if (!commit.autorename) refuse(conflict('folder'));
    return freePath(namespace, commit.path, numbered);
  }
  const same = there.hash === hash;
  if (same && !commit.strict_conflict) return there;
  const fits = mode['.tag'] === 'overwrite' || (mode['.tag'] === 'update' && mode.value === there.rev);
  if (fits && !same) return there.display;
  if (!commit.autorename) refuse(conflict('file'));
  return freePath(namespace, commit.path, mode['.tag'] === 'update' ? asConflictedCopy : numbered);
}

/**
 * Makes a file of bytes that are in `world.blobs` already, by the rules of `WriteMode`.
 * @throws {WriteRefused}
 */
export function commitFile(
  world: World,
  account: Account,
  namespace: Namespace,
  commit: Commit,
  content: { readonly hash: string; readonly size: number },
): FileNode {
  const byId = commit.path.startsWith('id:') ? findNode(namespace, commit.path) : undefined;
  const path = byId?.display ?? commit.path;
  if (!path.startsWith('/')) refuse(malformed('the path is not below the app folder'));
  const problem = pathProblem(path);
  if (problem) refuse(problem);
  if (hasFileAbove(namespace, path)) refuse(conflict('file_ancestor'));
  const target = resolveWrite(namespace, { ...commit, path }, content.hash);
  if (typeof target !== 'string') return target;

  const before = namespace.nodes.get(fold(target));
  const freed = before?.kind === 'file' ? before.size : 0;
  if (usedBytes(world, account) - freed + content.size > account.quota) refuse({ '.tag': 'insufficient_space' });
  addParents(world, namespace, target);
  const now = timestamp(world.clock.now());
  const node: FileNode = {
    kind: 'file',
    id: before?.id ?? newFileId(world),
    rev: newRev(world),
    name: nameOf(target),
    lower: fold(target),
    display: target,
    size: content.size,
    hash: content.hash,
    clientModified: commit.client_modified ?? now,
    serverModified: now,
  };
  namespace.nodes.set(node.lower, node);
  namespace.revisions.set(node.rev, node);
  record(namespace, { lower: node.lower, display: node.display, name: node.name, put: node.rev });
  return node;
}

/** @throws {WriteRefused} */
export function createFolder(world: World, namespace: Namespace, path: string, autorename: boolean): FolderNode {
  if (!path.startsWith('/')) refuse(malformed('the path is not below the app folder'));
  const problem = pathProblem(path);
  if (problem) refuse(problem);
  if (hasFileAbove(namespace, path)) refuse(conflict('file_ancestor'));
  const there = namespace.nodes.get(fold(path));
  if (there && !autorename) refuse(conflict(there.kind));
  const target = there ? freePath(namespace, path, numbered) : path;
  addParents(world, namespace, target);
  return addFolder(world, namespace, target);
}

/** By path, id or rev. */
export function findNode(namespace: Namespace, path: string): Node | undefined {
  if (path.startsWith('rev:')) return namespace.revisions.get(path.slice(4));
  if (path.startsWith('id:')) return [...namespace.nodes.values()].find((node) => node.id === path);
  return namespace.nodes.get(fold(path));
}

export function pathExists(namespace: Namespace, lower: string): boolean {
  return lower === '' || namespace.nodes.has(lower);
}

/** Removes the node and, for a folder, all that is in it. */
export function removeNode(namespace: Namespace, node: Node): void {
  const within = `${node.lower}/`;
  const gone = [...namespace.nodes.values()].filter(
    (other) => other.lower === node.lower || other.lower.startsWith(within),
  );
  for (const other of gone) {
    namespace.nodes.delete(other.lower);
    record(namespace, { lower: other.lower, display: other.display, name: other.name, deletedWith: node.lower });
  }
}

/**
 * Runs one commit under the namespace's write lock.
 * @throws {Failure} when another commit holds the lock and refusals come as rate limits
 * @throws {WriteRefused} when they come as conflicts
 */
export async function underWriteLock<T>(world: World, namespace: Namespace, commit: () => T | Promise<T>): Promise<T> {
  const { lockHold, lockFace } = world.behaviour;
  if (namespace.lockedUntil > world.clock.now()) {
    if (lockFace === 'rate-limit') throw rateLimit('too_many_write_operations', 1);
    refuse({ '.tag': 'too_many_write_operations' });
  }
  if (lockHold > 0) {
    namespace.lockedUntil = world.clock.now() + lockHold;
    await world.clock.wait(lockHold);
    namespace.lockedUntil = 0;
  }
  try {
    return await commit();
  } finally {
    announce(namespace);
  }
}

/** For the routes whose error is `WriteError` under a tag of its own. */
export async function refusedAs<T>(
  work: () => T | Promise<T>,
  form: (reason: files.WriteError) => Failure,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof WriteRefused ? form(error.reason) : error;
  }
}

export function fileMetadata(node: FileNode): files.FileMetadata {
  return {
    name: node.name,
    path_lower: node.lower,
    path_display: node.display,
    id: node.id,
    client_modified: node.clientModified,
    server_modified: node.serverModified,
    rev: node.rev,
    size: node.size,
    is_downloadable: true,
    content_hash: node.hash,
  };
}

export function folderMetadata(node: FolderNode): files.FolderMetadata {
  return { name: node.name, path_lower: node.lower, path_display: node.display, id: node.id };
}

export type AnyMetadata = files.FileMetadataReference | files.FolderMetadataReference | files.DeletedMetadataReference;

export function metadata(node: Node): files.FileMetadataReference | files.FolderMetadataReference {
  return node.kind === 'file'
    ? { '.tag': 'file', ...fileMetadata(node) }
    : { '.tag': 'folder', ...folderMetadata(node) };
}

export function deletedMetadata(change: Change): files.DeletedMetadataReference {
  return { '.tag': 'deleted', name: change.name, path_lower: change.lower, path_display: change.display };
}

export function lookupFailure(tag: 'not_found' | 'not_file' | 'not_folder'): Failure {
  return routeError({ '.tag': 'path', path: { '.tag': tag } } satisfies files.GetMetadataError);
}
