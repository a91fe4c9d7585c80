/** Packs and objects by themselves, for tests of the format: fixed keys, fixed salts, and a reader of the whole. */
import { deflateRawSync } from 'node:zlib';
import type { Card } from '../../notes/card.ts';
import { bytesOf, type DocId } from '../../notes/ids.ts';
import { type Cbor, encode } from '../cbor.ts';
import type { DeviceId } from '../coverage.ts';
import type { Bytes } from '../crypto.ts';
import { isVaultError, VaultError } from '../errors.ts';
import { importRing, type KeyRing, keyRing, type RawRing } from '../keys.ts';
import type { VaultId } from '../names.ts';
import { type SealDeps, sealObject } from '../object.ts';
import { UPDATE } from '../entry-kinds.ts';
import {
  bodyRange,
  createPackBuilder,
  type Manifest,
  type PackEntry,
  type PackHead,
  packCipher,
  readBody,
  readPack,
  type SealedPack,
} from '../pack.ts';
import { synchronousCompression, synchronousCrypto } from '../simulator/synchronous.ts';
import { note } from './devices.ts';

export const VAULT = '00112233445566778899aabbccddeeff' as VaultId;
export const OTHER_VAULT = 'ff112233445566778899aabbccddeeff' as VaultId;
export const DEVICE = 'd0d1d2d3d4d5d6d7d8d9dadbdcdddedf' as DeviceId;

export const RAW_RING: RawRing = {
  current: '0102030405060708',
  keys: [
    { id: '0102030405060708', raw: new Uint8Array(32).fill(0x11) },
    { id: 'a1a2a3a4a5a6a7a8', raw: new Uint8Array(32).fill(0x22) },
  ],
};

/** Draws 0, 1, 2, … each time. */
export const COUNTING_CRYPTO = {
  ...synchronousCrypto(() => 0),
  random: (length: number): Bytes => Uint8Array.from({ length }, (_, index) => index),
};
export const FIXED: SealDeps = { crypto: COUNTING_CRYPTO, compression: synchronousCompression };

export async function ringFor(deps: SealDeps, raw: RawRing = RAW_RING): Promise<KeyRing> {
  return keyRing(await importRing(deps.crypto, raw));
}

export const HEAD: Omit<Manifest, 'kinds' | 'entries' | 'inflated' | 'reads' | 'tier' | 'with'> = {
  device: DEVICE,
  sequence: 1,
  covers: null,
  applied: new Set(),
  wants: [],
  inline: [],
};

export function cardOf(title: string, more: Partial<Card> = {}): Card {
  return {
    title,
    excerpt: '',
    tags: [],
    notebook: null,
    pinned: false,
    trashedAt: null,
    created: 1,
    modified: 2,
    tasks: { open: 0, done: 0 },
    ...more,
  };
}

export function entryOf(doc: DocId, payload: Bytes, more: Partial<PackEntry> = {}): PackEntry {
  return { doc, kind: UPDATE, payload, digest: bytesOf('aabbccddeeff0011'), card: cardOf('A note'), ...more };
}

/** @throws when not all of the entries fit. */
export async function packOf(
  deps: SealDeps,
  entries: readonly PackEntry[],
  head: Partial<typeof HEAD> = {},
): Promise<SealedPack> {
  const builder = createPackBuilder(deps, await ringFor(deps), VAULT);
  for (const entry of entries) if (!(await builder.add(entry))) throw new Error('the pack is full');
  const pack = await builder.finish({ ...HEAD, ...head });
  if (!pack) throw new Error('the pack is too large');
  return pack;
}

/** A pack whose head says what the test wants. */
export async function lying(
  deps: SealDeps,
  manifest: Record<string, Cbor>,
  pages: Cbor[],
  body: Cbor[],
  headBlocks = 1 + pages.length,
): Promise<Bytes> {
  const plain = [...pages, ...body].map((part) => encode(part));
  const honest = {
    device: bytesOf(DEVICE),
    sequence: 1,
    tier: 0,
    covers: null,
    applied: {},
    wants: [],
    inline: [],
    kinds: [UPDATE],
    entries: pages.reduce<number>((sum, page) => sum + (Array.isArray(page) ? page.length : 0), 0),
    inflated: plain.map(({ length }) => length),
    reads: 1,
    ...manifest,
  };
  const blocks = [encode(honest), ...plain].map((part) => new Uint8Array(deflateRawSync(part)));
  return sealObject(deps, await ringFor(deps), VAULT, 'p', headBlocks, blocks);
}

/** One row of a page, honest but for the changes. */
export const row = (...changes: [index: number, value: Cbor][]): Cbor => {
  const honest: Cbor[] = [bytesOf(note(1)), UPDATE, 0, 0, new Uint8Array(8), null];
  for (const [index, value] of changes) honest[index] = value;
  return honest;
};

export interface Whole {
  readonly head: PackHead;
  /** For each body block its entries. */
  readonly blocks: readonly (readonly Bytes[])[];
}

/** @throws {VaultError} also for a pack that isn't there to its end. */
export async function readWhole(deps: SealDeps, bytes: Bytes, ring?: KeyRing, vault: VaultId = VAULT): Promise<Whole> {
  const keys = ring ?? (await ringFor(deps));
  const head = await readPack(deps, keys, vault, bytes);
  if ('needs' in head || !head.complete) throw new VaultError('Damaged', 'cut within its head');
  if (head.objectEnd !== bytes.length) throw new VaultError('Damaged', 'not as long as its header says');
  const cipher = await packCipher(deps, keys, head.header);
  const blocks: (readonly Bytes[])[] = [];
  for (let block = 0; block < head.header.lengths.length - head.header.headBlocks; block++) {
    const { start, end } = bodyRange(head.header, block);
    const key = { header: head.header, inflated: head.manifest.inflated };
    blocks.push(await readBody(deps, cipher, key, block, bytes.subarray(start, end)));
  }
  return { head, blocks };
}

/** What comes of it: `done`, the kind of a vault's error, or the text of any other. */
export async function outcome(work: () => unknown): Promise<string> {
  try {
    await work();
    return 'done';
  } catch (error) {
    return isVaultError(error) ? error.kind : String(error);
  }
}
