/** A device: what outlives its programs' lives, and the life it is living now. */
import type { State, TableName } from '../state.ts';
import { createMemoryState } from '../memory-state.ts';
import { SCHEMA } from '../state.ts';
import type { DocId } from '../../notes/ids.ts';
import type { VaultDeps } from '../context.ts';
import type { Life, Touched } from './life.ts';
import type { Network } from './network.ts';

/** Makes an empty local database. */
export type Databases = () => Promise<State>;

export const memoryDatabases: Databases = async () => createMemoryState();

export interface Device {
  readonly name: string;
  readonly network: Network;
  /** Changes when its program is updated. */
  deps: VaultDeps;
  /** It has little power, or its network costs money. */
  readonly weak: boolean;
  /** ms by which its clock is ahead. */
  ahead: number;
  state: State;
  /** Undefined while nobody has started the program. */
  life: Life | undefined;
  /** When its person connects the storage. */
  joinsAt: number;
  /** Its profile was replaced by an old copy, or there are two of it: another may have written under the same device id. */
  restored: boolean;
  readonly touched: Touched;
  /** What its documents were seen to hold. */
  held: Map<DocId, ReadonlySet<string>>;
  /** What they held once, and was deleted. */
  gone: Set<string>;
}

/**
 * Counts the calls under way, which in a real database end outside of the simulator's clock.
 * @param count is told of each beginning and each end.
 */
export async function openCounted(databases: Databases, count: (change: 1 | -1) => void): Promise<State> {
  async function counted<Result>(work: () => Promise<Result>): Promise<Result> {
    count(1);
    try {
      return await work();
    } finally {
      count(-1);
    }
  }
  const state = await counted(databases);
  return {
    read: (tables, body) => counted(() => state.read(tables, body)),
    write: (tables, body) => counted(() => state.write(tables, body)),
  };
}

export async function copyInto(from: State, into: State): Promise<void> {
  const names = Object.keys(SCHEMA) as TableName[];
  const rows = await from.read(names, async (tx) =>
    Promise.all(names.map(async (name) => [name, await tx[name].list()] as const)),
  );
  await into.write(names, async (tx) => {
    for (const [name, list] of rows) {
      // The table's rows go into the same table; TypeScript can't follow that through the loop.
      const table = tx[name] as { putMany(rows: readonly unknown[]): Promise<void> };
      await table.putMany(list);
    }
  });
}
