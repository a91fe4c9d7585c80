/** The access token: which one to send now, and a new one when it is about to end or has been refused. */
import { fieldOf } from '../field-of.ts';
import { unlessAborted } from '../abort.ts';
import type { ConnectionSettings } from '../provider.ts';
import { StorageError } from '../storage.ts';
import { deadline, RPC_MS, type Timer } from '../deadline.ts';

/** What is kept of a connection. */
export interface DropboxSettings {
  readonly clientId: string;
  readonly accessToken: string;
  /** Absent: the connection ends with the access token. */
  readonly refreshToken?: string;
  /** ms since 1970. Absent: not known. */
  readonly expiresAt?: number;
  /** Absent for a token that was given by hand. */
  readonly accountId?: string;
}

/** @throws {StorageError} `Unauthorized` when these aren't settings of a Dropbox connection. */
export function readSettings(settings: ConnectionSettings, clientId: string): DropboxSettings {
  const { accessToken, refreshToken, expiresAt, accountId } = settings;
  if (typeof accessToken !== 'string' || accessToken === '')
    throw new StorageError('Unauthorized', 'Dropbox: the stored connection holds no token');
  return {
    // A refresh token only works for the app that it was given to, whatever config.json says by now.
    clientId: typeof settings['clientId'] === 'string' ? settings['clientId'] : clientId,
    accessToken,
    ...(typeof refreshToken === 'string' && { refreshToken }),
    ...(typeof expiresAt === 'number' && { expiresAt }),
    ...(typeof accountId === 'string' && { accountId }),
  };
}

export interface AccessTokenDeps {
  readonly fetch: typeof fetch;
  readonly now: () => number;
  readonly save: (settings: ConnectionSettings) => Promise<void>;
  /** Where `/oauth2/token` is. */
  readonly api: string;
  /** Absent: the device's own. */
  readonly timer?: Timer;
}

export interface AccessTokens {
  /** The token to send, renewed when it ends within five minutes. */
  current(signal: AbortSignal | undefined): Promise<string>;
  /** A token in place of one that was refused; undefined when there is no way to get one. */
  renew(refused: string, signal: AbortSignal | undefined): Promise<string | undefined>;
}

const RENEW_BEFORE_MS = 5 * 60 * 1000;

/** The endpoint takes a form without a preflight, and the refresh token stays out of the address. */
async function requestToken(deps: AccessTokenDeps, form: Readonly<Record<string, string>>): Promise<unknown> {
  // A browser's own fetch must not be called as a method of something else.
  const { fetch } = deps;
  let response: Response;
  let answer: unknown;
  try {
    const init: RequestInit = {
      method: 'POST',
      body: new URLSearchParams(form),
      credentials: 'omit',
      redirect: 'error',
      // Not the caller's signal: a refresh is for all calls together.
      signal: deadline(RPC_MS, undefined, deps.timer).signal,
    };
    response = await fetch(`${deps.api}/oauth2/token`, init);
    const text = await response.text();
    answer = text.startsWith('{') ? JSON.parse(text) : undefined;
  } catch {
    // The cause is left out: some runtimes write the request into it.
    throw new StorageError('Unavailable', 'Dropbox: the sign-in service cannot be reached');
  }
  if (response.ok) return answer;
  if (response.status === 429) throw new StorageError('RateLimited', 'Dropbox: too many sign-ins');
  if (response.status >= 500) throw new StorageError('Unavailable', `Dropbox: sign-in answered ${response.status}`);
  const error = fieldOf(answer, 'error');
  const reason = typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? error : String(response.status);
  throw new StorageError('Unauthorized', `Dropbox: the connection has ended (${reason})`);
}

/** RFC 6749, sections 4.1.3 and 6. @throws {StorageError} */
export async function fetchToken(
  deps: AccessTokenDeps,
  form: Readonly<Record<string, string>>,
): Promise<{ accessToken: string; expiresAt: number; refreshToken?: string; accountId?: string }> {
  const asked = deps.now();
  const answer = await requestToken(deps, form);
  const accessToken = fieldOf(answer, 'access_token');
  const expiresIn = fieldOf(answer, 'expires_in');
  const refreshToken = fieldOf(answer, 'refresh_token');
  const accountId = fieldOf(answer, 'account_id');
  if (typeof accessToken !== 'string' || typeof expiresIn !== 'number')
    throw new StorageError('Unavailable', 'Dropbox: sign-in was answered by something else');
  return {
    accessToken,
    expiresAt: asked + expiresIn * 1000,
    ...(typeof refreshToken === 'string' && { refreshToken }),
    ...(typeof accountId === 'string' && { accountId }),
  };
}

export function createAccessTokens(deps: AccessTokenDeps, first: DropboxSettings): AccessTokens {
  let settings = first;
  let running: Promise<string> | undefined;

  async function refresh(refreshToken: string): Promise<string> {
    const { clientId } = settings;
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clientId };
    settings = { ...settings, ...(await fetchToken(deps, form)) };
    try {
      await deps.save({ ...settings });
    } catch {
      // The refresh token is the same as before: what was saved last still opens the connection.
    }
    return settings.accessToken;
  }

  /** One refresh at a time, which a cancelled call doesn't take down for the others. */
  function renewed(refreshToken: string, signal: AbortSignal | undefined): Promise<string> {
    running ??= refresh(refreshToken).finally(() => {
      running = undefined;
    });
    return unlessAborted(running, signal);
  }

  return {
    async current(signal) {
      const { accessToken, refreshToken, expiresAt } = settings;
      const left = expiresAt === undefined ? Number.POSITIVE_INFINITY : expiresAt - deps.now();
      if (refreshToken === undefined || left > RENEW_BEFORE_MS) return accessToken;
      try {
        return await renewed(refreshToken, signal);
      } catch (error) {
        const canWait = error instanceof StorageError && error.kind !== 'Unauthorized' && left > 0;
        if (canWait) return accessToken;
        throw error;
      }
    },
    async renew(refused, signal) {
      if (settings.accessToken !== refused) return settings.accessToken;
      return settings.refreshToken === undefined ? undefined : renewed(settings.refreshToken, signal);
    },
  };
}
