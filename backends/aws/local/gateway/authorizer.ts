/**
 * The JWT authorizer: lets nobody through to the function without a token of the user pool for this app.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
import type { Pool } from '../user-pool/pool.ts';
import { PoolFailure } from '../user-pool/failure.ts';

/** @returns the token's claims, all as text; undefined when it isn't good. */
export function authorize(pool: Pool, authorization: string | undefined): Record<string, string> | undefined {
  const token = /^(?:Bearer )?(\S+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) return undefined;
  const claims = readEither(pool, token);
  // The original asks for no certain use: an access token names its app too. The function is stricter.
  if ((claims?.aud ?? claims?.client_id) !== pool.settings.clientId) return undefined;
  return Object.fromEntries(Object.entries({ ...claims }).map(([name, value]) => [name, String(value)]));
}

function readEither(pool: Pool, token: string): ReturnType<Pool['tokens']['read']> | undefined {
  for (const use of ['id', 'access'] as const) {
    try {
      return pool.tokens.read(token, use);
    } catch (error) {
      if (!(error instanceof PoolFailure)) throw error;
    }
  }
  return undefined;
}
