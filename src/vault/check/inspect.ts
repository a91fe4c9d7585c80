/** Reading one object of a vault to the end, and saying what is wrong with it. */
import { isStorageError } from '../../../backends/storage.ts';
import { type DocId, hexOf } from '../../notes/ids.ts';
import { type Extent, extentOf } from '../../notes/extent.ts';
import { ownElement, wholeUpTo } from '../applying.ts';
import { concat } from '../compression.ts';
import type { Context } from '../context.ts';
import type { Coverage } from '../coverage.ts';
import type { Bytes } from '../crypto.ts';
import { PURGE, UPDATES } from '../entry-kinds.ts';
import { isVaultError, VaultError } from '../errors.ts';
import { parseName } from '../names.ts';
import { FIXED_HEADER, readHeader } from '../object.ts';
import {
  bodyRange,
  coverageOf,
  type HeadRow,
  type Manifest,
  type PackHead,
  packCipher,
  readBody,
  readPack,
} from '../pack.ts';
import { decodePurge } from '../purge.ts';
import { readSlot } from '../slots.ts';
import type { Damage, ObjectFacts } from './report.ts';

/** What a document gets from a pack. */
export interface Piece {
  readonly doc: DocId;
  readonly extent: Extent;
}

export interface SoundPack {
  readonly kind: 'sound';
  readonly manifest: Manifest;
  readonly covers: Coverage;
  readonly rows: readonly HeadRow[];
  /** Every entry, or, when only the head was read, those that stand in it. */
  readonly pieces: readonly Piece[];
}

export type Inspected =
  | SoundPack
  | { readonly kind: 'damaged'; readonly damage: Damage }
  | { readonly kind: 'newer' }
  /** Sealed with a key that this device hasn't. */
  | { readonly kind: 'locked' }
  /** Not found. */
  | { readonly kind: 'gone' };

/** Thrown inside, and told as what it says. */
class Flaw extends Error {
  readonly result: Inspected;
  constructor(result: Inspected) {
    super('an object is not as it should be');
    this.result = result;
  }
}

const damaged = (damage: Damage): Inspected => ({ kind: 'damaged', damage });

/** @param at where something that doesn't open stands */
function flawOf(error: unknown, at: Damage): unknown {
  if (!isVaultError(error)) return error;
  if (error.kind === 'Newer') return new Flaw({ kind: 'newer' });
  return new Flaw(error.kind === 'UnknownKey' ? { kind: 'locked' } : damaged(at));
}

/** Opens something, and says where it stands when it doesn't. */
async function opening<Result>(at: Damage, work: () => Promise<Result> | Result): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw flawOf(error, at);
  }
}

async function get(ctx: Context, object: ObjectFacts, start: number, end: number, signal?: AbortSignal) {
  try {
    return await ctx.storage.get(object.name, { start, end }, signal);
  } catch (error) {
    if (isStorageError(error, 'NotFound')) throw new Flaw({ kind: 'gone' });
    if (isStorageError(error, 'Rejected')) throw new Flaw(damaged('bytes'));
    throw error;
  }
}

/** The version is asked before anything else: what a newer program wrote isn't damaged, whatever it looks like. */
async function checkBytes(ctx: Context, object: ObjectFacts, bytes: Bytes): Promise<void> {
  try {
    readHeader(bytes, ctx.deps);
  } catch (error) {
    if (isVaultError(error, 'Newer')) throw new Flaw({ kind: 'newer' });
    if (!isVaultError(error)) throw error;
  }
  if (bytes.length !== object.size) throw new Flaw(damaged('length'));
  if (hexOf(await ctx.deps.crypto.sha256(bytes)) !== parseName(object.name)?.hash) throw new Flaw(damaged('bytes'));
}

/** Fetches the head, or, with `whole`, everything. */
async function fetchHead(
  ctx: Context,
  object: ObjectFacts,
  whole: boolean,
  signal?: AbortSignal,
): Promise<{ head: PackHead; bytes: Bytes }> {
  // A byte more than it is said to have, to see one that is longer.
  const least = wholeUpTo(ctx);
  const first = whole || object.size <= least ? object.size + 1 : least;
  let bytes: Bytes = await get(ctx, object, 0, first, signal);
  const all = first > object.size;
  if (all) await checkBytes(ctx, object, bytes);
  for (;;) {
    const head = await opening('head', () => readPack(ctx.deps, ctx.ring, ctx.vault, bytes));
    const wanted = 'needs' in head ? head.needs : head.headEnd;
    if (!('needs' in head)) {
      if (head.objectEnd !== object.size) throw new Flaw(damaged('length'));
      if (head.complete) return { head, bytes };
    }
    if (all || wanted <= bytes.length || wanted > object.size) throw new Flaw(damaged('length'));
    const more = await get(ctx, object, bytes.length, wanted, signal);
    if (more.length === 0) throw new Flaw(damaged('length'));
    bytes = concat([bytes, more]);
  }
}

/** @throws {VaultError} `Damaged` */
function pieceOf(doc: DocId, kind: number, payload: Bytes): Piece | null {
  if (kind === PURGE) decodePurge(payload);
  // What a newer program wrote is kept as it is.
  if (!UPDATES.includes(kind)) return null;
  try {
    return { doc, extent: extentOf(payload) };
  } catch (cause) {
    throw new VaultError('Damaged', 'an entry is no update', { cause });
  }
}

async function readPieces(ctx: Context, head: PackHead, bytes: Bytes, full: boolean): Promise<Piece[]> {
  const pieces: Piece[] = [];
  const add = (doc: DocId, kind: number, payload: Bytes | undefined) =>
    opening('entry', () => {
      if (!payload) throw new VaultError('Damaged', 'the head names an entry that is not there');
      const piece = pieceOf(doc, kind, payload);
      if (piece) pieces.push(piece);
    });
  for (const { doc, kind, payload } of head.manifest.inline) await add(doc, kind, payload);
  if (!full) return pieces;
  const rowsOf = new Map<number, HeadRow[]>();
  for (const row of head.rows) {
    const rows = rowsOf.get(row.block);
    if (rows) rows.push(row);
    else rowsOf.set(row.block, [row]);
  }
  const cipher = await opening('head', () => packCipher(ctx.deps, ctx.ring, head.header));
  const key = { header: head.header, inflated: head.manifest.inflated };
  for (let block = 0; block < head.header.lengths.length - head.header.headBlocks; block++) {
    const { start, end } = bodyRange(head.header, block);
    const payloads = await opening('block', () => readBody(ctx.deps, cipher, key, block, bytes.subarray(start, end)));
    for (const row of rowsOf.get(block) ?? []) await add(row.doc, row.kind, payloads[row.index]);
  }
  return pieces;
}

/** @param full every block and every entry; else the head, and the whole only of what is small. */
export async function inspectPack(
  ctx: Context,
  object: ObjectFacts,
  full: boolean,
  signal?: AbortSignal,
): Promise<Inspected> {
  try {
    const { head, bytes } = await fetchHead(ctx, object, full, signal);
    const covers = coverageOf(head.manifest, ownElement(object, head));
    const pieces = await readPieces(ctx, head, bytes, full);
    return { kind: 'sound', manifest: head.manifest, covers, rows: head.rows, pieces };
  } catch (error) {
    if (error instanceof Flaw) return error.result;
    throw error;
  }
}

export type InspectedSlot =
  | { readonly kind: 'sound'; readonly supersedes: readonly string[] }
  | { readonly kind: 'damaged' | 'newer' | 'gone' };

export async function inspectSlot(ctx: Context, object: ObjectFacts, signal?: AbortSignal): Promise<InspectedSlot> {
  try {
    const bytes = await get(ctx, object, 0, object.size + 1, signal);
    await checkBytes(ctx, object, bytes);
    const slot = await opening('head', () => readSlot(bytes));
    return slot.vault === ctx.vault ? { kind: 'sound', supersedes: slot.supersedes } : { kind: 'damaged' };
  } catch (error) {
    if (!(error instanceof Flaw)) throw error;
    const { kind } = error.result;
    return { kind: kind === 'newer' || kind === 'gone' ? kind : 'damaged' };
  }
}

/** Attachments have names that tell nothing of their bytes: that the header is one of this vault is all that is looked at. */
export async function inspectAttachment(
  ctx: Context,
  object: ObjectFacts,
  signal?: AbortSignal,
): Promise<'sound' | 'damaged' | 'newer' | 'gone'> {
  try {
    const header = await opening('head', async () =>
      readHeader(await get(ctx, object, 0, FIXED_HEADER, signal), ctx.deps),
    );
    return 'needs' in header ? (object.size < header.needs ? 'damaged' : 'sound') : 'sound';
  } catch (error) {
    if (!(error instanceof Flaw)) throw error;
    const { kind } = error.result;
    return kind === 'newer' || kind === 'gone' ? kind : 'damaged';
  }
}
