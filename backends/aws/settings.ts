/** What is kept of a connection: which cloud, whose account, and the tokens. Plain JSON. */
import type { ConnectionSettings } from '../provider.ts';
import { StorageError } from '../storage.ts';
import { fieldOf } from '../field-of.ts';
import { readCloud } from './cloud.ts';
import type { CloudConfig } from './protocol.ts';

/** As Cognito gives them: https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-with-identity-providers.html */
export interface Tokens {
  /** Says to the function and to the identity pool who somebody is. */
  readonly idToken: string;
  /** For what people do with their own account. */
  readonly accessToken: string;
  readonly refreshToken: string;
  /** ms since 1970 by this device's clock, however wrong it goes: when the first two end. */
  readonly expiresAt: number;
}

export interface AwsSettings {
  /** The function's address. */
  readonly api: string;
  readonly cloud: CloudConfig;
  readonly email: string;
  /** The tokens' subject. */
  readonly accountId: string;
  readonly tokens: Tokens;
}

/** The claims of a token of Cognito's own, unverified: it came from there over TLS. */
function claimsOf(token: string): unknown {
  const [, body = ''] = token.split('.');
  try {
    const bytes = Uint8Array.from(atob(body.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** @returns undefined where the token names none. */
export function emailIn(idToken: string): string | undefined {
  const email = fieldOf(claimsOf(idToken), 'email');
  return typeof email === 'string' ? email : undefined;
}

/** Whose token it is: the person's stable id in the user pool. */
export function subjectIn(idToken: string): string | undefined {
  const subject = fieldOf(claimsOf(idToken), 'sub');
  return typeof subject === 'string' ? subject : undefined;
}

/** The name by which the user pool itself knows the person. */
export function userNameIn(accessToken: string): string | undefined {
  const name = fieldOf(claimsOf(accessToken), 'username');
  return typeof name === 'string' ? name : undefined;
}

/**
 * How long a new token will be good for, in ms. Its own times are those of Cognito's clock, so only their difference
 * means something here.
 */
export function lifetimeOf(token: string): number | undefined {
  const claims = claimsOf(token);
  const from = fieldOf(claims, 'iat');
  const until = fieldOf(claims, 'exp');
  return typeof from === 'number' && typeof until === 'number' ? (until - from) * 1000 : undefined;
}

/** When a token ends by Cognito's clock, in ms since 1970. */
export function endOf(token: string): number | undefined {
  const until = fieldOf(claimsOf(token), 'exp');
  return typeof until === 'number' ? until * 1000 : undefined;
}

function readTokens(tokens: unknown): Tokens | undefined {
  const text = (name: string) => {
    const value = fieldOf(tokens, name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const [idToken, accessToken, refreshToken] = [text('idToken'), text('accessToken'), text('refreshToken')];
  const expiresAt = fieldOf(tokens, 'expiresAt');
  if (!idToken || !accessToken || !refreshToken || typeof expiresAt !== 'number') return undefined;
  return { idToken, accessToken, refreshToken, expiresAt };
}

/** @throws {StorageError} `Unauthorized` when these aren't settings of a connection to such a cloud. */
export function readSettings(settings: ConnectionSettings): AwsSettings {
  const { api, cloud, email, accountId } = settings;
  const known = readCloud(cloud);
  const tokens = readTokens(settings['tokens']);
  if (typeof api !== 'string' || typeof email !== 'string' || typeof accountId !== 'string' || !known || !tokens)
    throw new StorageError('Unauthorized', 'Satchel cloud: the stored connection is not one to such a cloud');
  return { api, cloud: known, email, accountId, tokens };
}
