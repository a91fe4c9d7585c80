/** What the app reads, live, from the database alone. */
import type { Database } from '../cache/database.ts';
import { LIBRARY, type NotebookId } from '../notes/ids.ts';
import { type Notebook, notebookIn, notebooks } from '../notes/library.ts';
import { loadDocs } from '../vault/documents.ts';
import type { NoteRow, State } from '../vault/state.ts';
import { canBeRepaired, unrepaired } from '../vault/repair-report.ts';
import { NO_OTHER_VAULTS, NOTHING_UNREAD, type SyncStatus } from './api.ts';
import { readCheck } from './check-row.ts';
import type { ListedNote, Queries, View } from './queries.ts';

/** Notes that are named of those which a check misses. */
const NAMED = 5;

/** For comparing as people do: without case and diacritics. */
function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

function isIn(view: View, row: NoteRow, list: readonly Notebook[]): boolean {
  if (view.kind === 'trash') return row.trashedAt !== null;
  if (row.trashedAt !== null) return false;
  switch (view.kind) {
    case 'all':
      return true;
    case 'pinned':
      return row.pinned;
    case 'notebook':
      return notebookIn(list, row.notebook) === view.id;
    case 'tag':
      return row.tags.includes(view.tag);
  }
}

/** A card whose notebook has gone reads as in none. */
function listed(row: NoteRow, list: readonly Notebook[]): ListedNote {
  return { ...row, notebook: notebookIn(list, row.notebook) };
}

export function createQueries(db: Database, state: State): Queries {
  async function library(): Promise<Notebook[]> {
    const docs = await state.read(['bodies'], (tx) => loadDocs(tx, [LIBRARY]));
    const doc = docs.get(LIBRARY)?.doc;
    const list = doc ? notebooks(doc) : [];
    doc?.destroy();
    return list;
  }

  const newestFirst = (): Promise<NoteRow[]> => db.notes.orderBy('modified').reverse().toArray();

  return {
    async notes(view, filter = '') {
      const list = await library();
      const wanted = folded(filter.trim());
      const rows = (await newestFirst()).filter(
        (row) => isIn(view, row, list) && (wanted === '' || folded(row.title).includes(wanted)),
      );
      const pinned = view.kind === 'trash' ? [] : rows.filter((row) => row.pinned);
      const others = view.kind === 'trash' ? rows : rows.filter((row) => !row.pinned);
      return [...pinned, ...others].map((row) => listed(row, list));
    },

    async note(id) {
      const row = (await db.notes.get(id)) as NoteRow | undefined;
      return row && listed(row, await library());
    },

    async sidebar() {
      const list = await library();
      const inNotebook = new Map<NotebookId, number>();
      const tags = new Map<string, number>();
      const counts = { all: 0, pinned: 0, trash: 0 };
      for (const row of await newestFirst()) {
        if (row.trashedAt !== null) {
          counts.trash++;
          continue;
        }
        counts.all++;
        if (row.pinned) counts.pinned++;
        const notebook = notebookIn(list, row.notebook);
        if (notebook) inNotebook.set(notebook, (inNotebook.get(notebook) ?? 0) + 1);
        for (const tag of row.tags) tags.set(tag, (tags.get(tag) ?? 0) + 1);
      }
      return {
        notebooks: list.map((notebook) => ({ ...notebook, notes: inNotebook.get(notebook.id) ?? 0 })),
        tags: [...tags].map(([tag, notes]) => ({ tag, notes })).sort((a, b) => a.tag.localeCompare(b.tag)),
        counts,
      };
    },

    async status() {
      const row = (await db.connections.toArray()).find(({ state }) => state === 'connected');
      if (!row) return null;
      const told = (await db.status.get(row.id))?.status as SyncStatus | undefined;
      const access = row.access ?? 'redirect';
      // What an older version wrote lacks how the person got in.
      if (told) return { ...told, access };
      // Connected a moment ago: the leader hasn't said anything yet.
      return {
        kind: row.kind,
        access,
        label: row.label,
        account: row.account,
        phase: 'checking',
        progress: null,
        trouble: null,
        unread: NOTHING_UNREAD,
        vaults: NO_OTHER_VAULTS,
        lastSynced: null,
      };
    },

    async storageCheck() {
      const row = (await db.connections.toArray()).find(({ state }) => state === 'connected');
      if (!row) return null;
      const check = await readCheck(db, row.id);
      const { last } = check;
      const lost = (last?.report.notes.lacking ?? []).slice(0, NAMED);
      const rows = (await db.notes.bulkGet([...lost])) as (NoteRow | undefined)[];
      return {
        ...check,
        repairable: last !== null && canBeRepaired(last.repair ? unrepaired(last.repair) : last.report.findings),
        lacking: rows.flatMap((note) => (note ? [{ id: note.id, title: note.title }] : [])),
      };
    },

    async waiting() {
      if ((await db.connections.toArray()).every(({ state }) => state !== 'connected')) return 0;
      return (await waitingDocs()).size;
    },

    async waitingNotes(limit) {
      const docs = await waitingDocs();
      const rows = (await db.notes.bulkGet([...docs])) as (NoteRow | undefined)[];
      return rows
        .flatMap((row) => (row ? [row] : []))
        .sort((a, b) => b.modified - a.modified)
        .slice(0, limit)
        .map(({ id, title }) => ({ id, title }));
    },
  };

  async function waitingDocs(): Promise<Set<string>> {
    const docs = new Set((await db.outbox.orderBy('doc').uniqueKeys()) as string[]);
    for (const row of await state.read(['uploads'], (tx) => tx.uploads.list()))
      for (const doc of row.docs) docs.add(doc);
    return docs;
  }
}
