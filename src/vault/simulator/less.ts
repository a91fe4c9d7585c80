/** A run with less in it than its seed draws: what is left out when a failure is made small. */
import type { Weather } from './weather.ts';

export interface Less {
  /** Faults that don't happen. */
  readonly without: readonly (keyof Weather)[];
  /** At most so many devices. */
  readonly devices: number;
  /** Share of the time, above 0 and up to 1. */
  readonly span: number;
  /** People do at most so many things, all together. */
  readonly acts: number;
  /** Nobody brings many notes along. */
  readonly light: boolean;
  /** Listings show everything at once, in one page. */
  readonly prompt: boolean;
}

export const EVERYTHING: Less = {
  without: [],
  devices: Infinity,
  span: 1,
  acts: Infinity,
  light: false,
  prompt: false,
};
