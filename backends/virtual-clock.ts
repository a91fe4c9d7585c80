/**
 * A clock for tests and the memory storage: time stands still while anything is at work and then jumps to
 * the moment that the next sleeper waits for. "At work" means microtasks; code that waits for something
 * real (a file, a worker) isn't seen, and time may jump under it, unless whoever makes the clock can see it.
 */
export interface VirtualClock {
  /** ms since 1970. */
  readonly now: () => number;
  /** Resolves `ms` later, or rejects with the signal's reason. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Far from any real date, so that a time taken from the device's own clock is noticed. */
const START = Date.UTC(2031, 4, 6, 7, 8, 9);

/**
 * Runs `task` when all microtasks are done. Nothing here measures time: a message to oneself is what comes
 * next in a browser, where a timer of 0 ms takes 4.
 */
const afterMicrotasks: (task: () => void) => unknown =
  typeof setImmediate === 'function' ? (task) => setImmediate(task) : messageToOneself();

function messageToOneself(): (task: () => void) => void {
  const { port1, port2 } = new MessageChannel();
  const tasks: (() => void)[] = [];
  port1.addEventListener('message', () => tasks.shift()?.());
  port1.start();
  return (task) => {
    tasks.push(task);
    port2.postMessage(undefined);
  };
}

/** @param whenSettled runs the task once nothing is at work any more. */
export function createVirtualClock(
  start: number = START,
  whenSettled: (task: () => void) => unknown = afterMicrotasks,
): VirtualClock {
  let time = start;
  let sleepers: Sleeper[] = [];
  let ticking = false;

  function tick(): void {
    ticking = false;
    const next = sleepers.shift();
    if (!next) return;
    time = Math.max(time, next.at);
    // One at a time, so that what one sleeper starts is settled before the next wakes.
    next.wake();
    keepTicking();
  }

  function keepTicking(): void {
    if (ticking || sleepers.length === 0) return;
    ticking = true;
    whenSettled(tick);
  }

  return {
    now: () => time,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const giveUp = () => {
          sleepers = sleepers.filter((other) => other !== sleeper);
          reject(signal?.reason);
        };
        const sleeper: Sleeper = {
          at: time + Math.max(0, ms),
          wake() {
            signal?.removeEventListener('abort', giveUp);
            resolve();
          },
        };
        signal?.addEventListener('abort', giveUp, { once: true });
        // Those who wait for the same moment wake in the order in which they lay down.
        const after = sleepers.findIndex((other) => other.at > sleeper.at);
        if (after === -1) sleepers.push(sleeper);
        else sleepers.splice(after, 0, sleeper);
        keepTicking();
      });
    },
  };
}
