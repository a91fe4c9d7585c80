/**
 * How a person lets Satchel into their Dropbox: OAuth 2 with PKCE, no secret and no server of ours.
 * https://www.dropbox.com/developers/documentation/http/documentation#authorization
 */
import type {
  ConnectionSettings,
  OpenDeps,
  PendingConsent,
  Provider,
  ProviderConfig,
  ProviderDeps,
} from '../provider.ts';
import { ConsentError } from '../provider.ts';
import type { Storage } from '../storage.ts';
import { StorageError } from '../storage.ts';
import { createAccessTokens, fetchToken, readSettings } from './access-token.ts';
import { createDropboxStorage } from './client.ts';
import type { CommitLocks } from './commit-queue.ts';
import { createCommitQueue } from './commit-queue.ts';
import { sleep } from '../sleep.ts';
import type { DropboxEndpoints } from './transport.ts';
import { DROPBOX_ENDPOINTS } from './transport.ts';

/** What Satchel may do, and no more. The same have to be ticked in Dropbox's App Console. */
const SCOPES = ['account_info.read', 'files.metadata.read', 'files.content.read', 'files.content.write'];

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

function endpointsOf(config: ProviderConfig): DropboxEndpoints {
  const pick = (name: keyof DropboxEndpoints) =>
    (config.endpoints?.[name] ?? DROPBOX_ENDPOINTS[name]).replace(/\/$/, '');
  return { authorize: pick('authorize'), api: pick('api'), content: pick('content'), notify: pick('notify') };
}

/** Written out by hand: the SDK puts its values into the address unencoded. */
async function begin(
  config: ProviderConfig,
  redirectUri: string,
  deps: ProviderDeps,
): Promise<{ url: string; pending: PendingConsent }> {
  const verifier = base64Url(deps.randomBytes(32));
  const state = base64Url(deps.randomBytes(16));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const url = new URL(`${endpointsOf(config).authorize}/oauth2/authorize`);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: config.clientId,
    redirect_uri: redirectUri,
    state,
    code_challenge: base64Url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
    // Asks for a refresh token.
    token_access_type: 'offline',
    scope: SCOPES.join(' '),
  }).toString();
  return { url: url.href, pending: { state, verifier, redirectUri } };
}

async function finish(
  config: ProviderConfig,
  pending: PendingConsent,
  callback: URL,
  deps: ProviderDeps,
): Promise<ConnectionSettings> {
  const { state, verifier, redirectUri } = pending;
  const answer = callback.searchParams;
  if (typeof verifier !== 'string' || typeof redirectUri !== 'string' || answer.get('state') !== state)
    throw new ConsentError('Mismatch', "Dropbox's answer isn't to the question that was asked. Please connect again.");
  if (answer.get('error') === 'access_denied') throw new ConsentError('Declined', 'Dropbox was not connected.');
  const code = answer.get('code');
  if (answer.has('error') || code === null)
    throw new ConsentError('Failed', 'Dropbox could not ask for your consent. Is its client id set up rightly?');
  const { api } = endpointsOf(config);
  const tokenDeps = { fetch: deps.fetch, now: deps.now, save: () => Promise.resolve(), api };
  try {
    const token = await fetchToken(tokenDeps, {
      grant_type: 'authorization_code',
      code,
      client_id: config.clientId,
      code_verifier: verifier,
      redirect_uri: redirectUri,
    });
    return { clientId: config.clientId, ...token };
  } catch (cause) {
    if (!(cause instanceof StorageError)) throw cause;
    throw new ConsentError('Failed', 'Dropbox did not complete the connection. Please connect again.', { cause });
  }
}

/** All connections of this program; a Web Lock keeps the order between programs. */
let commits: ReturnType<typeof createCommitQueue> | undefined;

function webLocks(): CommitLocks | undefined {
  return 'navigator' in globalThis && 'locks' in navigator ? navigator.locks : undefined;
}

/** Only pages and workers are held to CORS; elsewhere a request that fails has failed for another reason. */
function hasCors(): boolean {
  return 'document' in globalThis || 'WorkerGlobalScope' in globalThis;
}

/** What only tests choose. */
export interface OpenOptions {
  readonly mode?: 'auto' | 'header' | 'url';
  readonly pageSize?: number;
}

/** @throws {StorageError} `Unauthorized` when the settings hold no token. */
export function openDropbox(
  config: ProviderConfig,
  settings: ConnectionSettings,
  deps: OpenDeps,
  options: OpenOptions = {},
): Storage {
  const endpoints = endpointsOf(config);
  const own = readSettings(settings, config.clientId);
  commits ??= createCommitQueue(webLocks());
  return createDropboxStorage({
    fetch: deps.fetch,
    now: deps.now,
    sleep,
    endpoints,
    tokens: createAccessTokens({ fetch: deps.fetch, now: deps.now, save: deps.save, api: endpoints.api }, own),
    // Without an account id only the calls through one connection are known to be to one account.
    account: own.accountId ?? `token ${++unnamed}`,
    commits,
    mode: options.mode ?? (hasCors() ? 'auto' : 'header'),
    ...(options.pageSize !== undefined && { pageSize: options.pageSize }),
  });
}

let unnamed = 0;

export const dropbox = {
  kind: 'dropbox',
  name: 'Dropbox',
  access: { by: 'redirect', begin, finish },
  open: (config: ProviderConfig, settings: ConnectionSettings, deps: OpenDeps) => openDropbox(config, settings, deps),
} as const satisfies Provider;
