/** Who asks: the user pool's ID token, verified by Amazon's own library. */

import { CognitoJwtVerifier } from 'aws-jwt-verify';
import { FetchError, JwtBaseError } from 'aws-jwt-verify/error';
import type { Jwks } from 'aws-jwt-verify/jwk';
import { Failure } from './failure.ts';
import type { Subject } from './layout.ts';

export interface Person {
  readonly sub: Subject;
  /** The e-mail address. */
  readonly label: string;
}

export type Verify = (token: string) => Promise<Person>;

/** Partition keys are made of it, so it has to be what Cognito's subjects are: no separator of ours is in it. */
const SUBJECT = /^[A-Za-z0-9-]{1,64}$/;

/** With `jwks`, nobody is asked for the pool's keys, and no others are known. */
export function verifier({
  userPoolId,
  clientId,
  jwks,
}: {
  readonly userPoolId: string;
  readonly clientId: string;
  readonly jwks?: Jwks;
}): Verify {
  const pool = CognitoJwtVerifier.create({ userPoolId, clientId, tokenUse: 'id' });
  if (jwks) pool.cacheJwks(jwks);
  return async (token) => {
    try {
      const claims = jwks ? pool.verifySync(token) : await pool.verify(token);
      // The library's types promise a subject; it doesn't look whether there is one.
      const sub: unknown = claims.sub;
      if (typeof sub !== 'string' || !SUBJECT.test(sub)) {
        throw new Failure('Unauthorized', 'The token has no sound subject');
      }
      const email = claims['email'];
      return { sub, label: typeof email === 'string' ? email : claims['cognito:username'] };
    } catch (error) {
      // Not the error's text, which quotes the token's claims.
      if (error instanceof FetchError) throw new Failure('Unavailable', "The user pool's keys can't be fetched", 2);
      if (error instanceof JwtBaseError) throw new Failure('Unauthorized', 'The token is not valid, or no more');
      throw error;
    }
  };
}
