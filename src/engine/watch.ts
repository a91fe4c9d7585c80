/** Waits for the storage to say that something changed there, again and again. */
import type { Cursor, Storage } from '../../backends/storage.ts';
import { readMeta } from '../vault/state.ts';
import type { Host } from './host.ts';
import { createPauses } from './pauses.ts';

/** Between two questions whether something changed there. */
const BREATH = 2_000;
/** After a watch that failed or told nothing new: the first pause, which doubles up to the last. */
const FIRST_PAUSE = 5_000;
const LAST_PAUSE = 60_000;

export interface Watch {
  /**
   * The storage can be reached, and perhaps couldn't be before: whatever the watch does or waits for, it begins
   * anew. It may be at rest after a failure, or hang on a connection that is dead and doesn't know.
   */
  renew(): void;
}

/**
 * @param storageId in the vault's tables.
 * @param changed called when something may have changed, and when the storage has to be asked because it doesn't say.
 */
export function startWatch(
  host: Pick<Host, 'state' | 'sleep' | 'vault'>,
  storage: Pick<Storage, 'watch'>,
  storageId: string,
  changed: () => void,
  signal: AbortSignal,
): Watch {
  const pauses = createPauses(FIRST_PAUSE);
  /** Where the listing stood at the last news. */
  let told: Cursor | null = null;
  /** Whether there was a rest since then. */
  let rested = false;
  let turn = new AbortController();

  const rest = (until: AbortSignal) => host.sleep(pauses.next(LAST_PAUSE), until);

  async function takeTurn(until: AbortSignal): Promise<void> {
    const listing = await host.state.read(['meta'], (tx) => readMeta(tx, `listing ${storageId}`));
    const cursor = listing?.cursor;
    if (!cursor) return host.sleep(BREATH, until);
    // Until a sync has moved the cursor on, the same change would be told again and again.
    if (cursor === told && !rested) {
      rested = true;
      return rest(until);
    }
    const since = host.vault.now();
    // One that held for long was well until then.
    const held = () => host.vault.now() - since >= LAST_PAUSE;
    try {
      await storage.watch('log', cursor, until);
    } catch (error) {
      if (held()) pauses.reset();
      throw error;
    }
    if (cursor !== told || held()) pauses.reset();
    told = cursor;
    rested = false;
    changed();
    return host.sleep(BREATH, until);
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      turn = new AbortController();
      const until = AbortSignal.any([signal, turn.signal]);
      try {
        await takeTurn(until);
      } catch {
        if (until.aborted) continue;
        changed();
        await rest(until).catch(() => undefined);
      }
    }
  }

  void run();
  return {
    renew() {
      rested = true;
      turn.abort(new Error('the watch begins anew'));
    },
  };
}
