import { expect, test } from 'vitest';
import { bytesOf, hexOf } from '../notes/ids.ts';
import { type Cbor, encode } from './cbor.ts';
import { type ArgonCost, type Bytes, webCrypto } from './crypto.ts';
import { CHEAP, ENTROPY, PASSPHRASE } from './examples/devices.ts';
import { COUNTING_CRYPTO, outcome, RAW_RING, VAULT } from './examples/packs.ts';
import { decodeRing, encodeRing, importRing, keyRing, newRawRing } from './keys.ts';
import { ARGON_COST, stretch } from './passphrase.ts';
import { MAX_SLOT_BYTES, openSlot, readSlot, sealSlot, type SlotSecret } from './slots.ts';

const crypto = COUNTING_CRYPTO;
const BY_PASSPHRASE: SlotSecret = { kind: 'passphrase', passphrase: PASSPHRASE };
const BY_WORDS: SlotSecret = { kind: 'words', entropy: ENTROPY };
const SLOT = await sealSlot(crypto, VAULT, RAW_RING, BY_PASSPHRASE, { cost: CHEAP });
const WORDS_SLOT = await sealSlot(crypto, VAULT, RAW_RING, BY_WORDS, { cost: CHEAP });

/** A slot with other parameters, as a hostile storage could hold one. */
function slotWith(params: Record<string, Cbor>): Bytes {
  const encoded = encode({
    kind: 'passphrase',
    generation: 0,
    supersedes: [],
    salt: new Uint8Array(16),
    ...CHEAP,
    ...params,
  });
  const bytes = new Uint8Array(30 + encoded.length + 12 + 100);
  bytes.set(SLOT.subarray(0, 26));
  new DataView(bytes.buffer).setUint32(26, encoded.length);
  bytes.set(encoded, 30);
  return bytes;
}

test('V31 a slot is laid out byte for byte', () => {
  const params =
    'a7' + // a map of seven, shorter keys first
    '646b696e646a70617373706872617365' + // kind
    '6473616c7450000102030405060708090a0b0c0d0e0f' + // salt
    '656c616e657301' + // lanes
    '666d656d6f72791840' + // memory
    '6670617373657301' + // passes
    '6a67656e65726174696f6e00' + // generation
    '6a7375706572736564657380'; // supersedes
  const length = (params.length / 2).toString(16).padStart(8, '0');
  expect(hexOf(SLOT.subarray(0, 30 + params.length / 2))).toBe(`5341544348454c016b00${VAULT}${length}${params}`);
  // The nonce, and behind it the ring with a tag of 16 bytes.
  const end = 30 + params.length / 2;
  expect(hexOf(SLOT.subarray(end, end + 12))).toBe('000102030405060708090a0b');
  expect(SLOT.length).toBe(end + 12 + encodeRing(RAW_RING).length + 16);
});

test('V31 the slot of the words holds no cost, as there is nothing to guess', () => {
  expect(Object.keys(readSlot(WORDS_SLOT).params).sort()).toEqual(['generation', 'kind', 'salt', 'supersedes']);
});

test('V33 a slot gives the whole ring to who knows the secret, by passphrase and by words', async () => {
  expect(await openSlot(crypto, readSlot(SLOT), BY_PASSPHRASE)).toEqual(RAW_RING);
  expect(await openSlot(crypto, readSlot(WORDS_SLOT), BY_WORDS)).toEqual(RAW_RING);
});

test('V31 a slot at the real cost, by the real Argon2id', async () => {
  const ring = newRawRing(webCrypto);
  const slot = readSlot(await sealSlot(webCrypto, VAULT, ring, BY_PASSPHRASE, { cost: ARGON_COST }));
  expect(slot.params).toMatchObject({ memory: 65536, passes: 3, lanes: 1 });
  expect(await openSlot(webCrypto, slot, BY_PASSPHRASE)).toEqual(ring);
  expect(await outcome(() => openSlot(webCrypto, slot, { kind: 'passphrase', passphrase: 'a kettle' }))).toBe(
    'WrongSecret',
  );
});

test('V31 another secret, or the right one for another kind of slot, is told so', async () => {
  const wrong: SlotSecret = { kind: 'passphrase', passphrase: `${PASSPHRASE} ` };
  expect(await outcome(() => openSlot(crypto, readSlot(SLOT), wrong))).toBe('WrongSecret');
  expect(await outcome(() => openSlot(crypto, readSlot(SLOT), BY_WORDS))).toBe('WrongSecret');
  expect(await outcome(() => openSlot(crypto, readSlot(WORDS_SLOT), BY_PASSPHRASE))).toBe('WrongSecret');
  const other: SlotSecret = { kind: 'words', entropy: ENTROPY.toReversed() };
  expect(await outcome(() => openSlot(crypto, readSlot(WORDS_SLOT), other))).toBe('WrongSecret');
});

test('V31 a passphrase means the same however its accents were typed', async () => {
  const slot = await sealSlot(
    crypto,
    VAULT,
    RAW_RING,
    { kind: 'passphrase', passphrase: 'caf\u00e9 ﬁne' },
    { cost: CHEAP },
  );
  const typed: SlotSecret = { kind: 'passphrase', passphrase: 'cafe\u0301 fine' };
  expect(await openSlot(crypto, readSlot(slot), typed)).toEqual(RAW_RING);
});

test('V31 no bit of a slot can be changed', async () => {
  for (const [sealed, secret] of [
    [SLOT, BY_PASSPHRASE],
    [WORDS_SLOT, BY_WORDS],
  ] as const) {
    const passed: number[] = [];
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const flipped = sealed.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      const came = await outcome(() => openSlot(crypto, readSlot(flipped), secret));
      if (!['Damaged', 'Newer', 'WrongSecret', 'Unreasonable'].includes(came)) passed.push(bit);
    }
    expect(passed).toEqual([]);
  }
});

test('V31 a slot cut anywhere is refused', async () => {
  for (let length = 0; length < SLOT.length; length++) {
    const came = await outcome(() => openSlot(crypto, readSlot(SLOT.slice(0, length)), BY_PASSPHRASE));
    expect(['Damaged', 'WrongSecret']).toContain(came);
  }
});

test.each<[string, Partial<ArgonCost>]>([
  ['more than a gigabyte', { memory: 1024 * 1024 + 1 }],
  ['all the memory there is', { memory: Number.MAX_SAFE_INTEGER }],
  ['hours', { passes: 17 }],
  ['no pass', { passes: 0 }],
  ['a hundred lanes', { lanes: 100 }],
  ['no lane', { lanes: 0 }],
  ['less memory than Argon2 can do with', { memory: 7 }],
])('V31 a slot that asks for %s is not even tried', async (_, cost) => {
  let tried = 0;
  const counting = {
    ...crypto,
    stretch: (...args: Parameters<typeof crypto.stretch>) => {
      tried++;
      return crypto.stretch(...args);
    },
  };
  expect(await outcome(() => openSlot(counting, readSlot(slotWith(cost)), BY_PASSPHRASE))).toBe('Unreasonable');
  expect(await outcome(() => stretch(counting, PASSPHRASE, new Uint8Array(16), { ...CHEAP, ...cost }))).toBe(
    'Unreasonable',
  );
  expect(tried).toBe(0);
});

test.each<[string, Record<string, Cbor>]>([
  ['a text for its cost', { memory: '65536' }],
  ['a negative cost', { passes: -1 }],
  ['a short salt', { salt: new Uint8Array(8) }],
  ['no kind', { kind: 5 }],
  ['no generation', { generation: null }],
  ['a number for what it supersedes', { supersedes: [5] }],
])('V31 a slot with %s is damaged', async (_, params) => {
  expect(await outcome(() => openSlot(crypto, readSlot(slotWith(params)), BY_PASSPHRASE))).toBe('Damaged');
});

test('V31 a slot that is far too large, or no slot at all, is damaged', async () => {
  const large = new Uint8Array(MAX_SLOT_BYTES + 1);
  large.set(SLOT);
  expect(await outcome(() => readSlot(large))).toBe('Damaged');
  const pack = SLOT.slice();
  pack[8] = 'p'.charCodeAt(0);
  expect(await outcome(() => readSlot(pack))).toBe('Damaged');
  const endless = SLOT.slice();
  endless.fill(0xff, 26, 30);
  expect(await outcome(() => readSlot(endless))).toBe('Damaged');
});

test('V4 a slot of a newer format says so, whatever else has changed in it', async () => {
  const newer = SLOT.slice(0, 20);
  newer[7] = 2;
  newer.fill(0xee, 8);
  expect(await outcome(() => readSlot(newer))).toBe('Newer');
});

test('V33 a slot of a kind that is not known here is read, kept, and not opened', async () => {
  const slot = readSlot(slotWith({ kind: 'passkey', credential: new Uint8Array(40), salt: 'of another shape' }));
  expect(slot.kind).toBe('passkey');
  expect(slot.vault).toBe(VAULT);
  expect(await outcome(() => openSlot(crypto, slot, BY_PASSPHRASE))).toBe('WrongSecret');
});

test('V31 a slot names its generation and what it takes the place of', async () => {
  const supersedes = [`log/${VAULT}.k.${'ab'.repeat(32)}`];
  const slot = readSlot(await sealSlot(crypto, VAULT, RAW_RING, BY_WORDS, { cost: CHEAP, generation: 3, supersedes }));
  expect([slot.generation, slot.supersedes]).toEqual([3, supersedes]);
});

test('V33 a ring is written with all its keys, and read back', () => {
  expect(hexOf(encodeRing(RAW_RING))).toBe(
    `a2646b65797382824801020304050607085820${'11'.repeat(32)}8248a1a2a3a4a5a6a7a85820${'22'.repeat(32)}` +
      '6763757272656e74480102030405060708',
  );
  expect(decodeRing(encodeRing(RAW_RING))).toEqual(RAW_RING);
});

test.each<[string, Cbor]>([
  [
    'that lacks its current key',
    { current: bytesOf('ff02030405060708'), keys: [[bytesOf('0102030405060708'), new Uint8Array(32)]] },
  ],
  ['without keys', { current: bytesOf('0102030405060708'), keys: [] }],
  [
    'with a short key',
    { current: bytesOf('0102030405060708'), keys: [[bytesOf('0102030405060708'), new Uint8Array(16)]] },
  ],
  ['with a short id', { current: bytesOf('01'), keys: [[bytesOf('01'), new Uint8Array(32)]] }],
  ['that is a list', []],
])('V33 a ring %s is damaged', async (_, ring) => {
  expect(await outcome(() => decodeRing(encode(ring)))).toBe('Damaged');
});

test('V32 the ring that a device keeps has keys to use and none to read', async () => {
  const ring = newRawRing(webCrypto);
  const stored = await importRing(webCrypto, ring);
  expect(stored.current).toBe(ring.current);
  const kept = stored.keys.map(({ key }) => (key as unknown as CryptoKey).extractable);
  expect(kept).toEqual([false]);
  expect(await outcome(() => keyRing(stored).keyOf('0000000000000000'))).toBe('UnknownKey');
});

test('V33 a new ring has one key of 32 random bytes', () => {
  const [one, two] = [newRawRing(webCrypto), newRawRing(webCrypto)];
  expect(one.keys.map(({ raw }) => raw.length)).toEqual([32]);
  expect(one.current).not.toBe(two.current);
  expect(one.keys[0]?.raw).not.toEqual(two.keys[0]?.raw);
});
