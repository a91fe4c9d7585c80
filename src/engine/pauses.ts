/** Pauses that double for as long as things go wrong. */
export interface Pauses {
  /** The next one, in ms: twice the last, but no longer than `longest`. */
  next(longest: number): number;
  /** All is well: begins with the first again. */
  reset(): void;
}

export function createPauses(first: number): Pauses {
  let pause = first;
  return {
    next(longest) {
      const now = Math.min(pause, longest);
      pause = now * 2;
      return now;
    },
    reset() {
      pause = first;
    },
  };
}
