/** Whole devices for the vault's tests: a place in memory, a seeded world around it, and the few things that people do. */
import * as Y from 'yjs';
import { memorySettings, openMemory } from '../../../backends/memory/client.ts';
import { createMemoryProvider, type MemoryProvider, type MemorySwitches } from '../../../backends/memory/provider.ts';
import { type Counts, counting } from '../../../backends/counting.ts';
import { seededRandom } from '../../../backends/seeded-random.ts';
import type { ObjectName, Storage } from '../../../backends/storage.ts';
import { type DocId, isNoteId, type NoteId, noteId } from '../../notes/ids.ts';
import { newDoc, textOf, touch } from '../../notes/note.ts';
import { createVault, look, unlock } from '../connect.ts';
import { type Context, openContext, type Place, type VaultDeps } from '../context.ts';
import type { ArgonCost, Bytes } from '../crypto.ts';
import { CHANGING, loadDocs, recordEdit } from '../documents.ts';
import { createMemoryState } from '../memory-state.ts';
import { parseName, type VaultId } from '../names.ts';
import { createSession, type Session, type SessionEvents } from '../session.ts';
import { synchronousCompression, synchronousCrypto } from '../simulator/synchronous.ts';
import type { Tables, TableName } from '../state.ts';

export const PASSPHRASE = 'a kettle, two boots and the tide';
/** 16 bytes, in place of random ones. */
export const ENTROPY: Bytes = Uint8Array.from({ length: 16 }, (_, index) => index * 7 + 1);
/** Cheap on purpose: these tests are not about guessing. */
export const CHEAP = { memory: 64, passes: 1, lanes: 1 };

export interface World {
  readonly provider: MemoryProvider;
  readonly random: () => number;
  readonly deps: VaultDeps;
  /** ms since 1970. */
  time: number;
  device(options?: DeviceOptions): Device;
  /** Objects in the storage of one kind, in the order of their names. */
  names(kind: string): ObjectName[];
  bytesOf(name: ObjectName): Bytes;
}

export interface DeviceOptions {
  readonly deps?: Partial<VaultDeps>;
  readonly storageId?: string;
  readonly events?: SessionEvents;
  /** Stands between the device and the storage. */
  readonly wrap?: (storage: Storage) => Storage;
}

export interface Device {
  readonly place: Place;
  /** A new session, as after a restart. */
  restart(): Session;
  readonly session: Session;
  readonly account: string;
  counts(): Counts;
  resetCounts(): void;
  /** Takes the account that is there for the one that the vault was connected to. */
  useAccount(): Promise<void>;
  createVault(cost?: ArgonCost): Promise<VaultId>;
  /** Joins the first vault that is there, by passphrase. */
  join(): Promise<VaultId>;
  /** Opens the document, changes it, keeps the edit. */
  edit(id: DocId, change: (doc: Y.Doc) => void): Promise<void>;
  /** A new note, or new text at the end of one. */
  write(id: NoteId, text: string): Promise<void>;
  text(id: DocId): Promise<string>;
  /** Each note's text, by id, as far as bodies are here. */
  texts(): Promise<Record<string, string>>;
  rows<Name extends TableName>(name: Name): ReturnType<Tables[Name]['list']>;
  context(): Promise<Context>;
  sync(): ReturnType<Session['sync']>;
}

/** The note that has this number in a test. */
export function note(number: number): NoteId {
  const id = new Uint8Array(16).fill(0xa0);
  new DataView(id.buffer).setUint32(12, number);
  return noteId(id);
}

/** Puts something between a device and its storage. Returns the way to take it out again. */
export function between(device: Device, change: (storage: Storage) => Partial<Storage>): () => void {
  const { storage } = device.place;
  const before: Storage = { ...storage };
  Object.assign(storage, change(before));
  return () => {
    Object.assign(storage, before);
  };
}

export function createWorld(seed = 1, switches: Partial<MemorySwitches> = {}): World {
  const random = seededRandom(seed);
  const world: World = {
    random,
    time: Date.UTC(2031, 0, 1),
    provider: createMemoryProvider({ now: () => world.time, sleep: async () => undefined, random }, switches),
    deps: { crypto: synchronousCrypto(random), compression: synchronousCompression, now: () => world.time },
    device: (options = {}) => createDevice(world, options),
    names: (kind) => [...world.provider.objects().keys()].filter((name) => parseName(name)?.kind === kind).sort(),
    bytesOf(name) {
      const object = world.provider.objects().get(name);
      if (!object) throw new RangeError(`nothing is stored as ${name}`);
      return object.bytes;
    },
  };
  return world;
}

function createDevice(world: World, options: DeviceOptions): Device {
  const counted = counting(openMemory(world.provider, memorySettings(world.provider)));
  const place: Place = {
    state: createMemoryState(),
    storage: options.wrap ? options.wrap(counted.storage) : counted.storage,
    storageId: options.storageId ?? 'here',
    deps: { ...world.deps, ...options.deps },
  };
  let account = '';
  let session: Session | null = null;
  // Known to the test at once; a program asks for it when the storage is connected.
  const useAccount = async () => {
    account ||= (await openMemory(world.provider, memorySettings(world.provider)).about()).accountId;
  };

  const device: Device = {
    place,
    get account() {
      return account;
    },
    counts: counted.counts,
    resetCounts: counted.reset,
    get session() {
      return session ?? device.restart();
    },
    restart() {
      session = createSession(place, account, options.events);
      return session;
    },
    useAccount,
    async createVault(cost = CHEAP) {
      await useAccount();
      const made = await createVault(place, { passphrase: PASSPHRASE, entropy: ENTROPY, cost });
      if (made.kind !== 'created') throw new Error('another vault was there');
      return made.vault;
    },
    async join() {
      await useAccount();
      const [there] = await look(place);
      if (!there) throw new Error('no vault is there');
      await unlock(place, there.id, { kind: 'passphrase', passphrase: PASSPHRASE });
      return there.id;
    },
    async edit(id, change) {
      const loaded = await place.state.read(['bodies'], (tx) => loadDocs(tx, [id]));
      // A client id of the world's own randomness, so that a seed gives the same bytes each time.
      const doc = newDoc(Math.floor(world.random() * 0xffffffff));
      Y.applyUpdate(doc, Y.encodeStateAsUpdate(loaded.get(id)?.doc as Y.Doc));
      const updates: Uint8Array[] = [];
      doc.on('update', (update: Uint8Array) => updates.push(update));
      doc.transact(() => change(doc));
      for (const update of updates) {
        await place.state.write(CHANGING, (tx) => recordEdit(tx, id, doc, new Uint8Array(update)));
      }
    },
    write: (id, text) =>
      device.edit(id, (doc) => {
        textOf(doc).insert(textOf(doc).length, text);
        if (isNoteId(id)) touch(doc, world.time);
      }),
    async text(id) {
      const loaded = await place.state.read(['bodies'], (tx) => loadDocs(tx, [id]));
      return textOf(loaded.get(id)?.doc as Y.Doc).toJSON();
    },
    async texts() {
      const rows = (await device.rows('notes')).filter((row) => row.here);
      return Object.fromEntries(await Promise.all(rows.map(async (row) => [row.id, await device.text(row.id)])));
    },
    rows: <Name extends TableName>(name: Name) =>
      place.state.read([name], async (tx) => (tx as Tables)[name].list() as Promise<unknown>) as ReturnType<
        Tables[Name]['list']
      >,
    async context() {
      const ctx = await openContext(place);
      if (!ctx) throw new Error('this device belongs to no vault');
      return ctx;
    },
    sync: () => device.session.sync(),
  };
  return device;
}
