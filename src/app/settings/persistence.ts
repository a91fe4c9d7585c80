/** Whether the browser has promised to keep what is stored, and asking it to. */

const ASKED = 'satchel.askedToPersist';

/** Null where the browser doesn't tell. */
export async function isPersisted(): Promise<boolean | null> {
  return (await navigator.storage?.persisted?.().catch(() => null)) ?? null;
}

/** May make the browser ask the person. */
export async function askToPersist(): Promise<boolean> {
  return (await navigator.storage?.persist?.().catch(() => false)) ?? false;
}

let askedHere = false;

/** To be called when the person has written something: asks once, ever, since some browsers show a question. */
export function askToPersistOnce(): void {
  if (askedHere) return;
  askedHere = true;
  try {
    if (localStorage.getItem(ASKED) !== null) return;
    localStorage.setItem(ASKED, 'yes');
  } catch {
    // Nothing to remember it by: the question comes again with the next window, and is answered the same.
  }
  void askToPersist();
}
