/** What one note becomes that somebody has edited for years, each time in a session of its own. */
import { openMemory } from '../../backends/memory/client.ts';
import { noteId } from '../../src/notes/ids.ts';
import { docFrom, stateOf } from '../../src/notes/merge.ts';
import { initNote, newDoc, textOf, touch } from '../../src/notes/note.ts';
import type { Bytes } from '../../src/vault/crypto.ts';
import { noteRow } from '../../src/vault/documents.ts';
import { createMemoryState } from '../../src/vault/memory-state.ts';
import { createMemory } from '../connection.ts';
import { randomFrom } from '../corpus.ts';
import { found, placeOf } from '../device.ts';
import { fill } from '../library.ts';
import { takeApart } from '../stored.ts';
import { wordsFrom } from './fleet.ts';

export interface OneNote {
  /** Bytes of the text itself, and of the state with its whole past. */
  readonly text: number;
  readonly state: number;
  /** As they lie in a pack. */
  readonly body: number;
  readonly head: number;
}

/** In each session somebody goes somewhere in the note, takes some of it away and types a few words; it keeps about its length. */
export async function measureOneNote(sessions: number): Promise<OneNote> {
  const random = randomFrom(1, -5);
  const words = wordsFrom(1);
  const id = noteId(new Uint8Array(16).fill(0xa0));
  let now = Date.UTC(2026, 0, 1);
  let state: Uint8Array | null = null;
  for (let session = 0; session < sessions; session++) {
    now += 86_400_000;
    const doc = docFrom(state ? [state] : [], Math.floor(random() * 0xffffffff));
    // A client id of its own for each session, as the app draws one whenever a note is opened (rule V7).
    doc.transact(() => {
      if (!state) return initNote(doc, { now, text: words(2000), notebook: null });
      const text = textOf(doc);
      const at = Math.floor(random() * text.length);
      text.delete(at, Math.min(80, text.length - at));
      text.insert(Math.min(at, text.length), words(80));
      touch(doc, now);
    });
    state = stateOf(doc);
    doc.destroy();
  }
  const doc = docFrom([state ?? stateOf(newDoc())]);
  const row = noteRow(id, doc);
  if (!row || !state) throw new Error('no session, no note');
  const device = createMemoryState();
  await fill(device, [{ notes: [row], bodies: [{ doc: id, bytes: state as Bytes }] }]);
  const provider = createMemory();
  await (await found(placeOf(device, openMemory(provider)))).sync();
  const parts = takeApart([...provider.objects()].map(([name, { bytes }]) => [name, bytes] as const));
  const text = new TextEncoder().encode(textOf(doc).toJSON()).length;
  return { text, state: state.length, body: parts.bodies, head: parts.heads };
}
