/**
 * Checking a storage: reads every object, and says what is missing, damaged, foreign, late or unmentioned, and how many notes
 * could be restored from this storage alone. It lists by itself, writes nothing anywhere, and keeps no more in memory than a few
 * objects and what is still unseen of each note.
 */
import { type DocId, hexOf } from '../notes/ids.ts';
import { checkAttachments, checkSlots } from './check/beside-packs.ts';
import { losses, type Remembered, superseded } from './check/losses.ts';
import { factsOf, recall } from './check/memory.ts';
import { type Reading, readPacks } from './check/reading.ts';
import type { CheckProgress, CheckReport, Finding, ObjectFacts } from './check/report.ts';
import { createRestorable } from './check/restorable.ts';
import { survey } from './check/survey.ts';
import type { Context } from './context.ts';
import type { Element } from './coverage.ts';
import { packKey } from './state.ts';

/** The documents of some packs, as far as it is known what they held; null when it isn't. */
async function docsIn(ctx: Context, names: readonly ObjectFacts['name'][]): Promise<Set<DocId> | null> {
  const docs = new Set<DocId>();
  for (const name of names) {
    const row = await ctx.state.read(['contents'], (tx) => tx.contents.get(packKey(ctx.storageId, name)));
    if (!row) return null;
    for (let at = 0; at < row.docs.length; at += 16) docs.add(hexOf(row.docs.subarray(at, at + 16)) as DocId);
  }
  return docs;
}

/**
 * Checks the storage of an opened vault. Quick: of each object its head, of small ones all bytes; what the heads promise is
 * believed. Full: all bytes, every block, every entry, and each note piece by piece.
 * @throws {StorageError} when the storage can't be had, or the signal's reason
 */
export async function check(
  ctx: Context,
  options: { readonly full: boolean },
  progress: (progress: CheckProgress) => void,
  signal?: AbortSignal,
): Promise<CheckReport> {
  const { full } = options;
  const began = ctx.deps.now();
  progress({ phase: 'listing' });
  const there = await survey(ctx, ctx.vault, signal);
  const memory = await recall(ctx);
  const restorable = createRestorable(ctx);
  const reading: Reading = { holdings: [], damaged: [], findings: [], there: new Set() };

  const into = { reading, memory, restorable };
  // The largest first: they hold whole notes, of which nothing has to be kept in mind then.
  const largestFirst = there.packs.toSorted((a, b) => b.size - a.size);
  await readPacks(ctx, largestFirst, { full, listed: true }, into, progress, signal);
  const { findings: slotFindings, sound: slots } = await checkSlots(ctx, there.slots, memory, signal);
  const attachmentFindings = await checkAttachments(ctx, there.attachments, signal);

  // What the listing lacks is asked for directly before it is called missing, unless others hold it anyway.
  const listed = new Set<string>(there.packs.map((object) => object.name));
  const heldElsewhere = new Set(reading.holdings.flatMap((holding) => holding.covers));
  const absent = [...memory.packs.values()].filter(
    (row) => !listed.has(row.name) && (row.covers.length === 0 || row.covers.some((item) => !heldElsewhere.has(item))),
  );
  await readPacks(ctx, absent.map(factsOf), { full, listed: false }, into, () => undefined, signal);

  const known = new Set<Element>([...ctx.applied, ...memory.missing]);
  for (const holding of reading.holdings) for (const item of holding.applied) known.add(item);
  const gone: Remembered[] = [...memory.packs.values()]
    .filter((row) => !reading.there.has(row.name))
    .map((row) => ({ object: factsOf(row), covers: row.covers }));
  const lost = losses({
    holdings: reading.holdings,
    damaged: reading.damaged,
    gone,
    unreadable: reading.findings.flatMap((each) =>
      each.kind === 'newer' || each.kind === 'locked' ? [each.object] : [],
    ),
    named: known,
    applied: ctx.applied,
    underWay: memory.underWay,
  });
  const unmentioned = reading.holdings.filter(
    ({ object, covers }) => !memory.packs.has(object.name) && !covers.some((item) => known.has(item)),
  );
  const torn = lost.unnamed ? null : await docsIn(ctx, lost.torn);
  const notes = await restorable.count(
    torn,
    (count, ofNotes) => progress({ phase: 'comparing', notes: count, ofNotes }),
    signal,
  );
  return {
    full,
    began,
    findings: [
      ...slotFindings,
      ...lost.findings,
      ...attachmentFindings,
      ...reading.findings,
      ...there.unknown.map((object): Finding => ({ kind: 'newer', object, what: 'kind of object' })),
      ...unmentioned.map(({ object }): Finding => ({ kind: 'unmentioned', object })),
      ...superseded(reading.holdings),
      ...there.otherVaults.map(foreign('vault')),
      ...there.strangers.map(foreign('file')),
    ],
    totals: {
      objects: there.objects,
      bytes: there.bytes,
      packs: reading.holdings.length,
      slots,
      attachments: there.attachments.length,
    },
    notes,
  };
}

const foreign =
  (what: 'vault' | 'file') =>
  (object: ObjectFacts): Finding => ({ kind: 'foreign', object, what });
