/** The memory storage as a place for the conformance suite, on a virtual clock. */
import type { Operation, Place, ProviderError } from '../conformance/place.ts';
import { seededRandom } from '../seeded-random.ts';
import { StorageError, type StorageErrorKind } from '../storage.ts';
import { createVirtualClock } from '../virtual-clock.ts';
import { memorySettings, openMemory } from './client.ts';
import { createMemoryProvider, type MemorySwitches } from './provider.ts';

/** The ways in which the memory storage can behave, each of which has to pass the suite. */
export const MEMORY_MODES: Readonly<Record<string, Partial<MemorySwitches>>> = {
  prompt: {},
  delayed: { delay: [5, 400] },
  stale: { delay: [1, 50], staleness: 3000 },
  'adds first': { delay: [1, 50], order: 'adds-first', visibility: 4000 },
  'deletes first': { delay: [1, 50], order: 'deletes-first', visibility: 4000 },
  'late and stale, with empty pages': {
    delay: [0, 200],
    visibility: 3000,
    staleness: 2000,
    pageSize: 4,
    emptyPages: 0.3,
  },
};

const EVERY_OPERATION: readonly Operation[] = ['put', 'get', 'changes', 'delete', 'watch', 'about'];

const FAILURES: readonly (readonly [kind: StorageErrorKind, operations: readonly Operation[]])[] = [
  ['Unauthorized', EVERY_OPERATION],
  ['RateLimited', EVERY_OPERATION],
  ['Unavailable', EVERY_OPERATION],
  ['QuotaExceeded', ['put']],
  ['CursorExpired', ['changes', 'watch']],
  ['Rejected', ['put', 'get']],
];

export function memoryPlace(mode: string, switches: Partial<MemorySwitches>, seed = 1): Place {
  const clock = createVirtualClock();
  const provider = createMemoryProvider({ now: clock.now, sleep: clock.sleep, random: seededRandom(seed) }, switches);

  const errors = FAILURES.flatMap(([kind, operations]) =>
    operations.map((operation): ProviderError => {
      const retryAfter = kind === 'RateLimited' ? { retryAfter: 1500 } : {};
      return {
        title: `the provider answers ${kind}`,
        operation,
        kind,
        ...retryAfter,
        arm: () => provider.failNext(operation, new StorageError(kind, 'the provider says so', retryAfter)),
      };
    }),
  );

  return {
    title: `memory (${mode})`,
    prefix: `check-${seed}`,
    patience: { tries: 60, pause: () => clock.sleep(250) },
    open: async () => openMemory(provider),
    openPaged: async (pageSize) => openMemory(provider, memorySettings(provider), { pageSize }),
    settings: async () => memorySettings(provider),
    reopen: async (settings) => openMemory(provider, settings),
    secrets: provider.tokens,
    requests: provider.requests,
    // The memory storage logs nothing.
    logged: () => [],
    providerNow: provider.now,
    faults: {
      clear: provider.disarm,
      truncateNextDownload: () => provider.damageNext('get', 'truncated'),
      answerNextWithHtml: (operation) => provider.damageNext(operation, 'foreign'),
      expireCursors: provider.expireCursors,
      hold: provider.hold,
      errors,
    },
  };
}
