import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { card, EXCERPT_LENGTH, taskCounts } from './card.ts';
import { notebookId } from './ids.ts';
import { docFrom, stateOf } from './merge.ts';
import { addTag, initNote, newDoc, propsOf, setPinned, setTrashed, textOf } from './note.ts';

const WORK = notebookId(new Uint8Array(16).fill(7));

function cardOf(text: string) {
  const doc = newDoc();
  textOf(doc).insert(0, text);
  return card(doc);
}

test('a card shows what the note holds', () => {
  const doc = newDoc();
  initNote(doc, { now: 1000, text: '# Groceries\n\nFor *Sunday*:\n- [ ] milk\n- [x] eggs', notebook: WORK });
  addTag(doc, '#Zoo');
  addTag(doc, 'home');
  setPinned(doc, true);
  setTrashed(doc, 2000);
  expect(card(doc)).toEqual({
    title: 'Groceries',
    excerpt: 'For Sunday: milk eggs',
    tags: ['home', 'zoo'],
    notebook: WORK,
    pinned: true,
    trashedAt: 2000,
    created: 1000,
    modified: 1000,
    tasks: { open: 1, done: 1 },
  });
});

test('an empty note has a card', () => {
  expect(card(newDoc())).toEqual({
    title: '',
    excerpt: '',
    tags: [],
    notebook: null,
    pinned: false,
    trashedAt: null,
    created: 0,
    modified: 0,
    tasks: { open: 0, done: 0 },
  });
});

test('hashes in the text are no tags', () => {
  expect(cardOf('about #work and #home').tags).toEqual([]);
});

test.each([
  ['\n\n  \nTitle\nrest', 'Title'],
  ['### Title ###\r\nrest', 'Title'],
  ['- [ ] Call *Ann*', 'Call Ann'],
  ['> 1. **Bold _and_ more**', 'Bold and more'],
  ['---\nTitle', 'Title'],
  ['```js\ncode()\n```', 'code()'],
  ['[site](https://a.example/b_(c)) ![alt](x.png)', 'site alt'],
  ['<https://a.example>', 'https://a.example'],
  ['snake_case_name and 2 * 3 * 4', 'snake_case_name and 2 * 3 * 4'],
  ['`**not bold**` \\*stars\\*', '**not bold** *stars*'],
  ['**`code`** ~~old~~', 'code old'],
  ['array[i][j] [x] C# #1', 'array[i][j] [x] C# #1'],
  ['a\u0000b\u00070\u0000', 'ab0'],
  ['-1 degree', '-1 degree'],
  ['#hashtag', '#hashtag'],
])('the title of %j is %j', (text, title) => {
  expect(cardOf(text).title).toBe(title);
});

test('title and excerpt stay short, and never end in half a character', () => {
  const { title, excerpt } = cardOf(`a${'😀'.repeat(5000)}`);
  expect(title).toBe(`a${'😀'.repeat(99)}`);
  expect(excerpt).toBe('');
  expect(cardOf(`t\nb${'😀'.repeat(80)}`).excerpt).toBe(`b${'😀'.repeat(49)}`);
  expect(cardOf(`t\n${'word '.repeat(100)}`).excerpt.length).toBe(EXCERPT_LENGTH - 1);
});

test('a picture written into the note does not become its title', () => {
  expect(cardOf(`![Cat](data:image/png;base64,${'iVBOR'.repeat(100_000)})\nafter`).title).toBe('Cat');
});

test.each([
  ['- [ ] a\n* [x] b\n+ [X] c\n1. [ ] d\n2) [x] e', 2, 3],
  ['  - [ ] nested\n\t- [x] deeper\n> - [ ] quoted', 2, 1],
  ['- [ ]no\n- [y] no\n-[ ] no\ntext - [ ] no\n[ ] no', 0, 0],
  ['```\n- [ ] code\n```\n- [ ] task', 1, 0],
  ['~~~ md\n- [ ] code\n```\n- [x] code\n~~~\n- [ ] task', 1, 0],
  ['````\n```\n- [x] code\n````\n- [x] task\n- [x] task', 0, 2],
  ['```\n- [x] code\n``` no end\n- [x] code', 0, 0],
  ['```inline```\n- [x] task', 0, 1],
  ['- [ ] a\r\n- [x] b\r\n```\r\n- [ ] no\r\n```\r\n- [x] c', 1, 2],
])('tasks of %j: %i open, %i done', (text, open, done) => {
  expect(taskCounts(text)).toEqual({ open, done });
});

test.each([
  ['created', 'yesterday', 'created', 0],
  ['created', -1, 'created', 0],
  ['created', Number.NaN, 'created', 0],
  ['created', 9e15, 'created', 0],
  ['created', 5n, 'created', 0],
  ['modified', 12.7, 'modified', 12],
  ['modified', {}, 'modified', 0],
  ['trashedAt', true, 'trashedAt', null],
  ['trashedAt', 0, 'trashedAt', 0],
  ['trashedAt', -0, 'trashedAt', 0],
  ['pinned', 'true', 'pinned', false],
  ['pinned', 1, 'pinned', false],
  ['notebook', 'x', 'notebook', null],
  ['notebook', [], 'notebook', null],
] as const)('%s = %o reads as %s %o', (key, value, field, expected) => {
  const doc = newDoc();
  propsOf(doc).set(key, value);
  expect(card(docFrom([stateOf(doc)]))[field]).toBe(expected);
});

test('a tag counts when it is true, and once', () => {
  const doc = newDoc();
  for (const [key, value] of [
    ['tag:a', true],
    ['tag:A', true],
    ['tag:b', false],
    ['tag:c', 'yes'],
    ['tag:', true],
  ] as const)
    propsOf(doc).set(key, value);
  expect(card(doc).tags).toEqual(['a']);
});

test('a missing date of change reads as the date it was made', () => {
  const doc = newDoc();
  propsOf(doc).set('created', 77);
  expect(card(doc).modified).toBe(77);
});

const hostileValue = fc.oneof(
  fc.anything({ withBigInt: false, withDate: false, maxDepth: 2 }).filter((value) => {
    try {
      const doc = newDoc();
      propsOf(doc).set('x', value);
      stateOf(doc);
      return true;
    } catch {
      return false; // not a value that Yjs can carry
    }
  }),
  fc.uint8Array(),
  fc.constantFrom('text', 'map', 'array', 'xml', 'doc').map((kind) => {
    if (kind === 'text') return new Y.Text('nested');
    if (kind === 'map') return new Y.Map([['a', 1]]);
    if (kind === 'array') return Y.Array.from([1, 'x']);
    return kind === 'xml' ? new Y.XmlElement('p') : new Y.Doc();
  }),
);

test('whatever a hostile client wrote, there is a card', () => {
  const key = fc.oneof(
    fc.constantFrom('notebook', 'pinned', 'trashedAt', 'created', 'modified', 'tag:x', 'tag:', '__proto__', ''),
    fc.string({ unit: 'binary' }).map((tail) => `tag:${tail}`),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(key, hostileValue), { maxLength: 8 }),
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constantFrom('text', 'map', 'array', 'embed'),
      (entries, text, kind) => {
        const doc = new Y.Doc();
        for (const [name, value] of entries) doc.getMap('props').set(name, value);
        if (kind === 'map') doc.getMap('text').set('a', text);
        else if (kind === 'array') doc.getArray('text').insert(0, [text, new Y.Map()]);
        else if (kind === 'text') doc.getText('text').insert(0, text, { bold: true });
        else doc.getText('text').insertEmbed(0, { text });
        const seen = card(docFrom([stateOf(doc)]));
        expect(Object.keys(seen)).toHaveLength(9);
        expect(seen.title.length).toBeLessThanOrEqual(200);
        expect(seen.excerpt.length).toBeLessThanOrEqual(EXCERPT_LENGTH);
        expect(seen.tags).toEqual([...new Set(seen.tags)].sort());
        expect(seen.pinned).toBeTypeOf('boolean');
        for (const date of [seen.created, seen.modified, seen.trashedAt ?? 0])
          expect(new Date(date).getTime()).toBe(date);
      },
    ),
    { seed: 2, numRuns: 500 },
  );
});

test('Markdown of any shape has a title without line breaks', () => {
  const mark = fc.constantFrom(
    '*',
    '_',
    '`',
    '~~',
    '[',
    ']',
    '(',
    ')',
    '!',
    '\\',
    '\n',
    ' ',
    '#',
    '> ',
    '- ',
    'a',
    '0',
    '\0',
    '<',
    'http:',
  );
  fc.assert(
    fc.property(fc.array(mark, { maxLength: 200 }), (marks) => {
      const { title, excerpt } = cardOf(marks.join(''));
      expect(`${title}${excerpt}`).not.toMatch(/[\r\n\0]/u);
    }),
    { seed: 3, numRuns: 1000 },
  );
});
