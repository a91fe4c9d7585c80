/** What other devices ask for: a document of which they miss a part though they have read everything (rule V14). */
import type { Context } from './context.ts';
import type { DocId } from '../notes/ids.ts';
import { parseName } from './names.ts';
import { readMeta, type Transaction, writeMeta } from './state.ts';

/** Keeps it until it can be answered: what was asked for may still have to be read here. */
export async function keepWants(tx: Transaction<'meta'>, wants: readonly DocId[]): Promise<void> {
  if (wants.length === 0) return;
  const kept = (await readMeta(tx, 'wants')) ?? [];
  await writeMeta(tx, 'wants', [...new Set([...kept, ...wants])]);
}

/**
 * Answers with the whole state of what is here whole. A device that misses a part itself has asked, too, and has nothing to answer.
 * To be called when what is there was read.
 */
export async function answerWants(ctx: Context): Promise<void> {
  await ctx.state.write(['meta', 'gaps', 'pending', 'bodies', 'outbox', 'packs'], async (tx) => {
    const wants = await readMeta(tx, 'wants');
    if (!wants) return;
    const unread = (await tx.packs.where('state', ['listed', 'indexed'])).some(
      (row) => row.present && row.storage === ctx.storageId && parseName(row.name)?.vault === ctx.vault,
    );
    const left: DocId[] = [];
    for (const doc of wants) {
      if (await tx.gaps.get(doc)) continue;
      const here = (await tx.bodies.where('doc', [doc])).length > 0;
      const coming = (await tx.pending.where('doc', [doc])).length > 0;
      if (here && !coming) await tx.outbox.put({ doc, bytes: null });
      // Once everything was read, what isn't here won't come.
      else if (coming || unread) left.push(doc);
    }
    if (left.length > 0) await writeMeta(tx, 'wants', left);
    else await tx.meta.delete(['wants']);
  });
}
