import { seededRandom } from '../seeded-random.ts';

/** Bytes that depend on size and seed alone, and that no provider's compression or type-guessing takes for text. */
export function patternBytes(size: number, seed: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  const random = seededRandom(seed);
  // 251 is prime: the pattern lines up with no block size, so that a shifted block is noticed.
  const block = Uint8Array.from({ length: 251 }, () => Math.floor(random() * 256));
  for (let index = 0; index < size; index++) bytes[index] = (block[index % 251] ?? 0) ^ (index >>> 8);
  return bytes;
}
