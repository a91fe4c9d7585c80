/** Chance from a seed: one stream for each purpose, so that a change in one leaves the others as they were. */
import { seededRandom } from '../../../backends/seeded-random.ts';

export interface Dice {
  /** From 0 up to 1. */
  readonly next: () => number;
  chance(probability: number): boolean;
  /** A whole number from `low` up to, not including, `high`. */
  between(low: number, high: number): number;
  /** As likely between 1 and 10 as between 10 and 100. */
  skewed(low: number, high: number): number;
  /** Undefined for an empty list. */
  pick<Item>(items: readonly Item[]): Item | undefined;
  bytes(length: number): Uint8Array<ArrayBuffer>;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value >>> 0;
}

export function dice(seed: number, purpose: string): Dice {
  const next = seededRandom(hash(`${seed} ${purpose}`));
  return {
    next,
    chance: (probability) => next() < probability,
    between: (low, high) => low + Math.floor(next() * (high - low)),
    skewed: (low, high) => Math.floor(low * (high / low) ** next()),
    pick: (items) => items[Math.floor(next() * items.length)],
    bytes: (length) => Uint8Array.from({ length }, () => Math.floor(next() * 256)),
  };
}
