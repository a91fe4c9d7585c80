import { expect, test } from 'vitest';
import * as Y from 'yjs';
import type { OpenNote } from '../engine/api.ts';
import { noteId } from '../notes/ids.ts';
import { closeNote, flushOpenNotes, noteIsOpen, openText } from './open-notes.ts';

let lastNote = 0;

/** A note on a device that has room or not, as the test says. */
function someNote(words: string, device: { full: boolean }): OpenNote {
  const doc = new Y.Doc();
  const text = doc.getText('text');
  text.insert(0, words);
  const flush = () => (device.full ? Promise.reject(new Error('no room')) : Promise.resolve());
  const id = noteId(new Uint8Array(16).fill(++lastNote));
  return { id, doc, text, flush, close: flush, onTrouble: () => () => {} };
}

test('all is kept when no note is open, and when each could be written', async () => {
  expect(await flushOpenNotes()).toBe(true);
  const notes = ['One', 'Two'].map((words) => someNote(words, { full: false }));
  notes.forEach(noteIsOpen);
  expect(await flushOpenNotes()).toBe(true);
  expect(openText()).toBe('One\n\n---\n\nTwo');
  await Promise.all(notes.map(closeNote));
  expect(openText()).toBe('');
});

test('one note that could not be written is enough to say so, and the others are written all the same', async () => {
  const device = { full: true };
  const [stuck, fine] = [someNote('Stuck', device), someNote('Fine', { full: false })];
  [stuck, fine].forEach(noteIsOpen);
  expect(await flushOpenNotes()).toBe(false);
  device.full = false;
  expect(await flushOpenNotes()).toBe(true);
  await Promise.all([stuck, fine].map(closeNote));
});

test('a note that was left before it could be written still counts, until it is written', async () => {
  const device = { full: true };
  const note = someNote('Only here', device);
  noteIsOpen(note);
  await closeNote(note);
  expect(await flushOpenNotes()).toBe(false);
  const again: OpenNote = { ...note };
  noteIsOpen(again);
  expect(openText()).toBe('Only here');
  device.full = false;
  await closeNote(again);
  expect(await flushOpenNotes()).toBe(true);
  expect(openText()).toBe('');
});
