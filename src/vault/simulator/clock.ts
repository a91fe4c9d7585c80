/**
 * The simulator's time: it jumps to the next sleeper only when everything is settled, and after each jump the world is
 * looked at. One sleeper wakes at a time, so two runs of one seed do the same things in the same order.
 */
import { Violation } from './violation.ts';

export interface Clock {
  /** ms since 1970. */
  readonly now: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Lets time pass until the promise settles. */
  drive<Result>(promise: Promise<Result>): Promise<Result>;
  /** Sleepers woken until now. */
  readonly steps: () => number;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

const START = Date.UTC(2031, 4, 6, 7, 8, 9);
/** A seed takes a few thousand steps; one that takes this many goes round in circles. */
const TOO_MANY = 400_000;

export interface ClockDeps {
  /** Whether calls are under way that end by themselves, outside of this clock: those of a real database. */
  readonly busy: () => boolean;
  /** Called whenever everything is settled, before time goes on. */
  readonly settled: () => Promise<void>;
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

export function createClock(deps: ClockDeps): Clock {
  let time = START;
  let steps = 0;
  const sleepers: Sleeper[] = [];

  function add(sleeper: Sleeper): void {
    let low = 0;
    let high = sleepers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      // Those who wait for the same moment wake in the order in which they lay down.
      if ((sleepers[middle] as Sleeper).at <= sleeper.at) low = middle + 1;
      else high = middle;
    }
    sleepers.splice(low, 0, sleeper);
  }

  async function settle(): Promise<void> {
    do {
      await turn();
    } while (deps.busy());
    await deps.settled();
  }

  return {
    now: () => time,
    steps: () => steps,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const giveUp = () => {
          const index = sleepers.indexOf(sleeper);
          if (index >= 0) sleepers.splice(index, 1);
          reject(signal?.reason);
        };
        const sleeper: Sleeper = {
          at: time + Math.max(0, Math.floor(ms)),
          wake() {
            signal?.removeEventListener('abort', giveUp);
            resolve();
          },
        };
        signal?.addEventListener('abort', giveUp, { once: true });
        add(sleeper);
      }),
    async drive(promise) {
      let over = false;
      const end = () => {
        over = true;
      };
      promise.then(end, end);
      for (;;) {
        await settle();
        if (over) return promise;
        const next = sleepers.shift();
        if (!next) throw new Violation('stuck', 'nothing is left to happen, and the end was not reached');
        if (++steps > TOO_MANY) throw new Violation('stuck', `no end after ${TOO_MANY} steps`);
        time = Math.max(time, next.at);
        next.wake();
      }
    },
  };
}
