/** How long an answer may take. A connection that hangs, as on a train, would otherwise hold up all that waits behind it. */

/** A signal that fires so many ms from now. */
export type Timer = (ms: number) => AbortSignal;

export const RPC_MS = 60_000;
/** For the bytes of an object, of at most 4 MB, one way or the other. */
export const TRANSFER_MS = 120_000;

export interface Deadline {
  /** Fires with the caller's signal, and when time is up. */
  readonly signal: AbortSignal;
  /** Whether time is up. */
  readonly isOver: () => boolean;
}

/** @param timer absent: the device's own */
export function deadline(ms: number, caller: AbortSignal | undefined, timer: Timer | undefined): Deadline {
  const timeUp = timer ? timer(ms) : AbortSignal.timeout(ms);
  return {
    signal: caller ? AbortSignal.any([caller, timeUp]) : timeUp,
    isOver: () => timeUp.aborted,
  };
}
