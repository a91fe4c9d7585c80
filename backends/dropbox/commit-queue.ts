/**
 * One commit in flight per account. Dropbox locks an app folder while something is written to it and refuses who
 * comes meanwhile, so it is quicker to queue here. Between the tabs and workers of a browser a Web Lock keeps the
 * order; within one program, and where there are no Web Locks, a queue of promises does.
 */
import { unlessAborted } from '../abort.ts';

export interface CommitQueue {
  /** Runs the work when those before it have ended. A call that is cancelled while it waits never runs. */
  run<T>(account: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T>;
}

/** The part of the Web Locks API that is used. */
export interface CommitLocks {
  request<T>(name: string, options: { signal?: AbortSignal }, work: () => Promise<T>): Promise<T>;
}

export function createCommitQueue(locks: CommitLocks | undefined): CommitQueue {
  const tails = new Map<string, Promise<void>>();

  return {
    async run(account, signal, work) {
      const before = tails.get(account) ?? Promise.resolve();
      let leave: (() => void) | undefined;
      const left = new Promise<void>((resolve) => {
        leave = resolve;
      });
      const tail = before.then(() => left);
      tails.set(account, tail);
      try {
        await unlessAborted(before, signal);
        if (!locks) return await work();
        return await locks.request(`satchel-dropbox-commit ${account}`, signal ? { signal } : {}, work);
      } finally {
        leave?.();
        if (tails.get(account) === tail) tails.delete(account);
      }
    },
  };
}
