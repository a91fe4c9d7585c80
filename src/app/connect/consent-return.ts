/**
 * Coming back from a provider's consent page. `before-paint.js` has already taken the answer out of the address
 * bar; here it goes, once, to the engine.
 */
import type { ConsentResult, Opening } from '../../engine/api.ts';

declare global {
  interface Window {
    /** The address that the browser came back to, left by before-paint.js. Holds a code: it is removed as it is read. */
    satchelReturn?: string;
  }
}

let outcome: Promise<ConsentResult> | null = null;

/** Called once, at the start. */
export function finishReturn(opening: Promise<Opening>): void {
  const address = window.satchelReturn;
  delete window.satchelReturn;
  if (address === undefined) return;
  outcome = opening
    .then((opened) =>
      opened.kind === 'opened'
        ? opened.satchel.sync.finishConsent(address)
        : ({ kind: 'failed', detail: opened.trouble.kind } as const),
    )
    .catch((error: unknown) => ({ kind: 'failed', detail: String(error) }));
}

/** The outcome of the way back that this page was loaded with; null when there was none, or it was told already. Never rejects. */
export const returnOutcome = (): Promise<ConsentResult> | null => outcome;

/** It was told to the person. */
export function forgetReturn(): void {
  outcome = null;
}
