/** A storage that counts its calls and the bytes of their contents: what a sync costs, in requests. */
import type { Storage } from './storage.ts';

export interface Counts {
  readonly put: number;
  readonly get: number;
  readonly changes: number;
  readonly delete: number;
  readonly watch: number;
  readonly about: number;
  /** All calls together. */
  readonly total: number;
  /** Bytes of objects put. */
  readonly bytesOut: number;
  /** Bytes of objects and parts got. */
  readonly bytesIn: number;
}

const NOTHING: Counts = {
  put: 0,
  get: 0,
  changes: 0,
  delete: 0,
  watch: 0,
  about: 0,
  total: 0,
  bytesOut: 0,
  bytesIn: 0,
};

/** A call counts when it is made, whatever comes of it; its bytes count when it succeeds. */
export function counting(storage: Storage): {
  readonly storage: Storage;
  /** What was counted since the start or the last `reset`. */
  readonly counts: () => Counts;
  readonly reset: () => void;
} {
  const counts = { ...NOTHING };
  const count = (operation: keyof Storage) => {
    counts[operation]++;
    counts.total++;
  };

  return {
    storage: {
      async put(name, bytes, signal) {
        count('put');
        await storage.put(name, bytes, signal);
        counts.bytesOut += bytes.length;
      },
      async get(name, range, signal) {
        count('get');
        const bytes = await storage.get(name, range, signal);
        counts.bytesIn += bytes.length;
        return bytes;
      },
      changes(area, cursor, signal) {
        count('changes');
        return storage.changes(area, cursor, signal);
      },
      delete(names, signal) {
        count('delete');
        return storage.delete(names, signal);
      },
      watch(area, cursor, signal) {
        count('watch');
        return storage.watch(area, cursor, signal);
      },
      about(signal) {
        count('about');
        return storage.about(signal);
      },
    },
    counts: () => ({ ...counts }),
    reset: () => {
      Object.assign(counts, NOTHING);
    },
  };
}
