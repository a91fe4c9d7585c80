/**
 * How many notes a storage alone would give back just as they are on this device. Packs are taken one after the other; of a note
 * there is kept only what of it hasn't been seen yet, so that a hundred thousand of them fit into a browser's memory.
 */
import { type DocId, hexOf, LIBRARY, type NoteId } from '../../notes/ids.ts';
import { type Extent, extentOf, followsByItself, isNothing, less } from '../../notes/extent.ts';
import type { Context } from '../context.ts';
import type { Bytes } from '../crypto.ts';
import { groupByDoc, openDoc } from '../documents.ts';
import { digestOf } from '../heads.ts';
import type { BodyRow, NoteRow } from '../state.ts';
import type { Piece } from './inspect.ts';
import type { NotesThere } from './report.ts';

/** Documents that are read from the local database in one go. */
const BATCH = 512;
/** Notes that are named; of more their number tells enough. */
const NAMED = 50;

export interface Restorable {
  /** What a pack that was read to its end holds. */
  take(pieces: readonly Piece[]): Promise<void>;
  /** What a head says that its pack holds. @param digest of the whole state, where that is what it holds */
  promise(doc: DocId, digest: Bytes | null): void;
  /**
   * @param torn documents of which something was in packs that are lost; null when it isn't known in which.
   *   Only asked for what was promised: of what was taken it is known.
   */
  count(
    torn: ReadonlySet<DocId> | null,
    progress: (notes: number, of: number) => void,
    signal?: AbortSignal,
  ): Promise<NotesThere>;
}

/** What of a document this device holds. A piece that can't be read is in nobody's count. */
function extentHere(rows: readonly BodyRow[]): Extent {
  const readable = rows.flatMap((row) => {
    try {
      extentOf(row.bytes);
      return [row.bytes];
    } catch {
      return [];
    }
  });
  return extentOf(...readable);
}

export function createRestorable(ctx: Context): Restorable {
  /** What hasn't been seen yet of documents of which something was. */
  const left = new Map<DocId, Extent>();
  /** Documents that were seen whole. */
  const whole = new Set<DocId>();
  /** Documents that are there, and of which this device has no piece. */
  const only = new Set<DocId>();
  /** Digests, as text, of the whole states that heads promise. */
  const promised = new Map<DocId, string>();

  async function bodiesOf(docs: readonly DocId[]): Promise<Map<DocId, BodyRow[]>> {
    return groupByDoc(await ctx.state.read(['bodies'], (tx) => tx.bodies.where('doc', docs)));
  }

  async function takeSome(groups: ReadonlyMap<DocId, readonly Piece[]>): Promise<void> {
    const bodies = await bodiesOf([...groups.keys()].filter((doc) => !left.has(doc)));
    for (const [doc, pieces] of groups) {
      const rows = bodies.get(doc);
      let rest = left.get(doc) ?? (rows && extentHere(rows));
      if (!rest) {
        only.add(doc);
        continue;
      }
      for (const { extent } of pieces) rest = less(rest, extent);
      if (isNothing(rest)) {
        left.delete(doc);
        whole.add(doc);
      } else left.set(doc, rest);
    }
  }

  /** Whether what was seen of it gives it back. */
  function isBack(doc: DocId, rows: readonly BodyRow[] | undefined): boolean {
    const rest = left.get(doc);
    if (!rest || rest.inserted.size > 0 || !rows) return false;
    const opened = openDoc(rows);
    const back = followsByItself(opened, rest.deleted);
    opened.destroy();
    return back;
  }

  return {
    async take(pieces) {
      const groups = groupByDoc(pieces.filter(({ doc }) => !whole.has(doc) && !only.has(doc)));
      const docs = [...groups.keys()];
      for (let at = 0; at < docs.length; at += BATCH)
        await takeSome(new Map(docs.slice(at, at + BATCH).map((doc) => [doc, groups.get(doc) ?? []])));
    },

    promise(doc, digest) {
      const before = promised.get(doc) ?? '';
      promised.set(doc, digest ? `${before} ${hexOf(digest)}` : before);
    },

    async count(torn, progress, signal) {
      const waitingDocs = await waiting(ctx);
      const isTorn = (doc: DocId) => torn === null || torn.has(doc) || waitingDocs.has(doc);
      const judge = async (docs: readonly DocId[]): Promise<Set<DocId>> => {
        const good = new Set(docs.filter((doc) => whole.has(doc)));
        const open = docs.filter((doc) => !good.has(doc));
        for (const doc of open) if (promised.has(doc) && !isTorn(doc)) good.add(doc);
        const inDoubt = open.filter((doc) => !good.has(doc) && (left.has(doc) || promised.has(doc)));
        const bodies = inDoubt.length > 0 ? await bodiesOf(inDoubt) : new Map<DocId, BodyRow[]>();
        for (const doc of inDoubt) {
          const rows = bodies.get(doc);
          const digests = promised.get(doc);
          const kept = digests !== undefined && rows !== undefined && digests.includes(hexOf(digestOf(rows)));
          if (kept || isBack(doc, rows)) good.add(doc);
        }
        return good;
      };
      const result = { known: 0, restorable: 0, waiting: 0, lacking: [] as NoteId[] };
      const of = await ctx.state.read(['notes'], (tx) => tx.notes.count());
      let seen = 0;
      for (let after: NoteId | undefined; ; ) {
        signal?.throwIfAborted();
        const rows: NoteRow[] = await ctx.state.read(['notes'], (tx) =>
          tx.notes.list({ limit: BATCH, ...(after === undefined ? {} : { after }) }),
        );
        const notes = rows.filter((row) => !row.sample);
        const good = await judge(notes.filter((row) => row.here).map((row) => row.id));
        for (const row of notes) {
          result.known++;
          // Of one whose text isn't here yet, that it is there is all that can be asked for.
          const there = row.here ? good.has(row.id) : only.has(row.id) || left.has(row.id) || promised.has(row.id);
          if (there) result.restorable++;
          else if (waitingDocs.has(row.id)) result.waiting++;
          else if (result.lacking.length < NAMED) result.lacking.push(row.id);
        }
        seen += rows.length;
        progress(seen, of);
        after = rows.at(-1)?.id;
        if (rows.length < BATCH) break;
      }
      const library = await bodiesOf([LIBRARY]);
      return { ...result, notebooks: library.size === 0 || (await judge([LIBRARY])).has(LIBRARY) };
    },
  };
}

/** Documents with changes that were not sent yet. */
async function waiting(ctx: Context): Promise<ReadonlySet<DocId>> {
  const docs = new Set<DocId>();
  for (let after: number | undefined; ; ) {
    const rows = await ctx.state.read(['outbox'], (tx) =>
      tx.outbox.list({ limit: BATCH, ...(after === undefined ? {} : { after }) }),
    );
    for (const row of rows) docs.add(row.doc);
    after = rows.at(-1)?.n;
    if (rows.length < BATCH) break;
  }
  for (const row of await ctx.state.read(['uploads'], (tx) => tx.uploads.where('storage', [ctx.storageId])))
    for (const doc of row.docs) docs.add(doc);
  return docs;
}
