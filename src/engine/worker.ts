/** The engine's worker: all of storage, crypto and sync runs here, so that typing never waits. */
import { expose } from 'comlink';
import { createDatabase, openDatabase } from '../cache/database.ts';
import { createEngine, followStorage } from './engine.ts';
import { giveWay } from './give-way.ts';
import { createWorkerHost } from './worker-host.ts';

// The page sets the worker's name to its own base address: a worker's address is that of its script.
const db = createDatabase();
const host = createWorkerHost(db, self.name);
expose(createEngine(host));

const taken = giveWay(db);
await openDatabase(db);
await followStorage(host, taken).catch((error: unknown) => {
  if (!taken.aborted) throw error;
});
