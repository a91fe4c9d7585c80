/** What the app reads, live. Each function is for `useLiveQuery`, and reads the database only. */
import type { Card } from '../notes/card.ts';
import type { NotebookId, NoteId } from '../notes/ids.ts';
import type { Notebook } from '../notes/library.ts';
import type { StorageCheck, SyncStatus } from './api.ts';

export type View =
  | { readonly kind: 'all' }
  | { readonly kind: 'pinned' }
  | { readonly kind: 'trash' }
  | { readonly kind: 'notebook'; readonly id: NotebookId }
  | { readonly kind: 'tag'; readonly tag: string };

export interface ListedNote extends Card {
  readonly id: NoteId;
  /** False while only the card is on this device and the text is on its way. */
  readonly here: boolean;
  readonly sample: boolean;
  /** It lies in the trash since it was edited elsewhere after it was deleted for good. */
  readonly back: boolean;
}

export interface Sidebar {
  readonly notebooks: readonly (Notebook & { readonly notes: number })[];
  readonly tags: readonly { readonly tag: string; readonly notes: number }[];
  readonly counts: { readonly all: number; readonly pinned: number; readonly trash: number };
}

export interface NamedNote {
  readonly id: NoteId;
  readonly title: string;
}

/** The check of the storage, with what the app needs to show it. */
export interface CheckShown extends StorageCheck {
  /** Whether a repair would put something back that the last check found lost. */
  readonly repairable: boolean;
  /** The first of the notes that could not be restored from the storage alone. */
  readonly lacking: readonly NamedNote[];
}

export interface Queries {
  /** Pinned first, then newest change first. `filter` looks in titles, ignoring case and diacritics. */
  notes(view: View, filter?: string): Promise<readonly ListedNote[]>;
  note(id: NoteId): Promise<ListedNote | undefined>;
  sidebar(): Promise<Sidebar>;
  /** Null while no storage is connected. */
  status(): Promise<SyncStatus | null>;
  /** Notes with changes that no storage has yet; 0 while no storage is connected. */
  waiting(): Promise<number>;
  /** Null while no storage is connected. */
  storageCheck(): Promise<CheckShown | null>;
  /** Changes that wait, newest first, for the sync page. */
  waitingNotes(limit: number): Promise<readonly NamedNote[]>;
}
