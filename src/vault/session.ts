/** One sync of one vault with one storage: list, read, send. */
import { isStorageError } from '../../backends/storage.ts';
import { applyLearned } from './applying.ts';
import type { DocId } from '../notes/ids.ts';
import { closedReport, type ClosedReport } from './closing.ts';
import { keepSlots } from './connect.ts';
import { type Context, openContext, type Place } from './context.ts';
import { OtherAccount, OtherVault } from './errors.ts';
import { idle, type IdleOptions, type IdleReport, newIdleMemory, NO_IDLE_WORK } from './idle.ts';
import { list } from './listing.ts';
import { watchForLoss } from './loss.ts';
import { hasUnread, receive } from './receive.ts';
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
  /** Set when a person has deleted the vault there: nothing was sent. */
  readonly closed: ClosedReport | null;
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
  /** A slice of what keeps the vault short and small; nothing before this session has listed. Call again while there is more. */
  idle(options: IdleOptions, signal?: AbortSignal): Promise<IdleReport>;
}

/** Something that others name has been missing for long. */
async function missesSomething(ctx: Context): Promise<boolean> {
  const rows = await ctx.state.read(['missing'], (tx) => tx.missing.list());
  const listed = await ctx.state.read(['meta'], (tx) => readMeta(tx, `listing ${ctx.storageId}`));
  const now = ctx.deps.now();
  return rows.some((row) => now - row.since >= MISSING_AFTER) && now - (listed?.full ?? 0) >= MISSING_AFTER;
}

/** Whether something waits to be put there. */
async function hasToSay(ctx: Context): Promise<boolean> {
  return ctx.state.read(
    ['outbox', 'uploads', 'meta'],
    async (tx) =>
      (await tx.outbox.count()) + (await tx.uploads.count()) > 0 ||
      (await readMeta(tx, `reconcile ${ctx.storageId}`)) !== undefined,
  );
}

/** @param account the id of the account that this vault was connected to. */
export function createSession(place: Place, account: string, events: SessionEvents = {}): Session {
  let checked = false;
  let kept = false;
  let context: Context | null = null;
  const memory = newIdleMemory();
  /** Something waits for a full listing. */
  let wantsAll = false;
  /** The storage had no room for a push. */
  let isFull = false;
  let weak = false;
  /** What the last sync left unread. */
  let left: ReadonlySet<string> = new Set();

  async function read(ctx: Context, signal?: AbortSignal): Promise<number> {
    const received = await receive(ctx, (done, total) => events.receiving?.(done, total), signal);
    left = received.left;
    return received.packs;
  }

  /** Before anything is put, everything that is there is read (rules V4, V8). */
  async function readLeft(ctx: Context, signal?: AbortSignal): Promise<number> {
    let packs = 0;
    while (left.size > 0) packs += await read(ctx, signal);
    return packs;
  }

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
    await list(ctx, { full: wantsAll || (await missesSomething(ctx)) }, signal);
    wantsAll = false;
    // What is there is still read: it may be what others have already put back.
    let received = await read(ctx, signal);
    if (await hasUnread(ctx, left)) {
      // What was merged between the listing and the reading has another name by now (rule V20).
      await list(ctx, { full: false }, signal);
      received += await read(ctx, signal);
    }
    if (!kept) await applyLearned(ctx);
    if (!kept) await keepSlots(place, ctx.vault, signal);
    kept = true;
    const closed = await closedReport(ctx);
    if (closed) return { received, sent: 0, alarm: null, closed, tooLarge: [] };
    const known = await ctx.state.read(['meta'], (tx) => readMeta(tx, `alarm ${ctx.storageId}`));
    let alarm = await watchForLoss(ctx, ctx.vault, signal);
    if (alarm && !known) {
      // What seems lost may have been merged into a pack of which the feed said nothing.
      await list(ctx, { full: true }, signal);
      received += await read(ctx, signal);
      alarm = await watchForLoss(ctx, ctx.vault, signal);
    }
    if (alarm || !sends) return { received, sent: 0, alarm, closed, tooLarge: [] };
    if (await hasToSay(ctx)) received += await readLeft(ctx, signal);
    return { received, alarm: null, closed, ...(await sendAll(ctx, signal, true)) };
  }

  /** @param hasRead everything that is there, as what the storage lacks can only be told then. */
  async function sendAll(
    ctx: Context,
    signal?: AbortSignal,
    hasRead = false,
  ): Promise<Pick<SyncReport, 'sent' | 'tooLarge'>> {
    if (isFull) await work(ctx, { weak }, signal);
    try {
      const put = hasRead ? await reconcile(ctx, signal) : 0;
      const { packs, tooLarge } = await send(ctx, (waiting) => events.sending?.(waiting), signal);
      isFull = false;
      return { sent: put + packs, tooLarge };
    } catch (error) {
      isFull ||= isStorageError(error, 'QuotaExceeded');
      throw error;
    }
  }

  async function work(ctx: Context, options: IdleOptions, signal?: AbortSignal): Promise<IdleReport> {
    const report = await idle(ctx, memory, { ...options, urgent: isFull || (options.urgent ?? false) }, signal);
    wantsAll ||= report.listing;
    return report;
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
    listed = report.alarm === null && report.closed === null;
    return report;
  }

  return {
    sync: (signal) => oneAtATime(() => listing(signal, true)),
    pull: (signal) => oneAtATime(() => listing(signal, false)),
    push: (signal) =>
      oneAtATime(async () => {
        if (!listed) return listing(signal, true);
        const ctx = await start(signal);
        const received = await readLeft(ctx, signal);
        return { received, alarm: null, closed: null, ...(await sendAll(ctx, signal)) };
      }),
    idle: (options, signal) =>
      oneAtATime(async () => {
        weak = options.weak;
        if (!listed) return NO_IDLE_WORK;
        const ctx = await start(signal);
        await readLeft(ctx, signal);
        return work(ctx, options, signal);
      }),
  };
}
