import { expect, it } from 'vitest';
import { createVirtualClock } from '../../backends/virtual-clock.ts';
import { untilHurried } from './online.ts';

function setUp() {
  const clock = createVirtualClock(0);
  const listeners = new Set<() => void>();
  const nudge = {
    listen(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return { clock, listeners, deps: { nudge, sleep: clock.sleep } };
}

it('a wait for the network ends with the first nudge, and listens no longer', async () => {
  const { clock, listeners, deps } = setUp();
  const waiting = untilHurried(deps);
  await clock.sleep(10_000);
  for (const listener of listeners) listener();
  await waiting;
  expect(clock.now()).toBe(10_000);
  expect(listeners.size).toBe(0);
});

it('a wait for the network ends by itself after half a minute, whatever the browser says', async () => {
  const { clock, listeners, deps } = setUp();
  await untilHurried(deps);
  expect(clock.now()).toBe(30_000);
  expect(listeners.size).toBe(0);
});

it('a wait for the network that is given up rejects with the reason, before or after it began', async () => {
  const { clock, listeners, deps } = setUp();
  const stop = new AbortController();
  const waiting = untilHurried(deps, stop.signal);
  stop.abort(new Error('no longer wanted'));
  await expect(waiting).rejects.toThrow('no longer wanted');
  await expect(untilHurried(deps, stop.signal)).rejects.toThrow('no longer wanted');
  expect(clock.now()).toBe(0);
  expect(listeners.size).toBe(0);
});
