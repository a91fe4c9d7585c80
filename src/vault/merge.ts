/** Merging packs into one (rules V16 to V18): reads them, seals their documents as they are here, and compares the two. */
import { type Context, unreadable } from './context.ts';
import type { Element } from './coverage.ts';
import { UPDATES } from './entry-kinds.ts';
import { understands } from './formats.ts';
import type { SealedPack } from './pack.ts';
import { build, put, sealAgain, type SealRequest } from './seal.ts';
import type { PackRow } from './state.ts';
import { createHolder, type Released, uncollected } from './verify.ts';
import { bytesOfPack, openWhole, type WholeEntry, type WholePack } from './whole.ts';

export type Merged =
  | { readonly kind: 'merged'; readonly packs: number; readonly bytes: number }
  /** One of them has gone, or isn't what it was: what is there has to be looked at anew. */
  | { readonly kind: 'changed' }
  /** These don't go together now; trying again would end the same way. */
  | { readonly kind: 'refused'; readonly packs: readonly PackRow[]; readonly reason: string };

interface Input {
  readonly row: PackRow;
  readonly whole: WholePack;
}

/** Null when it has gone or is damaged, which is then remembered: it counts as absent. */
async function readInput(ctx: Context, row: PackRow, signal?: AbortSignal): Promise<Input | null> {
  try {
    const bytes = await bytesOfPack(ctx, row, signal);
    if (bytes) return { row, whole: await openWhole(ctx, row, bytes) };
  } catch (error) {
    const state = unreadable(error);
    if (!state) throw error;
    await markUnreadable(ctx, row, state);
    return null;
  }
  await markGone(ctx, row);
  return null;
}

/** It isn't what it was when it was read. */
export async function markUnreadable(ctx: Context, row: PackRow, state: PackRow['state']): Promise<void> {
  await ctx.state.write(['packs'], async (tx) => {
    const now = await tx.packs.get(row.id);
    if (now) await tx.packs.put({ ...now, state });
  });
}

/** A direct read didn't find it. A listing may show it again. */
export async function markGone(ctx: Context, row: PackRow): Promise<void> {
  await ctx.state.write(['packs'], async (tx) => {
    const now = await tx.packs.get(row.id);
    if (now) await tx.packs.put({ ...now, present: false });
  });
}

/** What the packs said, as far as no pack that is there shows it anyway (rule V13). */
async function statementsOf(ctx: Context, inputs: readonly Input[]): Promise<Set<Element>> {
  const rows = await ctx.state.read(['packs'], (tx) => tx.packs.where('storage', [ctx.storageId]));
  const said = new Set(inputs.flatMap(({ whole }) => [...whole.manifest.applied]));
  for (const row of rows) if (row.present) for (const item of row.covers) said.delete(item);
  return said;
}

function requestFor(inputs: readonly Input[], applied: ReadonlySet<Element>): SealRequest {
  const covers = new Set(inputs.flatMap(({ whole }) => [...whole.covers]));
  const left = inputs.flatMap(({ whole }) => [...whole.manifest.with]).filter((item) => !covers.has(item));
  const docs = inputs.flatMap(({ whole }) => whole.docs);
  const bare = new Set(docs);
  for (const { whole } of inputs) {
    const nothingElse = new Set(whole.bare);
    for (const doc of whole.docs) if (!nothingElse.has(doc)) bare.delete(doc);
  }
  return { covers, with: new Set(left), docs, bare, applied };
}

/** Whether the pack holds all that the inputs hold, read from its bytes as anybody else would (rule V18). */
async function verify(ctx: Context, pack: SealedPack, inputs: readonly Input[], released: Released) {
  const whole = await openWhole(ctx, pack, pack.bytes);
  const kept = await uncollected(whole);
  if (kept) return { packs: inputs.map(({ row }) => row), reason: `the state of ${kept} keeps what was deleted` };
  const holder = await createHolder(whole);
  for (const { row, whole: input } of inputs) {
    const reason = await holder.lacks(input, released);
    if (reason) return { packs: [row], reason };
  }
  return null;
}

/**
 * Writes one pack anew, and alone. It covers no more than the one whose place it takes, so that it needs a smaller name (rule V19).
 * Where its notes have grown too large for one object, it stays as it is, less what a purge let go: that always fits.
 */
async function rewriteAlone(ctx: Context, { row, whole }: Input, request: SealRequest, released: Released) {
  const built = await build(ctx, request, row.name);
  const keeps = ({ doc, kind }: WholeEntry) => !(UPDATES.includes(kind) && released.has(doc));
  const pack = built.kind === 'built' ? built.pack : await sealAgain(ctx, whole, request, keeps, row.name);
  if (!pack) return { pack, lack: 'it finds no smaller name' };
  const holder = await createHolder(await openWhole(ctx, pack, pack.bytes));
  return { pack, lack: await holder.lacks(whole, released) };
}

export interface MergeOptions {
  /** See verify.ts. */
  readonly released: Released;
  /** The key of the one that mustn't stay as it is, when that is why: it is written anew, with the others or without. */
  readonly rewrite: string | null;
  /** See seal.ts. */
  readonly unsent?: boolean;
}

/** Makes one of them. When the storage refuses it, nothing was changed. */
export async function mergePacks(
  ctx: Context,
  rows: readonly PackRow[],
  { released, rewrite, unsent = false }: MergeOptions,
  signal?: AbortSignal,
): Promise<Merged> {
  let inputs: Input[] = [];
  for (const row of rows) {
    signal?.throwIfAborted();
    const input = await readInput(ctx, row, signal);
    if (!input) return { kind: 'changed' };
    if (!understands(ctx.deps, input.whole.manifest))
      return { kind: 'refused', packs: [row], reason: 'it holds entries of a newer program' };
    inputs.push(input);
  }
  const applied = await statementsOf(ctx, inputs);
  const merged = async (request: SealRequest, pack: SealedPack): Promise<Merged> => {
    signal?.throwIfAborted();
    await put(ctx, request, pack, signal);
    return { kind: 'merged', packs: inputs.length, bytes: pack.bytes.length };
  };
  while (inputs.length > 1) {
    const request = { ...requestFor(inputs, applied), unsent };
    const built = await build(ctx, request);
    if (built.kind === 'incomplete') {
      const packs = inputs.filter(({ whole }) => whole.docs.includes(built.doc)).map(({ row }) => row);
      return { kind: 'refused', packs, reason: `${built.doc} isn't here whole, or not only what was pushed` };
    }
    if (built.kind === 'built') {
      const lack = await verify(ctx, built.pack, inputs, released);
      return lack ? { kind: 'refused', ...lack } : merged(request, built.pack);
    }
    // They were estimated to fit. Without the largest the others do, and are still fewer afterwards.
    const largest = inputs.reduce((a, b) => (a.row.size > b.row.size ? a : b));
    inputs = inputs.filter(({ row }) => (rewrite === null ? row !== largest.row : row.id === rewrite));
  }
  const [alone] = inputs;
  if (!alone || alone.row.id !== rewrite) return { kind: 'refused', packs: rows, reason: 'they do not fit into one' };
  const request = requestFor([alone], applied);
  const { pack, lack } = await rewriteAlone(ctx, alone, request, released);
  const docs = request.docs.filter((doc) => !released.has(doc) || pack?.bare.includes(doc));
  return lack === null && pack
    ? merged({ ...request, docs }, pack)
    : { kind: 'refused', packs: [alone.row], reason: `${lack}` };
}
