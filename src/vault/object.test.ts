import { createDecipheriv, hkdfSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { bytesOf, hexOf } from '../notes/ids.ts';
import type { Bytes } from './crypto.ts';
import { FIXED, OTHER_VAULT, outcome, RAW_RING, ringFor, VAULT } from './examples/packs.ts';
import { VaultError } from './errors.ts';
import { keyRing } from './keys.ts';
import { blockStart, cipherOf, FIXED_HEADER, headEnd, openBlock, readHeader, sealObject } from './object.ts';
import { synchronousCrypto } from './simulator/synchronous.ts';

const deps = FIXED;
const ring = await ringFor(deps);
/** Three blocks of equal length, so that only what is sealed with them tells them apart. */
const BLOCKS = await Promise.all(
  ['one', 'two', 'six'].map((text) => deps.compression.deflate(new TextEncoder().encode(text))),
);
const OBJECT = await sealObject(deps, ring, VAULT, 'p', 2, BLOCKS);

function headerOf(bytes: Uint8Array) {
  const header = readHeader(bytes);
  if ('needs' in header) throw new VaultError('Damaged', 'cut within its header');
  return header;
}

/** Opens every block. @throws VaultError */
async function readAll(bytes: Bytes): Promise<string[]> {
  const header = headerOf(bytes);
  if (header.vault !== VAULT) throw new VaultError('Foreign', 'another vault');
  if (blockStart(header, header.lengths.length) !== bytes.length) throw new VaultError('Damaged', 'cut');
  const cipher = await cipherOf(deps, ring, header);
  const texts: string[] = [];
  for (const [index, length] of header.lengths.entries()) {
    const start = blockStart(header, index);
    const plain = await openBlock(deps, cipher, header, index, bytes.subarray(start, start + length), 100);
    texts.push(new TextDecoder().decode(plain));
  }
  return texts;
}

const placeOf = (index: number) => blockStart(headerOf(OBJECT), index);
const outcomeOf = (bytes: Bytes) => outcome(() => readAll(bytes));

test('V2 the header is laid out byte for byte', () => {
  const expected = [
    '5341544348454c', // SATCHEL
    '01', // format
    '70', // p
    '00',
    VAULT,
    RAW_RING.current,
    '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', // salt
    '0002', // blocks of the head
    '0003', // blocks
    '00000015', // each sealed length
    '00000015',
    '00000015',
  ].join('');
  expect(hexOf(OBJECT.subarray(0, FIXED_HEADER + 12))).toBe(expected);
  expect(headerOf(OBJECT)).toEqual({
    format: 1,
    kind: 'p',
    vault: VAULT,
    key: RAW_RING.current,
    salt: bytesOf('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'),
    headBlocks: 2,
    lengths: [21, 21, 21],
    bytes: bytesOf(expected),
  });
  expect(headEnd(headerOf(OBJECT))).toBe(FIXED_HEADER + 12 + 42);
});

test('V2 with this key, this salt and these compressed blocks the sealed bytes are these', async () => {
  const sealed = await sealObject(deps, ring, VAULT, 'p', 1, [bytesOf('aa'), bytesOf('bbcc')]);
  expect(hexOf(sealed)).toBe(
    '5341544348454c01700000112233445566778899aabbccddeeff0102030405060708' +
      '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f000100020000001100000012' +
      '75bbcd5c51979f60f7f46b88d18e99a78274c8f62f9bf00c0a8740c173dcfdb254d16e',
  );
});

test('V2 key, nonce and associated data are what the format says, told by OpenSSL alone', () => {
  const header = OBJECT.subarray(0, FIXED_HEADER + 12);
  const key = new Uint8Array(
    hkdfSync('sha256', new Uint8Array(32).fill(0x11), OBJECT.subarray(34, 66), 'satchel/1/p', 32),
  );
  for (const index of [0, 1, 2]) {
    const sealed = OBJECT.subarray(header.length + index * 21, header.length + index * 21 + 21);
    const decipher = createDecipheriv('aes-256-gcm', key, bytesOf(`00000000000000000000000${index}`), {
      authTagLength: 16,
    });
    decipher.setAAD(Buffer.concat([header, bytesOf(`0000000${index}0${index === 2 ? 1 : 0}`)]));
    decipher.setAuthTag(sealed.subarray(5));
    expect(hexOf(Buffer.concat([decipher.update(sealed.subarray(0, 5)), decipher.final()]))).toBe(
      hexOf(BLOCKS[index] as Bytes),
    );
  }
});

test('V2 every object has a salt of its own, so that the same content is never sealed twice with one key and nonce', async () => {
  const random = synchronousCrypto(Math.random);
  const other = { ...deps, crypto: random };
  const [one, two] = [
    await sealObject(other, ring, VAULT, 'p', 1, BLOCKS),
    await sealObject(other, ring, VAULT, 'p', 1, BLOCKS),
  ];
  expect(hexOf(headerOf(one).salt)).not.toBe(hexOf(headerOf(two).salt));
  expect(hexOf(one.slice(-63))).not.toBe(hexOf(two.slice(-63)));
});

test('V2 an object opens as it was sealed', async () => {
  expect(await readAll(OBJECT)).toEqual(['one', 'two', 'six']);
});

test('V2 an object with any single bit flipped is refused', async () => {
  const passed: string[] = [];
  for (let bit = 0; bit < OBJECT.length * 8; bit++) {
    const flipped = OBJECT.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    const came = await outcomeOf(flipped);
    if (!['Damaged', 'Newer', 'UnknownKey', 'Foreign'].includes(came)) passed.push(`${bit}: ${came}`);
  }
  expect(passed).toEqual([]);
});

test('V2 an object cut anywhere, or with anything behind it, is refused', async () => {
  for (let length = 0; length < OBJECT.length; length++) {
    expect([length, await outcomeOf(OBJECT.slice(0, length))]).toEqual([length, 'Damaged']);
  }
  expect(await outcomeOf(Uint8Array.from([...OBJECT, 0]))).toBe('Damaged');
});

test('V2 a block is refused in the place of another, of the same object or of one sealed like it', async () => {
  const other = await sealObject({ ...deps, crypto: synchronousCrypto(() => 0.3) }, ring, VAULT, 'p', 2, BLOCKS);
  for (const source of [OBJECT, other]) {
    for (const from of [0, 1, 2]) {
      for (const to of [0, 1, 2]) {
        if (source === OBJECT && from === to) continue;
        const mixed = OBJECT.slice();
        mixed.set(source.subarray(placeOf(from), placeOf(from) + 21), placeOf(to));
        expect([from, to, await outcomeOf(mixed)]).toEqual([from, to, 'Damaged']);
      }
    }
  }
});

test('V2 blocks can not be taken off the end, even with a header that says so', async () => {
  const header = headerOf(OBJECT);
  const shorter = Uint8Array.from([
    ...OBJECT.subarray(0, 68),
    0,
    2,
    ...OBJECT.subarray(70, 78),
    ...OBJECT.subarray(header.bytes.length, blockStart(header, 2)),
  ]);
  expect(headerOf(shorter).lengths).toEqual([21, 21]);
  expect(await outcomeOf(shorter)).toBe('Damaged');
});

test('V2 the body can not be passed off as head, or the other way round', async () => {
  for (const headBlocks of [1, 3]) {
    const lying = OBJECT.slice();
    lying[67] = headBlocks;
    expect(headerOf(lying).headBlocks).toBe(headBlocks);
    expect(await outcomeOf(lying)).toBe('Damaged');
  }
});

test('V2 an object of one kind is nothing as another kind', async () => {
  const other = OBJECT.slice();
  other[8] = 'a'.charCodeAt(0);
  expect(await outcomeOf(other)).toBe('Damaged');
});

test('V1 an object says which vault it belongs to, and can not be given to another', async () => {
  const moved = OBJECT.slice();
  moved.set(bytesOf(OTHER_VAULT), 10);
  expect(headerOf(moved).vault).toBe(OTHER_VAULT);
  const cipher = await cipherOf(deps, ring, headerOf(moved));
  const header = headerOf(moved);
  const block = moved.subarray(blockStart(header, 0), blockStart(header, 1));
  expect(await outcome(() => openBlock(deps, cipher, header, 0, block, 100))).toBe('Damaged');
});

test('V4 a newer format is told from damage by its eighth byte, from there on', async () => {
  const newer = OBJECT.slice();
  newer[7] = 2;
  newer.fill(0xee, 8);
  expect(await outcomeOf(newer)).toBe('Newer');
  expect(await outcomeOf(newer.slice(0, 8))).toBe('Newer');
  newer[7] = 0;
  expect(await outcomeOf(newer)).toBe('Damaged');
});

test('V33 an object is opened with the key that it names, and refused when the ring lacks it', async () => {
  const later = { current: 'a1a2a3a4a5a6a7a8', keys: RAW_RING.keys };
  const sealed = await sealObject(deps, await ringFor(deps, later), VAULT, 'p', 1, BLOCKS);
  expect(headerOf(sealed).key).toBe('a1a2a3a4a5a6a7a8');
  expect(await readAll(sealed)).toEqual(['one', 'two', 'six']);
  const less = keyRing({ current: '00', keys: [] });
  expect(await outcome(() => cipherOf(deps, less, headerOf(sealed)))).toBe('UnknownKey');
});

test('V3 a header says how many bytes it needs, before it is there whole', () => {
  expect(readHeader(new Uint8Array())).toEqual({ needs: FIXED_HEADER });
  expect(readHeader(OBJECT.slice(0, FIXED_HEADER - 1))).toEqual({ needs: FIXED_HEADER });
  expect(readHeader(OBJECT.slice(0, FIXED_HEADER))).toEqual({ needs: FIXED_HEADER + 12 });
  expect(readHeader(OBJECT.slice(0, FIXED_HEADER + 11))).toEqual({ needs: FIXED_HEADER + 12 });
});

test.each([
  ['no object of ours', 0, '00'],
  ['something in the byte that is kept for later', 9, '01'],
  ['no blocks', 66, '00000000'],
  ['no block in its head', 66, '0000'],
  ['more blocks in its head than it has', 66, '0004'],
  ['a block shorter than its seal', 70, '0000000f'],
])('V11 a header with %s is damaged', async (_, at, hex) => {
  const lying = OBJECT.slice();
  lying.set(bytesOf(hex), at);
  expect(await outcome(() => headerOf(lying))).toBe('Damaged');
});

test('V2 a block gives no more than its announced length, however it was sealed', async () => {
  const header = headerOf(OBJECT);
  const cipher = await cipherOf(deps, ring, header);
  const block = OBJECT.subarray(blockStart(header, 0), blockStart(header, 1));
  expect(await outcome(() => openBlock(deps, cipher, header, 0, block, 3))).toBe('done');
  expect(await outcome(() => openBlock(deps, cipher, header, 0, block, 2))).toBe('Damaged');
});
