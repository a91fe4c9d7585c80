/**
 * Packs: the objects that carry notes. A sealed head says what the pack covers and, for each entry, its card and
 * where it lies; the body blocks hold the entries. Layout in docs/vault-format.md §5.
 */
import type { Card } from '../notes/card.ts';
import { bytesOf, type DocId, hexOf, isDocId } from '../notes/ids.ts';
import { createBlocks } from './blocks.ts';
import { atMost, ENTRIES, INFLATED, KINDS, PAGE_ROWS, PUSHES, STATEMENTS, WANTS } from './bounds.ts';
import { type Cbor, decode, encode, expect } from './cbor.ts';
import { type Coverage, decodeCoverage, type DeviceId, type Element, encodeCoverage } from './coverage.ts';
import type { Bytes, CipherKey } from './crypto.ts';
import { PURGE } from './entry-kinds.ts';
import { VaultError } from './errors.ts';
import type { KeyRing } from './keys.ts';
import { nameOf, type VaultId } from './names.ts';
import {
  blockStart,
  cipherOf,
  FORMAT_VERSION,
  headEnd,
  MAX_BLOCK,
  newestFormat,
  type ObjectHeader,
  openBlock,
  readHeader,
  type SealDeps,
  sealObject,
} from './object.ts';
import { decodeCard, encodeCard } from './packed-card.ts';
import { MAX_OBJECT_BYTES, type ObjectName } from '../../backends/storage.ts';

/** Bytes of a body block before compression: large enough to compress well, small enough to fetch for one note. */
const BLOCK = 128 * 1024;
/** Entries described by one block of the head. The newest block may describe fewer, but FIRST_PAGE at least where there are as many. */
const PAGE = 256;
const FIRST_PAGE = 64;
const DIGEST = 8;
/** Beyond this a pack gets no further entry; what is left is room for an estimate that was too low. */
const FULL = MAX_OBJECT_BYTES - 100_000;
/** The same for what a reader has to inflate. */
const FULL_INFLATED = INFLATED - MAX_BLOCK;

export interface PackEntry {
  readonly doc: DocId;
  readonly kind: number;
  readonly payload: Bytes;
  /** First 8 bytes of SHA-256 of the snapshot of the state that the card was made from (rule V15). */
  readonly digest: Bytes;
  /** Null for documents that aren't notes. */
  readonly card: Card | null;
}

/** What the head says of one entry. */
export interface HeadRow {
  readonly doc: DocId;
  readonly kind: number;
  /** Body block, counted from the first block after the head. */
  readonly block: number;
  /** Place of the entry in its block. */
  readonly index: number;
  readonly digest: Bytes;
  readonly card: Card | null;
}

/** A small entry of a reserved document that stands in the head, so that the notebooks are there with the list. */
export interface InlineEntry {
  readonly doc: DocId;
  readonly kind: number;
  readonly payload: Bytes;
}

export interface Manifest {
  readonly device: DeviceId;
  readonly sequence: number;
  /** Size tier (rule V16). */
  readonly tier: number;
  /** Null: the pack covers itself, as every push does. Else the pushes whose content it holds. */
  readonly covers: Coverage | null;
  /** Pushes whose content is left out though it covers them: they hold it themselves. Nearly always none. */
  readonly with: Coverage;
  /** What its writer had applied since its last pack said so (rule V13). */
  readonly applied: Coverage;
  /** Documents of which the writer misses a part under complete coverage (rule V14). */
  readonly wants: readonly DocId[];
  readonly inline: readonly InlineEntry[];
  /** Entry kinds that stand in the pack. */
  readonly kinds: readonly number[];
  readonly entries: number;
  /** Length of each block but the first, when inflated. */
  readonly inflated: readonly number[];
  /** The newest format that the writer reads (rule V4). */
  readonly reads: number;
}

export interface SealedPack {
  readonly name: ObjectName;
  readonly bytes: Bytes;
  /** SHA-256, in hexadecimal. */
  readonly hash: string;
  /** See bareDocs. */
  readonly bare: readonly DocId[];
}

/** Documents of which these entries hold nothing but that they were deleted for good. */
export function bareDocs(entries: Iterable<{ readonly doc: DocId; readonly kind: number }>): DocId[] {
  const bare = new Map<DocId, boolean>();
  for (const { doc, kind } of entries) bare.set(doc, kind === PURGE && (bare.get(doc) ?? true));
  return [...bare].flatMap(([doc, isBare]) => (isBare ? [doc] : []));
}

/** Size tiers by factor eight from 1 KB. */
export function tierOf(bytes: number): number {
  let tier = 0;
  for (let bound = 1024; bytes > bound; bound *= 8) tier++;
  return tier;
}

function docIdOf(value: Cbor | undefined): DocId {
  const id = hexOf(expect.bytes(value, 'document id', 16));
  if (!isDocId(id)) throw new VaultError('Damaged', 'not a document id');
  return id;
}

export interface PackBuilder {
  /** False, and nothing added, when the pack has no room for it: finish this one first. An empty pack takes anything. */
  add(entry: PackEntry): Promise<boolean>;
  readonly entries: number;
  /** @returns null when its first entry is too large for an object, or for a block. */
  finish(
    head: Omit<Manifest, 'kinds' | 'entries' | 'inflated' | 'reads' | 'tier' | 'with'> & { readonly with?: Coverage },
  ): Promise<SealedPack | null>;
}

/**
 * Takes entries oldest first; the head lists them newest first (rule V3).
 * @param format to be written: see formats.ts.
 */
export function createPackBuilder(
  deps: SealDeps,
  ring: KeyRing,
  vault: VaultId,
  format: number = FORMAT_VERSION,
): PackBuilder {
  const body = createBlocks(deps.compression);
  /** Oldest first. */
  const pages = createBlocks(deps.compression);
  const added: Pick<PackEntry, 'doc' | 'kind'>[] = [];
  let open: Bytes[] = [];
  let openBytes = 0;
  let openRows: { row: Cbor; length: number }[] = [];
  let openRowBytes = 0;
  let plain = 0;

  function closeBlock(): void {
    if (open.length === 0) return;
    body.add(encode(open));
    open = [];
    openBytes = 0;
  }

  function closePage(rows: number): void {
    const page = openRows.slice(0, rows);
    openRows = openRows.slice(rows);
    openRowBytes -= page.reduce((sum, { length }) => sum + length, 0);
    if (page.length > 0) pages.add(encode(page.map(({ row }) => row).toReversed()));
  }

  return {
    get entries() {
      return added.length;
    },
    async add(entry) {
      const size = entry.payload.length;
      const opensBlock = open.length > 0 && openBytes + size > BLOCK;
      const row: Cbor = [
        bytesOf(entry.doc),
        entry.kind,
        body.inflated.length + (opensBlock ? 1 : 0),
        opensBlock ? 0 : open.length,
        entry.digest,
        encodeCard(entry.card),
      ];
      const { length } = encode(row);
      const isFull = () => body.size() + pages.size() + openBytes + openRowBytes + size + length > FULL;
      if (added.length > 0 && plain + size + length > FULL_INFLATED) return false;
      if (added.length > 0 && isFull()) {
        // Perhaps only until it is known how small the last blocks have become.
        await Promise.all([body.compressed(), pages.compressed()]);
        if (isFull()) return false;
      }
      if (opensBlock) closeBlock();
      open.push(entry.payload);
      openBytes += size;
      openRows.push({ row, length });
      openRowBytes += length;
      plain += size + length;
      added.push({ doc: entry.doc, kind: entry.kind });
      // Some rows are held back, so that the newest page, which fills the first screen, never holds but a few.
      if (openRows.length >= PAGE + FIRST_PAGE) closePage(PAGE);
      return true;
    },
    async finish(head) {
      closeBlock();
      closePage(openRows.length);
      const [bodyBlocks, pageBlocks] = await Promise.all([body.compressed(), pages.compressed()]);
      const manifest = encode({
        device: bytesOf(head.device),
        sequence: head.sequence,
        tier: tierOf(body.size() + pages.size()),
        covers: head.covers === null ? null : encodeCoverage(head.covers),
        ...(head.with && head.with.size > 0 ? { with: encodeCoverage(head.with) } : {}),
        applied: encodeCoverage(head.applied),
        wants: head.wants.map(bytesOf),
        inline: head.inline.map(({ doc, kind, payload }) => [bytesOf(doc), kind, payload]),
        kinds: [...new Set([...added, ...head.inline].map(({ kind }) => kind))].sort((a, b) => a - b),
        entries: added.length,
        inflated: [...pages.inflated.toReversed(), ...body.inflated],
        reads: newestFormat(deps),
      });
      // A text that compresses well fits into an object and still is more than a reader takes from one block.
      if ([manifest.length, ...pages.inflated, ...body.inflated].some((length) => length > MAX_BLOCK)) return null;
      const headBlocks = [await deps.compression.deflate(manifest), ...pageBlocks.toReversed()];
      const blocks = [...headBlocks, ...bodyBlocks];
      const bytes = await sealObject(deps, ring, vault, 'p', headBlocks.length, blocks, format);
      if (bytes.length > MAX_OBJECT_BYTES) return null;
      const hash = await deps.crypto.sha256(bytes);
      return { name: nameOf(vault, 'p', hash), bytes, hash: hexOf(hash), bare: bareDocs([...added, ...head.inline]) };
    },
  };
}

/** As much of a pack as a prefix of its bytes tells. */
export interface PackHead {
  readonly header: ObjectHeader;
  readonly manifest: Manifest;
  /** The rows of the head blocks that lie wholly in the prefix, newest first. */
  readonly rows: readonly HeadRow[];
  /** Whether these are all rows. */
  readonly complete: boolean;
  /** How many bytes hold the whole head. */
  readonly headEnd: number;
  /** How many bytes the object has. */
  readonly objectEnd: number;
}

function readManifest(value: Cbor, header: ObjectHeader): Manifest {
  const map = expect.map(value, 'head');
  const inflated = expect.list(map['inflated'], 'block lengths').map((length) => expect.uint(length, 'block length'));
  if (inflated.length !== header.lengths.length - 1)
    throw new VaultError('Damaged', 'the head counts other blocks than the header');
  if (inflated.reduce((sum, length) => sum + length, 0) > INFLATED)
    throw new VaultError('Damaged', 'it says that it holds more than any pack of ours');
  const covers = map['covers'] === null ? null : decodeCoverage(map['covers'], PUSHES);
  const entries = expect.uint(map['entries'], 'entries');
  if (entries > ENTRIES) throw new VaultError('Damaged', 'more entries than any pack of ours has');
  return {
    device: hexOf(expect.bytes(map['device'], 'device', 16)) as DeviceId,
    sequence: expect.uint(map['sequence'], 'sequence'),
    tier: expect.uint(map['tier'], 'tier'),
    covers,
    with: map['with'] === undefined ? new Set() : decodeCoverage(map['with'], PUSHES),
    applied: decodeCoverage(map['applied'], covers === null ? STATEMENTS : PUSHES),
    wants: atMost(expect.list(map['wants'], 'wants'), WANTS, 'wishes').map(docIdOf),
    inline: atMost(expect.list(map['inline'], 'inline entries'), ENTRIES, 'inline entries').map((item) => {
      const [doc, kind, payload] = expect.list(item, 'inline entry');
      return { doc: docIdOf(doc), kind: expect.uint(kind, 'kind'), payload: expect.bytes(payload, 'payload') as Bytes };
    }),
    kinds: atMost(expect.list(map['kinds'], 'kinds'), KINDS, 'kinds').map((kind) => expect.uint(kind, 'kind')),
    entries,
    inflated,
    reads: expect.uint(map['reads'], 'reads'),
  };
}

function readRow(value: Cbor, bodyBlocks: number): HeadRow {
  const [doc, kind, block, index, digest, card] = expect.list(value, 'head row');
  const row = {
    doc: docIdOf(doc),
    kind: expect.uint(kind, 'kind'),
    block: expect.uint(block, 'block'),
    index: expect.uint(index, 'index'),
    digest: expect.bytes(digest, 'digest', DIGEST) as Bytes,
    card: decodeCard(card),
  };
  if (row.block >= bodyBlocks) throw new VaultError('Damaged', 'a row points past the last block');
  return row;
}

/**
 * @param prefix the first bytes of the object, or all of it.
 * @returns how many bytes are needed, when not even the first block of the head is there.
 * @throws {VaultError} `Damaged`, `Newer`, `Foreign`, `UnknownKey`
 */
export async function readPack(
  deps: SealDeps,
  ring: KeyRing,
  vault: VaultId,
  prefix: Bytes,
): Promise<PackHead | { readonly needs: number }> {
  const header = readHeader(prefix, deps);
  if ('needs' in header) return header;
  if (header.vault !== vault) throw new VaultError('Foreign', 'belongs to another vault');
  if (header.kind !== 'p') throw new VaultError('Damaged', 'not a pack');
  const first = header.bytes.length + (header.lengths[0] as number);
  if (prefix.length < first) return { needs: first };
  const cipher = await cipherOf(deps, ring, header);
  const block = (index: number, limit: number) => {
    const start = blockStart(header, index);
    return openBlock(
      deps,
      cipher,
      header,
      index,
      prefix.subarray(start, start + (header.lengths[index] as number)),
      limit,
    );
  };
  const manifest = readManifest(decode(await block(0, MAX_BLOCK)), header);
  const bodyBlocks = header.lengths.length - header.headBlocks;
  let pages = 0;
  while (pages + 1 < header.headBlocks && blockStart(header, pages + 2) <= prefix.length) pages++;
  const complete = pages + 1 === header.headBlocks;
  const opened = await Promise.all(
    Array.from({ length: pages }, (_, page) => block(page + 1, manifest.inflated[page] as number)),
  );
  const rows = opened.flatMap((page) =>
    atMost(expect.list(decode(page), 'head rows'), PAGE_ROWS, 'rows').map((row) => readRow(row, bodyBlocks)),
  );
  if (complete && rows.length !== manifest.entries)
    throw new VaultError('Damaged', 'the head announces other entries than it lists');
  return {
    header,
    manifest,
    rows,
    complete,
    headEnd: headEnd(header),
    objectEnd: blockStart(header, header.lengths.length),
  };
}

/** The pushes whose content the pack holds: itself, or what it covers. */
export function coverageOf(manifest: Manifest, own: Element): Coverage {
  return manifest.covers ?? new Set([own]);
}

/** What opening body blocks needs, as it is kept once the head was read. */
export interface BodyKey {
  readonly header: ObjectHeader;
  /** As in the manifest. */
  readonly inflated: readonly number[];
}

export function packCipher(deps: SealDeps, ring: KeyRing, header: ObjectHeader): Promise<CipherKey> {
  return cipherOf(deps, ring, header);
}

/** Where body block `block` lies in the object. */
export function bodyRange(header: ObjectHeader, block: number): { start: number; end: number } {
  const start = blockStart(header, header.headBlocks + block);
  return { start, end: start + (header.lengths[header.headBlocks + block] as number) };
}

/** @param sealed exactly the block's bytes @returns the entries' payloads @throws {VaultError} `Damaged` */
export async function readBody(
  deps: SealDeps,
  cipher: CipherKey,
  key: BodyKey,
  block: number,
  sealed: Uint8Array,
): Promise<readonly Bytes[]> {
  const index = key.header.headBlocks + block;
  const plain = await openBlock(deps, cipher, key.header, index, sealed, key.inflated[index - 1] as number);
  return expect.list(decode(plain), 'body block').map((payload) => expect.bytes(payload, 'payload') as Bytes);
}
