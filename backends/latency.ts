/** A storage that is as far away as a real one: every call takes some ms more. */
import type { Storage } from './storage.ts';

/** @param ms added to each call before it is made; nothing is added to a watch, which waits anyway. */
export function withLatency(
  storage: Storage,
  ms: number,
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>,
): Storage {
  async function late<T>(signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> {
    await sleep(ms, signal);
    return call();
  }

  return {
    put: (name, bytes, signal) => late(signal, () => storage.put(name, bytes, signal)),
    get: (name, range, signal) => late(signal, () => storage.get(name, range, signal)),
    changes: (area, cursor, signal) => late(signal, () => storage.changes(area, cursor, signal)),
    delete: (names, signal) => late(signal, () => storage.delete(names, signal)),
    watch: (area, cursor, signal) => storage.watch(area, cursor, signal),
    about: (signal) => late(signal, () => storage.about(signal)),
  };
}
