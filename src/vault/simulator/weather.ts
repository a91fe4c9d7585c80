/** What goes wrong in a run, and how often. Each seed draws some faults and leaves others out, as real places do. */
import type { MemorySwitches } from '../../../backends/memory/provider.ts';
import type { Dice } from './dice.ts';

/** Probabilities for each call, unless said otherwise. May change while a run goes on. */
export interface Weather {
  /** The request never arrives, or the provider answers 5xx. */
  unavailable: number;
  /** 429. */
  limited: number;
  /** What was asked for was done, and nobody hears of it. */
  lostReply: number;
  /** This device's login ends. */
  loggedOut: number;
  /** Fewer bytes arrive than announced, or a login page instead. */
  broken: number;
  /** Bytes flip on their way, and nothing notices. */
  flipped: number;
  /** Events of a listing come twice. */
  repeated: number;
  /** All cursors given out are worthless. */
  expired: number;
  /** A call of the local database takes its time, so that others get between. */
  slowDisk: number;
  /** At every call of the storage or the local database: the program is killed before it, or after it. */
  killed: number;
  /** How many times a day a device's profile is replaced by an old copy. */
  restored: number;
  /** How many times a day a device's clock jumps. */
  jumps: number;
  /** How many times a day a device goes offline, for minutes or hours. */
  offline: number;
}

export const CALM: Readonly<Weather> = {
  unavailable: 0,
  limited: 0,
  lostReply: 0,
  loggedOut: 0,
  broken: 0,
  flipped: 0,
  repeated: 0,
  expired: 0,
  slowDisk: 0,
  killed: 0,
  restored: 0,
  jumps: 0,
  offline: 0,
};

/** A rate that is zero in about half of the seeds. */
function rate(dice: Dice, most: number): number {
  return dice.chance(0.5) ? dice.skewed(most * 1e4, most * 1e6) / 1e6 : 0;
}

export function drawWeather(dice: Dice): Weather {
  return {
    unavailable: rate(dice, 0.2),
    limited: rate(dice, 0.1),
    lostReply: rate(dice, 0.3),
    loggedOut: rate(dice, 0.03),
    broken: rate(dice, 0.1),
    flipped: rate(dice, 0.1),
    repeated: rate(dice, 0.5),
    expired: rate(dice, 0.05),
    slowDisk: rate(dice, 0.4),
    killed: rate(dice, 0.08),
    restored: dice.chance(0.25) ? dice.between(1, 3) : 0,
    jumps: dice.chance(0.3) ? dice.between(1, 4) : 0,
    offline: dice.chance(0.6) ? dice.between(1, 5) : 0,
  };
}

export function drawSwitches(dice: Dice): Partial<MemorySwitches> {
  return {
    delay: dice.pick([
      [1, 20],
      [5, 400],
      [50, 5000],
    ] as const) ?? [1, 20],
    order: dice.pick(['together', 'adds-first', 'deletes-first'] as const) ?? 'together',
    visibility: dice.pick([0, 0, 3000, 60_000]) ?? 0,
    staleness: dice.pick([0, 0, 3000, 600_000]) ?? 0,
    pageSize: dice.pick([1000, 1000, 3, 1]) ?? 1000,
    emptyPages: dice.pick([0, 0, 0.3]) ?? 0,
  };
}

export const CALM_SWITCHES = { delay: [1, 20], visibility: 0, staleness: 0, pageSize: 1000, emptyPages: 0 } as const;
