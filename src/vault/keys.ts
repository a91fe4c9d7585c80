/** The ring of a vault's keys. Packs name the key they are sealed with; a ring keeps every key for ever (rule V33). */
import { bytesOf, hexOf } from '../notes/ids.ts';
import { decode, encode, expect } from './cbor.ts';
import type { Bytes, Crypto, VaultKey } from './crypto.ts';
import { VaultError } from './errors.ts';

/** 8 random bytes as 16 hexadecimal digits. */
export type KeyId = string;

export interface KeyRing {
  /** New objects are sealed with this one. */
  readonly current: KeyId;
  /** @throws {VaultError} `UnknownKey` */
  keyOf(id: KeyId): VaultKey;
}

/** As the device keeps it: keys that can be used but not read. */
export interface StoredRing {
  readonly current: KeyId;
  readonly keys: readonly { readonly id: KeyId; readonly key: VaultKey }[];
}

/** As it lies in a key slot, wrapped; in the clear only for the moment in which a slot is made or opened (rule V32). */
export interface RawRing {
  readonly current: KeyId;
  readonly keys: readonly { readonly id: KeyId; readonly raw: Bytes }[];
}

export function keyRing(stored: StoredRing): KeyRing {
  const keys = new Map(stored.keys.map(({ id, key }) => [id, key]));
  return {
    current: stored.current,
    keyOf(id) {
      const key = keys.get(id);
      if (!key) throw new VaultError('UnknownKey', `no key ${id} on this device`);
      return key;
    },
  };
}

export function newRawRing(crypto: Crypto): RawRing {
  const id = hexOf(crypto.random(8));
  return { current: id, keys: [{ id, raw: crypto.random(32) }] };
}

export async function importRing(crypto: Crypto, raw: RawRing): Promise<StoredRing> {
  return {
    current: raw.current,
    keys: await Promise.all(raw.keys.map(async ({ id, raw: key }) => ({ id, key: await crypto.importKey(key) }))),
  };
}

export function encodeRing(ring: RawRing): Bytes {
  return encode({ current: bytesOf(ring.current), keys: ring.keys.map(({ id, raw }) => [bytesOf(id), raw]) });
}

/** @throws {VaultError} `Damaged` */
export function decodeRing(bytes: Uint8Array): RawRing {
  const map = expect.map(decode(bytes), 'key ring');
  const current = hexOf(expect.bytes(map['current'], 'current key', 8));
  const keys = expect.list(map['keys'], 'keys').map((item) => {
    const [id, raw] = expect.list(item, 'key');
    return { id: hexOf(expect.bytes(id, 'key id', 8)), raw: expect.bytes(raw, 'key', 32).slice() };
  });
  if (!keys.some(({ id }) => id === current)) throw new VaultError('Damaged', 'the ring lacks its current key');
  return { current, keys };
}
