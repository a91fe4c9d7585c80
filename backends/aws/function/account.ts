/** What belongs to a person as a whole: how many requests they made, and leaving with everything. */

import { AREAS } from '../../storage.ts';
import { bodyKey, type Limits } from '../protocol.ts';
import { eachOf } from './at-once.ts';
import { Failure } from './failure.ts';
import { accountPartition, areaPartition, bodiesPartition, count, type Subject } from './layout.ts';
import type { BodyStore, Key, ObjectTable, Surroundings } from './ports.ts';

const MINUTE = 60_000;
/** Longer than any token lives that was given out before the account was deleted. */
const STAYS_CLOSED = 25 * 60 * MINUTE;
/** One request erases for so long, then asks to be repeated; the gateway waits thirty seconds for an answer. */
const ERASING = 8_000;

const requestsKey = (sub: Subject): Key => ({ pk: accountPartition(sub), sk: 'requests' });

/**
 * Lets a request in that writes, and counts it, for all instances of the function together.
 * @throws {Failure} RateLimited; Unauthorized when the account was deleted
 */
export async function admitWrite(
  { table, limits, now }: Pick<Surroundings, 'now'> & { readonly table: ObjectTable; readonly limits: Limits },
  sub: Subject,
): Promise<void> {
  const minute = Math.floor(now() / MINUTE);
  const key = requestsKey(sub);
  for (;;) {
    const sum = await table.increment(key, { minute }, ['closed']);
    if (sum !== undefined) return refuseAbove(limits, sum, now());
    // A new minute, a new account, or a deleted one.
    const item = await table.get(key);
    if (item?.['closed'] !== undefined && count(item, 'closed') > now()) {
      throw new Failure('Unauthorized', 'The account was deleted');
    }
    const begun = item
      ? await table.change(key, { set: { minute, count: 1 }, drop: ['closed'] }, { minute: count(item, 'minute') })
      : await table.add({ ...key, minute, count: 1 });
    if (begun) return;
  }
}

/** Counts requests that only read, in this instance of the function alone: a write for each poll would cost more than the poll. */
export function countReads({ limits, now }: Pick<Surroundings, 'now'> & { readonly limits: Limits }) {
  let minute = 0;
  const counts = new Map<Subject, number>();
  return (sub: Subject): void => {
    const current = Math.floor(now() / MINUTE);
    if (current !== minute) counts.clear();
    minute = current;
    const sum = (counts.get(sub) ?? 0) + 1;
    counts.set(sub, sum);
    refuseAbove(limits, sum, now());
  };
}

function refuseAbove(limits: Limits, sum: number, now: number): void {
  if (sum <= (limits.requestsPerMinute ?? Infinity)) return;
  const retryAfter = Math.ceil((MINUTE - (now % MINUTE)) / 1000);
  throw new Failure('RateLimited', 'Too many requests in this minute', retryAfter);
}

/**
 * Removes all that the person has, for as long as one request may take; says whether something is left. First
 * of all the account is closed, so that another device doesn't fill it again.
 */
export async function eraseAccount(
  { table, bodies, now }: Pick<Surroundings, 'now'> & { readonly table: ObjectTable; readonly bodies: BodyStore },
  sub: Subject,
): Promise<{ readonly more: boolean }> {
  const until = now() + ERASING;
  await table.put({ ...requestsKey(sub), minute: 0, count: 0, closed: now() + STAYS_CLOSED });
  for (let more = true; more; ) {
    if (now() >= until) return { more };
    const page = await bodies.list(bodyKey(sub, ''));
    if (page.bodies.length > 0) await bodies.remove(page.bodies.map((body) => body.key));
    more = page.more;
  }
  const partitions = [...AREAS.map((area) => areaPartition(sub, area)), bodiesPartition(sub), accountPartition(sub)];
  for (const pk of partitions) {
    for (let from = ' ', more = true; more; ) {
      if (now() >= until) return { more };
      const page = await table.list(pk, { from, to: '~', limit: 100 });
      await eachOf(
        page.items.filter((item) => item.sk !== requestsKey(sub).sk),
        (item) => table.remove(item),
      );
      from = page.items.at(-1)?.sk ?? from;
      // The last of a page is asked for again, and is gone; only what is kept comes twice.
      more = page.more;
    }
  }
  return { more: false };
}
