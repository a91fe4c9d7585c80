/**
 * The files of one area, as far as they are known: from listings, from the feed of changes, and from this program's
 * own journal. Two files of one name are one object, the one that was made first; whoever sees both says the same.
 */
import type { Area, ObjectName, StorageEvent } from '../storage.ts';
import type { Entry } from './file.ts';
import type { Journal } from './journal.ts';

export function isFirst(one: Entry, other: Entry): boolean {
  return one.time < other.time || (one.time === other.time && one.id < other.id);
}

/** Of each name the one that counts. */
function objectsOf(entries: Iterable<Entry>): Map<ObjectName, Entry> {
  const objects = new Map<ObjectName, Entry>();
  for (const entry of entries) {
    const known = objects.get(entry.name);
    if (!known || isFirst(entry, known)) objects.set(entry.name, entry);
  }
  return objects;
}

/** What leads a reader from one state to another. */
export function eventsBetween(before: Iterable<Entry>, after: Iterable<Entry>): StorageEvent[] {
  const were = objectsOf(before);
  const are = objectsOf(after);
  const events: StorageEvent[] = [];
  for (const name of were.keys()) if (!are.has(name)) events.push({ kind: 'removed', name });
  for (const { id, name, size, time } of are.values())
    if (were.get(name)?.id !== id) events.push({ kind: 'added', name, size, time });
  return events;
}

export interface Catalog {
  /** Whether a listing of everything was seen. */
  isComplete(): boolean;
  entries(): Iterable<Entry>;
  /** All there is. */
  listed(entries: Iterable<Entry>): void;
  /** Something of it, by id; undefined: it isn't there, or isn't ours. */
  changed(changes: ReadonlyMap<string, Entry | undefined>): void;
  /** The files of that name, the one that counts first. */
  find(name: ObjectName): readonly Entry[];
  /** Drive itself says that the file isn't there. */
  forget(id: string): void;
  /** The folder has gone: what was known says nothing any more. */
  reset(): void;
  /** With the journal's own: what this program has written and not deleted. */
  view(entries: Iterable<Entry>): Map<string, Entry>;
}

export function createCatalog(area: Area, journal: Journal): Catalog {
  let known = new Map<string, Entry>();
  /** Of what is known, by name; made when it is asked for. */
  let byName: Map<ObjectName, Entry[]> | undefined;
  let complete = false;

  function named(name: ObjectName): readonly Entry[] {
    if (!byName) {
      byName = new Map();
      for (const entry of known.values()) {
        const others = byName.get(entry.name);
        if (others) others.push(entry);
        else byName.set(entry.name, [entry]);
      }
    }
    return byName.get(name) ?? [];
  }

  function view(entries: Iterable<Entry>): Map<string, Entry> {
    const all = new Map<string, Entry>();
    for (const entry of entries) if (!journal.isDeleted(entry.id)) all.set(entry.id, entry);
    for (const entry of journal.unseen(area)) all.set(entry.id, entry);
    return all;
  }

  function forget(id: string): void {
    if (known.delete(id)) byName = undefined;
    journal.forget(id);
  }

  return {
    isComplete: () => complete,
    entries: () => known.values(),
    listed(entries) {
      known = new Map([...entries].map((entry) => [entry.id, entry]));
      byName = undefined;
      journal.listed(area, new Set(known.keys()));
      complete = true;
    },
    changed(changes) {
      for (const [id, entry] of changes) {
        if (entry) known.set(id, entry);
        else forget(id);
      }
      if (changes.size > 0) byName = undefined;
    },
    find(name) {
      const found = named(name).filter(({ id }) => !journal.isDeleted(id));
      for (const own of journal.unseenNamed(name)) if (!found.some(({ id }) => id === own.id)) found.push(own);
      return found.sort((one, other) => (isFirst(one, other) ? -1 : 1));
    },
    forget,
    reset() {
      known = new Map();
      byName = undefined;
      complete = false;
      journal.forgetAll(area);
    },
    view,
  };
}
