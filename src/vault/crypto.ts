/**
 * The cryptography that a vault needs, as a port: WebCrypto in browsers and Node, and the same algorithms
 * called synchronously in the simulator, where nothing may depend on a thread pool's timing.
 */
import { VaultError } from './errors.ts';

declare const brand: unique symbol;

/** Key material for HKDF. In browsers a CryptoKey that can't be exported. */
export type VaultKey = { readonly [brand]: 'VaultKey' };
/** An AES-256-GCM key. */
export type CipherKey = { readonly [brand]: 'CipherKey' };

export type Bytes = Uint8Array<ArrayBuffer>;

export interface Crypto {
  readonly random: (length: number) => Bytes;
  sha256(bytes: Bytes): Promise<Bytes>;
  /** From then on the raw bytes can't be had from it. */
  importKey(raw: Bytes): Promise<VaultKey>;
  /** HKDF-SHA-256 (RFC 5869). */
  derive(key: VaultKey, salt: Bytes, info: string): Promise<CipherKey>;
  /** AES-256-GCM; the 16-byte tag follows the ciphertext. @param nonce 12 bytes */
  seal(key: CipherKey, nonce: Bytes, associated: Bytes, plain: Bytes): Promise<Bytes>;
  /** @throws {VaultError} `Damaged` when the tag doesn't fit. */
  open(key: CipherKey, nonce: Bytes, associated: Bytes, sealed: Bytes): Promise<Bytes>;
  /** Argon2id (RFC 9106). @param salt 16 bytes @returns 32 bytes */
  stretch(passphrase: string, salt: Bytes, cost: ArgonCost): Promise<Bytes>;
}

export interface ArgonCost {
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
}

const asCryptoKey = (key: VaultKey | CipherKey) => key as unknown as CryptoKey;

export const webCrypto: Crypto = {
  random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  sha256: async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)),
  importKey: async (raw) =>
    (await crypto.subtle.importKey('raw', raw, 'HKDF', false, ['deriveKey'])) as unknown as VaultKey,
  derive: async (key, salt, info) =>
    (await crypto.subtle.deriveKey(
      { name: 'HKDF', hash: 'SHA-256', salt, info: new TextEncoder().encode(info) },
      asCryptoKey(key),
      { name: 'AES-GCM', length: 256 },
      false,
      ['encrypt', 'decrypt'],
    )) as unknown as CipherKey,
  seal: async (key, nonce, associated, plain) =>
    new Uint8Array(
      await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce, additionalData: associated }, asCryptoKey(key), plain),
    ),
  async open(key, nonce, associated, sealed) {
    try {
      return new Uint8Array(
        await crypto.subtle.decrypt(
          { name: 'AES-GCM', iv: nonce, additionalData: associated },
          asCryptoKey(key),
          sealed,
        ),
      );
    } catch (cause) {
      throw new VaultError('Damaged', 'a sealed block does not open', { cause });
    }
  },
  async stretch(passphrase, salt, { memory, passes, lanes }) {
    // Needed once in a device's life, and larger than all the rest.
    const { argon2id } = await import('hash-wasm');
    return (await argon2id({
      password: passphrase,
      salt,
      memorySize: memory,
      iterations: passes,
      parallelism: lanes,
      hashLength: 32,
      outputType: 'binary',
    })) as Bytes;
  },
};
