/**
 * The tokens of somebody who is signed in: which to send now, and new ones when they are about to end or were refused.
 *
 * No answer means offline, not signed out: only Cognito's own no to the refresh token ends a session. A refresh token
 * stays good when it is used (the user pool rotates none), so several tabs may renew at once and save in any order.
 */
import { unlessAborted } from '../abort.ts';
import type { ConnectionSettings } from '../provider.ts';
import { StorageError } from '../storage.ts';
import { fieldOf } from '../field-of.ts';
import { endpointsOf } from './cloud.ts';
import { callCognito } from './cognito.ts';
import type { Exchange } from './exchange.ts';
import { CloudFailure, foreignAnswer, storageErrorOf } from './failure.ts';
import type { AwsSettings, Tokens } from './settings.ts';

export interface SessionDeps extends Exchange {
  /** ms since 1970. */
  readonly now: () => number;
  readonly save: (settings: ConnectionSettings) => Promise<void>;
}

export interface Session {
  /** The tokens to send, renewed when they end within a minute. */
  current(signal: AbortSignal | undefined): Promise<Tokens>;
  /**
   * Tokens in place of those that were refused.
   * @throws {StorageError} `Unauthorized` when the session is over; `Unavailable` when nobody can be asked
   */
  renew(refused: Tokens, signal: AbortSignal | undefined): Promise<Tokens>;
}

const RENEW_BEFORE_MS = 60_000;

/** What Cognito says when there is no session any more, whatever the reason. */
const OVER: ReadonlySet<string> = new Set([
  'NotAuthorizedException',
  'TokenRevokedException',
  'RefreshTokenReuseException',
  'UserNotFoundException',
  'UserNotConfirmedException',
  'PasswordResetRequiredException',
  // The user pool itself has gone, with everybody's account.
  'ResourceNotFoundException',
]);

/** https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetTokensFromRefreshToken.html */
async function fetchTokens(deps: SessionDeps, { api, cloud, tokens }: AwsSettings): Promise<Tokens> {
  const asked = deps.now();
  let answer: unknown;
  try {
    answer = await callCognito(deps, {
      service: 'AWSCognitoIdentityProviderService',
      action: 'GetTokensFromRefreshToken',
      endpoint: endpointsOf(api, cloud).userPool,
      input: { ClientId: cloud.clientId, RefreshToken: tokens.refreshToken },
      // Not the caller's: a renewal is for all calls together.
      signal: undefined,
    });
  } catch (error) {
    if (!(error instanceof CloudFailure)) throw error;
    if (error.code !== undefined && OVER.has(error.code))
      throw new StorageError('Unauthorized', `Satchel cloud: the session has ended (${error.code})`);
    throw storageErrorOf(error);
  }
  const result = fieldOf(answer, 'AuthenticationResult');
  const idToken = fieldOf(result, 'IdToken');
  const accessToken = fieldOf(result, 'AccessToken');
  const refreshToken = fieldOf(result, 'RefreshToken');
  const expiresIn = fieldOf(result, 'ExpiresIn');
  if (typeof idToken !== 'string' || typeof accessToken !== 'string' || typeof expiresIn !== 'number')
    throw foreignAnswer('GetTokensFromRefreshToken', 'something else');
  return {
    idToken,
    accessToken,
    refreshToken: typeof refreshToken === 'string' ? refreshToken : tokens.refreshToken,
    expiresAt: asked + expiresIn * 1000,
  };
}

export function createSession(deps: SessionDeps, first: AwsSettings): Session {
  let settings = first;
  let running: Promise<Tokens> | undefined;

  async function refresh(): Promise<Tokens> {
    settings = { ...settings, tokens: await fetchTokens(deps, settings) };
    try {
      await deps.save({ ...settings });
    } catch {
      // What was saved last holds the same refresh token, and still opens the connection.
    }
    return settings.tokens;
  }

  /** One at a time, which a cancelled call doesn't take down for the others. */
  function renewed(signal: AbortSignal | undefined): Promise<Tokens> {
    running ??= refresh().finally(() => {
      running = undefined;
    });
    return unlessAborted(running, signal);
  }

  return {
    async current(signal) {
      const { tokens } = settings;
      const left = tokens.expiresAt - deps.now();
      if (left > RENEW_BEFORE_MS) return tokens;
      try {
        return await renewed(signal);
      } catch (error) {
        const canWait = error instanceof StorageError && error.kind !== 'Unauthorized' && left > 0;
        if (canWait) return tokens;
        throw error;
      }
    },
    renew: (refused, signal) =>
      settings.tokens.idToken === refused.idToken ? renewed(signal) : Promise.resolve(settings.tokens),
  };
}
