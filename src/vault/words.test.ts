import { expect, test } from 'vitest';
import { bytesOf, hexOf } from '../notes/ids.ts';
import { webCrypto } from './crypto.ts';
import { entropyOf, newWords, WORD_COUNT } from './words.ts';

// From the vectors that BIP-39 names (trezor/python-mnemonic, vectors.json).
const VECTORS = [
  [
    '00000000000000000000000000000000',
    'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about',
  ],
  ['7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f', 'legal winner thank year wave sausage worth useful legal winner thank yellow'],
  [
    '80808080808080808080808080808080',
    'letter advice cage absurd amount doctor acoustic avoid letter advice cage above',
  ],
  ['ffffffffffffffffffffffffffffffff', 'zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong'],
  ['9e885d952ad362caeb4efe34a8e91bd2', 'ozone drill grab fiber curtain grace pudding thank cruise elder eight picnic'],
  ['23db8160a31d3e0dca3688ed941adbf3', 'cat swing flag economy stadium alone churn speed unique patch report train'],
] as const;

test.each(VECTORS)('V31 %s is written in words and read back', (hex, words) => {
  expect(newWords({ ...webCrypto, random: () => bytesOf(hex) }).join(' ')).toBe(words);
  expect(hexOf(entropyOf(words) as Uint8Array)).toBe(hex);
});

test('V31 new words are drawn from 128 random bits', () => {
  const words = newWords(webCrypto);
  expect(words.length).toBe(WORD_COUNT);
  expect(entropyOf(words.join(' '))?.length).toBe(16);
  expect(newWords(webCrypto)).not.toEqual(words);
});

test.each([
  ['in capitals', 'LEGAL Winner THANK year wave sausage worth useful legal winner thank Yellow'],
  ['over several lines', '  legal winner\nthank year\twave sausage \r\n worth useful legal winner thank yellow\n'],
  [
    'numbered',
    '1. legal 2. winner 3. thank 4. year 5. wave 6. sausage 7. worth 8. useful 9. legal 10. winner 11. thank 12. yellow',
  ],
  ['with commas', 'legal, winner, thank, year, wave, sausage, worth, useful, legal, winner, thank, yellow.'],
  ['with wide letters', 'ｌｅｇａｌ　winner thank year wave sausage worth useful legal winner thank yellow'],
])('V31 words %s mean the same', (_, text) => {
  expect(hexOf(entropyOf(text) as Uint8Array)).toBe('7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f');
});

test.each([
  ['a wrong checksum', 'legal winner thank year wave sausage worth useful legal winner thank year'],
  ['two words swapped', 'winner legal thank year wave sausage worth useful legal winner thank yellow'],
  ['a word that is not in the list', 'legal winner thank year wave sausage worth useful legal winner thank yello'],
  ['eleven words', 'legal winner thank year wave sausage worth useful legal winner thank'],
  ['thirteen words', 'legal winner thank year wave sausage worth useful legal winner thank yellow zoo'],
  ['24 good words', `${'abandon '.repeat(23)}art`],
  ['nothing', ''],
])('V31 %s is no recovery', (_, text) => {
  expect(entropyOf(text)).toBe(null);
});
