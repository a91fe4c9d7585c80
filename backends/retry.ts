/**
 * A storage that tries again, so that no backend has to.
 *
 * Only `RateLimited` and `Unavailable` are tried again: every call of the interface may be repeated (names
 * are put once, and the same bytes again are fine), and every other failure would only be met again.
 */
import { unlessAborted } from './abort.ts';
import { createRest } from './rest.ts';
import type { Storage } from './storage.ts';
import { isStorageError, StorageError } from './storage.ts';

export interface RetryDeps {
  /** ms since 1970. */
  readonly now: () => number;
  /** Rejects with the signal's reason. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Whether the device has a network at all, as far as it knows. */
  readonly online: {
    readonly now: () => boolean;
    /** Resolves as soon as it has. */
    readonly wait: (signal?: AbortSignal) => Promise<void>;
  };
}

export interface RetryOptions {
  /** Tries of one call, the first among them. */
  readonly attempts: number;
  /** The longest pause after the first failure, in ms; it doubles with each further one. */
  readonly firstPause: number;
  /** No pause is longer, in ms. A provider that asks for more gets its `RateLimited` handed on to the caller. */
  readonly longestPause: number;
}

const DEFAULTS: RetryOptions = { attempts: 5, firstPause: 500, longestPause: 60_000 };

export function withRetry(storage: Storage, deps: RetryDeps, choice: Partial<RetryOptions> = {}): Storage {
  const options = { ...DEFAULTS, ...choice };
  /** Providers limit an account, not a call: while one call has to wait, the others wait too. */
  const asked = createRest(deps.now);

  async function rest(signal: AbortSignal | undefined): Promise<void> {
    for (let wait = asked.left(); wait > 0; wait = asked.left()) {
      if (wait > options.longestPause)
        throw new StorageError('RateLimited', 'the provider asked for a longer rest', { retryAfter: wait });
      await deps.sleep(wait, signal);
    }
  }

  /** Anywhere between nothing and the full pause, so that devices which failed together don't return together. */
  function pauseAfter(attempt: number): number {
    const ceiling = Math.min(options.longestPause, options.firstPause * 2 ** (attempt - 1));
    return Math.ceil(deps.random() * ceiling);
  }

  async function retrying<T>(call: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      await rest(signal);
      signal?.throwIfAborted();
      try {
        return await call();
      } catch (error) {
        const limited = isStorageError(error, 'RateLimited');
        if (limited) asked.ask(error.retryAfter ?? 0);
        if (!limited && !isStorageError(error, 'Unavailable')) throw error;
        if (attempt >= options.attempts) throw error;
        if (limited && (error.retryAfter ?? 0) > options.longestPause) throw error;
      }
      if (!deps.online.now()) await unlessAborted(deps.online.wait(signal), signal);
      await rest(signal);
      await deps.sleep(pauseAfter(attempt), signal);
    }
  }

  return {
    put: (name, bytes, signal) => retrying(() => storage.put(name, bytes, signal), signal),
    get: (name, range, signal) => retrying(() => storage.get(name, range, signal), signal),
    changes: (area, cursor, signal) => retrying(() => storage.changes(area, cursor, signal), signal),
    delete: (names, signal) => retrying(() => storage.delete(names, signal), signal),
    watch: (area, cursor, signal) => retrying(() => storage.watch(area, cursor, signal), signal),
    about: (signal) => retrying(() => storage.about(signal), signal),
  };
}
