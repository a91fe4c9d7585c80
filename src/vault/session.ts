/** One sync of one vault with one storage: list, read, send. */
import { isStorageError } from '../../backends/storage.ts';
import type { DocId } from '../notes/ids.ts';
import { keepSlots } from './connect.ts';
import { type Context, openContext, type Place } from './context.ts';
import { OtherAccount, OtherVault } from './errors.ts';
import { list } from './listing.ts';
import { watchForLoss } from './loss.ts';
import { receive } from './receive.ts';
import { reconcile } from './reconcile.ts';
import { send } from './send.ts';
import { type AlarmRecord, readMeta } from './state.ts';

/** A push that others name and nobody shows: after this long everything is listed anew, and the person is told (rule V13). */
export const MISSING_AFTER = 3600_000;

export interface SyncReport {
  /** Packs read and packs sent. */
  readonly received: number;
  readonly sent: number;
  /** Set when the storage lost most of what was there: nothing was sent. */
  readonly alarm: AlarmRecord | null;
  readonly tooLarge: readonly DocId[];
}

export interface SessionEvents {
  receiving?(done: number, total: number): void;
  sending?(waiting: number): void;
}

export interface Session {
  /** Lists, reads what is new, sends what waits. One at a time. */
  sync(signal?: AbortSignal): Promise<SyncReport>;
  /** Only lists and reads. */
  pull(signal?: AbortSignal): Promise<SyncReport>;
  /** Only sends, when this session has listed before; else the same as `sync`. */
  push(signal?: AbortSignal): Promise<SyncReport>;
}

/** Something that others name has been missing for long. */
async function missesSomething(ctx: Context): Promise<boolean> {
  const rows = await ctx.state.read(['missing'], (tx) => tx.missing.list());
  const listed = await ctx.state.read(['meta'], (tx) => readMeta(tx, `listing ${ctx.storageId}`));
  const now = ctx.deps.now();
  return rows.some((row) => now - row.since >= MISSING_AFTER) && now - (listed?.full ?? 0) >= MISSING_AFTER;
}

/** @param account the id of the account that this vault was connected to. */
export function createSession(place: Place, account: string, events: SessionEvents = {}): Session {
  let checked = false;
  let kept = false;
  let context: Context | null = null;

  async function start(signal?: AbortSignal): Promise<Context> {
    if (!checked) {
      const about = await place.storage.about(signal);
      if (about.accountId !== account) throw new OtherAccount(about.label);
      checked = true;
    }
    context ??= await openContext(place);
    if (!context) throw new Error('this device belongs to no vault');
    const [vault, home] = await place.state.read(['meta'], async (tx) => [
      await readMeta(tx, 'vault'),
      await readMeta(tx, `home ${place.storageId}`),
    ]);
    // Looked at each time: another tab may have joined another vault, and not yet have left this storage.
    if (vault?.id !== context.vault || (home !== undefined && home !== context.vault)) throw new OtherVault();
    return context;
  }

  async function sync(signal: AbortSignal | undefined, sends: boolean): Promise<SyncReport> {
    const ctx = await start(signal);
    await list(ctx, { full: await missesSomething(ctx) }, signal);
    // What is there is still read: it may be what others have already put back.
    const received = await receive(ctx, (done, total) => events.receiving?.(done, total), signal);
    const alarm = await watchForLoss(ctx, ctx.vault, signal);
    await reconcile(ctx);
    if (!kept) await keepSlots(place, ctx.vault, signal);
    kept = true;
    if (alarm || !sends) return { received, sent: 0, alarm, tooLarge: [] };
    const { packs, tooLarge } = await send(ctx, (waiting) => events.sending?.(waiting), signal);
    return { received, sent: packs, alarm: null, tooLarge };
  }

  let listed = false;
  let last: Promise<unknown> = Promise.resolve();
  function oneAtATime<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = last.then(work);
    last = result.catch((error: unknown) => {
      // After a new sign-in it may be somebody else's storage.
      if (isStorageError(error, 'Unauthorized')) checked = false;
    });
    return result;
  }

  async function listing(signal: AbortSignal | undefined, sends: boolean): Promise<SyncReport> {
    const report = await sync(signal, sends);
    listed = report.alarm === null;
    return report;
  }

  return {
    sync: (signal) => oneAtATime(() => listing(signal, true)),
    pull: (signal) => oneAtATime(() => listing(signal, false)),
    push: (signal) =>
      oneAtATime(async () => {
        if (!listed) return listing(signal, true);
        const { packs, tooLarge } = await send(await start(signal), (waiting) => events.sending?.(waiting), signal);
        return { received: 0, sent: packs, alarm: null, tooLarge };
      }),
  };
}
