/** The browser's own database: the vault's tables, and what this device alone needs to know. */
import { Dexie, type DexieOptions, type EntityTable, type Table } from 'dexie';
import { SCHEMA, type TableName } from '../vault/state.ts';

/** Raise it with every change of the schema, and say in `declare` how older databases get there. */
const DATABASE_VERSION = 2;
const DATABASE_NAME = 'satchel';

/** One storage that the person signed in to. Holds tokens: never logged, never shown. */
export interface ConnectionRow {
  /** The storage's id in the vault's tables. */
  readonly id: string;
  /** Signed in, but no vault chosen yet; or in use. */
  readonly state: 'draft' | 'connected';
  readonly kind: string;
  /** How the person got in. Rows that are older than accounts lack it: by a redirect. */
  readonly access?: 'redirect' | 'account';
  /** What the person calls the place. */
  readonly label: string;
  /** The configuration it was made with, so that it opens while `config.json` can't be had. */
  readonly config: unknown;
  /** Whether the person brought the configuration: a client id, or the address of a cloud. */
  readonly ownClient: boolean;
  readonly settings: unknown;
  /** Empty until the provider said. */
  readonly accountId: string;
  readonly account: string;
  /** This device's clock at the sign-in, in ms since 1970. Another one means that the leader has to begin anew with it. */
  readonly signedInAt: number;
}

/** What the leading engine tells the windows. */
export interface StatusRow {
  readonly id: string;
  readonly status: unknown;
}

/** Small things under a name: a sign-in that is under way, whether the sample notes were made. */
export interface LocalRow {
  readonly key: string;
  readonly value: unknown;
}

type VaultTables = { [Name in TableName]: Table };

export type Database = Dexie &
  VaultTables & {
    connections: EntityTable<ConnectionRow, 'id'>;
    status: EntityTable<StatusRow, 'id'>;
    local: EntityTable<LocalRow, 'key'>;
  };

function declare(db: Dexie): void {
  const vault = Object.entries(SCHEMA).map(([name, { key, indexes }]) => [name, [key, ...indexes].join(', ')]);
  const stores = { ...Object.fromEntries(vault), connections: 'id', status: 'id', local: 'key' };
  db.version(DATABASE_VERSION)
    .stores(stores)
    .upgrade(async (tx) => {
      // Version 1 didn't keep what a pack holds. All are read once more; what they bring is here already.
      await tx
        .table('packs')
        .toCollection()
        .modify((row: Record<string, unknown>) => {
          Object.assign(row, { with: [], writer: null, put: null, listed: null, gone: null });
          const { state, present } = row;
          if (present && (state === 'applied' || state === 'indexed')) row['state'] = 'listed';
        });
      // Nor did it know of notes that are deleted for good.
      await tx.table('notes').toCollection().modify({ back: false });
      await tx.table('uploads').toCollection().modify({ bare: [] });
    });
}

/** The database, not opened yet. @param options another IndexedDB, for tests. */
export function createDatabase(name: string = DATABASE_NAME, options: DexieOptions = {}): Database {
  // Strict: a note that was called saved must survive the power going off.
  const db = new Dexie(name, { chromeTransactionDurability: 'strict', ...options });
  declare(db);
  return db as Database;
}

/** Why the database can't be used. */
export type DatabaseTrouble = 'full' | 'no-database' | 'blocked' | 'newer' | 'failed';

export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly kind: DatabaseTrouble;
  constructor(kind: DatabaseTrouble, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** What an error of Dexie or IndexedDB means for a person. */
export function troubleOf(error: unknown): DatabaseTrouble {
  const names = new Set<string>();
  for (let at: unknown = error; at instanceof Error || at instanceof DOMException; ) {
    names.add(at.name);
    // Dexie wraps what IndexedDB said in `inner`.
    at = 'inner' in at ? at.inner : at.cause;
  }
  if (error instanceof DatabaseError) return error.kind;
  if (names.has('QuotaExceededError')) return 'full';
  if (names.has('MissingAPIError') || names.has('InvalidStateError') || names.has('SecurityError'))
    return 'no-database';
  if (names.has('VersionError')) return 'newer';
  return 'failed';
}

/**
 * Opens it, within bounds.
 * @param blocked called when another window holds an older version open; opening goes on when that one closes.
 * @throws {DatabaseError}
 */
export async function openDatabase(db: Database, blocked: () => void = () => undefined): Promise<void> {
  db.on('blocked', blocked);
  try {
    await db.open();
  } catch (cause) {
    throw new DatabaseError(troubleOf(cause), 'the local database does not open', { cause });
  }
  // Dexie opens a database of a newer version all the same; it counts native versions in tens.
  if (Math.floor(db.backendDB().version / 10) > DATABASE_VERSION) {
    db.close();
    throw new DatabaseError('newer', 'the local database was written by a newer Satchel');
  }
}
