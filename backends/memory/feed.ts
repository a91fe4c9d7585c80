/**
 * One area's change feed, as a provider with several replicas shows it: events become visible some time
 * after they happened, additions and removals at different speeds, and a reader may be served an old view.
 *
 * All events stand in one list in the order in which they become visible, so that a view is a prefix of
 * that list and a place in the feed is an index. An event never becomes visible before an earlier one of
 * the same name: whoever applies the list in order has the right set in the end.
 */
import type { Area, ChangesPage, Cursor, ObjectName, StorageEvent } from '../storage.ts';
import { StorageError } from '../storage.ts';

export interface FeedSwitches {
  /** An event becomes visible at most this many ms after it happened. */
  readonly visibility: number;
  /** Which kind of event becomes visible at once, where the other takes its time; `together`: both take it. */
  readonly order: 'together' | 'adds-first' | 'deletes-first';
  /** A listing shows what was visible at most this many ms ago. */
  readonly staleness: number;
  /** Events per page. */
  readonly pageSize: number;
  /** How often (0 to 1) a page comes empty and with `more`, as Dropbox allows itself. */
  readonly emptyPages: number;
}

export interface Feed {
  /** @param announced false: a full listing shows it, the feed never tells (a provider that lost a message). */
  record(event: StorageEvent, announced: boolean): void;
  /** @throws {StorageError} `CursorExpired` */
  page(cursor: Cursor | undefined, pageSize: number): ChangesPage;
  /** When something past the cursor can be seen by every reader, ms since 1970; undefined when nothing is past it. */
  news(cursor: Cursor): number | undefined;
  /** Makes every cursor given out until now worthless. */
  expireCursors(): void;
}

type Added = Extract<StorageEvent, { kind: 'added' }>;

interface Entry {
  readonly visibleAt: number;
  readonly event: StorageEvent;
  readonly announced: boolean;
}

/** `feed`: go on at `index`. `list`: go on listing after the name, then go on in the feed at `index`. */
interface Position {
  readonly index: number;
  readonly listAfter?: string;
}

const CURSOR = /^(log|files):(\d+):(\d+)(?::(.*))?$/;

export function createFeed(
  area: Area,
  switches: FeedSwitches,
  deps: { readonly now: () => number; readonly random: () => number },
): Feed {
  const entries: Entry[] = [];
  const lastVisible = new Map<ObjectName, number>();
  let epoch = 1;
  /** The set that the first `upTo` entries lead to, kept because most readers ask for the newest. */
  let folded = { upTo: 0, objects: new Map<ObjectName, Added>() };
  let sorted: readonly Added[] | undefined;

  function lagOf(event: StorageEvent): number {
    const { order, visibility } = switches;
    const atOnce = event.kind === 'added' ? 'adds-first' : 'deletes-first';
    return order === atOnce ? 0 : Math.floor(deps.random() * visibility);
  }

  /** How many entries are visible at this time. */
  function prefixAt(time: number): number {
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((entries[middle]?.visibleAt ?? Infinity) <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function listing(upTo: number): readonly Added[] {
    if (folded.upTo > upTo) folded = { upTo: 0, objects: new Map() };
    else if (folded.upTo === upTo && sorted) return sorted;
    for (const { event } of entries.slice(folded.upTo, upTo)) {
      if (event.kind === 'removed') folded.objects.delete(event.name);
      else folded.objects.set(event.name, event);
    }
    folded.upTo = upTo;
    sorted = [...folded.objects.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return sorted;
  }

  function write({ index, listAfter }: Position): Cursor {
    const text = listAfter === undefined ? `${area}:${epoch}:${index}` : `${area}:${epoch}:${index}:${listAfter}`;
    return text as Cursor;
  }

  function read(cursor: Cursor): Position {
    const [, ofArea, ofEpoch, index, listAfter] = CURSOR.exec(cursor) ?? [];
    if (ofArea !== area || Number(ofEpoch) !== epoch || Number(index) > entries.length)
      throw new StorageError('CursorExpired', 'the memory provider no longer honours this cursor');
    return listAfter === undefined ? { index: Number(index) } : { index: Number(index), listAfter };
  }

  function page(cursor: Cursor | undefined, pageSize: number): ChangesPage {
    const lag = switches.staleness > 0 ? Math.floor(deps.random() * switches.staleness) : 0;
    const seen = prefixAt(deps.now() - lag);
    const from: Position = cursor === undefined ? { index: seen, listAfter: '' } : read(cursor);
    const { listAfter } = from;
    if (switches.emptyPages > 0 && deps.random() < switches.emptyPages)
      return { events: [], cursor: write(from), more: true };

    if (listAfter !== undefined) {
      // Never an older view than the first page's: what lies between the two would be in neither.
      const rest = listing(Math.max(seen, from.index)).filter(({ name }) => name > listAfter);
      const part = rest.slice(0, pageSize);
      const last = part.at(-1);
      const goesOn = last !== undefined && rest.length > part.length;
      return {
        events: part,
        cursor: write(goesOn ? { index: from.index, listAfter: last.name } : { index: from.index }),
        more: goesOn || seen > from.index,
      };
    }

    const end = Math.max(from.index, Math.min(seen, from.index + pageSize));
    return {
      events: entries.slice(from.index, end).flatMap(({ event, announced }) => (announced ? [event] : [])),
      cursor: write({ index: end }),
      more: end < seen,
    };
  }

  return {
    record(event, announced) {
      const visibleAt = Math.max(deps.now() + lagOf(event), lastVisible.get(event.name) ?? 0);
      lastVisible.set(event.name, visibleAt);
      const after = prefixAt(visibleAt);
      entries.splice(after, 0, { visibleAt, event, announced });
    },
    page,
    news(cursor) {
      const { index, listAfter } = read(cursor);
      if (listAfter !== undefined) return deps.now();
      const next = entries[index];
      return next === undefined ? undefined : next.visibleAt + switches.staleness;
    },
    expireCursors() {
      epoch++;
    },
  };
}
