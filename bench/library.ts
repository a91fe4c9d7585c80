/** A device's notes for measuring: the corpus as documents in a state, and what a state truly holds in the end. */
import { card } from '../src/notes/card.ts';
import { type DocId, hexOf, isNoteId, LIBRARY, type NotebookId, type NoteId } from '../src/notes/ids.ts';
import { createNotebook } from '../src/notes/library.ts';
import { stateOf } from '../src/notes/merge.ts';
import { addTag, initNote, newDoc, setPinned, textOf, touch } from '../src/notes/note.ts';
import type { Bytes } from '../src/vault/crypto.ts';
import { CHANGING, loadDocs, noteRow, recordEdit } from '../src/vault/documents.ts';
import type { BodyRow, NoteRow, State } from '../src/vault/state.ts';
import { corpus, type CorpusNote } from './corpus.ts';

export interface Size {
  readonly seed: number;
  readonly count: number;
}

/** Notes that go into the state in one transaction, or are compared in one go. */
const BATCH = 500;

/** Fixed, so that the same corpus gives the same bytes; spread over all 32 bits, as those that devices draw. */
function clientId(place: number): number {
  return Math.imul(place + 1, 0x9e3779b1) >>> 0;
}

/** Rows that go into a state together. */
export interface Rows {
  readonly notes: readonly NoteRow[];
  readonly bodies: readonly BodyRow[];
}

/** The corpus as documents, batch by batch, as if each note had been written in one go and last changed by a property; then the notebooks. */
export function* rowsOf(size: Size): Generator<Rows> {
  const notebooks = new Set<NotebookId>();
  let place = 0;
  for (const batch of batches(corpus(size))) {
    const notes: NoteRow[] = [];
    const bodies: BodyRow[] = [];
    for (const note of batch) {
      if (note.notebook !== null) notebooks.add(note.notebook);
      const doc = newDoc(clientId(place++));
      doc.transact(() => {
        initNote(doc, { now: note.created, text: note.markdown, notebook: note.notebook });
        for (const tag of note.tags) addTag(doc, tag);
        if (note.pinned) setPinned(doc, true);
        touch(doc, note.modified);
      });
      notes.push(noteRow(note.id, doc) as NoteRow);
      bodies.push({ doc: note.id, bytes: stateOf(doc) as Bytes });
      doc.destroy();
    }
    yield { notes, bodies };
  }
  const library = newDoc(clientId(place));
  for (const [index, id] of [...notebooks].entries())
    createNotebook(library, { id, name: `Notebook ${index + 1}`, parent: null });
  yield { notes: [], bodies: [{ doc: LIBRARY, bytes: stateOf(library) as Bytes }] };
}

export async function fill(state: State, rows: Iterable<Rows>): Promise<void> {
  for (const { notes, bodies } of rows) {
    await state.write(['notes', 'bodies'], async (tx) => {
      await tx.notes.putMany(notes);
      await tx.bodies.putMany(bodies);
    });
  }
}

function* batches<Item>(items: Iterable<Item>): Generator<Item[]> {
  let batch: Item[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Types a line at the end of each note, each in an edit of its own. */
export async function edit(state: State, ids: readonly DocId[], now: number): Promise<void> {
  for (const id of ids) {
    await state.write(CHANGING, async (tx) => {
      const doc = (await loadDocs(tx, [id])).get(id)?.doc;
      if (!doc) throw new Error(`there is no document ${id}`);
      const updates: Uint8Array[] = [];
      doc.on('update', (update: Uint8Array) => updates.push(update));
      doc.transact(() => {
        textOf(doc).insert(textOf(doc).length, '\nOne more line, typed in one go.\n');
        touch(doc, now);
      });
      for (const update of updates) await recordEdit(tx, id, doc, update as Bytes);
      doc.destroy();
    });
  }
}

/** Text and properties of every note, in the order of their ids, as one hash. */
export interface Contents {
  readonly notes: number;
  readonly hash: string;
}

async function chain(lines: Iterable<readonly string[]> | AsyncIterable<readonly string[]>): Promise<Contents> {
  let notes = 0;
  let hash: Bytes = new Uint8Array(32);
  for await (const batch of lines) {
    notes += batch.length;
    const bytes = new TextEncoder().encode(hexOf(hash) + batch.join('\n'));
    hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  }
  return { notes, hash: hexOf(hash) };
}

/** `touch` leaves a date that is right to the minute. */
function modifiedOf(note: CorpusNote): number {
  return note.modified - note.created < 60_000 ? note.created : note.modified;
}

/** What the corpus says that a device holds. */
export function expectedContents(size: Size): Promise<Contents> {
  const lines = Array.from(corpus(size), (note) => {
    const { id, markdown, tags, notebook, pinned, created } = note;
    return JSON.stringify([id, markdown, tags, notebook, pinned, null, created, modifiedOf(note)]);
  });
  // Each line begins with its note's id, all of one length.
  return chain(batches(lines.sort()));
}

/** What the documents of a state hold; the lists must show the same. */
export async function contentsOf(state: State): Promise<Contents> {
  async function* read() {
    let after: NoteId | undefined;
    for (;;) {
      const rows = await state.read(['notes'], (tx) =>
        tx.notes.list({ limit: BATCH, ...(after === undefined ? {} : { after }) }),
      );
      if (rows.length === 0) return;
      const ids = rows.map((row) => row.id);
      after = ids.at(-1);
      const docs = await state.read(['bodies'], (tx) => loadDocs(tx, ids));
      yield rows.map((row) => {
        const doc = docs.get(row.id)?.doc;
        if (!doc || !isNoteId(row.id)) throw new Error(`a note without a document: ${row.id}`);
        const shown = card(doc);
        const { title, modified, here } = row;
        if (!here || title !== shown.title || modified !== shown.modified)
          throw new Error(`the list shows note ${row.id} otherwise than it is`);
        const line = JSON.stringify([
          row.id,
          textOf(doc).toJSON(),
          shown.tags,
          shown.notebook,
          shown.pinned,
          shown.trashedAt,
          shown.created,
          shown.modified,
        ]);
        doc.destroy();
        return line;
      });
    }
  }
  return chain(read());
}

/** @throws {Error} when the two differ: what was measured was not a sync. */
export function mustEqual(what: string, found: Contents, wanted: Contents): void {
  if (found.notes !== wanted.notes || found.hash !== wanted.hash)
    throw new Error(`${what}: ${found.notes} notes with hash ${found.hash}, not ${wanted.notes} with ${wanted.hash}`);
}

/** The ids of the notes that a first screen shows. Of notes of the same time, the one with the larger id: as they are packed. */
export function newest(size: Size, howMany: number): NoteId[] {
  return Array.from(corpus(size), (note) => ({ id: note.id, modified: modifiedOf(note) }))
    .sort((a, b) => b.modified - a.modified || (a.id < b.id ? 1 : -1))
    .slice(0, howMany)
    .map(({ id }) => id);
}
