import { expect, test } from 'vitest';
import { writtenBytes } from './bytes.ts';

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1400, '1.4 kB'],
  [82_000, '82 kB'],
  [11_200_000_000, '11 GB'],
  [5e15, '5,000 TB'],
])('%d bytes are written %s', (bytes, words) => {
  expect(writtenBytes('en', bytes)).toBe(words);
});
