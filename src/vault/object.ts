/**
 * Sealed objects: a plain header, then blocks, each compressed and sealed on its own (rule V2).
 * The first blocks are the head. Layout in docs/vault-format.md §3.
 */
import { bytesOf, hexOf } from '../notes/ids.ts';
import { concat, type Compression } from './compression.ts';
import type { Bytes, CipherKey, Crypto } from './crypto.ts';
import { VaultError } from './errors.ts';
import type { KeyRing } from './keys.ts';
import type { ObjectKind, VaultId } from './names.ts';

/** The format of this page's objects, and the newest that this program reads and writes. */
export const FORMAT_VERSION = 1;
export const MAGIC = new TextEncoder().encode('SATCHEL');
/** Bytes of the header before the table of block lengths. */
export const FIXED_HEADER = 70;
const SALT = 32;
const TAG = 16;
/** No block of ours is larger before compression; more is damage or malice. */
export const MAX_BLOCK = 16 * 1024 * 1024;

export interface ObjectHeader {
  readonly format: number;
  readonly kind: string;
  readonly vault: VaultId;
  readonly key: string;
  readonly salt: Bytes;
  /** How many of the blocks are the head. */
  readonly headBlocks: number;
  /** Sealed length of each block, in bytes. */
  readonly lengths: readonly number[];
  /** The header itself: associated data of every block. */
  readonly bytes: Bytes;
}

export interface SealDeps {
  readonly crypto: Crypto;
  readonly compression: Compression;
  /** The newest format that the program reads and can write; `FORMAT_VERSION` where it isn't said. Others are for tests of rule V4. */
  readonly format?: number;
}

/** The newest format that the program reads and can write. */
export function newestFormat(deps: Pick<SealDeps, 'format'>): number {
  return deps.format ?? FORMAT_VERSION;
}

/** Where block `index` begins in the object. */
export function blockStart(header: ObjectHeader, index: number): number {
  let offset = header.bytes.length;
  for (let block = 0; block < index; block++) offset += header.lengths[block] as number;
  return offset;
}

export function headEnd(header: ObjectHeader): number {
  return blockStart(header, header.headBlocks);
}

function info(format: number, kind: string): string {
  return `satchel/${format}/${kind}`;
}

function nonce(block: number): Bytes {
  const bytes = new Uint8Array(12);
  new DataView(bytes.buffer).setUint32(8, block);
  return bytes;
}

function associated(header: Bytes, block: number, last: boolean): Bytes {
  const bytes = new Uint8Array(header.length + 5);
  bytes.set(header);
  const view = new DataView(bytes.buffer);
  view.setUint32(header.length, block);
  view.setUint8(header.length + 4, last ? 1 : 0);
  return bytes;
}

/**
 * @param blocks compressed already; the first `headBlocks` of them are the head.
 * @param format to be written, at most the newest that the program knows: see formats.ts.
 */
export async function sealObject(
  deps: SealDeps,
  ring: KeyRing,
  vault: VaultId,
  kind: ObjectKind,
  headBlocks: number,
  blocks: readonly Bytes[],
  format: number = FORMAT_VERSION,
): Promise<Bytes> {
  if (format < 1 || format > newestFormat(deps))
    throw new RangeError(`no program of this kind writes format ${format}`);
  const salt = deps.crypto.random(SALT);
  const header = new Uint8Array(FIXED_HEADER + blocks.length * 4);
  const view = new DataView(header.buffer);
  header.set(MAGIC, 0);
  view.setUint8(7, format);
  view.setUint8(8, kind.charCodeAt(0));
  header.set(bytesOf(vault), 10);
  header.set(bytesOf(ring.current), 26);
  header.set(salt, 34);
  view.setUint16(66, headBlocks);
  view.setUint16(68, blocks.length);
  for (const [index, block] of blocks.entries()) view.setUint32(FIXED_HEADER + index * 4, block.length + TAG);
  const cipher = await deps.crypto.derive(ring.keyOf(ring.current), salt, info(format, kind));
  const sealed = await Promise.all(
    blocks.map((block, index) =>
      deps.crypto.seal(cipher, nonce(index), associated(header, index, index === blocks.length - 1), block),
    ),
  );
  return concat([header, ...sealed]);
}

/**
 * Reads the header from the beginning of an object.
 * @param deps of the program, which say what it reads.
 * @returns how many bytes are needed, when the prefix is too short to hold the whole header.
 * @throws {VaultError} `Damaged`, `Newer`
 */
export function readHeader(
  prefix: Uint8Array,
  deps: Pick<SealDeps, 'format'> = {},
): ObjectHeader | { readonly needs: number } {
  const known = Math.min(prefix.length, MAGIC.length);
  for (let index = 0; index < known; index++) {
    if (prefix[index] !== MAGIC[index]) throw new VaultError('Damaged', 'not an object of Satchel');
  }
  if (prefix.length > 7 && (prefix[7] as number) > newestFormat(deps)) {
    throw new VaultError('Newer', `format ${prefix[7]} is newer than this program's ${newestFormat(deps)}`);
  }
  if (prefix.length < FIXED_HEADER) return { needs: FIXED_HEADER };
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength);
  const headBlocks = view.getUint16(66);
  const count = view.getUint16(68);
  if (prefix[7] === 0 || prefix[9] !== 0 || count === 0 || headBlocks === 0 || headBlocks > count) {
    throw new VaultError('Damaged', 'the header contradicts itself');
  }
  const size = FIXED_HEADER + count * 4;
  if (prefix.length < size) return { needs: size };
  const lengths = Array.from({ length: count }, (_, index) => view.getUint32(FIXED_HEADER + index * 4));
  if (lengths.some((length) => length < TAG)) throw new VaultError('Damaged', 'the header contradicts itself');
  return {
    format: prefix[7] as number,
    kind: String.fromCharCode(prefix[8] as number),
    vault: hexOf(prefix.subarray(10, 26)) as VaultId,
    key: hexOf(prefix.subarray(26, 34)),
    salt: prefix.slice(34, 66),
    headBlocks,
    lengths,
    bytes: prefix.slice(0, size),
  };
}

/** @throws {VaultError} `UnknownKey` */
export function cipherOf(deps: SealDeps, ring: KeyRing, header: ObjectHeader): Promise<CipherKey> {
  return deps.crypto.derive(ring.keyOf(header.key), header.salt, info(header.format, header.kind));
}

/**
 * Opens one block.
 * @param sealed exactly the block's bytes
 * @param limit how many bytes it may give when inflated
 * @throws {VaultError} `Damaged`
 */
export async function openBlock(
  deps: SealDeps,
  cipher: CipherKey,
  header: ObjectHeader,
  index: number,
  sealed: Uint8Array,
  limit: number,
): Promise<Bytes> {
  if (sealed.length !== header.lengths[index]) throw new VaultError('Damaged', 'a block is cut short');
  const plain = await deps.crypto.open(
    cipher,
    nonce(index),
    associated(header.bytes, index, index === header.lengths.length - 1),
    sealed as Bytes,
  );
  return deps.compression.inflate(plain, Math.min(limit, MAX_BLOCK));
}
