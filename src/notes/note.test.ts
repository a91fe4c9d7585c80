import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { card } from './card.ts';
import { notebookId } from './ids.ts';
import { stateOf } from './merge.ts';
import {
  addTag,
  answeredPurges,
  initNote,
  newDoc,
  normaliseTag,
  propsOf,
  removeEmbeds,
  removeTag,
  restore,
  setNotebook,
  setPinned,
  setTrashed,
  textOf,
  touch,
} from './note.ts';

const WORK = notebookId(new Uint8Array(16).fill(1));

/** How many updates a change makes: none means that nothing is there to push. */
function updatesOf(doc: ReturnType<typeof newDoc>, change: () => void): number {
  let count = 0;
  const counting = () => count++;
  doc.on('update', counting);
  change();
  doc.off('update', counting);
  return count;
}

test('a new note is one update with its text, dates and notebook', () => {
  const doc = newDoc();
  expect(updatesOf(doc, () => initNote(doc, { now: 1000, text: 'Milk', notebook: WORK }))).toBe(1);
  expect(textOf(doc).toJSON()).toBe('Milk');
  expect(propsOf(doc).toJSON()).toEqual({ created: 1000, modified: 1000, notebook: WORK });
});

test('a new note is not written over another', () => {
  const doc = newDoc();
  initNote(doc, { now: 1000 });
  expect(() => initNote(doc, { now: 2000 })).toThrow(RangeError);
});

test('every property writes once, and nothing when nothing would change', () => {
  const doc = newDoc();
  initNote(doc, { now: 0 });
  const changes = [
    () => setPinned(doc, true),
    () => setPinned(doc, false),
    () => setTrashed(doc, 5),
    () => setTrashed(doc, null),
    () => setNotebook(doc, WORK),
    () => setNotebook(doc, null),
    () => addTag(doc, 'home'),
    () => removeTag(doc, '#Home'),
  ];
  for (const change of changes) {
    expect(updatesOf(doc, change)).toBe(1);
    expect(updatesOf(doc, change)).toBe(0);
  }
  expect(propsOf(doc).toJSON()).toEqual({ created: 0, modified: 0 });
});

test('typing for an hour writes the date of change once a minute', () => {
  const doc = newDoc();
  initNote(doc, { now: 0 });
  let written = 0;
  for (let second = 1; second <= 3600; second++) written += updatesOf(doc, () => touch(doc, second * 1000));
  expect(written).toBe(60);
  expect(card(doc).modified).toBe(3_600_000);
});

test('a date of change that is ahead or unreadable is put right', () => {
  const doc = newDoc();
  initNote(doc, { now: 9e12 });
  touch(doc, 1000);
  expect(card(doc).modified).toBe(1000);
  for (const wrong of ['soon', Number.NaN, null]) {
    propsOf(doc).set('modified', wrong);
    touch(doc, 2000);
    expect(card(doc).modified).toBe(2000);
  }
});

test('what is no notebook id, or leaves no tag, is refused', () => {
  const doc = newDoc();
  expect(() => setNotebook(doc, 'work' as typeof WORK)).toThrow(RangeError);
  expect(() => addTag(doc, ' # ')).toThrow(RangeError);
  expect(propsOf(doc).size).toBe(0);
});

test.each([
  ['#Work', 'work'],
  ['  ##  to do\tlater ', 'to-do-later'],
  ['ÉTÉ', 'été'],
  ['E\u0301te\u0301', 'été'],
  ['I', 'i'],
  ['a/b_c-d', 'a/b_c-d'],
  ['🍎'.repeat(40), '🍎'.repeat(32)],
  [`a${'🍎'.repeat(40)}`, `a${'🍎'.repeat(31)}`],
  ['half \ud83c', 'half'],
  ['bell\u0007', 'bell'],
  ['#', null],
  ['', null],
])('the tag %j is written %j', (text, tag) => {
  expect(normaliseTag(text)).toBe(tag);
});

/** Half surrogate pairs too, which a person's paste can hold. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 90 }),
  fc.array(fc.nat(0xffff), { maxLength: 90 }).map((units) => String.fromCharCode(...units)),
);

test('a tag that was made normal is left as it is, and survives being written', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const tag = normaliseTag(text);
      if (tag === null) return;
      expect(normaliseTag(tag)).toBe(tag);
      expect(new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(tag))).toBe(tag);
      expect(tag.length).toBeLessThanOrEqual(64);
    }),
    { seed: 1, numRuns: 2000 },
  );
});

test('removing a tag removes what another program spelt otherwise', () => {
  const doc = newDoc();
  propsOf(doc).set('tag:#To Do', true);
  addTag(doc, 'to do');
  expect(card(doc).tags).toEqual(['to-do']);
  removeTag(doc, 'To-Do');
  expect(propsOf(doc).size).toBe(0);
});

test('what is no text is taken out of the text, and the words around it stay', () => {
  const doc = newDoc();
  const text = textOf(doc);
  text.insert(0, 'one two');
  text.insertEmbed(3, { image: 'https://example.org/pixel.png' });
  text.insertEmbed(0, {});
  removeEmbeds(doc);
  expect(text.toJSON()).toBe('one two');
  expect(text.length).toBe(7);
  const before = stateOf(doc);
  removeEmbeds(doc);
  expect(stateOf(doc)).toEqual(before);
});

test('V24 taking a note back says so, and which purges it answers', () => {
  const doc = newDoc();
  initNote(doc, { now: 1000, text: 'Milk' });
  setTrashed(doc, 2000);
  expect(answeredPurges(doc)).toEqual(new Set());
  expect(updatesOf(doc, () => restore(doc, 3000, ['0123456789abcdef', 'fedcba9876543210']))).toBe(1);
  expect(propsOf(doc).toJSON()).toEqual({
    created: 1000,
    modified: 1000,
    restored: 3000,
    'back:0123456789abcdef': true,
    'back:fedcba9876543210': true,
  });
  expect(answeredPurges(doc)).toEqual(new Set(['0123456789abcdef', 'fedcba9876543210']));
  expect(card(doc)).toMatchObject({ trashedAt: null, tags: [] });
});

test('an answer of another type than true is none', () => {
  const doc = newDoc();
  propsOf(doc).set('back:0123456789abcdef', 'yes');
  expect(answeredPurges(doc)).toEqual(new Set());
});
