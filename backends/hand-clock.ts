/** A clock that a test moves by hand, for where work that a virtual clock can't see, such as hashing, comes between. */
import type { EmulatorClock } from './stand-in-clock.ts';

export interface HandClock extends EmulatorClock {
  /** Wakes whoever waited for a moment until then. */
  advance(ms: number): void;
  /** How many wait. */
  readonly waiting: () => number;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

export function createHandClock(start: number = Date.UTC(2031, 4, 6)): HandClock {
  let time = start;
  const sleepers = new Set<Sleeper>();
  return {
    now: () => time,
    wait: (ms, signal) =>
      new Promise((resolve) => {
        const wake = () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const sleeper = { at: time + ms, wake };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', wake);
        if (signal?.aborted) wake();
      }),
    advance(ms) {
      time += ms;
      for (const sleeper of sleepers) if (sleeper.at <= time) sleeper.wake();
    },
    waiting: () => sleepers.size,
  };
}
