/** Access and refresh tokens: making, finding, ending. */
import { authError, badInput } from './failures.ts';
import type { AccessToken, Grant, World } from './world.ts';
import { newToken } from './world.ts';

export interface IssuedToken {
  readonly token: string;
  /** Seconds. */
  readonly expiresIn: number;
}

export function issueAccessToken(world: World, grant: Grant, parent: string | undefined): IssuedToken {
  const token = newToken(world, 'sl.u.');
  const expiresIn = world.behaviour.tokenLifetime;
  world.accessTokens.set(token, { ...grant, parent, expiresAt: world.clock.now() + expiresIn * 1000 });
  return { token, expiresIn };
}

export function issueRefreshToken(world: World, grant: Grant): string {
  const token = newToken(world, 'rt-');
  world.refreshTokens.set(token, grant);
  return token;
}

/** Ends an access token, its refresh token and every other access token of that. */
export function revokeGrant(world: World, token: AccessToken): void {
  for (const [text, other] of world.accessTokens)
    if (other === token || (token.parent !== undefined && other.parent === token.parent))
      world.accessTokens.delete(text);
  if (token.parent !== undefined) world.refreshTokens.delete(token.parent);
}

/** @param authorization the header or URL parameter, with its `Bearer `. @throws {Failure} */
export function tokenFor(world: World, route: string, authorization: string, scope: string | undefined): AccessToken {
  const match = /^Bearer (.+)$/i.exec(authorization);
  if (!match?.[1])
    throw badInput(route, `Invalid authorization value in HTTP header "Authorization". Expecting "Bearer <token>".`);
  if (!/^[A-Za-z0-9._-]{16,}$/.test(match[1])) throw badInput(route, 'The given OAuth 2 access token is malformed.');
  const token = world.accessTokens.get(match[1]);
  if (!token) throw authError({ '.tag': 'invalid_access_token' });
  if (token.expiresAt <= world.clock.now()) throw authError({ '.tag': 'expired_access_token' });
  if (scope !== undefined && !token.scopes.includes(scope))
    throw authError({ '.tag': 'missing_scope', required_scope: scope });
  return token;
}
