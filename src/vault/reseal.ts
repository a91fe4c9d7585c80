/**
 * Putting the content of lost packs into the storage again: whole states under new names, with the coverage that the packs had, so
 * that what other devices know of them stays right, and a fresh device gets everything.
 */
import { type DocId, hexOf, RESERVED } from '../notes/ids.ts';
import type { Context } from './context.ts';
import type { Element } from './coverage.ts';
import { seal, type SealRequest } from './seal.ts';
import type { PackRow, Transaction } from './state.ts';

/** Packs are taken together up to so many bytes: what was pushed in a hundred small pieces goes back as one. */
const TOGETHER = 1_000_000;

/** Every document of which anything is on this device. */
async function everyDoc(tx: Transaction<'notes' | 'bodies' | 'purges'>): Promise<DocId[]> {
  return [
    ...(await tx.notes.list()).filter((row) => row.here && !row.sample).map((row) => row.id),
    ...(await tx.bodies.where('doc', RESERVED)).map((row) => row.doc),
    ...(await tx.purges.list()).map((row) => row.doc),
  ];
}

function unpacked(docs: Uint8Array): DocId[] {
  return Array.from({ length: docs.length / 16 }, (_, at) => hexOf(docs.subarray(at * 16, at * 16 + 16)) as DocId);
}

/** What was in these packs; everything, where that isn't known of one. */
async function docsOf(ctx: Context, rows: readonly PackRow[]): Promise<Required<Pick<SealRequest, 'docs' | 'bare'>>> {
  return ctx.state.read(['contents', 'notes', 'bodies', 'purges'], async (tx) => {
    const contents = await tx.contents.getMany(rows.map((row) => row.id));
    const docs = new Set<DocId>();
    const full = new Set<DocId>();
    for (const row of contents) {
      if (!row) return { docs: await everyDoc(tx), bare: new Set() };
      const nothingElse = new Set(unpacked(row.bare));
      for (const doc of unpacked(row.docs)) {
        docs.add(doc);
        if (!nothingElse.has(doc)) full.add(doc);
      }
    }
    return { docs: [...docs], bare: new Set([...docs].filter((doc) => !full.has(doc))) };
  });
}

function groups(rows: readonly PackRow[]): PackRow[][] {
  const result: PackRow[][] = [];
  let room = 0;
  for (const row of rows) {
    const last = result.at(-1);
    if (last && row.size <= room) last.push(row);
    else result.push([row]);
    room = (last && row.size <= room ? room : TOGETHER) - row.size;
  }
  return result;
}

/** @returns whether it was put: a note that isn't here whole can't be. */
async function resealGroup(ctx: Context, rows: readonly PackRow[], signal?: AbortSignal): Promise<boolean> {
  const covers = new Set(rows.flatMap((row) => row.covers));
  const left = new Set<Element>(rows.flatMap((row) => row.with).filter((item) => !covers.has(item)));
  return (await seal(ctx, { covers, with: left, ...(await docsOf(ctx, rows)) }, signal)) === null;
}

/** Whether this device has all that the pack held. */
export function isHere(ctx: Context, row: PackRow): boolean {
  return row.covers.every((item) => ctx.applied.has(item));
}

/**
 * @param rows packs of which this device has everything. They come to be forgotten with the next listing.
 * @returns how many packs were put, and the rows whose notes aren't here whole.
 */
export async function reseal(
  ctx: Context,
  rows: readonly PackRow[],
  signal?: AbortSignal,
): Promise<{ readonly put: number; readonly left: readonly PackRow[] }> {
  let put = 0;
  const left: PackRow[] = [];
  for (const group of groups(rows)) {
    signal?.throwIfAborted();
    if (await resealGroup(ctx, group, signal)) {
      put++;
      continue;
    }
    // One of them is the cause, and the others needn't wait for it.
    for (const row of group) {
      if (group.length > 1 && (await resealGroup(ctx, [row], signal))) put++;
      else left.push(row);
    }
  }
  return { put, left };
}
