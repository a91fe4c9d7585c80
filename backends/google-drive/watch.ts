/**
 * Waiting for a change. Drive has no long poll for a page, and its notifications go to servers; so the feed is asked,
 * at first often, then ever more calmly.
 */
import type { Area, Cursor } from '../storage.ts';
import type { createChanges } from './changes.ts';
import { readCursor } from './cursor.ts';
import { readFeed } from './feed.ts';
import { PAGE_FILES } from './listing.ts';
import type { Transport } from './transport.ts';

export interface WatchDeps {
  readonly transport: Transport;
  readonly changes: ReturnType<typeof createChanges>;
  /** Rejects with the signal's reason when it fires. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

const SECOND = 1000;
/** Between two questions; the last goes on. A quiet hour takes 35, at 100 of the quota's units each. */
const PAUSES = [20, 20, 20, 60, 60, 60, 60, 120].map((seconds) => seconds * SECOND);

export function createWatch({ transport, changes, sleep }: WatchDeps) {
  /** A watch that is taken up again with the same cursor goes on as calmly as it was. */
  let last: { readonly cursor: Cursor; count: number } | undefined;

  function pauseFor(cursor: Cursor): number {
    if (last?.cursor !== cursor) last = { cursor, count: 0 };
    return PAUSES[Math.min(last.count++, PAUSES.length - 1)] ?? 0;
  }

  return async (area: Area, cursor: Cursor, signal: AbortSignal): Promise<void> => {
    const position = readCursor(area, cursor);
    // The listing itself is still under way.
    if (position.page !== undefined) return;
    let { token } = position;
    for (;;) {
      const feed = await readFeed(transport, changes.spaceOf(), token, PAGE_FILES, signal);
      if (changes.concerns(area, position.known, feed.changes) || changes.wantsSecondLook(position)) return;
      ({ token } = feed);
      if (!feed.more) await sleep(pauseFor(cursor), signal);
    }
  };
}
