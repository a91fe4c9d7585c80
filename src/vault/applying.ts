/** What reading a pack leaves in the local database: pieces, cards, and the knowledge that they are here (rules V11, V12). */
import { bytesOf, type DocId } from '../notes/ids.ts';
import { concat } from './compression.ts';
import type { Context } from './context.ts';
import { type Coverage, element, type Element, partsOf } from './coverage.ts';
import type { Bytes } from './crypto.ts';
import { applyIncoming, applyPurges, type Incoming, type Refused, sendWhole } from './documents.ts';
import { CLOSED, KNOWN_KINDS, PURGE, UPDATES } from './entry-kinds.ts';
import { rememberDevices } from './formats.ts';
import { parseName } from './names.ts';
import { bareDocs, type Manifest, type PackHead } from './pack.ts';
import { type ContentsRow, type PackRow, type Transaction, readMeta, writeMeta } from './state.ts';
import { keepWants } from './wants.ts';

/** Objects up to this many bytes are fetched whole; of larger ones the head first. */
export const WHOLE = 256 * 1024;

export function wholeUpTo({ deps }: Pick<Context, 'deps'>): number {
  return deps.whole ?? WHOLE;
}

export const APPLYING = [
  'notes',
  'bodies',
  'gaps',
  'packs',
  'pending',
  'applied',
  'missing',
  'aside',
  'outbox',
  'contents',
  'objects',
  'purges',
  'devices',
  'meta',
] as const;
export type Applying = Transaction<(typeof APPLYING)[number]>;

export function ownElement(pack: Pick<PackRow, 'name'>, head: Pick<PackHead, 'manifest'>): Element {
  const hash = parseName(pack.name)?.hash as string;
  return element(head.manifest.device, head.manifest.sequence, hash);
}

export function inlineOf(pack: Pick<PackRow, 'id'>, head: PackHead): Incoming[] {
  return head.manifest.inline.map((entry, index) => ({
    id: `${pack.id} inline ${index}`,
    doc: entry.doc,
    kind: entry.kind,
    bytes: entry.payload,
  }));
}

/** Every document that a pack holds something of. */
export function docsOf(head: PackHead): DocId[] {
  return [...new Set([...head.manifest.inline, ...head.rows].map((entry) => entry.doc))];
}

function packed(docs: readonly DocId[]): Bytes {
  return concat(docs.map(bytesOf));
}

/** What the `contents` table keeps of a pack. @param bare see bareDocs */
export function contentsRow(id: string, docs: Iterable<DocId>, bare: readonly DocId[]): ContentsRow {
  return { id, docs: packed([...new Set(docs)]), bare: packed(bare) };
}

export function contentsOf(id: string, head: PackHead): ContentsRow {
  return contentsRow(id, docsOf(head), bareDocs([...head.manifest.inline, ...head.rows]));
}

function knows(ctx: Context, kind: number): boolean {
  return KNOWN_KINDS.includes(kind) || (ctx.deps.kinds ?? []).includes(kind);
}

function unknownKind(kind: number): string {
  return `entry kind ${kind}`;
}

/** Applies what this program knows, keeps the rest aside word for word (rules V4, V11). */
export async function applyOrSetAside(
  ctx: Context,
  tx: Applying,
  pack: string,
  pieces: readonly Incoming[],
): Promise<void> {
  const further = ctx.deps.kinds ?? [];
  const unknown: Refused[] = pieces
    .filter((piece) => !knows(ctx, piece.kind))
    .map((piece) => ({ piece, reason: unknownKind(piece.kind) }));
  const purges = pieces.filter((piece) => piece.kind === PURGE);
  const updates = pieces.filter((piece) => UPDATES.includes(piece.kind) || further.includes(piece.kind));
  const refused = [...unknown, ...(await applyPurges(tx, purges)), ...(await applyIncoming(tx, updates))];
  await tx.aside.putMany(
    refused.map(({ piece: { id, doc, kind, bytes }, reason }) => ({ id, doc, kind, bytes, pack, reason })),
  );
}

/**
 * Entries of kinds that the program has learned since, of packs that have gone and so aren't read once more: they are here, word for
 * word. To be called once by each program that starts. What they bring may be nowhere else, so it is sent again.
 */
export async function applyLearned(ctx: Context): Promise<void> {
  await ctx.state.write(APPLYING, async (tx) => {
    const all = await tx.aside.list();
    const learned = all.filter((row) => knows(ctx, row.kind) && row.reason === unknownKind(row.kind));
    const packs = await tx.packs.getMany(learned.map((row) => row.pack));
    const left = learned.filter((_, index) => !packs[index]?.present);
    await tx.aside.delete(left.map((row) => row.id));
    for (const row of left) await applyOrSetAside(ctx, tx, row.pack, [row]);
    for (const doc of new Set(left.map((row) => row.doc))) await sendWhole(tx, doc);
  });
}

/** A pack that is read once more, perhaps by a newer program, is judged anew. */
export async function forgetAside(tx: Applying, pack: string): Promise<void> {
  await tx.aside.delete((await tx.aside.where('pack', [pack])).map((row) => row.id));
}

/** What its head says of a pack, for the rows that are kept of it. */
export interface Known {
  readonly pack: PackRow;
  readonly covers: Coverage;
  readonly with: Coverage;
  readonly writer: PackRow['writer'];
}

export function knownOf(pack: PackRow, head: PackHead): Known {
  const { covers, device } = head.manifest;
  return {
    pack,
    covers: covers ?? new Set([ownElement(pack, head)]),
    with: head.manifest.with,
    writer: device,
  };
}

/**
 * The last step of reading a pack: it is on this device, and this device knows so.
 * @param says what it says besides, where that wasn't heard yet.
 * @returns what it knows from now on, once the transaction is through.
 */
export async function recordApplied(
  ctx: Context,
  tx: Applying,
  known: Known,
  says: Manifest | null,
): Promise<readonly Element[]> {
  const { pack, covers } = known;
  const whole = (await tx.aside.where('pack', [pack.id])).length === 0;
  // Of a head that was shown in part before the rest of the pack came in another way.
  await tx.pending.delete((await tx.pending.where('pack', [pack.id])).map((row) => row.id));
  await tx.packs.put({
    ...pack,
    state: whole ? 'applied' : 'aside',
    covers: [...covers],
    with: [...known.with],
    writer: known.writer,
    body: null,
  });
  // What it leaves to other packs has to be here as well before it counts.
  const counts = whole && [...known.with].every((item) => ctx.applied.has(item) || covers.has(item));
  const fresh = [...covers].filter((item) => !ctx.applied.has(item));
  if (counts) await tx.applied.putMany(fresh.map((item) => ({ element: item, stated: 0 })));
  // What is kept aside doesn't count, but nobody needs to look for it.
  if (counts || !whole) await tx.missing.delete(fresh);
  if (says) await hearOut(ctx, tx, pack, covers, says);
  return counts ? [...covers] : [];
}

/** The copy in memory follows the table, never goes ahead of it. */
export async function applyInOne(ctx: Context, work: (tx: Applying) => Promise<readonly Element[]>): Promise<void> {
  for (const item of await ctx.state.write(APPLYING, work)) ctx.applied.add(item);
}

/** A person has deleted the vault there: see closing.ts. */
async function noteClosed(tx: Applying, { storage, name }: PackRow): Promise<void> {
  const known = (await readMeta(tx, `closed ${storage}`)) ?? [];
  if (!known.includes(name)) await writeMeta(tx, `closed ${storage}`, [...known, name]);
}

/** Who wrote it (rule V4), and what the writer said besides: which packs it had (rule V13), and what it lacks (rule V14). */
export async function hearOut(
  ctx: Context,
  tx: Applying,
  pack: PackRow,
  covers: Coverage,
  says: Manifest,
): Promise<void> {
  await rememberDevices(tx, pack, says, ctx.applied);
  if (says.kinds.includes(CLOSED)) await noteClosed(tx, pack);
  const lacking = [...says.applied].filter((item) => !ctx.applied.has(item) && !covers.has(item));
  const unread = lacking.length > 0 ? await tx.packs.where('state', ['aside', 'newer', 'locked']) : [];
  const there = new Set(unread.flatMap(pushesIn));
  for (const item of lacking) {
    if (there.has(item) || there.has(partsOf(item).hash) || (await tx.missing.get(item))) continue;
    await tx.missing.put({ element: item, since: ctx.deps.now() });
  }
  // A pack that is read anew with each full listing, as one with entries set aside, asks once.
  if (pack.writer === null) await keepWants(tx, says.wants);
}

/** What is known to lie in a pack that can't be read here: its pushes, or, of a push that can't even be opened, its hash. */
export function pushesIn(pack: Pick<PackRow, 'name' | 'covers'>): readonly string[] {
  return pack.covers.length > 0 ? pack.covers : [parseName(pack.name)?.hash.slice(0, 16) as string];
}

/** Packs that waited for others to be applied count from now on. */
export async function countWaiting(ctx: Context): Promise<void> {
  for (;;) {
    const fresh = await ctx.state.write(['packs', 'applied', 'missing'], async (tx) => {
      const rows = (await tx.packs.where('state', ['applied'])).filter(
        (row) =>
          row.storage === ctx.storageId &&
          row.with.length > 0 &&
          row.with.every((item) => ctx.applied.has(item) || row.covers.includes(item)),
      );
      const elements = [...new Set(rows.flatMap((row) => row.covers))].filter((item) => !ctx.applied.has(item));
      await tx.applied.putMany(elements.map((item) => ({ element: item, stated: 0 })));
      await tx.missing.delete(elements);
      return elements;
    });
    for (const item of fresh) ctx.applied.add(item);
    if (fresh.length === 0) return;
  }
}
