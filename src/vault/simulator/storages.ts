/** What the vaults of a run lie in. Whatever it is, a seed draws the same. */
import { createMemoryProvider, type MemoryDeps, type MemoryProvider } from '../../../backends/memory/provider.ts';
import { createCloudProvider } from './cloud.ts';
import type { Weather } from './weather.ts';

export interface SimulatedStorage {
  readonly create: (deps: MemoryDeps) => MemoryProvider;
  /** What never happens there, whatever was drawn. */
  readonly weather: Partial<Weather>;
}

export const STORAGES = {
  memory: { create: (deps) => createMemoryProvider(deps), weather: {} },
  /** The real client and the real core of the cloud's function, whose log has no gaps, and which nobody gets behind. */
  aws: {
    create: createCloudProvider,
    weather: {
      partial: 0,
      doubled: 0,
      rotted: 0,
      handDeleted: 0,
      wiped: 0,
      oldCopy: 0,
      strangers: 0,
      providerJumps: 0,
    },
  },
} as const satisfies Readonly<Record<string, SimulatedStorage>>;

export type StorageName = keyof typeof STORAGES;

export function isStorageName(name: string): name is StorageName {
  return Object.hasOwn(STORAGES, name);
}
