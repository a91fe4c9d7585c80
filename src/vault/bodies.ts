/** Bodies of packs: the entries themselves, whole packs at a time, or one note by range when somebody opens it early. */
import type { Card } from '../notes/card.ts';
import { type DocId, hexOf } from '../notes/ids.ts';
import {
  APPLYING,
  applyInOne,
  applyOrSetAside,
  contentsOf,
  forgetAside,
  inlineOf,
  knownOf,
  recordApplied,
  wholeUpTo,
} from './applying.ts';
import { concat } from './compression.ts';
import type { Context } from './context.ts';
import type { Bytes } from './crypto.ts';
import type { Incoming } from './documents.ts';
import { VaultError } from './errors.ts';
import { entryId, getOrGone } from './heads.ts';
import { inOrder } from './in-order.ts';
import { parseName } from './names.ts';
import { type ObjectHeader, readHeader } from './object.ts';
import { type BodyKey, bodyRange, type HeadRow, type PackHead, packCipher, readBody } from './pack.ts';
import type { PackRow } from './state.ts';

/** Body blocks that are applied in one transaction. */
const STEP = 8;
/** Bytes that nobody needs and that are fetched all the same, where asking twice would take longer. */
const NEAR = 128 * 1024;

/** @throws {VaultError} `Damaged` */
function piecesOf(
  pack: string,
  rows: readonly (Pick<HeadRow, 'doc' | 'kind' | 'block' | 'index'> & { readonly card?: Card | null })[],
  blocks: ReadonlyMap<number, readonly Bytes[]>,
): Incoming[] {
  return rows.map((row) => {
    const bytes = blocks.get(row.block)?.[row.index];
    if (!bytes) throw new VaultError('Damaged', 'the head names an entry that is not there');
    return { id: entryId(pack, row), doc: row.doc, kind: row.kind, bytes, card: row.card ?? null };
  });
}

/** Opens some of a pack's body blocks at once. @param bytes of the object, from `offset` on */
async function openBodies(
  ctx: Context,
  key: BodyKey,
  blocks: readonly number[],
  bytes: Bytes,
  offset: number,
): Promise<Map<number, readonly Bytes[]>> {
  const cipher = await packCipher(ctx.deps, ctx.ring, key.header);
  const opened = blocks.map(async (block) => {
    const { start, end } = bodyRange(key.header, block);
    return [block, await readBody(ctx.deps, cipher, key, block, bytes.subarray(start - offset, end - offset))] as const;
  });
  return new Map(await Promise.all(opened));
}

function bodyBlocks(header: ObjectHeader): number[] {
  return Array.from({ length: header.lengths.length - header.headBlocks }, (_, block) => block);
}

/** A pack that was fetched whole. */
export async function applyWhole(ctx: Context, pack: PackRow, head: PackHead, bytes: Bytes): Promise<void> {
  const key = { header: head.header, inflated: head.manifest.inflated };
  const blocks = await openBodies(ctx, key, bodyBlocks(head.header), bytes, 0);
  const pieces = [...inlineOf(pack, head), ...piecesOf(pack.id, head.rows, blocks)];
  await applyInOne(ctx, async (tx) => {
    await forgetAside(tx, pack.id);
    await applyOrSetAside(ctx, tx, pack.id, pieces);
    await tx.contents.put(contentsOf(pack.id, head));
    if (bytes.length <= wholeUpTo(ctx)) await tx.objects.put({ id: pack.id, bytes });
    return recordApplied(ctx, tx, knownOf(pack, head), head.manifest);
  });
}

/** A pack that holds nothing that isn't here: only that it holds it is remembered. */
export async function recordKnown(ctx: Context, pack: PackRow, head: PackHead, bytes: Bytes): Promise<void> {
  await applyInOne(ctx, async (tx) => {
    await tx.contents.put(contentsOf(pack.id, head));
    if (bytes.length === pack.size && bytes.length <= wholeUpTo(ctx)) await tx.objects.put({ id: pack.id, bytes });
    return recordApplied(ctx, tx, knownOf(pack, head), head.manifest);
  });
}

/** A stretch of an object, and the body blocks that lie in it. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly blocks: readonly number[];
}

/** What has to be fetched for these blocks, newest notes first: they lie in the last ones. */
function stretchesOf(header: ObjectHeader, blocks: readonly number[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const block of [...blocks].sort((a, b) => b - a)) {
    const { start, end } = bodyRange(header, block);
    const last = stretches.at(-1);
    if (last && last.start - end <= NEAR)
      stretches[stretches.length - 1] = { ...last, start, blocks: [...last.blocks, block] };
    else stretches.push({ start, end, blocks: [block] });
  }
  return stretches;
}

/** What was still to be fetched of a pack whose head was read. */
export interface Bodies {
  readonly pack: PackRow;
  /** False when the whole object is known by now, and isn't what its name says. */
  readonly honest: boolean;
  readonly key: BodyKey;
  readonly parts: readonly { readonly stretch: Stretch; readonly bytes: Bytes }[];
}

/**
 * Whether an object whose parts were fetched hashes to the hash in its name. A pack under another name than its own would look
 * like another push (rule V10). Where not all of it was fetched, each part is vouched for by its own seal alone.
 */
async function isHonest(
  ctx: Context,
  pack: PackRow,
  beginning: Bytes | undefined,
  parts: Bodies['parts'],
): Promise<boolean> {
  if (!beginning) return true;
  const pieces = [beginning];
  let end = beginning.length;
  for (const { stretch, bytes } of parts.toReversed()) {
    if (stretch.start > end || bytes.length !== stretch.end - stretch.start) return true;
    if (stretch.end <= end) continue;
    pieces.push(bytes.subarray(end - stretch.start));
    end = stretch.end;
  }
  if (end < pack.size) return true;
  return hexOf(await ctx.deps.crypto.sha256(concat(pieces))) === parseName(pack.name)?.hash;
}

/**
 * @param beginning of the object, where it is still at hand.
 * @returns null when the object has gone. @throws {VaultError} `Damaged`
 */
export async function fetchBodies(
  ctx: Context,
  pack: PackRow,
  beginning: Bytes | undefined,
  signal?: AbortSignal,
): Promise<Bodies | null> {
  const header = readHeader(pack.body?.header ?? new Uint8Array(), ctx.deps);
  if (!pack.body || 'needs' in header) throw new VaultError('Damaged', 'the kept header is cut short');
  const rows = await ctx.state.read(['pending'], (tx) => tx.pending.where('pack', [pack.id]));
  const parts: { stretch: Stretch; bytes: Bytes }[] = [];
  for (const stretch of stretchesOf(header, [...new Set(rows.map((row) => row.block))])) {
    const bytes = await getOrGone(ctx, pack, stretch.start, stretch.end, signal);
    if (!bytes) return null;
    parts.push({ stretch, bytes });
  }
  const honest = await isHonest(ctx, pack, beginning, parts);
  return { pack, honest, key: { header, inflated: pack.body.inflated }, parts };
}

/**
 * Applies them. Resumable: what was applied before a crash is applied once more, which changes nothing.
 * @throws {VaultError} `Damaged`
 */
export async function applyBodies(ctx: Context, { pack, honest, key, parts }: Bodies): Promise<void> {
  if (!honest) throw new VaultError('Damaged', 'the pack has other bytes than its name says');
  const rows = await ctx.state.read(['pending'], (tx) => tx.pending.where('pack', [pack.id]));
  const known = { pack, covers: new Set(pack.covers), with: new Set(pack.with), writer: pack.writer };
  const steps = parts.flatMap(({ stretch, bytes }) => {
    const all = [...stretch.blocks];
    const cut: { blocks: number[]; bytes: Bytes; offset: number }[] = [];
    while (all.length > 0) cut.push({ blocks: all.splice(0, STEP), bytes, offset: stretch.start });
    return cut;
  });
  const open = (step: (typeof steps)[number]) => openBodies(ctx, key, step.blocks, step.bytes, step.offset);
  // While one step is applied the next is opened, which platforms do on other threads.
  let left = steps.length;
  for await (const blocks of inOrder(steps, 2, open)) {
    left--;
    const part = rows.filter((row) => blocks.has(row.block));
    const pieces = piecesOf(pack.id, part, blocks);
    await applyInOne(ctx, async (tx) => {
      await applyOrSetAside(ctx, tx, pack.id, pieces);
      await tx.pending.delete(part.map((row) => row.id));
      return left === 0 ? recordApplied(ctx, tx, known, null) : [];
    });
  }
  if (steps.length === 0) await applyInOne(ctx, (tx) => recordApplied(ctx, tx, known, null));
}

/**
 * Fetches one note's pieces now, by range, without waiting for whole packs. Needs no leadership: applying twice changes nothing.
 * @returns false when a piece could not be had.
 */
export async function fetchNote(ctx: Context, doc: DocId, signal?: AbortSignal): Promise<boolean> {
  const rows = await ctx.state.read(['pending', 'packs'], async (tx) => {
    const pending = await tx.pending.where('doc', [doc]);
    return Promise.all(pending.map(async (row) => ({ row, pack: await tx.packs.get(row.pack) })));
  });
  let all = true;
  for (const { row, pack } of rows) {
    const header = pack?.body ? readHeader(pack.body.header, ctx.deps) : null;
    if (!pack?.body || !header || 'needs' in header) {
      all = false;
      continue;
    }
    const { start, end } = bodyRange(header, row.block);
    const sealed = await getOrGone(ctx, pack, start, end, signal);
    if (!sealed) {
      all = false;
      continue;
    }
    const cipher = await packCipher(ctx.deps, ctx.ring, header);
    const payloads = await readBody(ctx.deps, cipher, { header, inflated: pack.body.inflated }, row.block, sealed);
    const pieces = piecesOf(pack.id, [row], new Map([[row.block, payloads]]));
    // Only the session that reads the whole pack may say that it was applied; that this entry was is known by its row being gone.
    await ctx.state.write(APPLYING, async (tx) => {
      // Read in the meantime, or its vault was left.
      if (!(await tx.pending.get(row.id))) return;
      await applyOrSetAside(ctx, tx, pack.id, pieces);
      await tx.pending.delete([row.id]);
    });
  }
  return all;
}
