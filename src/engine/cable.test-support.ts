/** A device's way to its storage: a test pulls it out and puts it in again, and reads what went over it. */
import { unlessAborted } from '../../backends/abort.ts';
import { type Storage, StorageError } from '../../backends/storage.ts';

export interface Call {
  readonly operation: keyof Storage;
  /** ms since 1970, by the test's clock. */
  readonly at: number;
}

/**
 * How a watch behaves. When the cable is pulled, it tells; or rests for a minute and then says "perhaps", as where a
 * provider's long poll may also be forbidden; or never notices, and hangs on the dead connection. Or it says at all
 * times that something changed.
 */
export type WatchKind = 'tells' | 'rests' | 'hangs' | 'babbles';

export interface Cable {
  readonly storage: Storage;
  /** Requests that were sent, whether or not they arrived. */
  readonly calls: readonly Call[];
  pull(): void;
  putIn(): void;
}

interface CableDeps {
  readonly now: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly watch: WatchKind;
}

const REST = 60_000;

const noNetwork = () => new StorageError('Unavailable', 'the cable is pulled');

export function createCable(storage: Storage, deps: CableDeps): Cable {
  const calls: Call[] = [];
  let pulled = new AbortController();

  async function send<T>(
    operation: keyof Storage,
    signal: AbortSignal | undefined,
    call: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    calls.push({ operation, at: deps.now() });
    const cable = pulled.signal;
    if (cable.aborted) throw noNetwork();
    try {
      return await call(AbortSignal.any(signal ? [signal, cable] : [cable]));
    } catch (error) {
      signal?.throwIfAborted();
      if (!cable.aborted) throw error;
      if (operation === 'watch' && deps.watch === 'hangs') await unlessAborted(new Promise(() => undefined), signal);
      throw noNetwork();
    }
  }

  return {
    calls,
    pull: () => pulled.abort(),
    putIn() {
      pulled = new AbortController();
    },
    storage: {
      put: (name, bytes, signal) => send('put', signal, (until) => storage.put(name, bytes, until)),
      get: (name, range, signal) => send('get', signal, (until) => storage.get(name, range, until)),
      changes: (area, cursor, signal) => send('changes', signal, (until) => storage.changes(area, cursor, until)),
      delete: (names, signal) => send('delete', signal, (until) => storage.delete(names, until)),
      about: (signal) => send('about', signal, (until) => storage.about(until)),
      async watch(area, cursor, signal) {
        try {
          await send('watch', signal, async (until) =>
            deps.watch === 'babbles' ? undefined : storage.watch(area, cursor, until),
          );
        } catch (error) {
          signal.throwIfAborted();
          if (deps.watch !== 'rests') throw error;
          await deps.sleep(REST, signal);
        }
      },
    },
  };
}
