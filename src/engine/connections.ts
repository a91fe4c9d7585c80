/** The storages that the person signed in to, as rows of the database, and opening them. */
import type { OpenDeps, Provider, ProviderConfig, ConnectionSettings } from '../../backends/provider.ts';
import { withConcurrency } from '../../backends/concurrency.ts';
import { withRetry } from '../../backends/retry.ts';
import type { Storage } from '../../backends/storage.ts';
import type { ConnectionRow } from '../cache/database.ts';
import { providerOf } from './configuration.ts';
import type { Host } from './host.ts';

const AT_ONCE = 8;

/** The connection in use, if any. */
export async function connected(host: Pick<Host, 'db'>): Promise<ConnectionRow | undefined> {
  return (await host.db.connections.toArray()).find((row) => row.state === 'connected');
}

export async function draft(host: Pick<Host, 'db'>): Promise<ConnectionRow | undefined> {
  return (await host.db.connections.toArray()).find((row) => row.state === 'draft');
}

/** Today's configuration where there is one for it, else the one it was made with. */
async function configOf(host: Host, row: ConnectionRow): Promise<ProviderConfig> {
  const today = row.ownClient ? undefined : (await host.configuration())[row.kind];
  return today ?? (row.config as ProviderConfig);
}

export function providerFor(row: Pick<ConnectionRow, 'kind'>): Provider {
  const provider = providerOf(row.kind);
  if (!provider) throw new Error(`this Satchel knows no provider "${row.kind}"`);
  return provider;
}

/** @param patience how often a call is tried; few where a person waits for the answer. */
export async function openStorage(host: Host, row: ConnectionRow, patience: number): Promise<Storage> {
  const deps: OpenDeps = {
    fetch: host.fetch,
    now: host.vault.now,
    randomBytes: host.vault.crypto.random,
    save: async (settings) => {
      // The row may have gone meanwhile, or hold the tokens of a newer sign-in; a renewed token must not bring the old ones back.
      await host.db.connections
        .where('id')
        .equals(row.id)
        .filter((now) => now.signedInAt === row.signedInAt)
        .modify({ settings });
    },
  };
  const storage = providerFor(row).open(await configOf(host, row), row.settings as ConnectionSettings, deps);
  return patiently(host, storage, patience);
}

/** A storage that bears with what passes, and asks for little at once. @param patience how often a call is tried. */
export function patiently(
  host: Pick<Host, 'vault' | 'sleep' | 'random' | 'online'>,
  storage: Storage,
  patience: number,
): Storage {
  return withRetry(
    withConcurrency(storage, AT_ONCE),
    { now: host.vault.now, sleep: host.sleep, random: host.random, online: host.online },
    { attempts: patience },
  );
}
