/** What was written on this device and waits to be sent, and whether whoever writes it has paused. */
import { follow } from './follow.ts';
import type { Host } from './host.ts';

/** A pause in typing, after which what was typed is sent; and how long it is kept back for such a pause at the most. */
const SETTLE = 2_500;
const SETTLE_AT_MOST = 30_000;

export interface Typing {
  /** In ms, until what waits should be sent; 0 when it should be at once, null when nothing waits. */
  settlesIn(): number | null;
  /** Edits noticed until now, some of them perhaps more than once. */
  edits(): number;
  /** What was noticed until now is on its way. */
  taken(): void;
}

/** @param noticed called with each edit. */
export function followTyping(host: Pick<Host, 'db' | 'vault'>, noticed: () => void, signal: AbortSignal): Typing {
  const { now } = host.vault;
  let edits = 0;
  let unsent: { readonly first: number; readonly last: number } | null = null;

  const count = (rows: number) => {
    if (rows === 0) {
      unsent = null;
      return;
    }
    edits++;
    unsent = { first: unsent?.first ?? now(), last: now() };
    noticed();
  };
  follow(() => host.db.outbox.count(), count, signal);

  // A clock that was put back mustn't keep back what was typed.
  const left = (ms: number, since: number) => Math.max(0, ms - Math.abs(now() - since));

  return {
    settlesIn: () => unsent && Math.min(left(SETTLE, unsent.last), left(SETTLE_AT_MOST, unsent.first)),
    edits: () => edits,
    taken() {
      unsent = null;
    },
  };
}
