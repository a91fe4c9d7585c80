/** The present time as React state, for words like "5 minutes ago". */
import { useSyncExternalStore } from 'react';

const STEP_MS = 15_000;

function subscribe(changed: () => void): () => void {
  const timer = setInterval(changed, STEP_MS);
  document.addEventListener('visibilitychange', changed);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', changed);
  };
}

/** ms since 1970, in steps, so that one reading serves a whole rendering. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => Math.ceil(Date.now() / STEP_MS) * STEP_MS);
}
