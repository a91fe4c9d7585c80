/** Work that several calls wait for together. It ends when it is done, or when none of them waits any more. */
import { unlessAborted } from '../abort.ts';

export interface SharedRun<T> {
  /** Waits for the run that is under way, or begins one. */
  join(signal: AbortSignal | undefined): Promise<T>;
  /** Waits for a run that begins from now on. */
  fresh(signal: AbortSignal | undefined): Promise<T>;
}

interface Run<T> {
  readonly end: Promise<T>;
  readonly stop: AbortController;
  waiting: number;
}

export function createSharedRun<T>(work: (signal: AbortSignal) => Promise<T>): SharedRun<T> {
  let running: Run<T> | undefined;
  let next: Run<T> | undefined;

  function begin(after: Promise<unknown>): Run<T> {
    const stop = new AbortController();
    const end = after.then(() => {
      stop.signal.throwIfAborted();
      return work(stop.signal);
    });
    // When nobody waits any more, nobody hears of its end.
    end.catch(() => undefined);
    return { end, stop, waiting: 0 };
  }

  function start(): Run<T> {
    const run = begin(Promise.resolve());
    running = run;
    void settle(run);
    return run;
  }

  async function settle(run: Run<T>): Promise<void> {
    await run.end.catch(() => undefined);
    if (running !== run) return;
    running = next;
    next = undefined;
    if (running) void settle(running);
  }

  async function wait(run: Run<T>, signal: AbortSignal | undefined): Promise<T> {
    run.waiting += 1;
    try {
      return await unlessAborted(run.end, signal);
    } finally {
      run.waiting -= 1;
      if (run.waiting === 0) {
        run.stop.abort(new Error('nobody waits for it any more'));
        if (next === run) next = undefined;
      }
    }
  }

  /** One that was given up, and hasn't noticed yet, is of no use. */
  const alive = (run: Run<T> | undefined) => (run && !run.stop.signal.aborted ? run : undefined);

  return {
    async join(signal) {
      signal?.throwIfAborted();
      return wait(alive(running) ?? start(), signal);
    },
    async fresh(signal) {
      signal?.throwIfAborted();
      const before = alive(running);
      if (!before) return wait(start(), signal);
      next = alive(next) ?? begin(before.end.catch(() => undefined));
      return wait(next, signal);
    },
  };
}
