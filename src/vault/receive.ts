/**
 * Reading packs: heads first, so that the whole list is there while bodies arrive, newest first. Coverage is recorded with
 * the last entry of a pack, never before (rules V11, V12).
 */
import { countWaiting, ownElement, pushesIn, wholeUpTo } from './applying.ts';
import { applyBodies, applyWhole, fetchBodies, recordKnown } from './bodies.ts';
import { type Context, unreadable } from './context.ts';
import { partsOf } from './coverage.ts';
import type { Bytes } from './crypto.ts';
import { understands } from './formats.ts';
import { coverageOf, type PackHead } from './pack.ts';
import { index, readHead } from './heads.ts';
import { newDevice } from './identity.ts';
import { inOrder } from './in-order.ts';
import { parseName } from './names.ts';
import { answerWants } from './wants.ts';
import { CONFIRMED_AFTER, damageKey } from './standing.ts';
import { type PackRow, readMeta } from './state.ts';
import { momentOf } from './time.ts';

const AT_ONCE = 6;
/** Bytes of packs' beginnings that are kept until their bodies come, so that the whole can be held against its name. */
const BEGINNINGS = 16 * 1024 * 1024;

export interface Progress {
  /** Packs read, of how many. */
  (done: number, total: number): void;
}

async function setState(ctx: Context, pack: PackRow, state: PackRow['state']): Promise<void> {
  await ctx.state.write(['packs', 'pending', 'missing'], async (tx) => {
    await tx.packs.put({ ...pack, state, body: null });
    // It is there, only not for this program: nobody needs to look for it.
    if (state === 'newer' || state === 'locked') {
      const there = new Set(pushesIn(pack));
      const missing = (await tx.missing.list()).map((row) => row.element);
      await tx.missing.delete(missing.filter((item) => there.has(item) || there.has(partsOf(item).hash)));
    }
    await tx.pending.delete((await tx.pending.where('pack', [pack.id])).map((row) => row.id));
  });
}

/** What elements call the push that the pack is, if it is one. */
function pushOf(pack: PackRow): string {
  return parseName(pack.name)?.hash.slice(0, 16) as string;
}

/** Whether this device has all that the pack covers, and knows what the pack's entries are. */
function isKnown(ctx: Context, pack: PackRow, head: PackHead): boolean {
  if (!understands(ctx.deps, head.manifest)) return false;
  return [...coverageOf(head.manifest, ownElement(pack, head))].every((item) => ctx.applied.has(item));
}

/** Whether something that the listing named couldn't be read: its object wasn't there. @param but what was left for later */
export async function hasUnread(ctx: Context, but: ReadonlySet<string>): Promise<boolean> {
  const rows = await ctx.state.read(['packs'], (tx) => tx.packs.where('state', ['listed', 'indexed']));
  const own = rows.filter((row) => row.storage === ctx.storageId && parseName(row.name)?.vault === ctx.vault);
  return own.some((row) => row.present && !but.has(row.id));
}

export interface Received {
  /** Packs that were read. */
  readonly packs: number;
  /**
   * Keys of packs that were left for later: pushes that another pack, which was read just now, holds as well. Most of them
   * are deleted before long. What they say besides is to be read before this device says anything itself.
   */
  readonly left: ReadonlySet<string>;
}

/**
 * Reads what the listing named and this device hasn't.
 */
export async function receive(ctx: Context, progress: Progress, signal?: AbortSignal): Promise<Received> {
  const all = (await ctx.state.read(['packs'], (tx) => tx.packs.where('state', ['listed', 'indexed']))).filter(
    (row) => row.storage === ctx.storageId && row.present && parseName(row.name)?.vault === ctx.vault,
  );
  // Newest first: what was written last is what people look for first.
  // Some providers tell whole seconds; of the packs of one push the last, which holds the newest notes, is the shortest.
  all.sort((a, b) => b.time - a.time || a.size - b.size || (a.name < b.name ? -1 : 1));
  const todo = all.filter((row) => row.state === 'listed');
  const indexed: PackRow[] = all.filter((row) => row.state === 'indexed');
  const total = todo.length * 2 + indexed.length;
  let done = 0;
  if (total > 0) progress(done, total);
  /** Share of a pack that its head takes, as far as seen: what to ask for at first. */
  let share = 0;
  const beginnings = new Map<string, Bytes>();
  let begun = 0;
  /** The pushes that merged packs hold which were met on the way. */
  const merged = new Set<string>();
  const left = new Set<string>();
  const fetchHead = async (pack: PackRow) => {
    if (merged.has(pushOf(pack))) return { pack, left: true } as const;
    const least = wholeUpTo(ctx);
    const guess = pack.size <= least ? pack.size : Math.max(least, Math.ceil(pack.size * share * 1.1));
    return { pack, ...(await readHead(ctx, pack, guess, (part) => index(ctx, pack, part), signal)) };
  };
  const settle = async (found: Awaited<ReturnType<typeof fetchHead>>) => {
    const { pack } = found;
    if ('left' in found) {
      left.add(pack.id);
      done += 2;
      return;
    }
    const { head, bytes, state } = found;
    if (!head) return state === 'gone' ? undefined : setState(ctx, pack, state);
    if (await isRollback(ctx, pack, head)) await newDevice(ctx);
    if (head.manifest.with.size === 0) for (const item of head.manifest.covers ?? []) merged.add(partsOf(item).hash);
    if (isKnown(ctx, pack, head)) {
      await recordKnown(ctx, pack, head, bytes);
    } else if (bytes.length === pack.size) {
      await guarded(ctx, pack, () => applyWhole(ctx, pack, head, bytes));
    } else {
      share = Math.max(share, head.headEnd / pack.size);
      await index(ctx, pack, head);
      const row = await ctx.state.read(['packs'], (tx) => tx.packs.get(pack.id));
      if (row) indexed.push(row);
      if (begun + bytes.length <= BEGINNINGS) beginnings.set(pack.id, bytes);
      begun += bytes.length;
      progress(++done, total);
      return;
    }
    done += 2;
    progress(done, total);
  };
  const [first, ...others] = todo;
  // The first one alone: it fills the first screen, and tells how long the heads of the others are.
  if (first) await settle(await fetchHead(first));
  for await (const result of inOrder(others, AT_ONCE, fetchHead)) await settle(result);
  const fetchBody = async (pack: PackRow) => {
    const beginning = beginnings.get(pack.id);
    beginnings.delete(pack.id);
    // What was kept of its head may be of another program than this one.
    return { pack, bodies: await guarded(ctx, pack, () => fetchBodies(ctx, pack, beginning, signal)) };
  };
  for await (const { pack, bodies } of inOrder(indexed, AT_ONCE, fetchBody)) {
    if (bodies) await guarded(ctx, pack, () => applyBodies(ctx, bodies));
    progress(++done, total);
  }
  // A merged pack that came to nothing holds none of them.
  const held = new Set([...ctx.applied].map((item) => partsOf(item).hash));
  merged.clear();
  for (const pack of todo.filter(({ id }) => left.has(id))) {
    if (held.has(pushOf(pack))) continue;
    left.delete(pack.id);
    await settle(await fetchHead(pack));
  }
  await doubtAbsent(
    ctx,
    all.filter(({ id }) => !left.has(id)),
  );
  await countWaiting(ctx);
  await answerWants(ctx);
  return { packs: all.length - left.size, left };
}

/**
 * What is listed and isn't found is late, and nothing is merged meanwhile. Once full listings an hour apart have named it and no read
 * has found it, it counts as damaged: nothing waits for it any more, and it is looked for again after each full listing (rule V27).
 */
async function doubtAbsent(ctx: Context, tried: readonly PackRow[]): Promise<void> {
  if (tried.length === 0) return;
  const now = ctx.deps.now();
  const confirmed = await ctx.state.write(['packs', 'sights', 'meta'], async (tx) => {
    const rows = await tx.packs.getMany(tried.map((row) => row.id));
    const absent = rows.flatMap((row) => (row?.state === 'listed' || row?.state === 'indexed' ? [row] : []));
    const since = (await tx.sights.getMany(absent.map(damageKey))).map((sight) => sight?.local);
    const moment = await momentOf(tx, ctx.storageId, now);
    // A clock that was put back must not make it wait for years.
    const fresh = absent.filter((_, index) => (since[index] ?? Number.POSITIVE_INFINITY) > now);
    await tx.sights.putMany(fresh.map((row) => ({ key: damageKey(row), ...moment })));
    const full = (await readMeta(tx, `listing ${ctx.storageId}`))?.full ?? 0;
    return absent.filter((_, index) => full - (since[index] ?? now) >= CONFIRMED_AFTER);
  });
  for (const row of confirmed) await setState(ctx, row, 'damaged');
}

/** A damaged pack counts as absent: said so, read again later, and nothing else stops for it (rule V11). Null then. */
async function guarded<Result>(ctx: Context, pack: PackRow, work: () => Promise<Result>): Promise<Result | null> {
  try {
    return await work();
  } catch (error) {
    const state = unreadable(error);
    if (!state) throw error;
    await setState(ctx, pack, state);
    return null;
  }
}

/**
 * A push under this device's own id that it doesn't know, itself or in what others have merged: this profile was restored from an
 * old copy, or cloned (rule V8).
 */
async function isRollback(ctx: Context, pack: PackRow, head: PackHead): Promise<boolean> {
  const device = await ctx.state.read(['meta'], (tx) => readMeta(tx, 'device'));
  return [...coverageOf(head.manifest, ownElement(pack, head))].some(
    (item) => partsOf(item).device === device?.id && !ctx.applied.has(item),
  );
}
