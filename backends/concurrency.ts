/** A storage with a cap on the calls in flight; the others wait their turn, first come, first served. */
import type { Storage } from './storage.ts';

/** @param limit calls in flight at most, 1 or more. `watch` isn't counted: it waits for hours and asks for nothing. */
export function withConcurrency(storage: Storage, limit: number): Storage {
  if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`a cap of ${limit} calls lets none through`);
  let running = 0;
  const queue = new Set<() => void>();

  function next(): void {
    const [start] = queue;
    if (!start || running >= limit) return;
    queue.delete(start);
    running++;
    start();
  }

  function turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const giveUp = () => {
        queue.delete(start);
        reject(signal?.reason);
      };
      const start = () => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      queue.add(start);
      next();
    });
  }

  async function queued<T>(signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> {
    await turn(signal);
    try {
      return await call();
    } finally {
      running--;
      next();
    }
  }

  return {
    put: (name, bytes, signal) => queued(signal, () => storage.put(name, bytes, signal)),
    get: (name, range, signal) => queued(signal, () => storage.get(name, range, signal)),
    changes: (area, cursor, signal) => queued(signal, () => storage.changes(area, cursor, signal)),
    delete: (names, signal) => queued(signal, () => storage.delete(names, signal)),
    watch: (area, cursor, signal) => storage.watch(area, cursor, signal),
    about: (signal) => queued(signal, () => storage.about(signal)),
  };
}
