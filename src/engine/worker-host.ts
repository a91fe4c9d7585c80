/** A browser's worker (or page) as the engine's host. */
import { providers } from '../../backends/registry.ts';
import { sleep } from '../../backends/sleep.ts';
import { createDexieState } from '../cache/dexie-state.ts';
import type { Database } from '../cache/database.ts';
import { platformCompression } from '../vault/compression.ts';
import { webCrypto } from '../vault/crypto.ts';
import { ARGON_COST } from '../vault/passphrase.ts';
import { type Configuration, fetchConfiguration } from './configuration.ts';
import type { Host } from './host.ts';
import { untilHurried } from './online.ts';

const CHANNEL = 'satchel-nudge';

/** What some browsers tell of the device and its network, and others don't. */
interface Hints {
  readonly connection?: { readonly saveData?: boolean; readonly type?: string };
  /** In GiB, rounded. */
  readonly deviceMemory?: number;
}

function isWeak(): boolean {
  const { connection, deviceMemory = 4 } = navigator as Navigator & Hints;
  return connection?.saveData === true || connection?.type === 'cellular' || deviceMemory < 2;
}

/** @param baseUrl of the app: `config.json` lies beside it. */
export function createWorkerHost(db: Database, baseUrl: string): Host {
  const channel = new BroadcastChannel(CHANNEL);
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  channel.addEventListener('message', tell);
  // The network is back: no reason to sit out the rest of a pause.
  addEventListener('online', tell);
  const nudge: Host['nudge'] = {
    send() {
      channel.postMessage(null);
      // A channel doesn't hear itself.
      tell();
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  let configuration: Promise<Configuration> | undefined;
  return {
    db,
    state: createDexieState(db),
    vault: { now: () => Date.now(), crypto: webCrypto, compression: platformCompression },
    fetch: (input, init) => fetch(input, init),
    providers,
    configuration() {
      configuration ??= fetchConfiguration((input, init) => fetch(input, init), baseUrl, providers).then((found) => {
        // Nothing found may mean no network yet; the next one to ask looks again.
        if (Object.keys(found).length === 0) configuration = undefined;
        return found;
      });
      return configuration;
    },
    withLock: (name, work, signal) =>
      navigator.locks.request(name, signal ? { signal } : {}, work) as ReturnType<typeof work>,
    sleep,
    random: Math.random,
    online: { now: () => navigator.onLine, wait: (signal) => untilHurried({ nudge, sleep }, signal) },
    nudge,
    weak: isWeak,
    argonCost: ARGON_COST,
  };
}
