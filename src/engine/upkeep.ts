/** What the leader does for the storage while nobody waits for anything: keeps the vault there short, small and whole. */
import type { Session } from '../vault/session.ts';
import { connected } from './connections.ts';
import { type Host, SESSION } from './host.ts';

export interface Upkeep {
  /** Something has happened, or time has passed: there may be work. */
  renew(): void;
  /** In ms, until a slice of work may begin; null when there is nothing to do. */
  beginsIn(): number | null;
  /** One slice. What goes wrong in it is told by the next sync, if it lasts. */
  work(signal: AbortSignal): Promise<void>;
}

/** Nothing happened for so long: nobody is waiting. */
const QUIET = 10_000;
/** Between two slices, so that what is typed goes out in between. */
const BREATH = 500;

export function createUpkeep(host: Host, connection: string, session: Session): Upkeep {
  let begins: number | null = null;
  const { now } = host.vault;
  return {
    renew() {
      begins = now() + QUIET;
    },
    beginsIn: () => begins && Math.min(QUIET, Math.max(0, begins - now())),
    async work(signal) {
      begins = null;
      try {
        const report = await host.withLock(
          SESSION,
          async () => {
            if ((await connected(host))?.id !== connection) return null;
            return session.idle({ weak: host.weak() }, signal);
          },
          signal,
        );
        if (report?.more) begins = now() + BREATH;
      } catch {
        signal.throwIfAborted();
      }
    },
  };
}
