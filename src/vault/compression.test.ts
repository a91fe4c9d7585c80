import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { concat, platformCompression } from './compression.ts';
import { outcome } from './examples/packs.ts';
import { synchronousCompression } from './simulator/synchronous.ts';

const TEXT = new TextEncoder().encode('the same words again and '.repeat(400));

describe.each([
  ['the platform', platformCompression, synchronousCompression],
  ['the simulator', synchronousCompression, platformCompression],
])('%s', (_, compression, other) => {
  test('V2 gives back what was compressed, here or by another', async () => {
    expect(await compression.inflate(await compression.deflate(TEXT), TEXT.length)).toEqual(TEXT);
    expect(await compression.inflate(await other.deflate(TEXT), TEXT.length)).toEqual(TEXT);
    expect((await compression.deflate(TEXT)).length).toBeLessThan(200);
  });

  test('V2 nothing compresses to something and back to nothing', async () => {
    expect(await compression.inflate(await compression.deflate(new Uint8Array()), 0)).toEqual(new Uint8Array());
  });

  test('V2 is raw DEFLATE, as RFC 1951 has it', async () => {
    // A stored block: final, no compression, length 2 and its complement.
    expect(await compression.inflate(Uint8Array.from([1, 2, 0, 0xfd, 0xff, 7, 9]), 2)).toEqual(Uint8Array.from([7, 9]));
  });

  test('V2 gives not one byte more than was announced', async () => {
    const packed = await compression.deflate(TEXT);
    expect(await outcome(() => compression.inflate(packed, TEXT.length - 1))).toBe('Damaged');
    expect(await outcome(() => compression.inflate(packed, 1))).toBe('Damaged');
  });

  test('V2 a small stream that would fill the memory is stopped at the limit', async () => {
    const bomb = new Uint8Array(deflateRawSync(new Uint8Array(64 * 1024 * 1024)));
    expect(bomb.length).toBeLessThan(70_000);
    expect(await outcome(() => compression.inflate(bomb, 1024 * 1024))).toBe('Damaged');
  });

  test('V11 a stream that is broken, cut or empty is damaged', async () => {
    const packed = await compression.deflate(TEXT);
    for (const broken of [packed.slice(0, packed.length - 1), packed.slice(0, 5), new Uint8Array(), Uint8Array.of(7)])
      expect(await outcome(() => compression.inflate(broken, TEXT.length))).toBe('Damaged');
  });
});

test('pieces are joined in their order', () => {
  expect(concat([Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3)])).toEqual(Uint8Array.of(1, 2, 3));
});
