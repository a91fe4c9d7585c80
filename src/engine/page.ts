/** The page's side of the engine: opens the database, starts the worker, and gives the app what it may use. */
import { wrap } from 'comlink';
import { liveQuery } from 'dexie';
import { createDatabase, openDatabase } from '../cache/database.ts';
import { createDexieState } from '../cache/dexie-state.ts';
import type { DocId } from '../notes/ids.ts';
import { sampleNotes } from '../notes/samples.ts';
import { webCrypto } from '../vault/crypto.ts';
import { applyIncoming, CHANGING } from '../vault/documents.ts';
import { UPDATE } from '../vault/entry-kinds.ts';
import type { State } from '../vault/state.ts';
import type { LocalTrouble, Opening, Satchel } from './api.ts';
import { createDocuments, type Documents, type FollowBodies } from './documents.ts';
import type { Engine } from './engine.ts';
import { putDownLastWords, takeInLastWords } from './last-words.ts';
import { createQueries } from './live.ts';
import { createNotes } from './notes.ts';
import type { Database } from '../cache/database.ts';
import { localTrouble } from './trouble.ts';

const SAMPLES_MADE = 'samples-made';

/** A first visit starts with the sample notes; deleting them is for good. */
async function makeSamples(db: Database, state: State): Promise<void> {
  if (await db.local.get(SAMPLES_MADE)) return;
  await state.write(CHANGING, async (tx) => {
    if ((await tx.notes.count()) > 0 || (await tx.meta.get('vault'))) return;
    const pieces = sampleNotes().map(({ id, update }) => ({
      id: `sample ${id}`,
      doc: id,
      kind: UPDATE,
      bytes: update as Uint8Array<ArrayBuffer>,
    }));
    await applyIncoming(tx, pieces);
  });
  await db.local.put({ key: SAMPLES_MADE, value: true });
}

function followBodies(db: Database): FollowBodies {
  return (doc, changed) => {
    // Keys only: the pieces themselves are read once it is known that there are new ones.
    const subscription = liveQuery(() => db.bodies.where('doc').equals(doc).primaryKeys()).subscribe({
      next: changed,
      error: () => undefined,
    });
    return () => subscription.unsubscribe();
  };
}

export interface OpenOptions {
  /** Called when another window with an older version holds the database; opening goes on once it closes. */
  readonly blocked?: () => void;
  /** Called when a newer version needs the database, or the browser closed it: nothing more can be kept. */
  readonly closed?: (trouble: LocalTrouble) => void;
}

/** Opens Satchel on this device. Never rejects. */
export async function openSatchel(options: OpenOptions = {}): Promise<Opening> {
  if (!isSecureContext) return { kind: 'trouble', trouble: { kind: 'insecure' } };
  const db = createDatabase();
  try {
    await openDatabase(db, options.blocked);
    const state = createDexieState(db);
    await makeSamples(db, state);
    return { kind: 'opened', satchel: start(db, state, options) };
  } catch (error) {
    return { kind: 'trouble', trouble: localTrouble(error) };
  }
}

function keepLastWords(documents: Documents): void {
  try {
    const store = localStorage;
    void takeInLastWords(store, documents).catch(() => undefined);
    const page = crypto.randomUUID();
    const putDown = () => putDownLastWords(store, documents.unwritten(), page);
    addEventListener('pagehide', putDown);
    // A phone may end a hidden page without another word.
    document.addEventListener('visibilitychange', putDown);
  } catch {
    // Where there is no localStorage the last quarter of a second can be lost.
  }
}

function start(db: Database, state: State, options: OpenOptions): Satchel {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    type: 'module',
    name: new URL('.', document.baseURI).href,
  });
  const engine = wrap<Engine>(worker);
  // The page hears of the network before any worker does; somebody who comes back to the app shouldn't have to wait either.
  const hurry = () => void engine.syncNow().catch(() => undefined);
  addEventListener('online', hurry);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') hurry();
  });
  worker.addEventListener('error', (event) => {
    options.closed?.({ kind: 'failed', detail: event.message || 'the worker did not start' });
  });
  db.on('versionchange', () => {
    db.close();
    options.closed?.({ kind: 'blocked' });
    // Dexie's own answer would be to close it and to open it again at the next write, whatever the version then.
    return false;
  });
  const documents = createDocuments({ state, now: () => Date.now(), follow: followBodies(db) });
  keepLastWords(documents);
  const notes = createNotes({
    documents,
    state,
    now: () => Date.now(),
    random: webCrypto.random,
    exists: async (id: DocId) => (await db.notes.get(id)) !== undefined,
    fetchNote: (id) => engine.fetchNote(id),
  });
  return {
    notes,
    sync: engine,
    queries: createQueries(db, state),
    async close() {
      worker.terminate();
      db.close();
    },
  };
}
