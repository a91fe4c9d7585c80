import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { taskCounts } from '../src/notes/card.ts';
import { isNotebookId, isNoteId } from '../src/notes/ids.ts';
import { normaliseTag } from '../src/notes/note.ts';
import { corpus } from './corpus.ts';

const BLOCK = 256 * 1024;

function deflated(bytes: Uint8Array): number {
  let size = 0;
  for (let from = 0; from < bytes.length; from += BLOCK)
    size += deflateRawSync(bytes.subarray(from, from + BLOCK)).length;
  return size;
}

describe.each([1, 2024])('ten thousand notes of seed %i', (seed) => {
  const notes = [...corpus({ seed, count: 10_000 })];
  const texts = notes.map(({ markdown }) => Buffer.from(markdown));
  const sizes = texts.map(({ length }) => length).sort((a, b) => a - b);
  const whole = Buffer.concat(texts);

  test('have the sizes of the notes that people keep', () => {
    expect(sizes[5000]).toBeGreaterThan(800);
    expect(sizes[5000]).toBeLessThan(900);
    expect(whole.length).toBeGreaterThan(17.2e6);
    expect(whole.length).toBeLessThan(18.2e6);
    expect(sizes.at(-1)).toBeGreaterThan(40_000);
    expect(sizes.at(-1)).toBeLessThanOrEqual(50_000);
    expect(sizes[0]).toBeGreaterThan(0);
  });

  test('compress as text does', () => {
    expect(whole.length / deflated(whole)).toBeGreaterThan(2.35);
    expect(whole.length / deflated(whole)).toBeLessThan(2.45);
  });

  test('have each an id of their own, and tags and notebooks that read as what they are', () => {
    expect(new Set(notes.map(({ id }) => id)).size).toBe(notes.length);
    expect(notes.every(({ id, notebook }) => isNoteId(id) && (notebook === null || isNotebookId(notebook)))).toBe(true);
    expect(notes.every(({ tags }) => tags.every((tag) => normaliseTag(tag) === tag))).toBe(true);
    expect(new Set(notes.map(({ notebook }) => notebook)).size).toBe(25);
  });

  test('spread over years, none changed before it was made', () => {
    expect(new Set(notes.map(({ created }) => new Date(created).getUTCFullYear())).size).toBe(11);
    expect(notes.every(({ created, modified }) => modified >= created)).toBe(true);
  });

  test('hold headings, lists, tasks, links, emphasis and code', () => {
    for (const mark of [/^## /mu, /^- \w/mu, /^1\. /mu, /^> /mu, /\]\(https:/u, /\*\*/u, /^```$/mu])
      expect(notes.filter(({ markdown }) => mark.test(markdown)).length).toBeGreaterThan(500);
    expect(notes.filter(({ markdown }) => taskCounts(markdown).done > 0).length).toBeGreaterThan(500);
    expect(notes.filter(({ pinned }) => pinned).length).toBeGreaterThan(50);
    expect(notes.filter(({ tags }) => tags.length > 0).length).toBeGreaterThan(3000);
  });
});

test('the same seed makes the same notes, and fewer are the first of more', () => {
  expect([...corpus({ seed: 5, count: 20 })]).toEqual([...corpus({ seed: 5, count: 50 })].slice(0, 20));
  expect([...corpus({ seed: 5, count: 1 })]).not.toEqual([...corpus({ seed: 6, count: 1 })]);
  expect([...corpus({ seed: 5, count: 0 })]).toEqual([]);
});
