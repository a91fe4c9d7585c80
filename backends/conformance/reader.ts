/** Follows an area's changes as any client does, and keeps the set that they lead to. */
import type { Area, ChangesPage, Cursor, ObjectInfo, ObjectName, Storage, StorageEvent } from '../storage.ts';
import type { Visit } from './check.ts';
import { expect, setDifference } from './expect.ts';

/** Far more than an account under test holds: a listing that goes on longer goes on for ever. */
const MOST_PAGES = 20_000;

export interface Reader {
  /** This visit's objects, as far as they are known. */
  readonly objects: ReadonlyMap<ObjectName, ObjectInfo>;
  /** Every event of this visit's objects, in the order in which it came. */
  readonly events: readonly StorageEvent[];
  /** Pages read until now. */
  readonly pages: () => number;
  readonly cursor: () => Cursor;
  /** Reads one page; gives whether there is more at once. */
  readonly page: () => Promise<boolean>;
  /** Reads on until there is no more at once. */
  readonly toEnd: () => Promise<void>;
  /** Takes another connection from here on; the cursor goes with it, through JSON. */
  readonly moveTo: (storage: Storage) => void;
}

export function createReader(visit: Visit, storage: Storage, area: Area, from?: Cursor): Reader {
  const objects = new Map<ObjectName, ObjectInfo>();
  const events: StorageEvent[] = [];
  let connection = storage;
  let cursor = from;
  let pages = 0;

  function apply(answer: ChangesPage): void {
    for (const event of answer.events) {
      if (!visit.owns(event.name)) continue;
      events.push(event);
      if (event.kind === 'removed') objects.delete(event.name);
      else objects.set(event.name, { name: event.name, size: event.size, time: event.time });
    }
  }

  async function page(): Promise<boolean> {
    const answer = await connection.changes(area, cursor);
    expect(typeof answer.cursor === 'string', 'the cursor of a page is not text');
    ({ cursor } = answer);
    pages++;
    expect(pages < MOST_PAGES, `the listing of "${area}" did not end after ${MOST_PAGES} pages`);
    apply(answer);
    return answer.more;
  }

  return {
    objects,
    events,
    pages: () => pages,
    cursor() {
      expect(cursor !== undefined, 'the reader has not read a page');
      return cursor;
    },
    page,
    async toEnd() {
      while (await page());
    },
    moveTo(other) {
      connection = other;
      if (cursor !== undefined) cursor = JSON.parse(JSON.stringify(cursor)) as Cursor;
    },
  };
}

/** In the end, reading on with this reader leads to exactly these names of the visit. */
export async function leadsTo(visit: Visit, reader: Reader, names: Iterable<ObjectName>, who: string): Promise<void> {
  const wanted = [...names];
  await visit.eventually(`${who} leads to the right set`, async () => {
    await reader.toEnd();
    return setDifference(reader.objects.keys(), wanted);
  });
}

/** In the end, a listing from the start over a new connection holds exactly these names of the visit. */
export async function listsExactly(visit: Visit, area: Area, names: Iterable<ObjectName>): Promise<Reader> {
  const wanted = [...names];
  let reader: Reader | undefined;
  await visit.eventually(`a new listing of "${area}"`, async () => {
    reader = createReader(visit, await visit.open(), area);
    await reader.toEnd();
    return setDifference(reader.objects.keys(), wanted);
  });
  expect(reader !== undefined, 'no listing was read');
  return reader;
}
