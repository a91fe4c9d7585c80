/**
 * A storage on which things go wrong, for tests and simulations of what stands above it. Which fault a call
 * meets is chosen by whoever makes it; `seededFaults` chooses at random from a seed.
 */
import type { Area, ChangesPage, Storage, StorageErrorKind } from './storage.ts';
import { StorageError } from './storage.ts';

export type Fault =
  /** The request never arrives: nothing is done, `Unavailable`. */
  | { readonly kind: 'request lost' }
  /** Everything is done, and then the answer is lost: `Unavailable`. */
  | { readonly kind: 'reply lost' }
  /** The call takes so many ms more, half of them before it is made. */
  | { readonly kind: 'delayed'; readonly ms: number }
  /** Nothing is done, and the call fails so. */
  | { readonly kind: 'error'; readonly error: StorageErrorKind; readonly retryAfter?: number }
  /** `get`: the second half is missing, and the backend hasn't noticed. Others: as `reply lost`. */
  | { readonly kind: 'truncated' }
  /** `changes`: no news after a cursor, or the first page as it was at the first asking. Others: no fault. */
  | { readonly kind: 'stale' }
  /** `changes` after a cursor: the page's events now, and the same again at the next asking. Others: no fault. */
  | { readonly kind: 'repeated' };

export interface FaultyDeps {
  /** The fault that this call meets, if any. */
  readonly choose: (operation: keyof Storage) => Fault | undefined;
  /** Rejects with the signal's reason. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export function faulty(storage: Storage, { choose, sleep }: FaultyDeps): Storage {
  const firstPages = new Map<Area, ChangesPage>();

  async function meet<T>(
    operation: keyof Storage,
    signal: AbortSignal | undefined,
    call: () => Promise<T>,
    twist: (fault: Fault, result: T) => T = (_fault, result) => result,
  ): Promise<T> {
    signal?.throwIfAborted();
    const fault = choose(operation);
    if (!fault) return call();
    if (fault.kind === 'request lost') throw new StorageError('Unavailable', 'the request was lost');
    if (fault.kind === 'error')
      throw new StorageError(
        fault.error,
        `an injected ${fault.error}`,
        fault.retryAfter === undefined ? {} : { retryAfter: fault.retryAfter },
      );
    if (fault.kind === 'delayed') await sleep(fault.ms / 2, signal);
    const result = await call();
    if (fault.kind === 'delayed') await sleep(fault.ms / 2, signal);
    const cut = fault.kind === 'truncated' && operation !== 'get';
    if (fault.kind === 'reply lost' || cut) throw new StorageError('Unavailable', 'the reply was lost');
    return twist(fault, result);
  }

  return {
    put: (name, bytes, signal) => meet('put', signal, () => storage.put(name, bytes, signal)),
    get: (name, range, signal) =>
      meet(
        'get',
        signal,
        () => storage.get(name, range, signal),
        (fault, bytes) => (fault.kind === 'truncated' ? bytes.slice(0, Math.floor(bytes.length / 2)) : bytes),
      ),
    changes: (area, cursor, signal) =>
      meet(
        'changes',
        signal,
        async () => {
          const page = await storage.changes(area, cursor, signal);
          if (cursor === undefined && !firstPages.has(area)) firstPages.set(area, page);
          return page;
        },
        (fault, page) => {
          if (fault.kind === 'stale' && cursor === undefined) return firstPages.get(area) ?? page;
          if (fault.kind === 'stale' && cursor !== undefined) return { events: [], cursor, more: false };
          if (fault.kind === 'repeated' && cursor !== undefined) return { ...page, cursor };
          return page;
        },
      ),
    delete: (names, signal) => meet('delete', signal, () => storage.delete(names, signal)),
    watch: (area, cursor, signal) => meet('watch', signal, () => storage.watch(area, cursor, signal)),
    about: (signal) => meet('about', signal, () => storage.about(signal)),
  };
}

/** How often each kind of fault happens, 0 to 1; their sum is at most 1. */
export type FaultRates = Partial<Record<Exclude<Fault['kind'], 'error'> | StorageErrorKind, number>>;

/** Errors that only some operations can meet. */
const ONLY: Partial<Record<StorageErrorKind, readonly (keyof Storage)[]>> = {
  QuotaExceeded: ['put'],
  Taken: ['put'],
  NotFound: ['get'],
  CursorExpired: ['changes', 'watch'],
};

/** Our own kinds of fault are written in small letters, the errors of the interface with a capital. */
function isErrorKind(kind: keyof FaultRates): kind is StorageErrorKind {
  return /^[A-Z]/.test(kind);
}

const LONGEST_DELAY = 20_000;
const LONGEST_RETRY_AFTER = 30_000;

/** @param random from 0 up to 1; with the same numbers, the same faults. */
export function seededFaults(rates: FaultRates, random: () => number): FaultyDeps['choose'] {
  const table = Object.entries(rates) as [keyof FaultRates, number][];

  function faultOf(kind: keyof FaultRates, operation: keyof Storage): Fault | undefined {
    if (kind === 'delayed') return { kind, ms: Math.floor(random() * LONGEST_DELAY) };
    if (!isErrorKind(kind)) return { kind };
    const only = ONLY[kind];
    if (only && !only.includes(operation)) return undefined;
    // Providers don't always say how long to wait.
    const told = kind === 'RateLimited' && random() < 0.5;
    return told
      ? { kind: 'error', error: kind, retryAfter: Math.floor(random() * LONGEST_RETRY_AFTER) }
      : { kind: 'error', error: kind };
  }

  return (operation) => {
    let dice = random();
    for (const [kind, rate] of table) {
      dice -= rate;
      if (dice < 0) return faultOf(kind, operation);
    }
    return undefined;
  };
}
