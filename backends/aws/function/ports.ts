/**
 * What the function needs from the outside: a table of small items, a store of large bodies, open
 * sockets, a clock and randomness. The core knows these and nothing of Amazon's.
 */

/** A text, a number or bytes; never nested. */
export type Value = string | number | Uint8Array;

export interface Key {
  /** The partition. */
  readonly pk: string;
  /** The place in the partition; items are listed in the order of its UTF-8 bytes. */
  readonly sk: string;
}

export type Fields = Readonly<Record<string, Value>>;
export type Item = Key & Fields;

export interface Slice {
  /** The least `sk`, itself included. */
  readonly from: string;
  /** The greatest `sk`, itself included. */
  readonly to: string;
  readonly limit: number;
  readonly newestFirst?: boolean;
}

/**
 * Items in partitions, each written on its own: there are no transactions. Every write is durable and every
 * read sees every write that was answered before it, but where `stale` is allowed.
 */
export interface ObjectTable {
  get(key: Key, options?: { readonly stale?: boolean }): Promise<Item | undefined>;
  /** Writes the item if there is none under its key; says whether it did. */
  add(item: Item): Promise<boolean>;
  /** Writes the item whatever is there. */
  put(item: Item): Promise<void>;
  /** Sets and drops fields if the item is there and has all the fields of `when`; says whether it did. */
  change(key: Key, change: { readonly set: Fields; readonly drop?: readonly string[] }, when: Fields): Promise<boolean>;
  /** Removes the item, if it has all the fields of `when`. */
  remove(key: Key, when?: Fields): Promise<void>;
  /** Removes the item and gives it: to one caller only. */
  take(key: Key): Promise<Item | undefined>;
  /** The partition's items in order. `more`: the slice may go on after the last item, because of `limit` or of a page's size. */
  list(pk: string, slice: Slice): Promise<{ readonly items: readonly Item[]; readonly more: boolean }>;
  /**
   * Adds one to the field `count` if the item has all the fields of `when` and none of `unless`, and gives the
   * sum; `undefined` where it doesn't.
   */
  increment(key: Key, when: Fields, unless: readonly string[]): Promise<number | undefined>;
}

export interface StoredBody {
  readonly key: string;
  /** When it was last written, in ms since 1970. */
  readonly time: number;
}

/** Large bodies by key. Clients write and read them by themselves; the function looks and removes. */
export interface BodyStore {
  /** `sha256` in hex is absent where the store doesn't know it. */
  head(key: string): Promise<{ readonly size: number; readonly sha256?: string } | undefined>;
  remove(keys: readonly string[]): Promise<void>;
  /** In the order of the keys, those after `after`, a page at a time. */
  list(prefix: string, after?: string): Promise<{ readonly bodies: readonly StoredBody[]; readonly more: boolean }>;
}

export interface Sockets {
  send(connectionId: string, text: string): Promise<'sent' | 'gone'>;
}

/** Time and randomness. */
export interface Surroundings {
  /** ms since 1970. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  /** Never the same twice, and not to be guessed: 128 random bits or more, of `[A-Za-z0-9_-]`. */
  readonly freshId: () => string;
}
