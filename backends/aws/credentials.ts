/**
 * Temporary credentials for the person's own part of the bucket, which STS gives through the identity pool: shown an
 * ID token, it answers with a key that is good for an hour.
 * https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_GetCredentialsForIdentity.html
 */
import { unlessAborted } from '../abort.ts';
import { fieldOf } from '../field-of.ts';
import { type Endpoints, issuerOf } from './cloud.ts';
import { callCognito } from './cognito.ts';
import type { Exchange } from './exchange.ts';
import { CloudFailure, foreignAnswer } from './failure.ts';
import type { CloudConfig } from './protocol.ts';
import type { Session } from './session.ts';
import type { Tokens } from './settings.ts';

export interface TemporaryCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** ms since 1970 by this device's clock. */
  readonly renewAt: number;
}

export interface Credentials {
  current(signal: AbortSignal | undefined): Promise<TemporaryCredentials>;
  /** Those in place of what S3 has refused. */
  renew(refused: TemporaryCredentials, signal: AbortSignal | undefined): Promise<TemporaryCredentials>;
}

export interface CredentialsDeps extends Exchange {
  readonly now: () => number;
  readonly cloud: CloudConfig;
  readonly endpoints: Endpoints;
  readonly session: Session;
}

const MINUTE = 60_000;
const RENEW_BEFORE_MS = 5 * MINUTE;
/** Credentials are good for an hour; where this device's clock says otherwise, it is the clock that is wrong. */
const LEAST_MS = 10 * MINUTE;
const MOST_MS = 60 * MINUTE;

function readCredentials(answer: unknown, now: number): TemporaryCredentials {
  const credentials = fieldOf(answer, 'Credentials');
  const accessKeyId = fieldOf(credentials, 'AccessKeyId');
  const secretAccessKey = fieldOf(credentials, 'SecretKey');
  const sessionToken = fieldOf(credentials, 'SessionToken');
  const expiration = fieldOf(credentials, 'Expiration');
  if (
    typeof accessKeyId !== 'string' ||
    typeof secretAccessKey !== 'string' ||
    typeof sessionToken !== 'string' ||
    typeof expiration !== 'number'
  )
    throw foreignAnswer('GetCredentialsForIdentity', 'something else');
  const left = Math.min(MOST_MS, Math.max(LEAST_MS, expiration * 1000 - now));
  return { accessKeyId, secretAccessKey, sessionToken, renewAt: now + left - RENEW_BEFORE_MS };
}

export function createCredentials(deps: CredentialsDeps): Credentials {
  const { cloud, endpoints, session } = deps;
  let identity: string | undefined;
  let held: TemporaryCredentials | undefined;
  let running: Promise<TemporaryCredentials> | undefined;

  const call = (action: 'GetId' | 'GetCredentialsForIdentity', input: Readonly<Record<string, unknown>>) =>
    callCognito(deps, {
      service: 'AWSCognitoIdentityService',
      action,
      endpoint: endpoints.identityPool,
      input,
      // Not the caller's: the credentials are for all calls together.
      signal: undefined,
    });

  async function ask({ idToken }: Tokens): Promise<TemporaryCredentials> {
    const Logins = { [issuerOf(cloud)]: idToken };
    if (identity === undefined) {
      const id = fieldOf(await call('GetId', { IdentityPoolId: cloud.identityPoolId, Logins }), 'IdentityId');
      if (typeof id !== 'string') throw foreignAnswer('GetId', 'something else');
      identity = id;
    }
    const asked = deps.now();
    return readCredentials(await call('GetCredentialsForIdentity', { IdentityId: identity, Logins }), asked);
  }

  async function fetchCredentials(): Promise<TemporaryCredentials> {
    const tokens = await session.current(undefined);
    try {
      held = await ask(tokens);
    } catch (error) {
      if (!(error instanceof CloudFailure) || error.code !== 'NotAuthorizedException') throw error;
      // The token is too old by Amazon's clock.
      held = await ask(await session.renew(tokens, undefined));
    }
    return held;
  }

  function renewed(signal: AbortSignal | undefined): Promise<TemporaryCredentials> {
    running ??= fetchCredentials().finally(() => {
      running = undefined;
    });
    return unlessAborted(running, signal);
  }

  return {
    current: async (signal) => (held !== undefined && deps.now() < held.renewAt ? held : renewed(signal)),
    renew: async (refused, signal) => (held !== undefined && held !== refused ? held : renewed(signal)),
  };
}
