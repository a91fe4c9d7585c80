/** Changing documents from the page: in one transaction each, over everything that this device holds of them. */
import * as Y from 'yjs';
import type { DocId } from '../notes/ids.ts';
import { removeEmbeds, textOf, touch } from '../notes/note.ts';
import type { Bytes } from '../vault/crypto.ts';
import { CHANGING, loadDocs, recordEdit } from '../vault/documents.ts';
import type { State } from '../vault/state.ts';
import type { LocalTrouble, OpenNote } from './api.ts';
import type { LastWords } from './last-words.ts';
import { isNoteId, type NoteId } from '../notes/ids.ts';
import { localTrouble } from './trouble.ts';

/** What comes from the database; everything else is an edit made here. */
const STORED = Symbol('stored');
/** Typing is kept this long after a key at the latest. */
const KEEP_WITHIN = 250;
/** After the disk was full. */
const TRY_AGAIN = 5_000;

/** Calls `changed` whenever pieces of a document come or go. Returns the way to stop. */
export type FollowBodies = (doc: DocId, changed: () => void) => () => void;

export interface Documents {
  /** Whether entries of it were listed and aren't here yet. It must not be edited then (rule V26). */
  isAway(id: DocId): Promise<boolean>;
  /** Changes a document, be it open or not. Nothing is written when `change` changes nothing. */
  edit(id: DocId, change: (doc: Y.Doc) => void): Promise<void>;
  /** Writes what of it is in memory only, should it be open. Rejects when this device could not keep it. */
  flush(id: DocId): Promise<void>;
  /** Opens a note for typing. The same one twice gives two views of one document. */
  open(id: NoteId): Promise<OpenNote>;
  /** What of the open documents is in memory only, at this very moment. */
  unwritten(): readonly LastWords[];
}

/** The words are in memory only: writing them to this device failed, and will be tried again. */
class NotKept extends Error {
  override readonly name = 'NotKept';
  readonly trouble: LocalTrouble;
  constructor(trouble: LocalTrouble) {
    super('the change could not be written to this device yet');
    this.trouble = trouble;
  }
}

interface OpenDocument {
  readonly doc: Y.Doc;
  /** @throws {NotKept} */
  readonly flush: () => Promise<void>;
  readonly listeners: Set<(trouble: LocalTrouble | null) => void>;
  /** Everything that no finished transaction has written; null when there is nothing. */
  readonly unwritten: () => Bytes | null;
  /** Ends it, unless there are words that could not be kept yet. */
  readonly stop: () => boolean;
  views: number;
  /** Whether it ever had a view. */
  opened: boolean;
  stopped: boolean;
}

export function createDocuments(deps: { state: State; now: () => number; follow: FollowBodies }): Documents {
  const { state } = deps;
  const open = new Map<DocId, Promise<OpenDocument>>();
  /** The same, without having to wait for them. */
  const inMemory = new Map<DocId, OpenDocument>();

  async function openDocument(id: DocId): Promise<OpenDocument> {
    const loaded = await state.read(['bodies'], (tx) => loadDocs(tx, [id]));
    const { doc, last: first } = loaded.get(id) as { doc: Y.Doc; last: number };
    let last = first;
    let unsaved: Uint8Array[] = [];
    /** Taken from there by the transaction that is under way. */
    let beingWritten: Uint8Array[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    let writing: Promise<void> = Promise.resolve();
    let failure: LocalTrouble | null = null;
    /** Whether the text was changed here since the last write; properties alone don't make a note newer. */
    let typed = false;
    const listeners = new Set<(trouble: LocalTrouble | null) => void>();
    const tell = (trouble: LocalTrouble | null) => {
      failure = trouble;
      for (const listener of listeners) listener(trouble);
    };
    const schedule = (ms: number) => {
      timer ??= setTimeout(() => {
        timer = undefined;
        // What failed is told, and tried again.
        flush().catch(() => undefined);
      }, ms);
    };

    /** Takes in what other tabs and devices wrote since. */
    function takeIn(rows: readonly { n?: number; bytes: Bytes }[]): void {
      doc.transact(() => {
        for (const row of rows) {
          if ((row.n as number) <= last) continue;
          try {
            Y.applyUpdate(doc, row.bytes, STORED);
          } catch {
            // A piece that doesn't read is left where it lies; the others must not wait for it.
          }
          last = row.n as number;
        }
      }, STORED);
      removeEmbeds(doc);
    }

    async function write(): Promise<void> {
      if (unsaved.length === 0) return;
      if (typed) touch(doc, deps.now());
      typed = false;
      const taken = unsaved;
      unsaved = [];
      beingWritten = taken;
      const update = (taken.length === 1 ? taken[0] : Y.mergeUpdates(taken)) as Bytes;
      try {
        await state.write(CHANGING, async (tx) => {
          takeIn(await tx.bodies.where('doc', [id]));
          await recordEdit(tx, id, doc, update);
        });
        if (failure) tell(null);
      } catch (error) {
        // Kept in memory, and tried again: the words are not lost while the page lives.
        unsaved = [update, ...unsaved];
        tell(localTrouble(error));
        schedule(TRY_AGAIN);
      } finally {
        beingWritten = [];
      }
      // Its last view was closed while the words could not be kept; now they are.
      if (self.views === 0 && self.opened && self.stop()) open.delete(id);
    }

    async function flush(): Promise<void> {
      clearTimeout(timer);
      timer = undefined;
      writing = writing.then(write);
      await writing;
      if (failure) throw new NotKept(failure);
    }

    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === STORED) return;
      unsaved.push(update);
      schedule(KEEP_WITHIN);
    });
    textOf(doc).observe((_, transaction) => {
      if (transaction.origin !== STORED) typed = true;
    });
    removeEmbeds(doc);
    const stopFollowing = deps.follow(id, () => {
      void state.read(['bodies'], (tx) => tx.bodies.where('doc', [id])).then(takeIn, () => undefined);
    });
    const self: OpenDocument = {
      doc,
      flush,
      listeners,
      views: 0,
      opened: false,
      stopped: false,
      unwritten() {
        const updates = [...beingWritten, ...unsaved];
        return updates.length === 0 ? null : (Y.mergeUpdates(updates) as Bytes);
      },
      stop() {
        if (unsaved.length > 0) return false;
        self.stopped = true;
        inMemory.delete(id);
        stopFollowing();
        clearTimeout(timer);
        doc.destroy();
        return true;
      },
    };
    inMemory.set(id, self);
    return self;
  }

  function opened(id: DocId): Promise<OpenDocument> {
    const existing = open.get(id);
    if (existing) return existing;
    const opening = openDocument(id);
    open.set(id, opening);
    opening.catch(() => open.delete(id));
    return opening;
  }

  return {
    isAway: (id) =>
      state.read(['pending', 'gaps', 'packs', 'notes'], async (tx) => {
        if ((await tx.pending.where('doc', [id])).length > 0) return true;
        if (isNoteId(id) && (await tx.notes.get(id))?.here === false) return true;
        // A piece is here that builds on others. While packs are still to be read, those are likely in them; after that, what
        // there is of the note is better than nothing.
        if (!(await tx.gaps.get(id))) return false;
        return (await tx.packs.where('state', ['listed', 'indexed'])).some((row) => row.present);
      }),

    unwritten: () =>
      [...inMemory].flatMap(([doc, { unwritten }]) => {
        const update = unwritten();
        return update ? [{ doc, update, at: deps.now() }] : [];
      }),

    async edit(id, change) {
      const inUse = await open.get(id);
      if (inUse && !inUse.stopped) {
        change(inUse.doc);
        return inUse.flush();
      }
      await state.write(CHANGING, async (tx) => {
        const { doc } = (await loadDocs(tx, [id])).get(id) as { doc: Y.Doc };
        const updates: Uint8Array[] = [];
        doc.on('update', (update: Uint8Array) => updates.push(update));
        change(doc);
        if (updates.length > 0) await recordEdit(tx, id, doc, Y.mergeUpdates(updates) as Bytes);
        doc.destroy();
      });
    },

    async flush(id) {
      await (await open.get(id))?.flush();
    },

    async open(id) {
      let mine = await opened(id);
      // Closed by its last view while this one was waiting.
      while (mine.stopped) mine = await opened(id);
      mine.views++;
      mine.opened = true;
      let closed = false;
      return {
        id,
        doc: mine.doc,
        text: textOf(mine.doc),
        flush: () => mine.flush(),
        async close() {
          if (closed) return;
          closed = true;
          try {
            await mine.flush();
          } finally {
            mine.views--;
            if (mine.views === 0 && mine.stop()) open.delete(id);
          }
        },
        onTrouble(listener) {
          mine.listeners.add(listener);
          return () => mine.listeners.delete(listener);
        },
      };
    },
  };
}
