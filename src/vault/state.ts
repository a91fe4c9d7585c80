/**
 * What a vault keeps on a device, as a port: typed tables and transactions over them. The cache implements it over
 * IndexedDB, the simulator in memory. All rules live above it, so both keep the same promises.
 */
import type { Card } from '../notes/card.ts';
import type { DocId, NoteId } from '../notes/ids.ts';
import type { Cursor, ObjectName } from '../../backends/storage.ts';
import type { DeviceId, Element } from './coverage.ts';
import type { Bytes } from './crypto.ts';
import type { StoredRing } from './keys.ts';
import type { VaultId } from './names.ts';

/** One connected storage of a vault, drawn when it is connected. Everything below is keyed by it, since a vault may have several. */
export type StorageId = string;

/** What lists show of a note. */
export interface NoteRow extends Card {
  readonly id: NoteId;
  /** False while only a card from a pack's head is here. */
  readonly here: boolean;
  /** True for a sample note that nobody has changed: it is never pushed. */
  readonly sample: boolean;
  /** It was deleted for good, something was written that this had not seen, and so it lies in the trash again (rule V24). */
  readonly back: boolean;
}

/** A piece of a document: an update event, or the whole state. A document is all its pieces, in any order. */
export interface BodyRow {
  readonly n?: number;
  readonly doc: DocId;
  readonly bytes: Bytes;
}

/**
 * What has to be pushed: an update event, or, with null, the document's whole state, and that it was deleted for good if it was.
 */
export interface OutboxRow {
  readonly n?: number;
  readonly doc: DocId;
  readonly bytes: Bytes | null;
  /** Only that it was deleted for good, not its state. */
  readonly purge?: true;
}

/** A moment as both clocks tell it, in ms since 1970: this device's, and the latest that the provider has been heard to tell. */
export interface Sight {
  readonly local: number;
  readonly provider: number;
}

export type PackState =
  /** Named in a listing, not read yet. */
  | 'listed'
  /** The head was read; cards are shown, bodies pending. */
  | 'indexed'
  | 'applied'
  /** Does not open, or isn't what it says. Read again at each full listing. */
  | 'damaged'
  /** In a format that this program doesn't know. */
  | 'newer'
  /** Sealed with a key that this device's ring doesn't hold. */
  | 'locked'
  /** Holds entries that couldn't be applied; they are kept aside. */
  | 'aside';

export interface PackRow {
  /** `packKey(storage, name)` */
  readonly id: string;
  readonly storage: StorageId;
  readonly name: ObjectName;
  readonly size: number;
  /** The provider's time, in ms since 1970. */
  readonly time: number;
  readonly state: PackState;
  /** Whether the last listing still had it. */
  readonly present: boolean;
  /** What it covers, once its head was read. */
  readonly covers: readonly Element[];
  /** Pushes without which it doesn't hold all that it covers; nearly always none. */
  readonly with: readonly Element[];
  /** Who wrote it, once its head was read. */
  readonly writer: DeviceId | null;
  /** This device's clock when it put the object; null when another did. */
  readonly put: number | null;
  /** The first full listing that had it. */
  readonly listed: Sight | null;
  /** The first full listing that lacked it; null while it is present. */
  readonly gone: Sight | null;
  /** The pack's header and inflated lengths, while bodies are pending. */
  readonly body: { readonly header: Bytes; readonly inflated: readonly number[] } | null;
}

/** An entry whose card is known and whose body isn't here yet. */
export interface PendingRow {
  /** `<pack id> <block> <index>` */
  readonly id: string;
  readonly pack: string;
  readonly doc: DocId;
  readonly kind: number;
  readonly block: number;
  readonly index: number;
}

/** A pack that was sealed and isn't known to be in the storage. Its bytes are sent again and again until they are (rule V5). */
export interface UploadRow {
  /** `<storage> <sequence, 12 digits>`: sorts in order of sequence. */
  readonly id: string;
  readonly storage: StorageId;
  readonly sequence: number;
  readonly name: ObjectName;
  readonly element: Element;
  readonly bytes: Bytes;
  readonly docs: readonly DocId[];
  /** Those of them of which it holds nothing but that they were deleted for good. */
  readonly bare: readonly DocId[];
}

/** A push whose content is on this device. */
export interface AppliedRow {
  readonly element: Element;
  /** 1 once a pack of this device has said so (rule V13). */
  readonly stated: 0 | 1;
}

/** A push that others say they have and this device lacks (rule V13). */
export interface MissingRow {
  readonly element: Element;
  /** This device's clock, in ms since 1970. */
  readonly since: number;
}

/** An entry that couldn't be applied, verbatim (rules V4, V11). */
export interface AsideRow {
  /** `<pack id> <block> <index>` */
  readonly id: string;
  readonly pack: string;
  readonly doc: DocId;
  readonly kind: number;
  readonly bytes: Bytes;
  readonly reason: string;
}

/** What a pack holds: to know what a hole has torn, and which packs a purge has to reach. */
export interface ContentsRow {
  /** `packKey(storage, name)` */
  readonly id: string;
  /** Its documents, 16 bytes each, one behind the other. */
  readonly docs: Bytes;
  /** In the same way those of which it holds nothing but that they were deleted for good. */
  readonly bare: Bytes;
}

/** A small pack's sealed bytes, kept while the pack counts, so that merging needn't fetch it. Check them against its name. */
export interface ObjectRow {
  /** `packKey(storage, name)` */
  readonly id: string;
  readonly bytes: Bytes;
}

/** A note that somebody deleted for good, and what of it was known then (rules V23, V24). */
export interface PurgeRow {
  /** `<document> <first 8 bytes of SHA-256 of the payload, hexadecimal>` */
  readonly id: string;
  readonly doc: DocId;
  readonly payload: Bytes;
}

/** Another program that writes to the vault, or this one (rule V4). */
export interface DeviceRow {
  readonly id: DeviceId;
  /** The newest format that it reads; 0 while it is only known from what others have merged. */
  readonly reads: number;
  /** The provider's time of the newest pack that it wrote, or by which it had written at the latest. */
  readonly seen: number;
}

/** When this device first saw something whose age will decide about destruction (rule V22). */
export interface SightRow extends Sight {
  readonly key: string;
}

/** A key slot, kept on every device so that it can be put back (rule V31). */
export interface SlotRow {
  /** `packKey(storage, name)` */
  readonly id: string;
  readonly storage: StorageId;
  readonly name: ObjectName;
  readonly vault: VaultId;
  /** The provider's time, in ms since 1970. */
  readonly time: number;
  readonly present: boolean;
  /** Null until it was fetched. */
  readonly bytes: Bytes | null;
}

/** A document that misses a piece on which others build (rule V14). */
export interface GapRow {
  readonly doc: DocId;
  /** Whether a pack of this device has asked for it. */
  readonly asked: boolean;
}

export interface VaultRecord {
  readonly id: VaultId;
  readonly ring: StoredRing;
}

export interface DeviceRecord {
  readonly id: DeviceId;
  /** The sequence number of the next pack. */
  readonly next: number;
}

export interface ListingRecord {
  readonly cursor: Cursor | null;
  /** This device's clock at the end of the last full listing; null before the first. */
  readonly full: number | null;
}

/** How this device's clock and the provider's have gone along, as far as they were watched (rule V22). */
export interface ClocksRecord {
  /** The latest time of any object that the storage has told. */
  readonly provider: number;
  /** This device's clock when it was told. */
  readonly local: number;
  /** The provider's time less this device's, in ms, as it was when it was last believed. */
  readonly skew: number;
  /** Set while the clocks contradict what was believed: the other skew, and since when it has held. Nothing is destroyed meanwhile. */
  readonly doubt: { readonly skew: number; readonly since: Sight } | null;
}

/** Set when a listing lost most of what was there (rule V27): nothing is sent until the person has decided. */
export interface AlarmRecord {
  readonly lost: number;
  readonly of: number;
}

/** The person wants this format written, though a device that wrote lately doesn't read it (rule V4). */
export interface AgreedRecord {
  readonly vault: VaultId;
  readonly format: number;
}

/** What this device has and the storage lacks is being put there. */
export interface ReconcileRecord {
  /** Set once everything was put into the outbox: this device's pushes from here on hold it. */
  readonly pushes: { readonly device: DeviceId; readonly from: number } | null;
  /** A person wants the vault there although one has deleted it. */
  readonly reopens: boolean;
}

/** A vault that this device left for another one in the same storage (rule V29). */
export interface LeftRecord {
  readonly vault: VaultId;
  readonly ring: StoredRing;
  /** The packs that this device had read of it. */
  readonly packs: readonly ObjectName[];
  /** Whether these were all that were there, and nothing was missing. */
  readonly whole: boolean;
}

/** Values under a key of their own. */
export interface MetaValues {
  vault: VaultRecord;
  device: DeviceRecord;
  /** What others have asked for and wasn't answered yet (rule V14). */
  wants: readonly DocId[];
  agreed: AgreedRecord;
  [listing: `listing ${StorageId}`]: ListingRecord;
  [clocks: `clocks ${StorageId}`]: ClocksRecord;
  [alarm: `alarm ${StorageId}`]: AlarmRecord;
  /** This device's clock when it last looked for what expires, in ms since 1970. */
  [expired: `expired ${StorageId}`]: number;
  /** The vault that the storage was connected for (rule V9). */
  [home: `home ${StorageId}`]: VaultId;
  /** Set while what this device has and the storage lacks is to be put there: see reconcile.ts. */
  [reconcile: `reconcile ${StorageId}`]: ReconcileRecord;
  /** Packs that had been lost when a person had decided, and whose content this device couldn't put back: no alarm is given for them again. */
  [givenUp: `given-up ${StorageId}`]: readonly string[];
  /** Packs that say that a person has deleted the vault there: see closing.ts. */
  [closed: `closed ${StorageId}`]: readonly ObjectName[];
  /** The vault that was left there: see two-vaults.ts. */
  [left: `left ${StorageId}`]: LeftRecord;
}

/** `value` has the type that `MetaValues` gives its key; see `readMeta`. */
export interface MetaRow {
  readonly key: string;
  readonly value: unknown;
}

export interface Tables {
  notes: Rows<NoteRow, NoteId>;
  bodies: Rows<BodyRow, number>;
  outbox: Rows<OutboxRow, number>;
  packs: Rows<PackRow, string>;
  pending: Rows<PendingRow, string>;
  uploads: Rows<UploadRow, string>;
  applied: Rows<AppliedRow, Element>;
  missing: Rows<MissingRow, Element>;
  aside: Rows<AsideRow, string>;
  slots: Rows<SlotRow, string>;
  gaps: Rows<GapRow, DocId>;
  contents: Rows<ContentsRow, string>;
  objects: Rows<ObjectRow, string>;
  purges: Rows<PurgeRow, string>;
  devices: Rows<DeviceRow, DeviceId>;
  sights: Rows<SightRow, string>;
  meta: Rows<MetaRow, string>;
}

export type TableName = keyof Tables;

/** The key of each table, and the fields by which rows can be found: the whole schema. `++` counts up by itself. */
export const SCHEMA = {
  notes: { key: 'id', indexes: ['modified'] },
  bodies: { key: '++n', indexes: ['doc'] },
  outbox: { key: '++n', indexes: ['doc'] },
  packs: { key: 'id', indexes: ['state', 'storage'] },
  pending: { key: 'id', indexes: ['pack', 'doc'] },
  uploads: { key: 'id', indexes: ['storage'] },
  applied: { key: 'element', indexes: ['stated'] },
  missing: { key: 'element', indexes: [] },
  aside: { key: 'id', indexes: ['pack'] },
  slots: { key: 'id', indexes: ['storage'] },
  gaps: { key: 'doc', indexes: [] },
  contents: { key: 'id', indexes: [] },
  objects: { key: 'id', indexes: [] },
  purges: { key: 'id', indexes: ['doc'] },
  devices: { key: 'id', indexes: [] },
  sights: { key: 'key', indexes: [] },
  meta: { key: 'key', indexes: [] },
} as const satisfies Record<TableName, { key: string; indexes: readonly string[] }>;

/** One table, inside a transaction. */
export interface Rows<Row, Key extends string | number> {
  get(key: Key): Promise<Row | undefined>;
  /** In the order of the keys that were asked for. */
  getMany(keys: readonly Key[]): Promise<(Row | undefined)[]>;
  put(row: Row): Promise<void>;
  putMany(rows: readonly Row[]): Promise<void>;
  delete(keys: readonly Key[]): Promise<void>;
  /** Rows whose indexed field is one of the values, in order of their keys. */
  where(index: string, values: readonly (string | number)[]): Promise<Row[]>;
  /** Rows in order of their keys, after `after` where it is given. */
  list(options?: { after?: Key; limit?: number }): Promise<Row[]>;
  count(): Promise<number>;
}

export type Transaction<Names extends TableName> = Pick<Tables, Names>;

export interface State {
  /**
   * Runs `body` over a consistent view of the named tables. A write is durable, whole, when the promise resolves;
   * when it rejects, nothing was written. Inside, only the transaction's own promises may be awaited.
   */
  read<Names extends TableName, Result>(
    tables: readonly Names[],
    body: (tx: Transaction<Names>) => Promise<Result>,
  ): Promise<Result>;
  write<Names extends TableName, Result>(
    tables: readonly Names[],
    body: (tx: Transaction<Names>) => Promise<Result>,
  ): Promise<Result>;
}

export function packKey(storage: StorageId, name: ObjectName): string {
  return `${storage} ${name}`;
}

export function uploadKey(storage: StorageId, sequence: number): string {
  return `${storage} ${String(sequence).padStart(12, '0')}`;
}

export async function readMeta<Key extends keyof MetaValues>(
  tx: Transaction<'meta'>,
  key: Key,
): Promise<MetaValues[Key] | undefined> {
  return (await tx.meta.get(key))?.value as MetaValues[Key] | undefined;
}

export function writeMeta<Key extends keyof MetaValues>(
  tx: Transaction<'meta'>,
  key: Key,
  value: MetaValues[Key],
): Promise<void> {
  return tx.meta.put({ key, value });
}
