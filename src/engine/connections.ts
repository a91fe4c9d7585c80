/** The storages that the person signed in to, as rows of the database, and opening them. */
import type { ConnectionSettings, OpenDeps, Provider, ProviderConfig, ProviderDeps } from '../../backends/provider.ts';
import { withConcurrency } from '../../backends/concurrency.ts';
import { withRetry } from '../../backends/retry.ts';
import type { Storage } from '../../backends/storage.ts';
import type { ConnectionRow } from '../cache/database.ts';
import { forgetStorage } from '../vault/connect.ts';
import { checkKey } from './check-row.ts';
import { labelOf } from './configuration.ts';
import { type Host, SESSION } from './host.ts';

const AT_ONCE = 8;

/** The connection in use, if any. */
export async function connected(host: Pick<Host, 'db'>): Promise<ConnectionRow | undefined> {
  return (await host.db.connections.toArray()).find((row) => row.state === 'connected');
}

export async function draft(host: Pick<Host, 'db'>): Promise<ConnectionRow | undefined> {
  return (await host.db.connections.toArray()).find((row) => row.state === 'draft');
}

/** Forgets a connection and its login, and what was told of it. */
export async function drop(host: Pick<Host, 'db'>, row: ConnectionRow): Promise<void> {
  await host.db.connections.delete(row.id);
  await host.db.status.bulkDelete([row.id, checkKey(row.id)]);
}

/** The notes stay here, the vault stays there. */
export async function leave(host: Host, row: ConnectionRow): Promise<void> {
  // The leader stops when the row goes; the lock waits until it has.
  await drop(host, row);
  await host.withLock(SESSION, () => forgetStorage({ state: host.state, storageId: row.id, deps: host.vault }));
}

/** Today's configuration where there is one for it, else the one it was made with. */
export async function configOf(host: Host, row: ConnectionRow): Promise<ProviderConfig> {
  const today = row.ownClient ? undefined : (await host.configuration())[row.kind];
  return today ?? (row.config as ProviderConfig);
}

/** @throws {Error} when this program has no such provider. */
export function providerFor(host: Pick<Host, 'providers'>, kind: string): Provider {
  const provider = host.providers.find((each) => each.kind === kind);
  if (!provider) throw new Error(`this Satchel knows no provider "${kind}"`);
  return provider;
}

export function providerDeps(host: Host): ProviderDeps {
  return { fetch: host.fetch, now: host.vault.now, randomBytes: host.vault.crypto.random };
}

/** What a provider needs to open a connection, and to renew its tokens. */
export function openDeps(host: Host, row: ConnectionRow): OpenDeps {
  return {
    ...providerDeps(host),
    save: async (settings) => {
      // The row may have gone meanwhile, or hold the tokens of a newer sign-in; a renewed token must not bring the old ones back.
      await host.db.connections
        .where('id')
        .equals(row.id)
        .filter((now) => now.signedInAt === row.signedInAt)
        .modify({ settings });
    },
  };
}

/** @param patience how often a call is tried; few where a person waits for the answer. */
export async function openStorage(host: Host, row: ConnectionRow, patience: number): Promise<Storage> {
  const config = await configOf(host, row);
  const settings = row.settings as ConnectionSettings;
  return patiently(host, providerFor(host, row.kind).open(config, settings, openDeps(host, row)), patience);
}

/** What a sign-in came to, however it went. */
export interface SignedIn {
  readonly kind: string;
  readonly config: ProviderConfig;
  /** Whether the person brought the configuration. */
  readonly ownClient: boolean;
  readonly settings: ConnectionSettings;
}

export function newId(host: Pick<Host, 'vault'>): string {
  return Array.from(host.vault.crypto.random(8), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Keeps a fresh login as the connection that is being made, in place of another one.
 * @param wanted asked in the same transaction: whether the person hasn't given it up meanwhile.
 * @returns whether it was kept.
 */
export async function keepDraft(
  host: Host,
  signedIn: SignedIn,
  wanted: () => Promise<boolean> = async () => true,
): Promise<boolean> {
  const provider = providerFor(host, signedIn.kind);
  const row: ConnectionRow = {
    id: newId(host),
    state: 'draft',
    access: provider.access.by,
    label: labelOf(provider, signedIn.config),
    ...signedIn,
    accountId: '',
    account: '',
    signedInAt: host.vault.now(),
  };
  return host.db.transaction('rw', [host.db.connections, host.db.local], async () => {
    if (!(await wanted())) return false;
    await host.db.connections
      .where('id')
      .noneOf([(await connected(host))?.id ?? ''])
      .delete();
    await host.db.connections.put(row);
    await forgetWayIn(host);
    return true;
  });
}

/** Rows of `local`: what is kept while the person is at the provider's page, or between two steps of the app's own forms. */
export const CONSENT = 'consent';
export const SIGN_IN = 'sign-in';

/** No sign-in is under way any more. */
export async function forgetWayIn(host: Pick<Host, 'db'>): Promise<void> {
  await host.db.local.bulkDelete([CONSENT, SIGN_IN]);
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
