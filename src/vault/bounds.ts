/**
 * What no honest pack goes beyond. Whoever has the vault's key could write more, to fill the memory and the disk of other devices:
 * such a pack is damaged. Lengths of texts are in UTF-16 units. The page of the format says the same in §5.
 */
import type { Cbor } from './cbor.ts';
import { VaultError } from './errors.ts';

/** Of a title, an excerpt or a tag. This version writes 200, 100 and 64. */
export const CARD_TEXT = 1024;
/** Of a card. A writer leaves out the others: they are shown once the note itself is here. */
export const CARD_TAGS = 256;
/** In a pack: pushes that it covers, that it leaves to other packs, or that its writer had. */
export const PUSHES = 524_288;
/** Devices whose pushes one coverage names. */
export const DEVICES = 16_384;
/** Pushes that a push says its writer had. This version writes 4,096. */
export const STATEMENTS = 16_384;
/** Documents that a pack asks for. This version writes 1,024. */
export const WANTS = 16_384;
/** Entries of a pack, in its head and behind it. */
export const ENTRIES = 262_144;
/** Rows of one page. This version writes 320. */
export const PAGE_ROWS = 4096;
/** Kinds of entries in a pack. */
export const KINDS = 256;
/** Bytes of all blocks of a pack together, when inflated. */
export const INFLATED = 128 * 1024 * 1024;

/** @throws {VaultError} `Damaged` when the list is longer than `most`. */
export function atMost(list: readonly Cbor[], most: number, what: string): readonly Cbor[] {
  if (list.length > most) throw new VaultError('Damaged', `more ${what} than any pack of ours has`);
  return list;
}

/** @throws {VaultError} `Damaged` */
export function ofLength(text: string, most: number, what: string): string {
  if (text.length > most) throw new VaultError('Damaged', `a longer ${what} than any pack of ours has`);
  return text;
}
