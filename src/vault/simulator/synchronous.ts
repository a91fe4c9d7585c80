/**
 * The vault's algorithms called synchronously, for the simulator: WebCrypto and the compression streams answer from a thread
 * pool, whose timing would make two runs of one seed differ. The bytes are the same as theirs.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Compression } from '../compression.ts';
import type { Bytes, CipherKey, Crypto, VaultKey } from '../crypto.ts';
import { VaultError } from '../errors.ts';

const bytes = (buffer: Uint8Array | ArrayBuffer): Bytes => new Uint8Array(buffer);
const rawOf = (key: VaultKey | CipherKey) => (key as unknown as { raw: Bytes }).raw;
const TAG = 16;

/** @param random from 0 up to 1, seeded. */
export function synchronousCrypto(random: () => number): Crypto {
  return {
    random: (length) => Uint8Array.from({ length }, () => Math.floor(random() * 256)),
    sha256: async (data) => bytes(createHash('sha256').update(data).digest()),
    importKey: async (raw) => ({ raw }) as unknown as VaultKey,
    derive: async (key, salt, info) =>
      ({ raw: bytes(hkdfSync('sha256', rawOf(key), salt, info, 32)) }) as unknown as CipherKey,
    async seal(key, nonce, associated, plain) {
      const cipher = createCipheriv('aes-256-gcm', rawOf(key), nonce).setAAD(associated);
      return bytes(Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]));
    },
    async open(key, nonce, associated, sealed) {
      try {
        const decipher = createDecipheriv('aes-256-gcm', rawOf(key), nonce, { authTagLength: TAG }).setAAD(associated);
        decipher.setAuthTag(sealed.subarray(sealed.length - TAG));
        return bytes(Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - TAG)), decipher.final()]));
      } catch (cause) {
        throw new VaultError('Damaged', 'a sealed block does not open', { cause });
      }
    },
    // Guessing isn't what the simulator is about; this is fast, and depends on the same inputs.
    stretch: async (passphrase, salt, cost) =>
      bytes(createHash('sha256').update(passphrase).update(salt).update(JSON.stringify(cost)).digest()),
  };
}

export const synchronousCompression: Compression = {
  deflate: async (data) => bytes(deflateRawSync(data)),
  async inflate(data, limit) {
    try {
      return bytes(inflateRawSync(data, { maxOutputLength: Math.max(1, limit) }));
    } catch (cause) {
      throw new VaultError('Damaged', 'a block does not inflate', { cause });
    }
  },
};
