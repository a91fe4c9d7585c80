import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf, hexOf } from '../notes/ids.ts';
import { type Cbor, decode, encode, expect as narrow } from './cbor.ts';
import { isVaultError } from './errors.ts';

/** What comes of it: `read`, or the kind of the error. */
function outcome(work: () => unknown): string {
  try {
    work();
    return 'read';
  } catch (error) {
    return isVaultError(error) ? error.kind : String(error);
  }
}

// Appendix A of RFC 8949.
test.each<[Cbor, string]>([
  [0, '00'],
  [23, '17'],
  [24, '1818'],
  [255, '18ff'],
  [256, '190100'],
  [1_000_000, '1a000f4240'],
  [1_000_000_000_000, '1b000000e8d4a51000'],
  [Number.MAX_SAFE_INTEGER, '1b001fffffffffffff'],
  [-1, '20'],
  [-1000, '3903e7'],
  [false, 'f4'],
  [true, 'f5'],
  [null, 'f6'],
  ['', '60'],
  ['IETF', '6449455446'],
  ['ü', '62c3bc'],
  ['\ud800\udd51', '64f0908591'],
  [bytesOf('01020304'), '4401020304'],
  [[1, [2, 3], [4, 5]], '8301820203820405'],
  [{}, 'a0'],
  [{ a: 'A', b: 'B', c: 'C' }, 'a3616161416162614261636143'],
])('V2 %j is written as %s and read back', (value, hex) => {
  expect(hexOf(encode(value))).toBe(hex);
  expect(decode(bytesOf(hex))).toEqual(value);
});

test('V2 keys are sorted by their encoded bytes: shorter ones first, then byte by byte', () => {
  expect(hexOf(encode({ bb: 1, a: 2, ab: 3, c: 4 }))).toBe('a46161026163046261620362626201');
});

test.each([
  ['nothing at all', ''],
  ['keys that are not sorted', 'a2616201616101'],
  ['a longer key before a shorter one', 'a262616101616201'],
  ['a key that stands twice', 'a2616101616102'],
  ['a key that is no text', 'a10101'],
  ['an integer in more bytes than it needs', '1817'],
  ['a length in more bytes than it needs', '580141'],
  ['a half float', 'f93e00'],
  ['a whole number as a half float', 'f93c00'],
  ['a single float', 'fa47c35000'],
  ['a double float', 'fb3ff199999999999a'],
  ['minus zero', 'f98000'],
  ['not a number', 'f97e00'],
  ['infinity', 'f97c00'],
  ['undefined', 'f7'],
  ['another simple value', 'f0'],
  ['a tag', 'c11a514b67b0'],
  ['an integer that a double can not hold', '1b0020000000000000'],
  ['bytes of indefinite length', '5f42010243030405ff'],
  ['a text of indefinite length', '7f657374726561646d696e67ff'],
  ['a list of indefinite length', '9f0102ff'],
  ['a map of indefinite length', 'bf6161019f0203ffff'],
  ['text that is not UTF-8', '62c328'],
  ['a second value behind the first', '0000'],
  ['a byte behind the value', 'a0f6'],
  ['bytes that end too early', '450102'],
  ['a list that ends too early', '8301'],
  ['a map that ends too early', 'a16161'],
  ['a list said to be huge', '9b001fffffffffffff'],
  ['a text said to be huge', '7b001fffffffffffff'],
  ['a reserved length', '1c'],
  ['a lone break', 'ff'],
])('V2 %s is refused', (_, hex) => {
  expect(outcome(() => decode(bytesOf(hex)))).toBe('Damaged');
});

test('V2 a float deep within is refused', () => {
  expect(outcome(() => decode(bytesOf('a16161820083f4f6f93e00')))).toBe('Damaged');
  expect(() => encode([0, [1.5]])).toThrow(RangeError);
  expect(() => encode(2 ** 53)).toThrow(RangeError);
});

test.each([2000, 3500, 4200, 5000, 100_000])(
  'V11 lists nested %i deep are read or refused, and nothing else',
  (depth) => {
    const bytes = new Uint8Array(depth + 1).fill(0x81);
    bytes[depth] = 0;
    expect(['read', 'Damaged']).toContain(outcome(() => decode(bytes)));
  },
);

const value: fc.Arbitrary<Cbor> = fc.letrec<{ value: Cbor }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.maxSafeInteger().map((number) => number + 0),
    fc.string({ unit: 'grapheme' }),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array(),
    fc.array(tie('value')),
    fc.dictionary(fc.string({ unit: 'binary' }), tie('value')),
  ),
})).value;

test('V2 whatever is written is read back, and has one form only', () => {
  fc.assert(
    fc.property(value, (before) => {
      const bytes = encode(before);
      expect(hexOf(encode(decode(bytes)))).toBe(hexOf(bytes));
    }),
  );
});

test('V2 bytes that decode are the one form of what they mean', () => {
  fc.assert(
    fc.property(value, fc.nat(), fc.nat(255), (before, at, byte) => {
      const bytes = encode(before);
      bytes[at % bytes.length] = byte;
      let form = '';
      const came = outcome(() => {
        form = hexOf(encode(decode(bytes)));
      });
      expect([came, form]).toEqual(came === 'read' ? ['read', hexOf(bytes)] : ['Damaged', '']);
    }),
    { numRuns: 1000 },
  );
});

test('V2 bytes that were read share no memory with what they were read from', () => {
  const source = bytesOf('824201024103');
  const [first] = narrow.list(decode(source), 'list');
  source.fill(0);
  expect(first).toEqual(bytesOf('0102'));
  expect(narrow.bytes(first, 'bytes').buffer.byteLength).toBe(2);
});

test('a part of another shape is named', () => {
  expect(() => narrow.uint(-1, 'age')).toThrow('age has another shape');
  for (const wrong of [
    () => narrow.uint('1', ''),
    () => narrow.uint(undefined, ''),
    () => narrow.text(1, ''),
    () => narrow.text(new Uint8Array(), ''),
    () => narrow.bool(1, ''),
    () => narrow.bool(null, ''),
    () => narrow.bytes('x', ''),
    () => narrow.bytes(new Uint8Array(3), '', 4),
    () => narrow.bytes([1], ''),
    () => narrow.list({}, ''),
    () => narrow.list(null, ''),
    () => narrow.map([], ''),
    () => narrow.map(null, ''),
    () => narrow.map(new Uint8Array(), ''),
    () => narrow.map(undefined, ''),
  ])
    expect(outcome(wrong)).toBe('Damaged');
});
