/** Access and refresh tokens: making, finding, ending. */
import { invalidCredentials } from './failures.ts';
import type { AccessToken, Grant, World } from './world.ts';
import { newToken } from './world.ts';

/** How long a refresh token lives while the consent screen is in testing. */
const TESTING_LIFETIME = 7 * 24 * 60 * 60 * 1000;

export interface IssuedToken {
  readonly token: string;
  /** Seconds. */
  readonly expiresIn: number;
}

export function issueAccessToken(world: World, { clientId, accountId, scopes }: Grant): IssuedToken {
  const token = newToken(world, 'ya29.');
  const expiresIn = world.behaviour.tokenLifetime;
  world.accessTokens.set(token, { clientId, accountId, scopes, expiresAt: world.clock.now() + expiresIn * 1000 });
  return { token, expiresIn };
}

export function issueRefreshToken(world: World, { clientId, accountId, scopes }: Grant): string {
  const token = newToken(world, '1//0');
  world.refreshTokens.set(token, { clientId, accountId, scopes, issuedAt: world.clock.now() });
  return token;
}

/** The grant of a refresh token that still lives. */
export function grantOf(world: World, refreshToken: string): Grant | undefined {
  const grant = world.refreshTokens.get(refreshToken);
  if (!grant) return undefined;
  const isOver = world.behaviour.testing && world.clock.now() - grant.issuedAt > TESTING_LIFETIME;
  return isOver ? undefined : grant;
}

/** Whatever the account gave the app: all of it ends. */
export function revokeGrant(world: World, { accountId, clientId }: Pick<Grant, 'accountId' | 'clientId'>): void {
  const isMeant = (grant: Grant) => grant.accountId === accountId && grant.clientId === clientId;
  for (const [text, grant] of world.accessTokens) if (isMeant(grant)) world.accessTokens.delete(text);
  for (const [text, grant] of world.refreshTokens) if (isMeant(grant)) world.refreshTokens.delete(text);
}

/** @param authorization the header; a token in the address isn't taken. @throws {Failure} 401 */
export function tokenFor(world: World, authorization: string | null): AccessToken {
  const text = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  const token = text === undefined ? undefined : world.accessTokens.get(text);
  if (!token || token.expiresAt <= world.clock.now()) throw invalidCredentials();
  return token;
}
