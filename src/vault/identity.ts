/** Which device this is: an id drawn at the first push, and drawn anew when somebody else has written under it (rule V8). */
import type { Context } from './context.ts';
import type { Element } from './coverage.ts';
import type { State, StorageId } from './state.ts';

/**
 * Takes back what was sealed and not sent: it goes into the outbox again, as whole states of the notes concerned.
 * @param storage whose uploads; all of them when not given.
 */
export async function unsend(
  state: State,
  options: { storage?: StorageId; forgetDevice: boolean },
): Promise<readonly Element[]> {
  return state.write(['uploads', 'outbox', 'applied', 'gaps', 'meta'], async (tx) => {
    const uploads =
      options.storage === undefined ? await tx.uploads.list() : await tx.uploads.where('storage', [options.storage]);
    const docs = new Set(uploads.flatMap((row) => row.docs));
    await tx.outbox.putMany([...docs].map((doc) => ({ doc, bytes: null })));
    await tx.applied.delete(uploads.map((row) => row.element));
    await tx.uploads.delete(uploads.map((row) => row.id));
    // One of the packs may have asked for them.
    if (uploads.length > 0) await tx.gaps.putMany((await tx.gaps.list()).map((row) => ({ ...row, asked: false })));
    if (options.forgetDevice) await tx.meta.delete(['device']);
    return uploads.map((row) => row.element);
  });
}

/** This profile was restored from an old copy, or there are two of it: from now on it is another device. */
export async function newDevice(ctx: Context): Promise<void> {
  for (const item of await unsend(ctx.state, { forgetDevice: true })) ctx.applied.delete(item);
}
