/** The engine's worker: all of storage, crypto and sync runs here, so that typing never waits. */
import { expose } from 'comlink';
import { createDatabase, openDatabase } from '../cache/database.ts';
import { createEngine, followStorage } from './engine.ts';
import { createWorkerHost } from './worker-host.ts';

// The page sets the worker's name to its own base address: a worker's address is that of its script.
const db = createDatabase();
const host = createWorkerHost(db, self.name);
expose(createEngine(host));

const stop = new AbortController();
// An update of the app needs the database to itself; this engine ends, and the page is reloaded by its person.
db.on('versionchange', () => {
  stop.abort(new Error('another version of the app took over'));
  db.close();
  // Dexie's own answer would be to open it again at the next write.
  return false;
});
await openDatabase(db);
await followStorage(host, stop.signal).catch((error: unknown) => {
  if (!stop.signal.aborted) throw error;
});
