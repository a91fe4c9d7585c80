/**
 * Key slots: the vault's key ring, wrapped by one secret, as in LUKS (rules V31 to V33).
 * An immutable object of its own kind; layout in docs/vault-format.md §4.
 */
import { bytesOf, hexOf } from '../notes/ids.ts';
import { type Cbor, decode, encode, expect } from './cbor.ts';
import { concat } from './compression.ts';
import type { ArgonCost, Bytes, CipherKey, Crypto } from './crypto.ts';
import { isVaultError, VaultError } from './errors.ts';
import { decodeRing, encodeRing, type RawRing } from './keys.ts';
import type { VaultId } from './names.ts';
import { FORMAT_VERSION, MAGIC } from './object.ts';
import { stretch } from './passphrase.ts';

const PREFIX = 30;
const NONCE = 12;
/** A slot is a few hundred bytes; more is damage or malice. */
export const MAX_SLOT_BYTES = 64 * 1024;

/** A secret that opens a slot. `words` gives the entropy, not the text. */
export type SlotSecret =
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  | { readonly kind: 'words'; readonly entropy: Bytes };

export interface Slot {
  readonly vault: VaultId;
  /** `passphrase` or `words`; kinds of a newer program are kept, and can't be opened here. */
  readonly kind: string;
  readonly generation: number;
  /** Names of the slots that this one takes the place of. */
  readonly supersedes: readonly string[];
  readonly params: { readonly [key: string]: Cbor };
  /** Everything before the wrapped ring: associated data. */
  readonly plain: Bytes;
  readonly nonce: Bytes;
  readonly wrapped: Bytes;
}

async function wrappingKey(crypto: Crypto, secret: SlotSecret, params: Slot['params']): Promise<CipherKey> {
  const salt = expect.bytes(params['salt'], 'slot salt', 16).slice();
  let material: Bytes;
  if (secret.kind === 'passphrase') {
    material = await stretch(crypto, secret.passphrase, salt, {
      memory: expect.uint(params['memory'], 'slot memory'),
      passes: expect.uint(params['passes'], 'slot passes'),
      lanes: expect.uint(params['lanes'], 'slot lanes'),
    });
  } else {
    // 128 random bits need no stretching: there is nothing to guess.
    material = secret.entropy;
  }
  return crypto.derive(await crypto.importKey(material), salt, `satchel/${FORMAT_VERSION}/slot/${secret.kind}`);
}

/** @param cost of Argon2id; not used for words. */
export async function sealSlot(
  crypto: Crypto,
  vault: VaultId,
  ring: RawRing,
  secret: SlotSecret,
  options: { cost: ArgonCost; generation?: number; supersedes?: readonly string[] },
): Promise<Bytes> {
  const params: Record<string, Cbor> = {
    kind: secret.kind,
    generation: options.generation ?? 0,
    supersedes: options.supersedes ?? [],
    salt: crypto.random(16),
    ...(secret.kind === 'passphrase' ? { ...options.cost } : {}),
  };
  const encoded = encode(params);
  const plain = new Uint8Array(PREFIX + encoded.length);
  plain.set(MAGIC, 0);
  const view = new DataView(plain.buffer);
  view.setUint8(7, FORMAT_VERSION);
  view.setUint8(8, 'k'.charCodeAt(0));
  plain.set(bytesOf(vault), 10);
  view.setUint32(26, encoded.length);
  plain.set(encoded, PREFIX);
  const key = await wrappingKey(crypto, secret, params);
  const nonce = crypto.random(NONCE);
  return concat([plain, nonce, await crypto.seal(key, nonce, plain, encodeRing(ring))]);
}

/** @throws {VaultError} `Damaged`, `Newer` */
export function readSlot(bytes: Bytes): Slot {
  for (const [index, byte] of MAGIC.entries()) {
    if (bytes[index] !== byte) throw new VaultError('Damaged', 'not a key slot of Satchel');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length > 7 && view.getUint8(7) > FORMAT_VERSION)
    throw new VaultError('Newer', 'a key slot of a newer format');
  if (bytes.length < PREFIX + NONCE || bytes.length > MAX_SLOT_BYTES || view.getUint8(8) !== 'k'.charCodeAt(0)) {
    throw new VaultError('Damaged', 'not a key slot');
  }
  const end = PREFIX + view.getUint32(26);
  if (end + NONCE > bytes.length) throw new VaultError('Damaged', 'the key slot is cut short');
  const params = expect.map(decode(bytes.subarray(PREFIX, end)), 'key slot');
  return {
    vault: hexOf(bytes.subarray(10, 26)) as VaultId,
    kind: expect.text(params['kind'], 'slot kind'),
    generation: expect.uint(params['generation'], 'slot generation'),
    supersedes: expect.list(params['supersedes'], 'superseded slots').map((name) => expect.text(name, 'slot name')),
    params,
    plain: bytes.slice(0, end),
    nonce: bytes.slice(end, end + NONCE),
    wrapped: bytes.slice(end + NONCE),
  };
}

/** @throws {VaultError} `WrongSecret`, `Damaged`, `Unreasonable` */
export async function openSlot(crypto: Crypto, slot: Slot, secret: SlotSecret): Promise<RawRing> {
  if (slot.kind !== secret.kind) throw new VaultError('WrongSecret', 'the slot is for another kind of secret');
  const key = await wrappingKey(crypto, secret, slot.params);
  let ring: Bytes;
  try {
    ring = await crypto.open(key, slot.nonce, slot.plain, slot.wrapped);
  } catch (cause) {
    throw new VaultError('WrongSecret', 'the secret does not open the slot', { cause });
  }
  return decodeRing(ring);
}

/** Those whose place none of the others took. One that can't be read is kept as it is, and takes nobody's place. */
export function withoutSuperseded<Row extends { readonly name: string; readonly bytes: Bytes | null }>(
  rows: readonly Row[],
): Row[] {
  const superseded = new Set(
    rows.flatMap(({ bytes }) => {
      try {
        return bytes ? readSlot(bytes).supersedes : [];
      } catch (error) {
        if (!isVaultError(error)) throw error;
        return [];
      }
    }),
  );
  return rows.filter(({ name }) => !superseded.has(name));
}
