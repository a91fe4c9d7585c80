/** The use-cases that change notes and notebooks. Each resolves once the change is kept on this device. */
import type * as Y from 'yjs';
import { type DocId, isNoteId, LIBRARY, notebookId, noteId } from '../notes/ids.ts';
import { createNotebook, moveNotebook, NotebookError, removeNotebook, renameNotebook } from '../notes/library.ts';
import {
  addTag,
  initNote,
  normaliseTag,
  removeTag,
  restore,
  setNotebook,
  setPinned,
  setTrashed,
} from '../notes/note.ts';
import { purgeId } from '../vault/purge.ts';
import { purgeNotes } from '../vault/purging.ts';
import type { State } from '../vault/state.ts';
import type { Notes, Trouble } from './api.ts';
import type { Documents } from './documents.ts';

/** A note or the library can't be changed while parts of it are still in the storage (rule V26). */
class StillAway extends Error {
  override readonly name = 'StillAway';
  readonly trouble: Trouble | null;
  constructor(trouble: Trouble | null) {
    super('its text is still in the storage');
    this.trouble = trouble;
  }
}

/** The note was deleted for good meanwhile, in another window or on another device. */
class Gone extends Error {
  override readonly name = 'Gone';
  constructor() {
    super('there is no such note on this device');
  }
}

export interface NotesDeps {
  readonly documents: Documents;
  readonly state: State;
  readonly now: () => number;
  readonly random: (length: number) => Uint8Array<ArrayBuffer>;
  readonly exists: (id: DocId) => Promise<boolean>;
  /** Fetches a note's pieces from the storage. @returns null once they are here. */
  readonly fetchNote: (id: DocId) => Promise<{ readonly reason: Trouble | null } | null>;
}

export function createNotes(deps: NotesDeps): Notes {
  const { documents, now } = deps;

  async function bringHere(id: DocId): Promise<void> {
    if (!(await documents.isAway(id))) return;
    const away = await deps.fetchNote(id);
    if (away) throw new StillAway(away.reason);
    if (await documents.isAway(id)) throw new StillAway(null);
  }

  async function edit(id: DocId, change: (doc: Y.Doc) => void): Promise<void> {
    if (isNoteId(id) && !(await deps.exists(id))) throw new Gone();
    await bringHere(id);
    await documents.edit(id, change);
  }

  return {
    async create({ text = '', notebook = null, tags = [] } = {}) {
      const id = noteId(deps.random(16));
      await documents.edit(id, (doc) => {
        doc.transact(() => {
          initNote(doc, { now: now(), text, notebook });
          for (const tag of tags) if (normaliseTag(tag) !== null) addTag(doc, tag);
        });
      });
      return id;
    },
    async open(id) {
      if (!(await deps.exists(id))) return { kind: 'unknown' };
      if (await documents.isAway(id)) {
        const away = await deps.fetchNote(id);
        if (away) return { kind: 'away', reason: away.reason };
        if (await documents.isAway(id)) return { kind: 'away', reason: null };
      }
      return documents.open(id);
    },
    setPinned: (id, pinned) => edit(id, (doc) => setPinned(doc, pinned)),
    trash: (id) => edit(id, (doc) => setTrashed(doc, now())),
    async restore(id) {
      // What another device deletes for good from now on, this answer doesn't know of.
      const purges = await deps.state.read(['purges'], (tx) => tx.purges.where('doc', [id]));
      await edit(id, (doc) =>
        restore(
          doc,
          now(),
          purges.map((row) => purgeId(row.payload)),
        ),
      );
    },
    async purge(ids) {
      for (const id of ids) await documents.flush(id);
      return purgeNotes({ state: deps.state, deps: { now } }, ids, {
        good: true,
        fetch: async (id) => (await deps.fetchNote(id)) === null,
      });
    },
    setNotebook: (id, notebook) => edit(id, (doc) => setNotebook(doc, notebook)),
    addTag: (id, tag) => edit(id, (doc) => addTag(doc, tag)),
    removeTag: (id, tag) => edit(id, (doc) => removeTag(doc, tag)),
    async createNotebook(name, parent) {
      const id = notebookId(deps.random(16));
      await edit(LIBRARY, (doc) => createNotebook(doc, { id, name, parent }));
      return id;
    },
    renameNotebook: (id, name) => edit(LIBRARY, (doc) => renameNotebook(doc, id, name)),
    moveNotebook: (id, place) =>
      edit(LIBRARY, (doc) => {
        try {
          moveNotebook(doc, id, place);
        } catch (error) {
          if (error instanceof NotebookError && error.reason === 'into-itself')
            throw new RangeError(error.message, { cause: error });
          throw error;
        }
      }),
    removeNotebook: (id) => edit(LIBRARY, (doc) => removeNotebook(doc, id)),
  };
}
