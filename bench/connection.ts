/** One connection to a storage, counted; and when, by its counts, a device's list can be shown. Runs in a browser, too. */
import { counting } from '../backends/counting.ts';
import { createMemoryProvider, type MemoryProvider } from '../backends/memory/provider.ts';
import type { Storage } from '../backends/storage.ts';
import type { NoteId } from '../src/notes/ids.ts';
import type { State } from '../src/vault/state.ts';
import { sleep } from '../backends/sleep.ts';

/** Requests by kind. */
export type Tally = Readonly<Record<string, number>>;

export interface Connection {
  readonly storage: Storage;
  /** Requests of this connection so far. */
  readonly tally: () => Tally;
  /** Bytes of objects fetched so far. */
  readonly bytesIn: () => number;
}

export function total(tally: Tally): number {
  return Object.values(tally).reduce((sum, count) => sum + count, 0);
}

export function since(now: Tally, before: Tally): Tally {
  const kinds = Object.entries(now).map(([kind, count]) => [kind, count - (before[kind] ?? 0)] as const);
  return Object.fromEntries(kinds.filter(([, count]) => count > 0));
}

/** "12 (2 about, 3 changes, 5 put, 2 get)" */
export function inWords(tally: Tally): string {
  const kinds = Object.entries(tally).filter(([, count]) => count > 0);
  return `${total(tally)} (${kinds.map(([kind, count]) => `${count} ${kind}`).join(', ')})`;
}

export function createMemory(): MemoryProvider {
  return createMemoryProvider({ now: () => Date.now(), sleep, random: Math.random });
}

/** Calls of the storage interface. */
export function throughInterface(storage: Storage): Connection {
  const counted = counting(storage);
  return {
    storage: counted.storage,
    tally() {
      const { about, changes, put, get, delete: deletions, watch } = counted.counts();
      return { about, changes, put, get, delete: deletions, watch };
    },
    bytesIn: () => counted.counts().bytesIn,
  };
}

export const FIRST_SCREEN = 50;

export interface Reached {
  readonly tally: Tally;
  readonly bytesIn: number;
  /** As performance.now() gives it. */
  readonly at: number;
}

/** A state that notes when the first screen, and when the whole list, can be shown from it. */
export function watchList(state: State, screen: readonly NoteId[], count: number, connection: Connection) {
  const reached: { screen?: Reached; list?: Reached } = {};
  const now = (): Reached => ({ tally: connection.tally(), bytesIn: connection.bytesIn(), at: performance.now() });
  const watched: State = {
    read: (names, body) => state.read(names, body),
    async write(names, body) {
      const result = await state.write(names, body);
      if (reached.list || !(names as readonly string[]).includes('notes')) return result;
      await state.read(['notes'], async (tx) => {
        if (!reached.screen && (await tx.notes.getMany(screen)).every((row) => row !== undefined))
          reached.screen = now();
        if ((await tx.notes.count()) === count) reached.list = now();
      });
      return result;
    },
  };
  return { state: watched, reached };
}
