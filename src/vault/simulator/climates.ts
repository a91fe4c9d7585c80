/**
 * Circumstances in which something rare is common. A planted bug that needs several rare things at once would take
 * ten thousand seeds to be met by chance; in its climate it takes a few. The rules are the same in all of them.
 */
import type { MemorySwitches } from '../../../backends/memory/provider.ts';
import type { Luggage } from './course.ts';
import type { Weather } from './weather.ts';

/** What is so in every run, whatever its seed draws. */
export interface Climate {
  readonly weather?: Partial<Weather>;
  readonly switches?: Partial<MemorySwitches>;
  readonly luggage?: Luggage;
}

export const CLIMATES = {
  /** As the seeds draw it. */
  mixed: {},
  /** Everybody brings two megabytes of long notes; disks are slow, and programs die while they read. */
  long: { luggage: { notes: 18, text: 150_000, tags: 0 }, weather: { killed: 0.005, slowDisk: 0.5, headFirst: 1 } },
  /** Cards are shown long before their notes are here. */
  headFirst: { weather: { headFirst: 1, unavailable: 0.1, killed: 0.01 } },
  /** What lies in the storage rots, many times a day. */
  rot: { weather: { rotted: 40, handDeleted: 0, wiped: 0, oldCopy: 0, killed: 0, providerJumps: 0, jumps: 0 } },
  /** Several merge at once, since they see late what the others did. */
  crossing: {
    weather: {
      pace: 0.3,
      killed: 0,
      unavailable: 0,
      limited: 0,
      loggedOut: 0,
      otherAccount: 0,
      evicted: 0,
      offline: 8,
    },
    switches: { visibility: 600_000, staleness: 3_600_000 },
  },
  /** Profiles are cloned and lose what they wrote last, and what was put is seen late. */
  twins: {
    weather: { cloned: 3, relaxed: 10, restored: 3, pace: 0.1, headFirst: 0 },
    switches: { visibility: 60_000, staleness: 60_000 },
  },
} as const satisfies Readonly<Record<string, Climate>>;

export type ClimateName = keyof typeof CLIMATES;

export function isClimate(name: string): name is ClimateName {
  return Object.hasOwn(CLIMATES, name);
}
