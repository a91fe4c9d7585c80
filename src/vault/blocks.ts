/**
 * Blocks on their way into an object. Platforms compress on other threads, so a block is handed over as soon as it is full
 * and the next one is filled meanwhile.
 */
import type { Compression } from './compression.ts';
import type { Bytes } from './crypto.ts';

export interface Blocks {
  add(plain: Bytes): void;
  /** In the order in which they were added: the length of each before compression. */
  readonly inflated: readonly number[];
  /** Bytes that they take at most: compressed, where that is known, else as they came. */
  size(): number;
  /** Resolves with all of them, compressed. From then on `size` is exact. */
  compressed(): Promise<readonly Bytes[]>;
}

/** What deflate adds at most to a block that doesn't compress: five bytes for each 16 KB, generously. */
const GROWTH = 1.001;

export function createBlocks(compression: Compression): Blocks {
  const inflated: number[] = [];
  const results: Promise<Bytes>[] = [];
  let size = 0;
  return {
    inflated,
    add(plain) {
      const atMost = Math.ceil(plain.length * GROWTH) + 64;
      inflated.push(plain.length);
      size += atMost;
      const result = compression.deflate(plain).then((bytes) => {
        size += bytes.length - atMost;
        return bytes;
      });
      // Awaited by `compressed`; until then a failure must not count as unhandled.
      result.catch(() => undefined);
      results.push(result);
    },
    size: () => size,
    compressed: () => Promise.all(results),
  };
}
