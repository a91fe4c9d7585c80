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
  /** Listings leave out some of what is there. */
  partial: number;
  /** Listings tell of an object again, with another time, or take it back and tell of it again: there are two of it. */
  doubled: number;
  /** Whoever signs in again signs in to another account. */
  otherAccount: number;
  /** How many times a day a device's profile is replaced by an old copy. */
  restored: number;
  /** How many times a day a device's database loses its last transactions in a crash. */
  relaxed: number;
  /** How many times a day a browser throws a device's database away. */
  evicted: number;
  /** How many times a day a profile is cloned; both go on. */
  cloned: number;
  /** Whether one of the devices has a program of next year. */
  ahead: number;
  /** Whether a device sleeps through most of the run. */
  asleep: number;
  /** How many times a day the storage's owner deletes a few objects by hand. */
  handDeleted: number;
  /** How many times a day the owner empties the folder. */
  wiped: number;
  /** How many times a day the owner brings back an old copy of the folder. */
  oldCopy: number;
  /** How many times a day an object rots where it lies. */
  rotted: number;
  /** How many times a day somebody lays something else into the folder. */
  strangers: number;
  /** How many times a day the storage gets full, for long. */
  full: number;
  /** How many times a day the provider's clock jumps. */
  providerJumps: number;
  /** How many times a day a device's clock jumps. */
  jumps: number;
  /** How many times a day a device goes offline, for minutes or hours. */
  offline: number;
  /** Whether objects are fetched head first though they are small, so that much is shown before it is here. */
  headFirst: number;
  /** By how much slower everything goes: then a run lasts for weeks or years, and as much happens in it as in a day. */
  pace: number;
}

export const CALM: Readonly<Weather> = {
  unavailable: 0,
  limited: 0,
  lostReply: 0,
  loggedOut: 0,
  broken: 0,
  flipped: 0,
  repeated: 0,
  partial: 0,
  doubled: 0,
  otherAccount: 0,
  expired: 0,
  slowDisk: 0,
  killed: 0,
  restored: 0,
  relaxed: 0,
  evicted: 0,
  cloned: 0,
  ahead: 0,
  asleep: 0,
  handDeleted: 0,
  wiped: 0,
  oldCopy: 0,
  rotted: 0,
  strangers: 0,
  full: 0,
  providerJumps: 0,
  jumps: 0,
  offline: 0,
  headFirst: 0,
  pace: 1,
};

/** A rate that is zero in about half of the seeds. */
function rate(dice: Dice, most: number): number {
  return dice.chance(0.5) ? dice.skewed(most * 1e4, most * 1e6) / 1e6 : 0;
}

/** Something rare: so many times a day in some of the seeds, never in the others. */
function sometimes(dice: Dice, share: number, most: number): number {
  return dice.chance(share) ? dice.between(1, most + 1) : 0;
}

/** Most runs last for hours. */
function drawPace(dice: Dice): number {
  const roll = dice.next();
  if (roll < 0.85) return 1;
  return roll < 0.93 ? dice.skewed(10, 100) : dice.skewed(400, 800);
}

export function drawWeather(dice: Dice): Weather {
  const pace = drawPace(dice);
  return {
    pace,
    unavailable: rate(dice, 0.2),
    limited: rate(dice, 0.1),
    lostReply: rate(dice, 0.3),
    loggedOut: rate(dice, 0.03),
    broken: rate(dice, 0.1),
    flipped: rate(dice, 0.1),
    repeated: rate(dice, 0.5),
    partial: dice.chance(0.15) ? rate(dice, 0.3) : 0,
    doubled: dice.chance(0.2) ? rate(dice, 0.3) : 0,
    otherAccount: dice.chance(0.3) ? 0.5 : 0,
    expired: rate(dice, 0.05),
    slowDisk: rate(dice, 0.4),
    killed: rate(dice, 0.08),
    restored: sometimes(dice, 0.25, 2),
    relaxed: sometimes(dice, 0.15, 3),
    evicted: sometimes(dice, 0.06, 1),
    cloned: sometimes(dice, 0.08, 1),
    ahead: dice.chance(0.1) ? 1 : 0,
    asleep: pace > 100 && dice.chance(0.5) ? 1 : 0,
    handDeleted: sometimes(dice, 0.08, 3),
    wiped: sometimes(dice, 0.05, 1),
    oldCopy: sometimes(dice, 0.05, 2),
    rotted: sometimes(dice, 0.08, 3),
    strangers: sometimes(dice, 0.05, 3),
    full: sometimes(dice, 0.06, 1),
    providerJumps: sometimes(dice, 0.1, 3),
    jumps: sometimes(dice, 0.3, 3),
    offline: sometimes(dice, 0.6, 4),
    headFirst: dice.chance(0.15) ? 1 : 0,
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
