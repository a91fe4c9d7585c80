import { expect, test } from 'vitest';
import { card } from './card.ts';
import { hexOf, isNoteId, type NoteId } from './ids.ts';
import { docFrom, stateOf } from './merge.ts';
import { addTag, removeTag, setPinned, textOf } from './note.ts';
import { isPristineSample, sampleNotes } from './samples.ts';

const samples = sampleNotes();

async function digest(bytes: Uint8Array): Promise<string> {
  return hexOf(new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes)))).slice(0, 16);
}

// A changed text changes a line here, with a new id. The same id with another digest would be the same note with two contents.
test('the sample notes are the same bytes on every device', async () => {
  const lines = await Promise.all(samples.map(async ({ id, update }) => `${id} ${await digest(update)}`));
  expect(lines).toMatchInlineSnapshot(`
    [
      "096d90550316ad005cad9b0b5decae4e 42d25a1d31e876b1",
      "5b308dd93c89ffc2a53b81d78eba5300 34ddb64e7486fa43",
      "6ca4c6581c22515750609552cf692c61 209e129b6784daf9",
    ]
  `);
});

test('making the sample notes twice and merging them changes nothing', () => {
  const again = sampleNotes();
  for (const [index, { id, update }] of samples.entries()) {
    const other = again[index];
    expect(other?.id).toBe(id);
    expect(stateOf(docFrom([update, other?.update ?? new Uint8Array()]))).toEqual(update);
  }
});

test('each sample note has an id and an author of its own', () => {
  const clients = samples.map(({ update }) => [...docFrom([update]).store.clients.keys()]);
  expect(new Set(clients.flat()).size).toBe(samples.length);
  expect(new Set(samples.map(({ id }) => id)).size).toBe(samples.length);
  expect(samples.every(({ id }) => isNoteId(id))).toBe(true);
});

test('the list shows them newest first, the welcome on top', () => {
  const cards = samples.map(({ update }) => card(docFrom([update])));
  expect(cards.map(({ title }) => title)).toEqual([
    'Welcome to Satchel',
    'Writing in Markdown',
    'How your notes are kept',
  ]);
  expect(cards.map(({ modified }) => modified)).toEqual(cards.map(({ modified }) => modified).sort((a, b) => b - a));
  expect(cards[0]?.tasks).toEqual({ open: 3, done: 0 });
});

test('a sample note is pristine until somebody changes it', () => {
  for (const { id, update } of samples) {
    expect(isPristineSample(id, docFrom([update]))).toBe(true);

    const edited = docFrom([update]);
    textOf(edited).insert(0, 'x');
    expect(isPristineSample(id, edited)).toBe(false);

    const shortened = docFrom([update]);
    textOf(shortened).delete(0, 1);
    expect(isPristineSample(id, shortened)).toBe(false);

    const pinned = docFrom([update]);
    setPinned(pinned, true);
    expect(isPristineSample(id, pinned)).toBe(false);

    const tagged = docFrom([update]);
    addTag(tagged, 'mine');
    removeTag(tagged, 'mine');
    expect(isPristineSample(id, tagged)).toBe(false);
  }
});

test('a note that is no sample, or not yet whole, is not pristine', () => {
  const [first, second] = samples;
  if (!first || !second) throw new Error('there are no samples');
  expect(isPristineSample('f'.repeat(32) as NoteId, docFrom([first.update]))).toBe(false);
  expect(isPristineSample(first.id, docFrom([second.update]))).toBe(false);
  expect(isPristineSample(first.id, docFrom([]))).toBe(false);

  const edits: Uint8Array[] = [];
  const elsewhere = docFrom([first.update]);
  elsewhere.on('update', (update: Uint8Array) => edits.push(update));
  setPinned(elsewhere, true);
  addTag(elsewhere, 'builds on the pin');
  expect(isPristineSample(first.id, docFrom([first.update, ...edits.slice(1)]))).toBe(false);
});
