/** Where a check of a storage is told: one row, so that every window sees it, and the next start knows of the last one. */
import type { Database } from '../cache/database.ts';
import type { CheckStep, StorageCheck } from './api.ts';

const NO_CHECK: StorageCheck = { running: null, ended: null, last: null };

/** The row's key in the `status` table. @param storage the connection's id */
export const checkKey = (storage: string): string => `check ${storage}`;

export async function readCheck(db: Database, storage: string): Promise<StorageCheck> {
  return ((await db.status.get(checkKey(storage)))?.status as StorageCheck | undefined) ?? NO_CHECK;
}

/** Nothing is written for a storage that was left meanwhile. */
async function change(db: Database, storage: string, to: (now: StorageCheck) => StorageCheck): Promise<void> {
  await db.transaction('rw', [db.status, db.connections], async () => {
    if ((await db.connections.get(storage))?.state !== 'connected') return;
    await db.status.put({ id: checkKey(storage), status: to(await readCheck(db, storage)) });
  });
}

export const begin = (db: Database, storage: string, task: NonNullable<StorageCheck['running']>['task']) =>
  change(db, storage, ({ last }) => ({
    running: { task, step: { phase: 'waiting' }, stopping: false },
    ended: null,
    last,
  }));

export const tellStep = (db: Database, storage: string, step: CheckStep) =>
  change(db, storage, (now) => (now.running ? { ...now, running: { ...now.running, step } } : now));

/** The storage isn't any more as the last check found it. */
export const forgetCheck = (db: Database, storage: string) =>
  change(db, storage, (now) => ({ ...now, ended: null, last: null }));

export const askToStop = (db: Database, storage: string) =>
  change(db, storage, (now) => (now.running ? { ...now, running: { ...now.running, stopping: true } } : now));

export const end = (db: Database, storage: string, how: Partial<Pick<StorageCheck, 'ended' | 'last'>>) =>
  change(db, storage, ({ last }) => ({ running: null, ended: null, last, ...how }));
