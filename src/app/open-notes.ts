/**
 * The notes open in this window: what must be written before the page goes, and whose text a person must be
 * able to take along when this device can't save it.
 */
import type { OpenNote } from '../engine/api.ts';

const open = new Set<OpenNote>();
/** Those among them that were closed before their words could be kept. */
const left = new Set<OpenNote>();

/** From now until `closeNote`. */
export function noteIsOpen(note: OpenNote): void {
  open.add(note);
}

/**
 * Closes a note that nobody looks at any more. One whose words couldn't be kept still counts as open: they are in
 * this window and nowhere else.
 */
export async function closeNote(note: OpenNote): Promise<void> {
  try {
    await note.close();
    open.delete(note);
  } catch {
    left.add(note);
  }
}

/**
 * Writes all that was typed.
 * @returns whether all of it is kept now. Never rejects: what couldn't be written is told by each note's `onTrouble`.
 */
export async function flushOpenNotes(): Promise<boolean> {
  const kept = await Promise.all([...open].map(flushed));
  return kept.every(Boolean);
}

async function flushed(note: OpenNote): Promise<boolean> {
  try {
    await note.flush();
    if (left.delete(note)) open.delete(note);
    return true;
  } catch {
    return false;
  }
}

/** The text of every open note that has any, for a person to copy when all else fails. */
export function openText(): string {
  // A note that was left and opened again is here twice, with the same text.
  return [...new Map([...open].map((note) => [note.id, note])).values()]
    .map((note) => note.text.toJSON())
    .filter((text) => text.trim() !== '')
    .join('\n\n---\n\n');
}

/** A page that is hidden or left may never run again: write first. */
export function flushWhenLeaving(): void {
  addEventListener('pagehide', () => void flushOpenNotes());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') void flushOpenNotes();
  });
}
