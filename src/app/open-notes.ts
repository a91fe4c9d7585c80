/**
 * The notes open in this window: what must be written before the page goes, and whose text a person must be
 * able to take along when this device can't save it.
 */
import type { OpenNote } from '../engine/api.ts';

const open = new Set<OpenNote>();

/** Returns the way to take it off again. */
export function noteIsOpen(note: OpenNote): () => void {
  open.add(note);
  return () => open.delete(note);
}

/** Writes all that was typed. Never rejects: what couldn't be written is told by each note's `onTrouble`. */
export async function flushOpenNotes(): Promise<void> {
  await Promise.allSettled([...open].map((note) => note.flush()));
}

/** The text of every open note that has any, for a person to copy when all else fails. */
export function openText(): string {
  return [...open]
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
