/** A page of a listing, as the function tells it. */
import { fieldOf } from '../field-of.ts';
import type { Area, ChangesPage, Cursor, StorageEvent } from '../storage.ts';
import { areaOf, isObjectName } from '../storage.ts';
import { foreignAnswer } from './failure.ts';

function readEvent(event: unknown, area: Area): StorageEvent | undefined {
  const kind = fieldOf(event, 'kind');
  const name = fieldOf(event, 'name');
  if (typeof name !== 'string' || !isObjectName(name) || areaOf(name) !== area) return undefined;
  if (kind === 'removed') return { kind, name };
  const size = fieldOf(event, 'size');
  const time = fieldOf(event, 'time');
  return kind === 'added' && typeof size === 'number' && typeof time === 'number'
    ? { kind, name, size, time }
    : undefined;
}

/** @throws {StorageError} `Unavailable` when that isn't a page of the area's; a page with a hole would lose something. */
export function readChanges(answer: unknown, area: Area): ChangesPage {
  const events = fieldOf(answer, 'events');
  const cursor = fieldOf(answer, 'cursor');
  const more = fieldOf(answer, 'more');
  if (!Array.isArray(events) || typeof cursor !== 'string' || typeof more !== 'boolean')
    throw foreignAnswer('GET changes', 'something else');
  return {
    events: events.map((event) => {
      const read = readEvent(event, area);
      if (!read) throw foreignAnswer('GET changes', 'something else');
      return read;
    }),
    cursor: cursor as Cursor,
    more,
  };
}
