/** Packs read to their end: every entry, as it lies in the object. */
import { isStorageError } from '../../backends/storage.ts';
import { type DocId, hexOf } from '../notes/ids.ts';
import { docsOf, ownElement } from './applying.ts';
import type { Context } from './context.ts';
import type { Coverage } from './coverage.ts';
import type { Bytes } from './crypto.ts';
import { VaultError } from './errors.ts';
import { parseName } from './names.ts';
import {
  bareDocs,
  bodyRange,
  coverageOf,
  type HeadRow,
  type Manifest,
  type PackHead,
  packCipher,
  readBody,
  readPack,
} from './pack.ts';
import type { PackRow } from './state.ts';

export interface WholeEntry {
  readonly doc: DocId;
  readonly kind: number;
  readonly payload: Bytes;
  /** What the head says of it; null for one that stands in the head. */
  readonly row: HeadRow | null;
}

export interface WholePack {
  readonly manifest: Manifest;
  readonly covers: Coverage;
  /** Every document that it holds something of. */
  readonly docs: readonly DocId[];
  /** See bareDocs. */
  readonly bare: readonly DocId[];
  /** Those in the head first, then block by block, the oldest first. Opens each block when it is asked for. @throws {VaultError} `Damaged` */
  entries(): AsyncGenerator<readonly WholeEntry[]>;
}

async function isHonest(ctx: Context, pack: Pick<PackRow, 'name'>, bytes: Bytes): Promise<boolean> {
  return hexOf(await ctx.deps.crypto.sha256(bytes)) === parseName(pack.name)?.hash;
}

/** @param bytes of the object @throws {VaultError} when it isn't the pack of that name, or can't be read. */
export async function openWhole(ctx: Context, pack: Pick<PackRow, 'name'>, bytes: Bytes): Promise<WholePack> {
  if (!(await isHonest(ctx, pack, bytes))) throw new VaultError('Damaged', 'not the bytes that its name stands for');
  const head = await readPack(ctx.deps, ctx.ring, ctx.vault, bytes);
  if ('needs' in head || !head.complete || head.objectEnd !== bytes.length)
    throw new VaultError('Damaged', 'an object of another length than it says');
  const covers = coverageOf(head.manifest, ownElement(pack, head));
  const bare = bareDocs([...head.manifest.inline, ...head.rows]);
  return { manifest: head.manifest, covers, docs: docsOf(head), bare, entries: () => entriesOf(ctx, head, bytes) };
}

async function* entriesOf(ctx: Context, head: PackHead, bytes: Bytes): AsyncGenerator<readonly WholeEntry[]> {
  yield head.manifest.inline.map((entry) => ({ ...entry, row: null }));
  const byBlock = new Map<number, HeadRow[]>();
  for (const row of head.rows) {
    const rows = byBlock.get(row.block);
    if (rows) rows.push(row);
    else byBlock.set(row.block, [row]);
  }
  const key = { header: head.header, inflated: head.manifest.inflated };
  const cipher = await packCipher(ctx.deps, ctx.ring, head.header);
  for (let block = 0; block < head.header.lengths.length - head.header.headBlocks; block++) {
    const { start, end } = bodyRange(head.header, block);
    // Blocks that no row points to are opened as well: a pack that isn't sound to its end takes nobody's place.
    const payloads = await readBody(ctx.deps, cipher, key, block, bytes.subarray(start, end));
    const rows = (byBlock.get(block) ?? []).sort((a, b) => a.index - b.index);
    yield rows.map((row) => {
      const payload = payloads[row.index];
      if (!payload) throw new VaultError('Damaged', 'the head names an entry that is not there');
      return { doc: row.doc, kind: row.kind, payload, row };
    });
  }
}

/** What the storage gives; null when it isn't there. @throws {VaultError} `Damaged` when it will never give it */
export async function givenOrGone(got: Promise<Bytes>): Promise<Bytes | null> {
  try {
    return await got;
  } catch (error) {
    if (isStorageError(error, 'NotFound')) return null;
    if (isStorageError(error, 'Rejected'))
      throw new VaultError('Damaged', 'the storage refuses to give it', { cause: error });
    throw error;
  }
}

/** The object as the storage has it now; null when it isn't there. @throws {VaultError} `Damaged` when it will never give it */
export async function fetchWhole(
  ctx: Context,
  pack: Pick<PackRow, 'name'>,
  signal?: AbortSignal,
): Promise<Bytes | null> {
  return givenOrGone(ctx.storage.get(pack.name, undefined, signal));
}

/** The object's bytes, as this device kept them, or else as the storage has them. */
export async function bytesOfPack(
  ctx: Context,
  pack: Pick<PackRow, 'id' | 'name'>,
  signal?: AbortSignal,
): Promise<Bytes | null> {
  const kept = await ctx.state.read(['objects'], (tx) => tx.objects.get(pack.id));
  if (kept && (await isHonest(ctx, pack, kept.bytes))) return kept.bytes;
  return fetchWhole(ctx, pack, signal);
}
