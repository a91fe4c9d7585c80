/** What the engine needs of the place it runs in: a worker, a service worker, Node, a test. */
import type { Provider } from '../../backends/provider.ts';
import type { Configuration } from './configuration.ts';
import type { Database } from '../cache/database.ts';
import type { State } from '../vault/state.ts';
import type { VaultDeps } from '../vault/context.ts';
import type { ArgonCost } from '../vault/crypto.ts';

/** Runs `work` while nobody else holds the lock of that name; waits until then. Web Locks in browsers. */
export type WithLock = <Result>(name: string, work: () => Promise<Result>, signal?: AbortSignal) => Promise<Result>;

export interface Host {
  readonly db: Database;
  readonly state: State;
  readonly vault: VaultDeps;
  readonly fetch: typeof fetch;
  /** In the order in which they are offered. */
  readonly providers: readonly Provider[];
  readonly configuration: () => Promise<Configuration>;
  readonly withLock: WithLock;
  /** Rejects with the signal's reason. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly online: { readonly now: () => boolean; readonly wait: (signal?: AbortSignal) => Promise<void> };
  /** Calls every other engine on this device: something to do at once. */
  readonly nudge: { readonly send: () => void; readonly listen: (listener: () => void) => () => void };
  /** Whether this device, or its network, is to be spared. */
  readonly weak: () => boolean;
  /** Of new passphrase slots. */
  readonly argonCost: ArgonCost;
}

/** Held by the one engine that follows the storage. */
export const LEADER = 'satchel-leader';
/** Held while the vault's tables of a storage are written: by a sync, by joining or leaving. */
export const SESSION = 'satchel-session';
/** Held by the engine that checks or repairs a storage, from before it says so until after it said how it ended. */
export const CHECK = 'satchel-check';
