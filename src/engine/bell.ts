/** A rest that ends early when there is something to do. */
export interface Bell {
  /** Something has changed: whoever rests looks whether it is what they wait for. */
  ring(): void;
  /**
   * Until the condition holds, which is looked at now and with each ring, or the time is over. One at a time.
   * @returns whether it holds.
   * @throws the signal's reason
   */
  rest(ms: number, condition: () => boolean): Promise<boolean>;
}

/** @param sleep as the host's */
export function createBell(sleep: (ms: number, signal: AbortSignal) => Promise<void>, signal: AbortSignal): Bell {
  let heard: (() => void) | null = null;
  return {
    ring: () => heard?.(),
    async rest(ms, condition) {
      const rung = new AbortController();
      heard = () => condition() && rung.abort();
      heard();
      await sleep(ms, AbortSignal.any([signal, rung.signal])).catch(() => undefined);
      signal.throwIfAborted();
      return condition();
    },
  };
}
