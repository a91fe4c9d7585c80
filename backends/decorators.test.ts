/** Whatever is put around a storage is a storage: each decorator passes the suite that the storage passes. */
import { expect, test } from 'vitest';
import { conformance } from './conformance.ts';
import { runCheck } from './conformance/check.ts';
import type { Place } from './conformance/place.ts';
import { testConformance } from './conformance/vitest.ts';
import { withConcurrency } from './concurrency.ts';
import { counting } from './counting.ts';
import { faulty, seededFaults } from './faulty.ts';
import { withLatency } from './latency.ts';
import { memoryPlace } from './memory/place.ts';
import { withRetry } from './retry.ts';
import { seededRandom } from './seeded-random.ts';
import type { Storage } from './storage.ts';
import { createVirtualClock } from './virtual-clock.ts';

function decorated(decorate: (storage: Storage) => Storage): Place {
  const place = memoryPlace('decorated', { delay: [1, 100], staleness: 500 });
  const { openPaged } = place;
  return {
    ...place,
    open: async () => decorate(await place.open()),
    reopen: async (settings) => decorate(await place.reopen(settings)),
    ...(openPaged && { openPaged: async (pageSize) => decorate(await openPaged(pageSize)) }),
  };
}

const ATTEMPTS = 3;

function often<A extends unknown[]>(arm: ((...args: A) => unknown) | undefined) {
  return async (...args: A) => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) await arm?.(...args);
  };
}

/** A fault that meets each of the tries, so that the failure comes through. */
function meetingEveryTry(place: Place): Place {
  const { faults } = place;
  if (!faults) return place;
  return {
    ...place,
    faults: {
      ...faults,
      truncateNextDownload: often(faults.truncateNextDownload),
      answerNextWithHtml: often(faults.answerNextWithHtml),
      errors: (faults.errors ?? []).map((error) => Object.assign({}, error, { arm: often(() => error.arm()) })),
    },
  };
}

const retryDeps = (random: () => number) => ({
  ...createVirtualClock(),
  random,
  online: { now: () => true, wait: () => Promise.resolve() },
});

testConformance('a storage with a cap on calls in flight', () => decorated((inner) => withConcurrency(inner, 2)));

testConformance('a storage that counts', () => decorated((inner) => counting(inner).storage));

testConformance('a storage that is far away', () => {
  const { sleep } = createVirtualClock();
  return decorated((inner) => withLatency(inner, 50, sleep));
});

testConformance('a storage that tries again', () =>
  meetingEveryTry(decorated((inner) => withRetry(inner, retryDeps(seededRandom(1)), { attempts: ATTEMPTS }))),
);

test('a storage that tries again keeps the contract on a bad network', async () => {
  const random = seededRandom(3);
  const rates = { 'request lost': 0.1, 'reply lost': 0.1, delayed: 0.1, RateLimited: 0.1, stale: 0.1, repeated: 0.1 };
  const choose = seededFaults(rates, random);
  const { sleep } = createVirtualClock();
  const place = decorated((inner) =>
    withRetry(withConcurrency(faulty(inner, { choose, sleep }), 4), retryDeps(random), { attempts: 12 }),
  );
  const outcomes = [];
  // What the network loses and repeats makes arranged faults and counted requests mean something else.
  const { requests: _requests, faults: _faults, ...plain } = place;
  for (const check of conformance) outcomes.push(await runCheck(check, plain));
  expect(outcomes.filter(({ kind }) => kind === 'failed')).toEqual([]);
  expect(outcomes.filter(({ kind }) => kind === 'passed').length).toBeGreaterThan(40);
});
