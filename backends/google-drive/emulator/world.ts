/** Everything the stand-in remembers, in plain values. */
import type { EmulatorClock, RandomBytes } from '../../stand-in-clock.ts';
import { base64Url } from '../../stand-in-clock.ts';

export type Space = 'drive' | 'appDataFolder';

export interface Account {
  /** What `about` calls the permission id: digits. */
  readonly id: string;
  readonly displayName: string;
  readonly email: string;
  /** Bytes; absent: no limit. */
  quota: number | undefined;
  /** Bytes that the account holds in other services and of other apps. */
  elsewhere: number;
}

export interface Content {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Lower-case hexadecimal. */
  readonly md5: string;
  readonly sha1: string;
  readonly sha256: string;
}

export interface DriveFile {
  readonly id: string;
  readonly space: Space;
  /** The app that made it. With `drive.file`, others don't see it. */
  readonly app: string;
  /** ms since 1970; no two files of an account have the same. */
  readonly createdTime: number;
  name: string;
  mimeType: string;
  /** One id; none for the two roots. */
  parents: readonly string[];
  modifiedTime: number;
  appProperties: Readonly<Record<string, string>>;
  properties: Readonly<Record<string, string>>;
  description: string | undefined;
  starred: boolean;
  /** Folders have none. */
  content: Content | undefined;
  /** By the person's own hand, not because a folder above it is. */
  explicitlyTrashed: boolean;
  version: number;
  revision: string;
}

/** One line of the feed of changes: that something happened to a file, not what. */
export interface FeedEntry {
  readonly fileId: string;
  readonly app: string;
  readonly space: Space;
  readonly time: number;
  /** When the service will tell it. */
  readonly visibleAt: number;
}

/** A file that has gone, for as long as a listing that lags still shows it. */
export interface Ghost {
  readonly file: DriveFile;
  readonly goneAt: number;
}

export interface Drive {
  readonly rootId: string;
  readonly files: Map<string, DriveFile>;
  /** By app: the id of its hidden folder. */
  readonly appFolders: Map<string, string>;
  /** What the service tells already, in its order. */
  readonly feed: FeedEntry[];
  /** What it will tell later. */
  pending: FeedEntry[];
  ghosts: Ghost[];
  lastTime: number;
  readonly waiting: Set<() => void>;
}

export interface ReservedId {
  readonly accountId: string;
  readonly space: Space;
  used: boolean;
}

export interface UploadSession {
  readonly accountId: string;
  readonly app: string;
  /** The page that began it; only that one may go on. */
  readonly origin: string | null;
  readonly startedAt: number;
  /** Bytes, where they were announced. */
  readonly announced: number | undefined;
  readonly bytes: Uint8Array[];
  received: number;
  /** Makes the file. */
  readonly finish: (bytes: Uint8Array<ArrayBuffer>) => unknown;
  /** What the finished upload was answered. */
  answer: unknown;
}

export interface Grant {
  readonly clientId: string;
  readonly accountId: string;
  readonly scopes: readonly string[];
}

export interface AccessToken extends Grant {
  /** ms since 1970. */
  readonly expiresAt: number;
}

export interface RefreshToken extends Grant {
  readonly issuedAt: number;
}

export interface Code extends Grant {
  readonly redirectUri: string;
  readonly challenge: string | undefined;
  readonly offline: boolean;
  readonly expiresAt: number;
}

/** How the service behaves for as long as nobody changes it. Faults that strike once are in `faults.ts`. */
export interface Behaviour {
  /** The most entries on a page, whatever the client asks for. */
  pageSize: number;
  /** Seconds that an access token lives. */
  tokenLifetime: number;
  /** Whether the consent screen is in testing: then refresh tokens live for seven days. */
  testing: boolean;
  /** ms until what came or went shows in a listing by name. */
  nameLag: number;
  /** ms until it shows in a listing by parent. */
  listLag: number;
  /** ms, at most, until the feed tells it. */
  changesLag: number;
  /** Whether each change takes another time until it is told, so that they come out of order. */
  reorder: boolean;
  /** Whether each upload makes two files of the same name and bytes, as when two devices do the same at once. */
  twins: boolean;
  /** Whether changes get lost: from now on none is ever told. */
  loseChanges: boolean;
}

export interface World {
  readonly clock: EmulatorClock;
  readonly random: RandomBytes;
  readonly behaviour: Behaviour;
  readonly accounts: Map<string, Account>;
  /** By account. */
  readonly drives: Map<string, Drive>;
  readonly reserved: Map<string, ReservedId>;
  readonly sessions: Map<string, UploadSession>;
  readonly codes: Map<string, Code>;
  readonly accessTokens: Map<string, AccessToken>;
  readonly refreshTokens: Map<string, RefreshToken>;
  /** Page tokens of an earlier epoch are refused. */
  epoch: number;
}

export const FOLDER_TYPE = 'application/vnd.google-apps.folder';

function defaultBehaviour(): Behaviour {
  return {
    pageSize: 1000,
    tokenLifetime: 3599,
    testing: false,
    nameLag: 0,
    listLag: 0,
    changesLag: 0,
    reorder: false,
    twins: false,
    loseChanges: false,
  };
}

/** Two people, so that a demo can show that accounts don't mix. */
function demoAccounts(): Account[] {
  const blank = { quota: 15_000_000_000, elsewhere: 0 };
  return [
    { ...blank, id: '10020030040050060071', displayName: 'Ada Demo', email: 'ada@demo.example' },
    { ...blank, id: '10020030040050060072', displayName: 'Ben Demo', email: 'ben@demo.example' },
  ];
}

export function createWorld(clock: EmulatorClock, random: RandomBytes, behaviour: Partial<Behaviour>): World {
  return {
    clock,
    random,
    behaviour: { ...defaultBehaviour(), ...behaviour },
    accounts: new Map(demoAccounts().map((account) => [account.id, account])),
    drives: new Map(),
    reserved: new Map(),
    sessions: new Map(),
    codes: new Map(),
    accessTokens: new Map(),
    refreshTokens: new Map(),
    epoch: 0,
  };
}

/** As the service's look: 33 characters, of which the first is a 1. */
export const newFileId = (world: World) => `1${base64Url(world.random(24))}`;
export const newToken = (world: World, prefix: string) => `${prefix}${base64Url(world.random(48))}`;

export function driveOf(world: World, accountId: string): Drive {
  let drive = world.drives.get(accountId);
  if (!drive) {
    drive = {
      rootId: `0A${base64Url(world.random(12))}PVA`,
      files: new Map(),
      appFolders: new Map(),
      feed: [],
      pending: [],
      ghosts: [],
      lastTime: 0,
      waiting: new Set(),
    };
    world.drives.set(accountId, drive);
  }
  return drive;
}

/** Bytes in use in the whole account. What is in the trash counts. */
export function usedBytes(world: World, account: Account): number {
  let used = account.elsewhere;
  for (const file of driveOf(world, account.id).files.values()) used += file.content?.bytes.length ?? 0;
  return used;
}
