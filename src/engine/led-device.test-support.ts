/** Devices that follow one memory storage, on a clock that goes on only when all work on their databases is done. */
// Live queries look for the global one.
import 'fake-indexeddb/auto';
import { type Fault, faulty } from '../../backends/faulty.ts';
import { openMemory } from '../../backends/memory/client.ts';
import { createMemoryProvider, type MemoryProvider } from '../../backends/memory/provider.ts';
import { seededRandom } from '../../backends/seeded-random.ts';
import type { Storage } from '../../backends/storage.ts';
import { createVirtualClock, type VirtualClock } from '../../backends/virtual-clock.ts';
import { createDatabase, type Database, openDatabase } from '../cache/database.ts';
import { createVault, look, unlock } from '../vault/connect.ts';
import { synchronousCompression, synchronousCrypto } from '../vault/simulator/synchronous.ts';
import type { Notes } from './api.ts';
import { type Cable, createCable, type WatchKind } from './cable.test-support.ts';
import { type Disk, putUnder } from './disk.test-support.ts';
import { patiently } from './connections.ts';
import { createDocuments } from './documents.ts';
import { giveWay } from './give-way.ts';
import type { Host } from './host.ts';
import { createTestHost } from './host.test-support.ts';
import { lead } from './leader.ts';
import { createQueries } from './live.ts';
import { createNotes } from './notes.ts';
import type { Queries } from './queries.ts';

export interface LedDevice {
  readonly host: Host;
  readonly db: Database;
  readonly disk: Disk;
  readonly notes: Notes;
  readonly queries: Queries;
  readonly cable: Cable;
  /** Chooses what goes wrong with a request that got as far as the storage. */
  fault: (operation: keyof Storage) => Fault | undefined;
}

export interface World {
  readonly clock: VirtualClock;
  readonly provider: MemoryProvider;
  /** A device that belongs to the vault in the storage, and leads. The first one makes the vault. */
  device(options?: { watch?: WatchKind }): Promise<LedDevice>;
  /** A newer version of the app opens the device's database. @returns what it finds in the table. */
  takeOver(device: LedDevice, table: string): Promise<readonly unknown[]>;
  /** Every leader stops. */
  end(): Promise<void>;
}

const STORAGE = 'storage';
const PASSPHRASE = 'correct horse battery staple';
/** Dexie tells its live queries in a task of its own; after so many without work on a database nothing is left to come. */
const QUIET_TASKS = 2;

const task = () => new Promise<void>((resolve) => setTimeout(() => setImmediate(resolve), 0));

let databases = 0;
/** Of a native database; the app's own are in tens. */
let nextVersion = 1000;

function answer<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('no reason was given')));
  });
}

export function createWorld(): World {
  const disks: Disk[] = [];
  let takingOver = false;
  async function whenSettled(next: () => void): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TASKS; ) {
      await task();
      quiet = takingOver || disks.some((disk) => disk.busy()) ? 0 : quiet + 1;
    }
    next();
  }
  const clock = createVirtualClock(undefined, whenSettled);
  const provider = createMemoryProvider({ ...clock, random: seededRandom(1) });
  const over = new AbortController();
  const leaders: Promise<void>[] = [];

  async function connect(host: Host, storage: Storage): Promise<void> {
    const place = { state: host.state, storage, storageId: STORAGE, deps: host.vault };
    const [there] = await look(place);
    if (there) await unlock(place, there.id, { kind: 'passphrase', passphrase: PASSPHRASE });
    else {
      const entropy = host.vault.crypto.random(16);
      await createVault(place, { passphrase: PASSPHRASE, entropy, cost: host.argonCost });
    }
    const { accountId, label } = await storage.about();
    await host.db.connections.put({
      id: STORAGE,
      state: 'connected',
      kind: 'memory',
      label: 'Memory',
      config: {},
      ownClient: false,
      settings: {},
      accountId,
      account: label,
      signedInAt: clock.now(),
    });
  }

  return {
    clock,
    provider,
    async device({ watch = 'tells' } = {}) {
      const db = createDatabase(`led-${++databases}`);
      const disk = putUnder(db);
      disks.push(disk);
      await openDatabase(db);
      const crypto = synchronousCrypto(seededRandom(databases));
      const host = createTestHost(db, {
        vault: { now: clock.now, crypto, compression: synchronousCompression },
        sleep: clock.sleep,
        // The tries of one call follow each other at once, so that the pauses seen are the leader's.
        random: () => 0,
      });
      const far = openMemory(provider);
      const faults = faulty(far, { choose: (operation) => device.fault(operation), sleep: clock.sleep });
      const cable = createCable(faults, { ...clock, watch });
      const documents = createDocuments({ state: host.state, now: clock.now, follow: () => () => undefined });
      const notes = createNotes({
        documents,
        state: host.state,
        now: clock.now,
        random: crypto.random,
        exists: async (id) => (await db.notes.get(id)) !== undefined,
        fetchNote: async () => ({ reason: null }),
      });
      const queries = createQueries(db, host.state);
      const device: LedDevice = { host, db, disk, notes, queries, cable, fault: () => undefined };
      await connect(host, far);
      const open: Parameters<typeof lead>[2] = async (_host, _row, patience) =>
        patiently(host, cable.storage, patience);
      leaders.push(lead(host, AbortSignal.any([over.signal, giveWay(db)]), open).catch(() => undefined));
      return device;
    },
    async takeOver({ db }, table) {
      takingOver = true;
      const newer = await answer(indexedDB.open(db.name, nextVersion++));
      const rows: readonly unknown[] = await answer(newer.transaction(table).objectStore(table).getAll());
      newer.close();
      takingOver = false;
      return rows;
    },
    async end() {
      over.abort(new Error('the test is over'));
      await Promise.all(leaders);
    },
  };
}
