/** A host for the engine's tests: locks and nudges within this program. */
import { providers } from '../../backends/registry.ts';
import { createDexieState } from '../cache/dexie-state.ts';
import type { Database } from '../cache/database.ts';
import type { Host, WithLock } from './host.ts';

function createLocks(): WithLock {
  const queues = new Map<string, Promise<unknown>>();
  return async (name, work, signal) => {
    const before = queues.get(name) ?? Promise.resolve();
    const run = before.then(() => {
      signal?.throwIfAborted();
      return work();
    });
    queues.set(
      name,
      run.catch(() => undefined),
    );
    return run;
  };
}

/** Online, without a network and with nothing configured, unless `ports` say otherwise. */
export function createTestHost(
  db: Database,
  ports: Pick<Host, 'vault' | 'sleep' | 'random'> & Partial<Pick<Host, 'fetch' | 'configuration' | 'providers'>>,
): Host {
  const nudges = new Set<() => void>();
  return {
    db,
    state: createDexieState(db),
    fetch: async () => Promise.reject(new TypeError('there is no network')),
    providers,
    configuration: async () => ({}),
    withLock: createLocks(),
    online: { now: () => true, wait: async () => undefined },
    nudge: {
      send: () => {
        for (const nudge of nudges) nudge();
      },
      listen: (listener) => {
        nudges.add(listener);
        return () => nudges.delete(listener);
      },
    },
    // Argon2id itself is tested elsewhere.
    weak: () => false,
    argonCost: { memory: 64, passes: 1, lanes: 1 },
    ...ports,
  };
}
