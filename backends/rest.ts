/** A rest that a provider asked for, by a clock that a person may put back meanwhile. */
export interface Rest {
  /** From now on, unless a longer one is under way. */
  ask(ms: number): void;
  /** How much is left of it, in ms; 0 when there is none. */
  left(): number;
}

/** @param now ms since 1970 */
export function createRest(now: () => number): Rest {
  let until = 0;
  let asked = 0;

  function left(): number {
    // More than was ever asked for: the clock was put back. How much of the rest is over isn't known any more.
    if (until - now() > asked) until = now() + asked;
    return Math.max(0, until - now());
  }

  return {
    ask(ms) {
      if (ms <= left()) return;
      until = now() + ms;
      asked = ms;
    },
    left,
  };
}
