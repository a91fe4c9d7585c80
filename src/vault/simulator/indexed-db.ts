/** The app's own database over an IndexedDB in memory, for every twentieth seed. */
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { createDatabase, openDatabase } from '../../cache/database.ts';
import { createDexieState } from '../../cache/dexie-state.ts';
import { type Databases, memoryDatabases } from './device.ts';

const EVERY = 20;

const indexedDatabases: Databases = async () => {
  const db = createDatabase('simulated', { indexedDB: new IDBFactory(), IDBKeyRange });
  await openDatabase(db);
  return createDexieState(db);
};

export function databasesOf(seed: number): Databases {
  return seed % EVERY === 0 ? indexedDatabases : memoryDatabases;
}
