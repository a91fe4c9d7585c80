import { expect, test } from 'vitest';
import { en } from '../strings/en.ts';
import { fractionOf, stepWords } from './progress.ts';

test('the bar never goes back from reading to comparing, and ends full', () => {
  const reading = { phase: 'reading', objects: 2, ofObjects: 4, bytes: 50, ofBytes: 100 } as const;
  const steps = [
    { ...reading, bytes: 0 },
    reading,
    { ...reading, bytes: 100 },
    { phase: 'comparing', notes: 0, ofNotes: 10 },
    { phase: 'comparing', notes: 10, ofNotes: 10 },
  ] as const;
  expect(steps.map((step) => Number(fractionOf(step)?.toFixed(3)))).toEqual([0, 0.45, 0.9, 0.9, 1]);
});

test('an empty storage, and one without notes, are through at once', () => {
  expect(fractionOf({ phase: 'reading', objects: 0, ofObjects: 0, bytes: 0, ofBytes: 0 })).toBe(0.9);
  expect(fractionOf({ phase: 'comparing', notes: 0, ofNotes: 0 })).toBe(1);
  expect(fractionOf({ phase: 'repairing', done: 0, of: 0 })).toBe(1);
});

test('while nobody knows how long it takes, there is no number', () => {
  expect([fractionOf({ phase: 'waiting' }), fractionOf({ phase: 'listing' })]).toEqual([null, null]);
});

test('each step is said in words', () => {
  expect(stepWords(en, { phase: 'reading', objects: 2, ofObjects: 1200, bytes: 1, ofBytes: 2 })).toBe(
    'Reading, 2 of 1,200 objects',
  );
  expect(stepWords(en, { phase: 'comparing', notes: 1, ofNotes: 1 })).toBe('Comparing, 1 of 1 note');
  expect(stepWords(en, { phase: 'repairing', done: 1, of: 3 })).toBe('Putting back, 1 of 3');
});
