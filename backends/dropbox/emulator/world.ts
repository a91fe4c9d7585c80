/** Everything the stand-in remembers, in plain values, so that it can be kept on disk and read back. */
import type { files } from 'dropbox';
import type { EmulatorClock, RandomBytes } from '../../stand-in-clock.ts';
import { base64Url, hex } from '../../stand-in-clock.ts';

export interface Account {
  /** 40 characters, as `dbid:` ids are. */
  readonly id: string;
  readonly uid: string;
  readonly givenName: string;
  readonly surname: string;
  readonly email: string;
  /** Bytes. */
  quota: number;
  /** Bytes that the account holds outside of the app folder. */
  elsewhere: number;
}

export interface FileNode {
  readonly kind: 'file';
  readonly id: string;
  readonly rev: string;
  readonly name: string;
  readonly lower: string;
  readonly display: string;
  readonly size: number;
  /** Content hash: the key of the bytes in `World.blobs`. */
  readonly hash: string;
  readonly clientModified: string;
  readonly serverModified: string;
}

export interface FolderNode {
  readonly kind: 'folder';
  readonly id: string;
  readonly name: string;
  readonly lower: string;
  readonly display: string;
}

export type Node = FileNode | FolderNode;

/** One line of a namespace's history. */
export interface Change {
  readonly seq: number;
  readonly lower: string;
  readonly display: string;
  readonly name: string;
  /** The rev or folder id that was put there; absent for a deletion. */
  readonly put?: string;
  /** For a deletion: the topmost path that was deleted with it. */
  readonly deletedWith?: string;
}

/** One app's folder in one account. */
export interface Namespace {
  readonly nodes: Map<string, Node>;
  readonly changes: Change[];
  /** Old revisions stay readable under `rev:…`. */
  readonly revisions: Map<string, FileNode>;
  /** Cursors of an earlier epoch are answered with `reset`. */
  epoch: number;
  /** Not kept on disk: until when a commit holds the lock, and who waits for a change. */
  lockedUntil: number;
  readonly waiting: Set<() => void>;
}

export interface UploadSession {
  readonly id: string;
  readonly owner: string;
  readonly concurrent: boolean;
  readonly startedAt: number;
  /** By offset. */
  readonly pieces: Map<number, Uint8Array>;
  closed: boolean;
}

export interface DeleteJob {
  readonly owner: string;
  /** Answers "in_progress" this many times more. */
  polls: number;
  readonly outcome: files.DeleteBatchJobStatus;
}

export interface Grant {
  readonly clientId: string;
  readonly accountId: string;
  readonly scopes: readonly string[];
}

export interface AccessToken extends Grant {
  readonly expiresAt: number;
  /** The refresh token that it was made from, if there is one. */
  readonly parent: string | undefined;
}

export interface Code extends Grant {
  readonly redirectUri: string;
  readonly challenge: string | undefined;
  readonly offline: boolean;
  readonly expiresAt: number;
}

/** How the service behaves for as long as nobody changes it. Faults that strike once are in `faults.ts`. */
export interface Behaviour {
  /** Entries on a page of a listing, whatever limit the client asks for. */
  pageSize: number;
  /** Seconds that an access token lives. */
  tokenLifetime: number;
  /** ms that a commit holds the namespace's lock. 0: commits never meet. */
  lockHold: number;
  /** How a commit that meets the lock is refused. */
  lockFace: 'rate-limit' | 'conflict';
  /** How often a delete job says "in_progress" before it is done. */
  deletePolls: number;
  /** Whether `delete_batch` may answer at once, without a job. */
  deleteAtOnce: boolean;
  /** ms after which a cursor is answered with `reset`. */
  cursorLifetime: number;
  /** Seconds that a longpoll answer asks to wait before the next. 0: none. */
  longpollBackoff: number;
  /** ms, at most, that a longpoll adds to its timeout. */
  longpollJitter: number;
}

export interface World {
  readonly clock: EmulatorClock;
  readonly random: RandomBytes;
  readonly behaviour: Behaviour;
  readonly accounts: Map<string, Account>;
  /** By account and app: see `ownerKey`. */
  readonly namespaces: Map<string, Namespace>;
  /** By content hash. */
  readonly blobs: Map<string, Uint8Array<ArrayBuffer>>;
  readonly sessions: Map<string, UploadSession>;
  readonly jobs: Map<string, DeleteJob>;
  readonly codes: Map<string, Code>;
  readonly accessTokens: Map<string, AccessToken>;
  readonly refreshTokens: Map<string, Grant>;
}

const DAY = 24 * 60 * 60 * 1000;

function defaultBehaviour(): Behaviour {
  return {
    pageSize: 2000,
    tokenLifetime: 14_400,
    lockHold: 0,
    lockFace: 'conflict',
    deletePolls: 0,
    deleteAtOnce: false,
    cursorLifetime: 60 * DAY,
    longpollBackoff: 0,
    longpollJitter: 0,
  };
}

/** Two people, so that a demo can show that accounts don't mix. */
function demoAccounts(): Account[] {
  const gigabyte = 1_000_000_000;
  const blank = { quota: 2 * gigabyte, elsewhere: 0 };
  return [
    {
      ...blank,
      id: `dbid:${'AAdemo0'.padEnd(35, 'A')}`,
      uid: '1001',
      givenName: 'Ada',
      surname: 'Demo',
      email: 'ada@demo.example',
    },
    {
      ...blank,
      id: `dbid:${'AAdemo1'.padEnd(35, 'B')}`,
      uid: '1002',
      givenName: 'Ben',
      surname: 'Demo',
      email: 'ben@demo.example',
    },
  ];
}

export function createWorld(clock: EmulatorClock, random: RandomBytes, behaviour: Partial<Behaviour>): World {
  return {
    clock,
    random,
    behaviour: { ...defaultBehaviour(), ...behaviour },
    accounts: new Map(demoAccounts().map((account) => [account.id, account])),
    namespaces: new Map(),
    blobs: new Map(),
    sessions: new Map(),
    jobs: new Map(),
    codes: new Map(),
    accessTokens: new Map(),
    refreshTokens: new Map(),
  };
}

export function ownerKey(grant: Grant): string {
  return `${grant.accountId} ${grant.clientId}`;
}

function emptyNamespace(): Namespace {
  return {
    nodes: new Map(),
    changes: [],
    revisions: new Map(),
    epoch: 0,
    lockedUntil: 0,
    waiting: new Set(),
  };
}

export function namespaceOf(world: World, owner: string): Namespace {
  let namespace = world.namespaces.get(owner);
  if (!namespace) world.namespaces.set(owner, (namespace = emptyNamespace()));
  return namespace;
}

/** Bytes in use in the whole account. */
export function usedBytes(world: World, account: Account): number {
  let used = account.elsewhere;
  for (const [owner, namespace] of world.namespaces) {
    if (!owner.startsWith(`${account.id} `)) continue;
    for (const node of namespace.nodes.values()) if (node.kind === 'file') used += node.size;
  }
  return used;
}

export const newFileId = (world: World) => `id:${base64Url(world.random(16))}`;
export const newRev = (world: World) => hex(world.random(12));
export const newToken = (world: World, prefix: string) => `${prefix}${base64Url(world.random(48))}`;
