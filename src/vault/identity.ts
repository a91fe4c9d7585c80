/** Which device this is: an id drawn at the first push, and drawn anew when somebody else has written under it (rule V8). */
import type { Context } from './context.ts';
import type { Element } from './coverage.ts';
import { packKey, type State, type StorageId } from './state.ts';

/**
 * Takes back what was sealed and not sent: it goes into the outbox again, as whole states of the notes concerned.
 * @param storage whose uploads; all of them when not given.
 * @returns what doesn't count as applied any more.
 */
export async function unsend(
  state: State,
  options: { storage?: StorageId; forgetDevice: boolean },
): Promise<readonly Element[]> {
  return state.write(['uploads', 'outbox', 'applied', 'gaps', 'meta', 'packs'], async (tx) => {
    const uploads =
      options.storage === undefined ? await tx.uploads.list() : await tx.uploads.where('storage', [options.storage]);
    const listed = await Promise.all(uploads.map((row) => tx.packs.get(packKey(row.storage, row.name))));
    // One that was found in the storage has arrived, though its reply was lost. Nobody reads it again, so it must go on
    // counting as applied: others may say that they have it, and this device would miss it for ever.
    const unsent = uploads.filter((_, index) => !(listed[index]?.present && listed[index].state === 'applied'));
    const docs = new Set(unsent.flatMap((row) => row.docs));
    const whole = new Set(unsent.flatMap((row) => row.docs.filter((doc) => !row.bare.includes(doc))));
    // Where only that a note was deleted for good was to be said, its text may never have left this device.
    await tx.outbox.putMany(
      [...docs].map((doc) => (whole.has(doc) ? { doc, bytes: null } : { doc, bytes: null, purge: true as const })),
    );
    await tx.applied.delete(unsent.map((row) => row.element));
    await tx.uploads.delete(uploads.map((row) => row.id));
    // One of the packs may have asked for them.
    if (unsent.length > 0) await tx.gaps.putMany((await tx.gaps.list()).map((row) => ({ ...row, asked: false })));
    // What one of them said that this device has, nobody was told.
    if (unsent.length > 0)
      await tx.applied.putMany((await tx.applied.where('stated', [1])).map((row) => ({ ...row, stated: 0 })));
    if (options.forgetDevice) await tx.meta.delete(['device']);
    return unsent.map((row) => row.element);
  });
}

/** This profile was restored from an old copy, or there are two of it: from now on it is another device. */
export async function newDevice(ctx: Context): Promise<void> {
  for (const item of await unsend(ctx.state, { forgetDevice: true })) ctx.applied.delete(item);
}
