/**
 * A cloud of one's own: how a person signs in to it, and how a connection is opened again. The library behind the forms
 * is loaded when the first form is needed; a connection that only syncs does without.
 */
import { sleep } from '../sleep.ts';
import {
  type Account,
  AccountError,
  type ConnectionSettings,
  type OpenDeps,
  type Provider,
  type ProviderConfig,
  type ProviderDeps,
  type SignIn,
} from '../provider.ts';
import type { Storage } from '../storage.ts';
import { accountErrorOf } from './account-failure.ts';
import { configAt } from './address.ts';
import { createAwsStorage } from './client.ts';
import { fetchCloud } from './cloud.ts';
import type { CloudConfig } from './protocol.ts';
import { readSettings } from './settings.ts';
import type { OpenSocket } from './socket.ts';

/** @throws {AccountError} `Offline` when it can't be had, as just after an update without a network */
async function loadForms() {
  try {
    const [{ createSignIn }, { createAccount }] = await Promise.all([import('./sign-in.ts'), import('./account.ts')]);
    return { createSignIn, createAccount };
  } catch {
    throw new AccountError('Offline', 'the forms of the account cannot be loaded');
  }
}

/** What the cloud says of itself, but for the services that config.json says are elsewhere. */
async function cloudOf(config: ProviderConfig, deps: ProviderDeps): Promise<{ api: string; cloud: CloudConfig }> {
  const api = config.endpoints?.['api'];
  if (api === undefined) throw new AccountError('NoCloud', "config.json names no endpoint 'api' of the cloud");
  try {
    const cloud = await fetchCloud(deps, api);
    const { api: _api, ...others } = config.endpoints ?? {};
    return { api, cloud: { ...cloud, endpoints: { ...cloud.endpoints, ...others } } };
  } catch (error) {
    const problem = accountErrorOf(error, 'account');
    throw problem.kind === 'Offline' ? problem : new AccountError('NoCloud', 'No Satchel cloud answers there.');
  }
}

async function begin(config: ProviderConfig, deps: ProviderDeps): Promise<SignIn> {
  const { api, cloud } = await cloudOf(config, deps);
  const { createSignIn } = await loadForms();
  return createSignIn(deps, api, cloud);
}

async function account(_config: ProviderConfig, settings: ConnectionSettings, deps: OpenDeps): Promise<Account> {
  const own = readSettings(settings);
  const { createAccount } = await loadForms();
  return createAccount(deps, own);
}

/** Absent in Node before 22, where changes are polled for. */
function platformSocket(): OpenSocket | undefined {
  return 'WebSocket' in globalThis ? (address) => new WebSocket(address) : undefined;
}

/** What only tests choose. */
export interface OpenOptions {
  readonly openSocket?: OpenSocket;
}

/** @throws {StorageError} `Unauthorized` when the settings aren't those of a connection to a cloud. */
export function openAws(settings: ConnectionSettings, deps: OpenDeps, options: OpenOptions = {}): Storage {
  const openSocket = options.openSocket ?? platformSocket();
  return createAwsStorage(readSettings(settings), { ...deps, sleep, ...(openSocket && { openSocket }) });
}

export const aws = {
  kind: 'aws',
  name: 'Satchel cloud',
  access: { by: 'account', configAt, begin, account },
  // Where the cloud is stands in the settings: tokens are of use there only, whatever config.json says by now.
  open: (_config: ProviderConfig, settings: ConnectionSettings, deps: OpenDeps) => openAws(settings, deps),
} as const satisfies Provider;
