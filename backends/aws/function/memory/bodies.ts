/** The store of large bodies in memory, for tests, with the client's way in. */

import type { BodyStore, StoredBody } from '../ports.ts';

interface Held {
  readonly size: number;
  readonly sha256: string | undefined;
  readonly time: number;
}

export interface MemoryBodies extends BodyStore {
  /** As a client would, with its own credentials. */
  upload(key: string, body: { size: number; sha256?: string }): void;
  keys(): readonly string[];
}

export function memoryBodies({ now, pageSize = 1000 }: { now: () => number; pageSize?: number }): MemoryBodies {
  const held = new Map<string, Held>();
  return {
    upload: (key, { size, sha256 }) => void held.set(key, { size, sha256, time: now() }),
    keys: () => [...held.keys()].sort(),
    head: async (key) => {
      const body = held.get(key);
      if (!body) return undefined;
      return body.sha256 === undefined ? { size: body.size } : { size: body.size, sha256: body.sha256 };
    },
    remove: async (keys) => {
      for (const key of keys) held.delete(key);
    },
    list: async (prefix, after = '') => {
      const all = [...held]
        .filter(([key]) => key.startsWith(prefix) && key > after)
        .map(([key, { time }]): StoredBody => ({ key, time }))
        .sort((a, b) => (a.key < b.key ? -1 : 1));
      return { bodies: all.slice(0, pageSize), more: all.length > pageSize };
    },
  };
}
