/**
 * Stores that each break the contract in one way, as real clients have been seen to. The suite is worth
 * something only as long as it tells every one of them from a sound store, by the rule that it breaks.
 */
import { memoryPlace } from '../memory/place.ts';
import type { Cursor, ObjectName, Storage, StorageEvent } from '../storage.ts';
import { isStorageError, MAX_OBJECT_BYTES, StorageError } from '../storage.ts';
import type { Rule } from './check.ts';
import type { Place } from './place.ts';

export interface BrokenStore {
  /** What it does wrong. */
  readonly title: string;
  /** The rule that it breaks. */
  readonly breaks: Rule;
  readonly place: () => Place;
}

/** Made once for a place; what it keeps outside `wrap` is shared by all connections. */
export type Breaking = () => (storage: Storage, place: Place) => Partial<Storage>;

function soundPlace(): Place {
  return memoryPlace('sound', { delay: [1, 20] }, 7);
}

/** The same place, with some calls of every connection replaced. */
export function broken(breaking: Breaking, change: Partial<Place> = {}): Place {
  const sound = soundPlace();
  const wrap = breaking();
  const opened = (storage: Storage): Storage => ({ ...storage, ...wrap(storage, place) });
  const place: Place = {
    ...sound,
    open: async () => opened(await sound.open()),
    openPaged: async (pageSize) => opened((await sound.openPaged?.(pageSize)) ?? (await sound.open())),
    reopen: async (settings) => opened(await sound.reopen(settings)),
    ...change,
  };
  return place;
}

export function store(breaks: Rule, title: string, breaking: Breaking): BrokenStore {
  return { breaks, title, place: () => broken(breaking) };
}

const cut = (name: ObjectName) => (name.length > 120 ? (`${name.slice(0, 120)}0` as ObjectName) : name);

const objects: readonly BrokenStore[] = [
  store('S1', 'resolves a put before the object is durable', () => (storage) => ({
    async put(name, bytes, signal) {
      void storage.put(name, bytes, signal).catch(() => undefined);
    },
  })),

  store('S2', 'refuses the same bytes the second time', () => {
    const known = new Set<ObjectName>();
    return (storage) => ({
      async put(name, bytes, signal) {
        if (known.has(name)) throw new StorageError('Taken', 'the name is taken');
        await storage.put(name, bytes, signal);
        known.add(name);
      },
      async delete(names, signal) {
        await storage.delete(names, signal);
        for (const name of names) known.delete(name);
      },
    });
  }),

  store('S2', 'writes the same bytes anew, with a new date', () => (storage) => ({
    async put(name, bytes, signal) {
      await storage.put(name, bytes, signal);
      await storage.delete([name], signal);
      await storage.put(name, bytes, signal);
    },
  })),

  store('S3', 'overwrites', () => (storage) => ({
    async put(name, bytes, signal) {
      try {
        await storage.put(name, bytes, signal);
      } catch (error) {
        if (!isStorageError(error, 'Taken')) throw error;
        await storage.delete([name], signal);
        await storage.put(name, bytes, signal);
      }
    },
  })),

  store('S3', 'makes a second object with the same name', () => {
    const doubles: StorageEvent[] = [];
    return (storage) => ({
      async put(name, bytes, signal) {
        try {
          await storage.put(name, bytes, signal);
        } catch (error) {
          if (!isStorageError(error, 'Taken')) throw error;
          doubles.push({ kind: 'added', name, size: bytes.length, time: Date.UTC(2031, 5) });
        }
      },
      async changes(area, cursor, signal) {
        const page = await storage.changes(area, cursor, signal);
        const events = page.events.flatMap((event) => [
          ...doubles.filter((double) => event.kind === 'added' && double.name === event.name),
          event,
        ]);
        return { ...page, events };
      },
    });
  }),

  store('S4', 'keeps the buffer that it was given to store', () => {
    const kept = new Map<ObjectName, Uint8Array>();
    return (storage) => ({
      async put(name, bytes, signal) {
        await storage.put(name, bytes, signal);
        if (!kept.has(name)) kept.set(name, bytes);
      },
      async get(name, range, signal) {
        const stored = await storage.get(name, range, signal);
        return new Uint8Array(kept.get(name)?.slice(range?.start, range?.end) ?? stored);
      },
    });
  }),

  store('S4', 'gives the same buffer to all who ask', () => (storage) => {
    const cache = new Map<ObjectName, Uint8Array<ArrayBuffer>>();
    return {
      async get(name, range, signal) {
        const bytes = await storage.get(name, range, signal);
        if (range) return bytes;
        const first = cache.get(name) ?? bytes;
        cache.set(name, first);
        return first;
      },
    };
  }),

  store('S4', 'stores the whole buffer under a view', () => (storage) => ({
    put: (name, bytes, signal) => storage.put(name, new Uint8Array(bytes.buffer), signal),
  })),

  store('S4', 'hands out a view onto a larger buffer', () => (storage) => ({
    async get(name, range, signal) {
      const bytes = await storage.get(name, range, signal);
      const pool = new Uint8Array(bytes.length + 64);
      pool.set(bytes, 32);
      return pool.subarray(32, 32 + bytes.length);
    },
  })),

  store('S4', 'reads the answer as text', () => (storage) => ({
    async get(name, range, signal) {
      return new TextEncoder().encode(new TextDecoder().decode(await storage.get(name, range, signal)));
    },
  })),

  store('S4', 'loses the last byte of an object of the greatest size', () => (storage) => ({
    async get(name, range, signal) {
      const bytes = await storage.get(name, range, signal);
      return bytes.length === MAX_OBJECT_BYTES ? bytes.slice(0, -1) : bytes;
    },
  })),

  store('S5', 'returns short ranges: takes the end for the last byte', () => (storage) => ({
    get: (name, range, signal) =>
      storage.get(name, range?.end ? { start: range.start, end: range.end - 1 } : range, signal),
  })),

  store('S5', 'ignores the range', () => (storage) => ({
    get: (name, _range, signal) => storage.get(name, undefined, signal),
  })),

  store('S5', 'fails when a range runs past the end, as a server answers 416', () => (storage) => ({
    async get(name, range, signal) {
      const bytes = await storage.get(name, undefined, signal);
      if (range && range.start >= bytes.length) throw new StorageError('Rejected', 'range not satisfiable');
      return bytes.slice(range?.start, range?.end);
    },
  })),

  store('S6', 'gives no bytes for a name that is not there', () => (storage) => ({
    get: (name, range, signal) =>
      storage.get(name, range, signal).catch((error: unknown) => {
        if (isStorageError(error, 'NotFound')) return new Uint8Array(0);
        throw error;
      }),
  })),

  store('S7', 'accepts an object that is too large', () => {
    const large = new Set<ObjectName>();
    return (storage) => ({
      async put(name, bytes, signal) {
        if (bytes.length > MAX_OBJECT_BYTES) large.add(name);
        else await storage.put(name, bytes, signal);
      },
    });
  }),

  store('S7', 'asks the provider before it refuses an object that is too large', () => (storage) => ({
    async put(name, bytes, signal) {
      if (bytes.length > MAX_OBJECT_BYTES) await storage.about(signal);
      await storage.put(name, bytes, signal);
    },
  })),

  store('S8', 'sends whatever name it is given', () => (storage) => ({
    async get(name, range, signal) {
      try {
        return await storage.get(name, range, signal);
      } catch (error) {
        if (!isStorageError(error, 'Rejected')) throw error;
        throw new StorageError('NotFound', 'the provider knows no such name', { cause: error });
      }
    },
  })),

  store('S8', 'cuts long names short', () => (storage) => ({
    put: (name, bytes, signal) => storage.put(cut(name), bytes, signal),
    get: (name, range, signal) => storage.get(cut(name), range, signal),
    delete: (names, signal) => storage.delete(names.map(cut), signal),
  })),
];

const listings: readonly BrokenStore[] = [
  store('S9', 'drops the second page', () => (storage) => {
    let page = 0;
    return {
      async changes(area, cursor, signal) {
        const answer = await storage.changes(area, cursor, signal);
        page = cursor === undefined ? 1 : page + 1;
        return page === 2 ? { ...answer, events: [] } : answer;
      },
    };
  }),

  store('S9', 'stops after the first page', () => (storage) => ({
    changes: async (area, cursor, signal) => ({ ...(await storage.changes(area, cursor, signal)), more: false }),
  })),

  store('S9', 'lists stale for ever', () => {
    const first = new Map<string, Awaited<ReturnType<Storage['changes']>>>();
    return (storage) => ({
      async changes(area, cursor, signal) {
        const answer = first.get(area) ?? { ...(await storage.changes(area, cursor, signal)), more: false };
        first.set(area, answer);
        return answer;
      },
    });
  }),

  store('S9', 'lists both areas together', () => (storage) => ({
    async changes(area, cursor, signal) {
      const page = await storage.changes(area, cursor, signal);
      if (cursor !== undefined) return page;
      const other = await storage.changes(area === 'log' ? 'files' : 'log', undefined, signal);
      return { ...page, events: [...page.events, ...other.events] };
    },
  })),

  store('S10', 'forgets removals', () => (storage) => ({
    async changes(area, cursor, signal) {
      const page = await storage.changes(area, cursor, signal);
      return { ...page, events: page.events.filter((event) => event.kind === 'added') };
    },
  })),

  store('S10', 'tells removals before additions, whatever came first', () => (storage) => ({
    async changes(area, cursor, signal) {
      const page = await storage.changes(area, cursor, signal);
      const removals = page.events.filter((event) => event.kind === 'removed');
      return { ...page, events: [...removals, ...page.events.filter((event) => event.kind === 'added')] };
    },
  })),

  store('S10', 'lists by offset, and takes up the feed where the listing ended', () => (storage) => ({
    async changes(area, cursor, signal) {
      if (cursor !== undefined && !cursor.startsWith('offset:')) return storage.changes(area, cursor, signal);
      const offset = Number(cursor?.slice('offset:'.length) ?? 0);
      const present = new Map<ObjectName, StorageEvent>();
      let page = await storage.changes(area, undefined, signal);
      for (;;) {
        for (const event of page.events)
          if (event.kind === 'added') present.set(event.name, event);
          else present.delete(event.name);
        if (!page.more) break;
        page = await storage.changes(area, page.cursor, signal);
      }
      const events = [...present.values()].slice(offset, offset + 3);
      const more = offset + 3 < present.size;
      return { events, cursor: more ? (`offset:${offset + 3}` as Cursor) : page.cursor, more };
    },
  })),

  store('S11', "gives this device's time", () => (storage) => ({
    async changes(area, cursor, signal) {
      const page = await storage.changes(area, cursor, signal);
      const time = Date.now();
      return {
        ...page,
        events: page.events.map((event) => (event.kind === 'added' ? Object.assign({}, event, { time }) : event)),
      };
    },
  })),

  store('S11', 'knows no sizes', () => (storage) => ({
    async changes(area, cursor, signal) {
      const page = await storage.changes(area, cursor, signal);
      return {
        ...page,
        events: page.events.map((event) => (event.kind === 'added' ? Object.assign({}, event, { size: 0 }) : event)),
      };
    },
  })),

  store('S12', 'keeps what a cursor means in the connection', () => (storage) => {
    const cursors = new Map<Cursor, Cursor>();
    const inner = (cursor: Cursor) => {
      const known = cursors.get(cursor);
      if (known === undefined) throw new StorageError('CursorExpired', 'not one of mine');
      return known;
    };
    return {
      async changes(area, cursor, signal) {
        const page = await storage.changes(area, cursor === undefined ? undefined : inner(cursor), signal);
        const name = `cursor-${cursors.size}` as Cursor;
        cursors.set(name, page.cursor);
        return { ...page, cursor: name };
      },
      watch: async (area, cursor, signal) => storage.watch(area, inner(cursor), signal),
    };
  }),

  store('S12', 'takes an expired cursor for "no news"', () => (storage) => ({
    async changes(area, cursor, signal) {
      try {
        return await storage.changes(area, cursor, signal);
      } catch (error) {
        if (cursor === undefined || !isStorageError(error, 'CursorExpired')) throw error;
        return { events: [], cursor, more: false };
      }
    },
  })),
];

const deleting: readonly BrokenStore[] = [
  store('S13', 'does not delete', () => () => ({ delete: async () => undefined })),

  store('S13', 'fails to delete what is not there', () => (storage) => ({
    async delete(names, signal) {
      for (const name of names) await storage.get(name, { start: 0, end: 0 }, signal);
      await storage.delete(names, signal);
    },
  })),

  store('S13', 'deletes only as many names as fit in one request', () => (storage) => ({
    delete: (names, signal) => storage.delete(names.slice(0, 1000), signal),
  })),

  store('S13', 'never lets a deleted name be used again', () => {
    const gone = new Set<ObjectName>();
    return (storage) => ({
      async put(name, bytes, signal) {
        if (!gone.has(name)) await storage.put(name, bytes, signal);
      },
      async delete(names, signal) {
        await storage.delete(names, signal);
        for (const name of names) gone.add(name);
      },
    });
  }),

  store('S14', 'never wakes who watches', () => () => ({
    watch: (_area, _cursor, signal) =>
      new Promise((_resolve, reject) => {
        if (signal.aborted) reject(signal.reason);
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  })),

  store('S14', 'watches only from now on, not from the cursor', () => (storage) => ({
    async watch(area, cursor, signal) {
      let newest = await storage.changes(area, cursor, signal);
      while (newest.more) newest = await storage.changes(area, newest.cursor, signal);
      await storage.watch(area, newest.cursor, signal);
    },
  })),

  store('S14', 'does not stop watching', () => (storage) => ({
    watch: (area, cursor) => storage.watch(area, cursor, new AbortController().signal),
  })),
];

export const brokenStores: readonly BrokenStore[] = [...objects, ...listings, ...deleting];
