import { describe, expect, test } from 'vitest';
import { bytesOf, hexOf } from '../notes/ids.ts';
import { type Crypto, webCrypto } from './crypto.ts';
import { outcome } from './examples/packs.ts';
import { synchronousCrypto } from './simulator/synchronous.ts';

const simulated = synchronousCrypto(() => 0);
const RAW = bytesOf('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f');
const SALT = bytesOf('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff');
const NONCE = bytesOf('000000000000000000000001');
const PLAIN = new TextEncoder().encode('not for everybody');
const HEADER = bytesOf('cafe');

async function cipher(crypto: Crypto, info = 'satchel/1/p') {
  return crypto.derive(await crypto.importKey(RAW), SALT, info);
}

describe.each([
  ['WebCrypto', webCrypto, simulated],
  ['the simulator', simulated, webCrypto],
])('%s', (_, crypto, other) => {
  test('V2 seals the same bytes as the other, which opens them', async () => {
    const sealed = await crypto.seal(await cipher(crypto), NONCE, HEADER, PLAIN);
    // HKDF-SHA-256 and AES-256-GCM by OpenSSL, with the values above.
    expect(hexOf(sealed)).toBe(hexOf(await other.seal(await cipher(other), NONCE, HEADER, PLAIN)));
    expect(sealed.length).toBe(PLAIN.length + 16);
    expect(await other.open(await cipher(other), NONCE, HEADER, sealed)).toEqual(PLAIN);
  });

  test('V2 another key, purpose, nonce or header opens nothing', async () => {
    const key = await cipher(crypto);
    const sealed = await crypto.seal(key, NONCE, HEADER, PLAIN);
    const wrong = await crypto.derive(await crypto.importKey(RAW.toReversed()), SALT, 'satchel/1/p');
    const purpose = await cipher(crypto, 'satchel/1/a');
    const opened = [
      () => crypto.open(wrong, NONCE, HEADER, sealed),
      () => crypto.open(purpose, NONCE, HEADER, sealed),
      () => crypto.open(key, bytesOf('000000000000000000000002'), HEADER, sealed),
      () => crypto.open(key, NONCE, bytesOf('cafd'), sealed),
      () => crypto.open(key, NONCE, HEADER, sealed.slice(0, -1)),
      () => crypto.open(key, NONCE, HEADER, sealed.slice(0, 15)),
      () => crypto.open(key, NONCE, HEADER, new Uint8Array()),
    ];
    for (const open of opened) expect(await outcome(open)).toBe('Damaged');
  });

  test('hashes as FIPS 180-4 says', async () => {
    expect(hexOf(await crypto.sha256(new TextEncoder().encode('abc')))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });

  test('draws as many bytes as it is asked for', () => {
    expect(crypto.random(33).length).toBe(33);
  });
});

test('V32 a key that was taken in can not be read again', async () => {
  const key = (await webCrypto.importKey(RAW)) as unknown as CryptoKey;
  const derived = (await cipher(webCrypto)) as unknown as CryptoKey;
  expect([key.extractable, derived.extractable]).toEqual([false, false]);
  await expect(crypto.subtle.exportKey('raw', derived)).rejects.toThrow('not extractable');
});

// From the test programme of the reference implementation, phc-winner-argon2, for version 0x13.
test.each([
  ['password', 'somesalt', 65536, 2, 1, '09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7'],
  ['password', 'somesalt', 256, 2, 1, '9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe'],
  ['password', 'somesalt', 256, 2, 2, '6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037'],
  ['password', 'diffsalt', 65536, 2, 1, 'bdf32b05ccc42eb15d58fd19b1f856b113da1e9a5874fdcc544308565aa8141c'],
  ['differentpassword', 'somesalt', 65536, 2, 1, '0b84d652cf6b0c4beaef0dfe278ba6a80df6696281d7e0d2891b817d8c458fde'],
])(
  'V31 Argon2id of %s with %s at %i KiB, %i passes, %i lanes',
  async (passphrase, salt, memory, passes, lanes, hash) => {
    const bytes = await webCrypto.stretch(passphrase, new TextEncoder().encode(salt), { memory, passes, lanes });
    expect(hexOf(bytes)).toBe(hash);
  },
);
