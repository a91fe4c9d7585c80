/** The files of one account: what an app may see of them, making, changing and removing them, and telling the feed. */
import { createHash } from 'node:crypto';
import { base64Url, hex } from '../../stand-in-clock.ts';
import { failure, insufficientScopes, invalidParameter, notFound } from './failures.ts';
import type { Account, Content, Drive, DriveFile, Grant, Space, World } from './world.ts';
import { FOLDER_TYPE, driveOf, newFileId, usedBytes } from './world.ts';

/** An app at work in somebody's account. */
export interface Caller {
  readonly world: World;
  readonly account: Account;
  readonly drive: Drive;
  readonly app: string;
  readonly spaces: ReadonlySet<Space>;
}

export const SCOPES: Readonly<Record<Space, string>> = {
  drive: 'https://www.googleapis.com/auth/drive.file',
  appDataFolder: 'https://www.googleapis.com/auth/drive.appdata',
};

export function callerOf(world: World, grant: Grant): Caller {
  const account = world.accounts.get(grant.accountId);
  if (!account) throw new RangeError('a token of nobody');
  const spaces = (['drive', 'appDataFolder'] as const).filter((space) => grant.scopes.includes(SCOPES[space]));
  return { world, account, drive: driveOf(world, account.id), app: grant.clientId, spaces: new Set(spaces) };
}

/** The aliases that stand for a folder. */
export function aliasOf({ world, drive, app }: Caller, id: string): string {
  if (id === 'root') return drive.rootId;
  if (id !== 'appDataFolder') return id;
  let folder = drive.appFolders.get(app);
  if (folder === undefined) drive.appFolders.set(app, (folder = newFileId(world)));
  return folder;
}

function contentOf(bytes: Uint8Array<ArrayBuffer>): Content {
  const digest = (name: string) => createHash(name).update(bytes).digest('hex');
  return { bytes, md5: digest('md5'), sha1: digest('sha1'), sha256: digest('sha256') };
}

/** Never the same twice in an account, as no service does two things in one moment. */
function nextTime({ world, drive }: Pick<Caller, 'world' | 'drive'>): number {
  drive.lastTime = Math.max(world.clock.now(), drive.lastTime + 1);
  return drive.lastTime;
}

/** The feed tells it, now or later. */
function tell({ world, drive }: Pick<Caller, 'world' | 'drive'>, file: DriveFile, time: number): void {
  const { loseChanges, changesLag, reorder } = world.behaviour;
  if (loseChanges) return;
  const share = reorder ? (world.random(1)[0] ?? 0) / 255 : 1;
  const visibleAt = world.clock.now() + changesLag * share;
  drive.pending.push({ fileId: file.id, app: file.app, space: file.space, time, visibleAt });
  for (const wake of drive.waiting) wake();
}

/** Moves what may be told by now into the feed, in the order in which it became visible. */
export function settleFeed(world: World, drive: Drive): void {
  const now = world.clock.now();
  const due = drive.pending.filter(({ visibleAt }) => visibleAt <= now);
  drive.pending = drive.pending.filter(({ visibleAt }) => visibleAt > now);
  drive.feed.push(...due.sort((one, other) => one.visibleAt - other.visibleAt));
}

export function isTrashed(drive: Drive, file: DriveFile): boolean {
  if (file.explicitlyTrashed) return true;
  return file.parents.some((id) => {
    const parent = drive.files.get(id);
    return parent !== undefined && isTrashed(drive, parent);
  });
}

const isSeenBy = ({ app, spaces }: Caller, file: { readonly app: string; readonly space: Space }) =>
  file.app === app && spaces.has(file.space);

/** @throws {Failure} 404 for what isn't there or isn't the app's to see. */
export function findFile(caller: Caller, id: string): DriveFile {
  const file = caller.drive.files.get(id);
  if (!file || !isSeenBy(caller, file)) throw notFound(id);
  return file;
}

function filesOf(caller: Caller, spaces: ReadonlySet<Space>): DriveFile[] {
  return [...caller.drive.files.values()].filter((file) => spaces.has(file.space) && isSeenBy(caller, file));
}

/** As a listing that lags so many ms shows them: without the newest, with what has just gone. */
export function laggingFilesOf(caller: Caller, spaces: ReadonlySet<Space>, lag: number): DriveFile[] {
  const files = filesOf(caller, spaces);
  if (lag <= 0) return files;
  const { drive, world } = caller;
  const horizon = world.clock.now() - lag;
  const ghosts = drive.ghosts.filter(({ file, goneAt }) => goneAt > horizon && file.createdTime <= horizon);
  return [
    ...files.filter((file) => file.createdTime <= horizon),
    ...ghosts.map(({ file }) => file).filter((file) => spaces.has(file.space) && isSeenBy(caller, file)),
  ];
}

export interface Metadata {
  readonly id?: string;
  readonly name?: string;
  readonly mimeType?: string;
  readonly parents?: readonly string[];
  readonly appProperties?: Readonly<Record<string, string | null>>;
  readonly properties?: Readonly<Record<string, string | null>>;
  readonly description?: string;
  readonly starred?: boolean;
  readonly trashed?: boolean;
  readonly createdTime?: string;
  readonly modifiedTime?: string;
}

/** The service looks at a name's end when it is told no type. */
const TYPES: Readonly<Record<string, string>> = {
  md: 'text/markdown',
  txt: 'text/plain',
  html: 'text/html',
  json: 'application/json',
  csv: 'text/csv',
};

function typeFor(name: string, given: string | undefined): string {
  if (given !== undefined && given !== 'application/octet-stream') return given;
  return TYPES[/\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''] ?? given ?? 'application/octet-stream';
}

function mergeProperties(
  before: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string | null>> | undefined,
): Record<string, string> {
  const merged: Record<string, string> = { ...before };
  for (const [key, value] of Object.entries(changes ?? {})) {
    const bytes = new TextEncoder().encode(`${key}${value ?? ''}`).length;
    if (bytes > 124) throw failure(403, 'propertySizeLimitExceeded', 'A property is longer than 124 bytes.');
    if (value === null) delete merged[key];
    else merged[key] = value;
  }
  if (Object.keys(merged).length > 30) throw failure(403, 'propertiesLimitExceeded', 'There are too many properties.');
  return merged;
}

function timeOf(text: string | undefined, field: string): number | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (!Number.isFinite(time)) throw invalidParameter(field, `Invalid value for: ${field}`);
  return time;
}

/** The folder that a new file goes into, and its space. @throws {Failure} */
function placeFor(caller: Caller, parents: readonly string[] | undefined): { parent: string; space: Space } {
  if (parents && parents.length > 1)
    throw failure(403, 'cannotAddParent', 'A file can only have one parent.', { location: 'parents' });
  const parent = aliasOf(caller, parents?.[0] ?? 'root');
  const root = parent === caller.drive.rootId ? 'drive' : undefined;
  const hidden = parent === caller.drive.appFolders.get(caller.app) ? 'appDataFolder' : undefined;
  const space = root ?? hidden;
  if (space) {
    if (!caller.spaces.has(space)) throw insufficientScopes();
    return { parent, space };
  }
  const folder = findFile(caller, parent);
  if (folder.mimeType !== FOLDER_TYPE)
    throw failure(403, 'parentNotAFolder', 'The specified parent is not a folder.', { location: 'parents' });
  return { parent, space: folder.space };
}

/** Whether the id may be used for a new file. @throws {Failure} 409 when it was used before, also for one that has gone. */
function claimId({ world, account }: Caller, id: string, space: Space): void {
  const reserved = world.reserved.get(id);
  if (reserved?.accountId !== account.id || reserved.space !== space)
    throw invalidParameter('file.id', 'The provided file ID is not usable.');
  if (reserved.used) throw failure(409, 'fileIdInUse', 'A file already exists with the provided ID.');
}

function checkQuota({ world, account }: Caller, more: number): void {
  if (account.quota === undefined || usedBytes(world, account) + more <= account.quota) return;
  throw failure(403, 'storageQuotaExceeded', "The user's Drive storage quota has been exceeded.");
}

/** @param type of the bytes, where the metadata names none. @throws {Failure} */
export function createFile(
  caller: Caller,
  metadata: Metadata,
  bytes: Uint8Array<ArrayBuffer> | undefined,
  type?: string,
): DriveFile {
  const { world, drive, account } = caller;
  const { parent, space } = placeFor(caller, metadata.parents);
  if (metadata.id !== undefined) claimId(caller, metadata.id, space);
  checkQuota(caller, bytes?.length ?? 0);
  const id = metadata.id ?? newFileId(world);
  const name = metadata.name ?? 'Untitled';
  const isFolder = bytes === undefined && metadata.mimeType === FOLDER_TYPE;
  const appProperties = mergeProperties({}, metadata.appProperties);
  const properties = mergeProperties({}, metadata.properties);
  const now = nextTime(caller);
  const file: DriveFile = {
    id,
    space,
    app: caller.app,
    createdTime: timeOf(metadata.createdTime, 'createdTime') ?? now,
    name,
    mimeType: isFolder ? FOLDER_TYPE : typeFor(name, metadata.mimeType ?? type),
    parents: [parent],
    modifiedTime: timeOf(metadata.modifiedTime, 'modifiedTime') ?? now,
    appProperties,
    properties,
    description: metadata.description,
    starred: metadata.starred ?? false,
    content: isFolder ? undefined : contentOf(bytes ?? new Uint8Array()),
    explicitlyTrashed: false,
    version: 1,
    revision: base64Url(world.random(18)),
  };
  world.reserved.set(id, { accountId: account.id, space, used: true });
  drive.files.set(id, file);
  tell(caller, file, now);
  return file;
}

export interface Move {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/** @throws {Failure} */
export function updateFile(
  caller: Caller,
  file: DriveFile,
  metadata: Metadata,
  move: Move,
  bytes: Uint8Array<ArrayBuffer> | undefined,
): void {
  if (metadata.id !== undefined && metadata.id !== file.id)
    throw failure(403, 'fieldNotWritable', 'The resource body includes fields which are not directly writable.');
  if (metadata.parents)
    throw failure(
      403,
      'fieldNotWritable',
      'The parents field is not directly writable in update requests. Use the addParents and removeParents parameters instead.',
    );
  const isHidden = file.space === 'appDataFolder';
  if (isHidden && (metadata.trashed !== undefined || move.add.length + move.remove.length > 0))
    throw failure(
      403,
      'notSupportedForAppDataFolderFiles',
      'Method not supported for files within the Application Data folder.',
    );
  if (bytes) checkQuota(caller, bytes.length - (file.content?.bytes.length ?? 0));
  const added = move.add.map((id) => placeFor(caller, [id]).parent);
  const kept = file.parents.filter((id) => !move.remove.map((one) => aliasOf(caller, one)).includes(id));
  if (kept.length + added.length > 1) throw failure(403, 'cannotAddParent', 'A file can only have one parent.');
  const now = nextTime(caller);
  file.parents = [...kept, ...added];
  file.appProperties = mergeProperties(file.appProperties, metadata.appProperties);
  file.properties = mergeProperties(file.properties, metadata.properties);
  file.modifiedTime = timeOf(metadata.modifiedTime, 'modifiedTime') ?? now;
  file.name = metadata.name ?? file.name;
  file.mimeType = metadata.mimeType ?? file.mimeType;
  file.description = metadata.description ?? file.description;
  file.starred = metadata.starred ?? file.starred;
  file.explicitlyTrashed = metadata.trashed ?? file.explicitlyTrashed;
  if (bytes) {
    file.content = contentOf(bytes);
    file.revision = base64Url(caller.world.random(18));
  }
  touch(caller, file, now);
}

/** The feed names a folder's change alone, and the files in it as well when they came into the trash or out of it. */
export function touch(caller: Pick<Caller, 'world' | 'drive'>, file: DriveFile, now: number = nextTime(caller)): void {
  file.version += 1;
  tell(caller, file, now);
}

export function childrenOf(drive: Drive, id: string): DriveFile[] {
  return [...drive.files.values()].filter((file) => file.parents.includes(id));
}

/** For ever, with all that lies within. */
export function removeFile(caller: Pick<Caller, 'world' | 'drive'>, file: DriveFile): void {
  const { drive, world } = caller;
  for (const child of childrenOf(drive, file.id)) removeFile(caller, child);
  drive.files.delete(file.id);
  const now = world.clock.now();
  const longest = Math.max(world.behaviour.listLag, world.behaviour.nameLag);
  drive.ghosts = [...drive.ghosts.filter(({ goneAt }) => goneAt > now - longest), { file, goneAt: now }];
  tell(caller, file, nextTime(caller));
}

/** The person puts it into the trash, or takes it out again. What is in a folder goes with it. */
export function trashFile(caller: Pick<Caller, 'world' | 'drive'>, file: DriveFile, trashed: boolean): void {
  file.explicitlyTrashed = trashed;
  touch(caller, file);
  const within = (id: string): DriveFile[] =>
    childrenOf(caller.drive, id).flatMap((child) => [child, ...within(child.id)]);
  for (const child of within(file.id)) touch(caller, child);
}

const has = (properties: Readonly<Record<string, string>>) => Object.keys(properties).length > 0;
const rfc3339 = (ms: number) => new Date(ms).toISOString();

/** The file as the API tells it, in full; `fields` picks from it. */
export function resourceOf(caller: Caller, file: DriveFile): Record<string, unknown> {
  const { account, drive } = caller;
  const { content } = file;
  const owner = {
    kind: 'drive#user',
    displayName: account.displayName,
    me: true,
    permissionId: account.id,
    emailAddress: account.email,
  };
  return {
    kind: 'drive#file',
    id: file.id,
    name: file.name,
    mimeType: file.mimeType,
    ...(file.description !== undefined && { description: file.description }),
    starred: file.starred,
    trashed: isTrashed(drive, file),
    explicitlyTrashed: file.explicitlyTrashed,
    parents: file.parents,
    spaces: [file.space],
    ...(has(file.appProperties) && { appProperties: file.appProperties }),
    ...(has(file.properties) && { properties: file.properties }),
    version: String(file.version),
    createdTime: rfc3339(file.createdTime),
    modifiedTime: rfc3339(file.modifiedTime),
    owners: [owner],
    lastModifyingUser: owner,
    ownedByMe: true,
    shared: false,
    isAppAuthorized: true,
    ...(content && {
      size: String(content.bytes.length),
      quotaBytesUsed: String(content.bytes.length),
      md5Checksum: content.md5,
      sha1Checksum: content.sha1,
      sha256Checksum: content.sha256,
      headRevisionId: `0B${hex(new TextEncoder().encode(file.revision)).slice(0, 40)}`,
      originalFilename: file.name,
    }),
    ...(!content && { quotaBytesUsed: '0' }),
  };
}
