/** Sends the browser to a provider, to come back to this very app. */
import { useSatchel } from '../satchel.tsx';
import { flushOpenNotes } from '../open-notes.ts';

const LABEL = 'satchel.connecting';

/** Resolves to false when it can't be done now; otherwise the page is about to be left. */
export function useConsent(): (kind: string, label: string, clientId?: string) => Promise<boolean> {
  const { sync } = useSatchel();
  return async (kind, label, clientId) => {
    try {
      const address = await sync.beginConsent(kind, {
        redirectUri: new URL('.', document.baseURI).href,
        ...(clientId !== undefined && { clientId }),
      });
      // Words that are in this window alone would be left behind in it.
      if (!(await flushOpenNotes())) return false;
      rememberLabel(label);
      location.assign(address);
      return true;
    } catch {
      return false;
    }
  };
}

/** What the place that is being connected is called, for as long as this window is there. */
export function rememberLabel(label: string): void {
  try {
    sessionStorage.setItem(LABEL, label);
  } catch {
    // Only a name to show on the way back.
  }
}

/** What the place that is being connected is called; null when it isn't known. */
export function connectingLabel(): string | null {
  try {
    return sessionStorage.getItem(LABEL);
  } catch {
    return null;
  }
}
