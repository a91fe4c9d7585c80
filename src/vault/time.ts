/**
 * Time that destroys (rule V22). What is old enough to be deleted is told by two clocks, this device's and the provider's, and
 * both must say so. While they contradict what was believed of them, nothing is old enough.
 *
 * The provider's time is the latest of any object listed: a lower bound, which is all that is needed. How far the two clocks are
 * apart is only known at this device's own puts, since the age of anybody else's object isn't.
 */
import { type ClocksRecord, readMeta, type Sight, type StorageId, type Transaction, writeMeta } from './state.ts';

const DAY = 86_400_000;
/** A jump beyond this is doubted. */
const JUMP = DAY;
/** A doubted difference that has held for so long is believed. */
const HOLDS = 7 * DAY;

const FIRST: ClocksRecord = { provider: 0, local: 0, skew: Number.NaN, doubt: null };

/** The moment as both clocks tell it, as far as this storage's objects show it. */
export async function momentOf(tx: Transaction<'meta'>, storage: StorageId, now: number): Promise<Sight> {
  return { local: now, provider: (await readMeta(tx, `clocks ${storage}`))?.provider ?? 0 };
}

/** Whether it can't be so late yet, by this device's clock and how far the two were apart. */
function isAhead(provider: number, now: number, skew: number): boolean {
  return provider - (now + skew) > JUMP;
}

/** To be told of every object that a listing names. @param provider its time there @param now this device's clock */
export async function observe(
  tx: Transaction<'meta'>,
  storage: StorageId,
  provider: number,
  now: number,
): Promise<void> {
  const clocks = (await readMeta(tx, `clocks ${storage}`)) ?? FIRST;
  // A single object that is years ahead would stop time for years: what comes after it is never later.
  if (isAhead(provider, now, clocks.skew)) return;
  if (provider > clocks.provider) await writeMeta(tx, `clocks ${storage}`, { ...clocks, provider, local: now });
}

/**
 * To be told of every object that this device put, once it is listed.
 * @param put this device's clock at the put @param provider the object's time there
 */
export async function compareClocks(
  tx: Transaction<'meta' | 'sights'>,
  storage: StorageId,
  put: number,
  provider: number,
  now: number,
): Promise<void> {
  const clocks = (await readMeta(tx, `clocks ${storage}`)) ?? FIRST;
  const skew = provider - put;
  const write = (change: Partial<ClocksRecord>) => writeMeta(tx, `clocks ${storage}`, { ...clocks, ...change });
  if (Number.isNaN(clocks.skew) || Math.abs(skew - clocks.skew) <= JUMP) {
    // Small differences are followed, so that a clock that runs slow by a minute a day isn't doubted after years.
    await write({ skew, doubt: null });
    if (!isAhead(clocks.provider, now, skew)) return;
    // It was heard before this device could tell. What was seen since was seen by a time that isn't yet.
    await write({ skew, doubt: null, provider, local: now });
    await tx.sights.delete((await tx.sights.list()).map((row) => row.key));
    return;
  }
  const moment = { local: now, provider: Math.max(clocks.provider, provider) };
  const { doubt } = clocks;
  if (!doubt || Math.abs(skew - doubt.skew) > JUMP || moment.local < doubt.since.local) {
    await write({ doubt: { skew, since: moment } });
    return;
  }
  if (elapsed(doubt.since, moment) < HOLDS) return;
  // What was seen before was seen by other clocks.
  await tx.sights.delete((await tx.sights.list()).map((row) => row.key));
  await write({ skew, doubt: null });
}

/** What both clocks have moved, in ms. */
function elapsed(since: Sight, now: Sight): number {
  return Math.min(now.local - since.local, now.provider - since.provider);
}

/** How long ago a moment was, by both clocks; 0 while they are doubted. */
export async function since(tx: Transaction<'meta'>, storage: StorageId, moment: Sight, now: number): Promise<number> {
  if ((await readMeta(tx, `clocks ${storage}`))?.doubt) return 0;
  return Math.max(0, elapsed(moment, await momentOf(tx, storage, now)));
}

/** How long ago this device first saw what the key names, by both clocks. The first time it is asked it says 0, and remembers. */
export async function age(
  tx: Transaction<'meta' | 'sights'>,
  storage: StorageId,
  key: string,
  now: number,
): Promise<number> {
  return (await ages(tx, storage, [key], now))[0] as number;
}

/** The same of many, in the order of the keys. */
export async function ages(
  tx: Transaction<'meta' | 'sights'>,
  storage: StorageId,
  keys: readonly string[],
  now: number,
): Promise<readonly number[]> {
  const moment = await momentOf(tx, storage, now);
  const doubted = Boolean((await readMeta(tx, `clocks ${storage}`))?.doubt);
  const known = await tx.sights.getMany(keys);
  // Before anything was listed the provider's time isn't known, and counting from 0 would leave it to this device's clock alone.
  const isPast = (first: Sight) =>
    first.provider > 0 && first.local <= moment.local && first.provider <= moment.provider;
  await tx.sights.putMany(
    keys.flatMap((key, index) => {
      const first = known[index];
      return first && isPast(first) ? [] : [{ key, ...moment }];
    }),
  );
  return known.map((first) => (first && isPast(first) && !doubted ? Math.max(0, elapsed(first, moment)) : 0));
}

export async function forgetSight(tx: Transaction<'sights'>, keys: readonly string[]): Promise<void> {
  await tx.sights.delete(keys);
}
