/**
 * What the app may ask of the engine. The app renders from the database through the live queries of
 * `queries.ts`, writes through the use-cases here, and never awaits the network for either.
 */
import type * as Y from 'yjs';
import type { DocId, NotebookId, NoteId } from '../notes/ids.ts';
import type { CheckProgress, CheckReport } from '../vault/check/report.ts';
import type { RepairReport } from '../vault/repair-report.ts';
import type { PurgeReport } from '../vault/purging.ts';
import type { Accounts } from './account-api.ts';
import type { Queries } from './queries.ts';

/** A note that is open for editing. Typing goes into `text`; everything else follows by itself. */
export interface OpenNote {
  readonly id: NoteId;
  readonly doc: Y.Doc;
  readonly text: Y.Text;
  /**
   * Writes what was typed but not yet kept. Called by itself within 300 ms, and when the page is hidden.
   * Rejects when this device could not keep it: the words stay in memory, and are tried again by themselves.
   */
  flush(): Promise<void>;
  /** Flushes, and stops following the note; rejects as `flush` does, and then the words are still tried again. */
  close(): Promise<void>;
  /** Called when writing to this device failed (disk full): the words stay in memory. Returns the way to stop listening. */
  onTrouble(listener: (trouble: LocalTrouble | null) => void): () => void;
}

/** Why `openNote` could not open a note. */
export type NotOpen =
  /** No such note on this device. */
  | { readonly kind: 'unknown' }
  /** Its text is still in the storage and can't be fetched now. */
  | { readonly kind: 'away'; readonly reason: Trouble | null };

/** The use-cases that change notes. Each resolves once the change is kept on this device. */
export interface Notes {
  create(init?: { text?: string; notebook?: NotebookId | null; tags?: readonly string[] }): Promise<NoteId>;
  open(id: NoteId): Promise<OpenNote | NotOpen>;
  setPinned(id: NoteId, pinned: boolean): Promise<void>;
  trash(id: NoteId): Promise<void>;
  /** Takes it out of the trash, also when it is there because it was edited after it was deleted for good. */
  restore(id: NoteId): Promise<void>;
  /**
   * Deletes notes for good, here and wherever this device's vault is read. Needs no network for notes that are here whole; tells
   * which had to stay, and why.
   */
  purge(ids: readonly NoteId[]): Promise<PurgeReport>;
  setNotebook(id: NoteId, notebook: NotebookId | null): Promise<void>;
  addTag(id: NoteId, tag: string): Promise<void>;
  removeTag(id: NoteId, tag: string): Promise<void>;
  createNotebook(name: string, parent: NotebookId | null): Promise<NotebookId>;
  renameNotebook(id: NotebookId, name: string): Promise<void>;
  /** @throws {RangeError} when the notebook would come to lie in itself. */
  moveNotebook(
    id: NotebookId,
    place: { parent: NotebookId | null; before?: NotebookId; after?: NotebookId },
  ): Promise<void>;
  /** The notes in it stay, in no notebook. */
  removeNotebook(id: NotebookId): Promise<void>;
}

/** One provider that a person can choose, from `config.json` (or a client id of their own). */
export interface ProviderChoice {
  readonly kind: string;
  readonly label: string;
  readonly configured: boolean;
  readonly access: AccessKind;
}

/** How a person gets in: by the provider's consent page, or by an account with a password and the app's own forms. */
export type AccessKind = 'redirect' | 'account';

/** What was found in a storage once the person had signed in. */
export type Found =
  /** Nothing of Satchel's is there. */
  | {
      readonly kind: 'empty';
      readonly account: string /** This device already belongs to a vault: it would be put there. */;
      readonly ownVault: boolean;
    }
  /** A vault that this device doesn't have the keys of. */
  | {
      readonly kind: 'vault';
      readonly account: string;
      readonly vaultId: string /** This device already belongs to another vault. */;
      readonly otherVault: boolean /** Notes on this device that would be merged in. */;
      readonly localNotes: number;
    }
  /** The vault that this device belongs to: nothing more to ask. */
  | { readonly kind: 'known'; readonly account: string }
  /** Only a newer Satchel can read what is there. */
  | { readonly kind: 'newer'; readonly account: string };

export type ConsentResult =
  | { readonly kind: 'signed-in' }
  /** The person said no. */
  | { readonly kind: 'declined' }
  /** Not an answer to what was asked, or the provider failed. `detail` holds no token. */
  | { readonly kind: 'failed'; readonly detail: string };

export type UnlockResult =
  | { readonly kind: 'open' }
  | { readonly kind: 'wrong-secret' }
  /** These aren't words of the list, or their check word doesn't fit. */
  | { readonly kind: 'not-words' }
  /** Another device made a vault in this storage at the same moment: unlock that one. */
  | { readonly kind: 'other-vault' }
  | { readonly kind: 'trouble'; readonly trouble: Trouble };

export type Secret =
  | { readonly kind: 'passphrase'; readonly text: string }
  | { readonly kind: 'words'; readonly text: string };

/** Looking after the storage in use. */
export interface Checking {
  /**
   * Reads every object of the storage in use, and says what is wrong with them. Beginning, progress and end are told in the
   * database (`Queries.storageCheck`); resolves at the end, however it came. It ends with the window that asked for it.
   */
  checkStorage(options: { readonly full: boolean }): Promise<void>;
  /** Puts back what the last check found lost and this device has. Told in the same place. */
  repairStorage(): Promise<void>;
  /** Ends a check or repair that is under way, in whichever window. What was put back stays. */
  stopChecking(): Promise<void>;
}

/** What came of something that a person decided. */
export type Decision =
  | { readonly kind: 'done' }
  /** Not all of the other vault was read on this device: notes may be there that are nowhere else. */
  | { readonly kind: 'unread' }
  /** What this device brought along hasn't been sent yet. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'trouble'; readonly trouble: Trouble };

/** What only a person may decide about the vault in the storage in use. */
export interface Deciding {
  /** After the storage was found emptied, or the vault was deleted there: everything this device holds is put there again. */
  putBack(): Promise<Decision>;
  /** Deletes the vault from the storage. Every device keeps its notes, stops syncing, and says why. */
  deleteVault(): Promise<Decision>;
  /** Two vaults are there: joins the one that counts, and brings everything along. */
  unlockOther(secret: Secret): Promise<UnlockResult>;
  /** Deletes what is left of the vault that this device came from. */
  removeOther(): Promise<Decision>;
}

/** Connecting a storage, and the sync that follows. Runs in this page's worker. */
export interface Sync extends Accounts, Checking, Deciding {
  providers(): Promise<readonly ProviderChoice[]>;
  /**
   * The address to send the browser to. `clientId` overrides the one of the configuration. Consent comes
   * back to the app's own address with `?code=…` or `?error=…`; then call `finishConsent` before anything is shown.
   */
  beginConsent(kind: string, options: { redirectUri: string; clientId?: string }): Promise<string>;
  finishConsent(callbackUrl: string): Promise<ConsentResult>;
  /** A signed-in storage that has no vault yet: what is there? Null when no connection is being made. */
  found(): Promise<Found | { readonly kind: 'trouble'; readonly trouble: Trouble } | null>;
  /** Twelve fresh recovery words, to be shown once and confirmed. */
  newWords(): Promise<readonly string[]>;
  createVault(secrets: { passphrase: string; words: readonly string[] }): Promise<UnlockResult>;
  /** Joins the vault that was found; what this device holds is merged into it. */
  unlock(secret: Secret): Promise<UnlockResult>;
  /** For `found` = empty with a vault of this device's own: put it there. */
  putVaultThere(): Promise<UnlockResult>;
  /** Gives up a connection or a sign-in that isn't finished. */
  cancelConnect(): Promise<void>;
  /** Forgets the storage and its login. The notes stay here, the vault stays there. */
  disconnect(): Promise<void>;
  syncNow(): Promise<void>;
}

/** What stops a sync, named for what a person can do about it. The words are in the app's catalogue. */
export type Trouble =
  | { readonly kind: 'sign-in' }
  | { readonly kind: 'other-account'; readonly expected: string; readonly found: string }
  /** This device has joined a vault in another storage, and the connection to that one wasn't finished. */
  | { readonly kind: 'half-connected' }
  | { readonly kind: 'quota' }
  | { readonly kind: 'rate-limited'; readonly until: number }
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'emptied'; readonly lost: number; readonly of: number }
  /** A person deleted the vault there, here or on another device. `left`: objects of it that are there all the same. */
  | { readonly kind: 'closed'; readonly left: number }
  /** Notes that fit into no object; all others are sent. */
  | { readonly kind: 'too-large'; readonly notes: readonly DocId[] }
  | { readonly kind: 'rejected'; readonly detail: string }
  | { readonly kind: 'local'; readonly trouble: LocalTrouble }
  | { readonly kind: 'bug'; readonly detail: string };

/** What is wrong with this browser's own database. */
export type LocalTrouble =
  | { readonly kind: 'full' }
  /** No IndexedDB: a private window, or storage switched off. */
  | { readonly kind: 'no-database' }
  /** Served over plain http from another machine: browsers offer no encryption and no service worker there. */
  | { readonly kind: 'insecure' }
  /** Another tab holds an older version open. */
  | { readonly kind: 'blocked' }
  /** The database was written by a newer Satchel. */
  | { readonly kind: 'newer' }
  | { readonly kind: 'failed'; readonly detail: string };

/** What isn't as it should be in the storage, though syncing goes on. */
export interface Unread {
  /** Objects that don't open. They are still there, and read again later. */
  readonly damaged: number;
  readonly newer: number;
  /** Objects sealed with a key that this device hasn't got. */
  readonly locked: number;
  /** Entries of a kind that this program doesn't know, kept as they came. */
  readonly unknown: number;
  /** Entries set aside because they couldn't be applied. */
  readonly aside: number;
  /** Objects that were there and have gone. What was in them is on this device, which puts it there again within a day. */
  readonly gone: number;
  /** Objects that were there and have gone before this device had all that was in them. */
  readonly lost: number;
  /** Pushes that other devices name and that haven't been seen here for an hour. */
  readonly missing: number;
}

export const NOTHING_UNREAD: Unread = {
  damaged: 0,
  newer: 0,
  locked: 0,
  unknown: 0,
  aside: 0,
  gone: 0,
  lost: 0,
  missing: 0,
};

/** Other vaults in the storage. */
export interface OtherVaults {
  /** Another vault is there, and new devices will find that one. */
  readonly counts: boolean;
  /** What this device came from is still there: it can be removed, or why not. */
  readonly left: 'ready' | 'unread' | 'waiting' | null;
}

export const NO_OTHER_VAULTS: OtherVaults = { counts: false, left: null };

/** One row, written by the leading engine, read live by every tab. */
export interface SyncStatus {
  readonly kind: string;
  readonly access: AccessKind;
  /** What the person calls the place: "Dropbox". */
  readonly label: string;
  readonly account: string;
  readonly phase: 'idle' | 'checking' | 'receiving' | 'sending' | 'paused';
  /** While receiving: packs read, of how many. */
  readonly progress: { readonly done: number; readonly total: number } | null;
  readonly trouble: Trouble | null;
  readonly unread: Unread;
  readonly vaults: OtherVaults;
  /** ms since 1970; null before the first. */
  readonly lastSynced: number | null;
}

export type { CheckReport, Finding, ObjectFacts } from '../vault/check/report.ts';
export type { Repaired, RepairReport, WhyNot } from '../vault/repair-report.ts';

/** What a check found, and what a repair after it came to. */
export interface Checked {
  readonly report: CheckReport;
  readonly repair: RepairReport | null;
}

export type CheckStep =
  /** For a sync that is under way. */
  | { readonly phase: 'waiting' }
  | CheckProgress
  /** Losses that were dealt with, of how many. */
  | { readonly phase: 'repairing'; readonly done: number; readonly of: number };

/** One row, written by the engine that checks, read live by every tab. */
export interface StorageCheck {
  readonly running: {
    readonly task: 'quick' | 'full' | 'repair';
    readonly step: CheckStep;
    readonly stopping: boolean;
  } | null;
  /** Why the last one came to no end. */
  readonly ended:
    | { readonly kind: 'stopped' | 'interrupted' }
    | { readonly kind: 'failed'; readonly trouble: Trouble }
    | null;
  /** The last one that came to its end. */
  readonly last: Checked | null;
}

export interface Satchel {
  readonly notes: Notes;
  readonly sync: Sync;
  readonly queries: Queries;
  close(): Promise<void>;
}

/** What opening came to. While it is `blocked`, `opened` follows once the other window has closed. */
export type Opening =
  | { readonly kind: 'opened'; readonly satchel: Satchel }
  | { readonly kind: 'trouble'; readonly trouble: LocalTrouble };
