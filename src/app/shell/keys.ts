/** The app's own keys, and how they are written on this computer. */

const onApple = (): boolean => /Mac|iPhone|iPad/.test(navigator.userAgent);

interface Keys {
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly code: string;
}

/**
 * Ctrl/⌘+Alt+N, and plain Ctrl/⌘+N where the browser leaves it to the page, as in an installed app. `code`,
 * because with Alt held a Mac types another letter.
 */
export function isNewNoteKey(event: Keys): boolean {
  return event.code === 'KeyN' && (event.ctrlKey || event.metaKey) && !event.shiftKey;
}

/** Ctrl/⌘+Shift+F. */
export function isFilterKey(event: Keys): boolean {
  return event.code === 'KeyF' && (event.ctrlKey || event.metaKey) && event.shiftKey && !event.altKey;
}

export function keyNames(): { readonly command: string; readonly alt: string } {
  return onApple() ? { command: '⌘', alt: '⌥' } : { command: 'Ctrl', alt: 'Alt' };
}

export function newNoteKeys(): string {
  const { command, alt } = keyNames();
  return `${command}+${alt}+N`;
}
