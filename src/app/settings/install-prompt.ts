/** The browser's offer to install the app, kept until the person asks for it. */
import { useSyncExternalStore } from 'react';

/** Chromium only: https://wicg.github.io/manifest-incubations/#beforeinstallpromptevent-interface */
interface InstallPromptEvent extends Event {
  prompt(): Promise<unknown>;
}

export type Installing =
  /** It runs as an app of its own. */
  | { readonly kind: 'installed' }
  | { readonly kind: 'prompt'; readonly install: () => Promise<void> }
  | { readonly kind: 'ios' }
  /** The browser may offer it in its own menu. */
  | { readonly kind: 'browser' };

let offer: InstallPromptEvent | null = null;
const listeners = new Set<() => void>();
const changed = (): void => {
  for (const listener of listeners) listener();
};

/** Called once, at the start: the browser offers only once, and early. */
export function catchInstallPrompt(): void {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    offer = event as InstallPromptEvent;
    changed();
  });
  addEventListener('appinstalled', () => {
    offer = null;
    changed();
  });
}

export function useInstalling(): Installing {
  const current = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => offer,
  );
  if (
    matchMedia('(display-mode: standalone)').matches ||
    ('standalone' in navigator && navigator.standalone === true)
  ) {
    return { kind: 'installed' };
  }
  if (current) {
    const install = async (): Promise<void> => {
      await current.prompt();
      // An offer can be used once.
      offer = null;
      changed();
    };
    return { kind: 'prompt', install };
  }
  return { kind: /iPhone|iPad/.test(navigator.userAgent) || isIpadAsMac() ? 'ios' : 'browser' };
}

/** An iPad calls itself a Macintosh, but no Macintosh has a touch screen. */
const isIpadAsMac = (): boolean => /Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1;
