import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf, hexOf } from '../notes/ids.ts';
import { type Cbor, decode, encode } from './cbor.ts';
import { decodeCoverage, type DeviceId, type Element, element, encodeCoverage, partsOf } from './coverage.ts';
import { outcome } from './examples/packs.ts';

const A = 'a'.repeat(32) as DeviceId;
const B = 'b'.repeat(32) as DeviceId;
const hash = (digit: string) => digit.repeat(16);

test('V10 an element holds device, sequence and the first 8 bytes of the hash', () => {
  const item = element(A, 7, 'f'.repeat(64));
  expect(item).toBe(`${A}/7/${hash('f')}`);
  expect(partsOf(item)).toEqual({ device: A, sequence: 7, hash: hash('f') });
});

test('V10 numbers that follow each other are one run, written to the byte', () => {
  const set = [element(A, 3, hash('3')), element(A, 1, hash('1')), element(A, 2, hash('2')), element(A, 9, hash('9'))];
  expect(encodeCoverage(set)).toEqual({
    [A]: [
      [1, bytesOf(hash('1') + hash('2') + hash('3'))],
      [9, bytesOf(hash('9'))],
    ],
  });
  expect(hexOf(encode(encodeCoverage([element(A, 1, hash('1'))])))).toBe(
    `a17820${'61'.repeat(32)}818201481111111111111111`,
  );
});

test('V10 a number that was used twice stands twice, and neither hides the other', () => {
  const set = new Set([
    element(A, 4, hash('4')),
    element(A, 5, hash('a')),
    element(A, 5, hash('b')),
    element(A, 6, hash('6')),
    element(B, 5, hash('a')),
  ]);
  expect(encodeCoverage(set)).toEqual({
    [A]: [
      [4, bytesOf(hash('4') + hash('a'))],
      [5, bytesOf(hash('b') + hash('6'))],
    ],
    [B]: [[5, bytesOf(hash('a'))]],
  });
  expect(decodeCoverage(encodeCoverage(set), 100)).toEqual(set);
});

test('V10 any set comes back, and is written in one way whatever its order', () => {
  const item = fc
    .tuple(
      fc.constantFrom(A, B, '0'.repeat(32) as DeviceId),
      fc.oneof(fc.nat(12), fc.maxSafeInteger().map(Math.abs)),
      fc.constantFrom('0', '1', 'f').map(hash),
    )
    .map(([device, sequence, digits]) => element(device, sequence, digits));
  fc.assert(
    fc.property(fc.uniqueArray(item, { maxLength: 40 }), fc.func(fc.nat()), (items: Element[], order) => {
      const bytes = encode(encodeCoverage(items));
      expect(decodeCoverage(decode(bytes), 100)).toEqual(new Set(items));
      const shuffled = items.toSorted((a, b) => order(a) - order(b));
      expect(hexOf(encode(encodeCoverage(shuffled)))).toBe(hexOf(bytes));
    }),
  );
});

test.each<[string, Cbor | undefined]>([
  ['nothing', undefined],
  ['a list', []],
  ['no device', { abc: [] }],
  ['a device in capitals', { ['A'.repeat(32)]: [] }],
  ['no runs', { [A]: 5 }],
  ['a run that is no list', { [A]: [5] }],
  ['a run without hashes', { [A]: [[1]] }],
  ['a run with no hash in it', { [A]: [[1, new Uint8Array()]] }],
  ['half a hash', { [A]: [[1, new Uint8Array(12)]] }],
  ['a negative number', { [A]: [[-1, new Uint8Array(8)]] }],
])('V10 coverage that is %s is damaged', async (_, value) => {
  expect(await outcome(() => decodeCoverage(value, 100))).toBe('Damaged');
});
