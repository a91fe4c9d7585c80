/**
 * Strict, deterministic CBOR (RFC 8949 §4.2): shortest forms, sorted keys, no duplicates, no indefinite
 * lengths, no floats, no tags, no undefined. What doesn't decode so is damaged.
 */
import { decode as decodeCbor, type EncodeOptions, encode as encodeCbor } from 'cborg';
import { VaultError } from './errors.ts';

export type Cbor = number | string | boolean | null | Uint8Array | readonly Cbor[] | { readonly [key: string]: Cbor };

/** The format has no floats; the codec does, and would take the shortest form of one for deterministic. */
const INTEGERS_ONLY: EncodeOptions = {
  typeEncoders: {
    number(value) {
      if (!Number.isSafeInteger(value)) throw new RangeError('a number that is no integer');
      return null;
    },
  },
};

/** @throws RangeError for numbers that are not safe integers. */
export function encode(value: Cbor): Uint8Array<ArrayBuffer> {
  return encodeCbor(value, INTEGERS_ONLY);
}

/** @throws {VaultError} `Damaged` */
export function decode(bytes: Uint8Array): Cbor {
  let value: Cbor;
  let again: Uint8Array;
  try {
    value = decodeCbor(bytes, {
      strict: true,
      allowIndefinite: false,
      allowUndefined: false,
      allowInfinity: false,
      allowNaN: false,
      allowBigInt: false,
      rejectDuplicateMapKeys: true,
    }) as Cbor;
    // The decoder lets unsorted keys and floats through. One encoding for one value keeps hashes and copies honest.
    again = encode(value);
  } catch (cause) {
    throw new VaultError('Damaged', 'not CBOR', { cause });
  }
  if (!same(again, bytes)) throw new VaultError('Damaged', 'not deterministic CBOR');
  return value;
}

/** A loop: with a callback for each byte, comparing takes longer than all other work on a block. */
function same(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false;
  return true;
}

function damaged(what: string): VaultError {
  return new VaultError('Damaged', `${what} has another shape than the format says`);
}

/** Narrowing for what was decoded. Each throws `Damaged` with the name of the part. */
export const expect = {
  uint(value: Cbor | undefined, what: string): number {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw damaged(what);
    return value;
  },
  text(value: Cbor | undefined, what: string): string {
    if (typeof value !== 'string') throw damaged(what);
    return value;
  },
  bool(value: Cbor | undefined, what: string): boolean {
    if (typeof value !== 'boolean') throw damaged(what);
    return value;
  },
  /** @param length in bytes, where it is fixed. */
  bytes(value: Cbor | undefined, what: string, length?: number): Uint8Array {
    if (!(value instanceof Uint8Array) || (length !== undefined && value.length !== length)) throw damaged(what);
    return value;
  },
  list(value: Cbor | undefined, what: string): readonly Cbor[] {
    if (!Array.isArray(value)) throw damaged(what);
    return value as readonly Cbor[];
  },
  map(value: Cbor | undefined, what: string): { readonly [key: string]: Cbor } {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array)
      throw damaged(what);
    return value as { readonly [key: string]: Cbor };
  },
};
