/**
 * The identity pool: gives somebody who is signed in temporary credentials, marked with a principal tag that is the
 * subject of their token. Amplify uses the "enhanced" flow, two calls; STS itself is never asked.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flow.html
 */
import { createHash } from 'node:crypto';
import type { Credentials } from '../credentials.ts';
import { PoolFailure } from './failure.ts';
import { type Input, object, text } from './input.ts';
import { issuerOf, type Pool } from './pool.ts';

export interface IdentityPool {
  readonly identityPoolId: string;
  readonly credentials: Pick<Credentials, 'temporary'>;
  readonly pool: Pool;
  /** s; an hour at Cognito. May change while it runs. */
  readonly lifetime: () => number;
}

export type IdentityOperation = (identities: IdentityPool, input: Input) => object;

const getId: IdentityOperation = (identities, input) => {
  const wanted = text(input, 'IdentityPoolId');
  if (wanted !== identities.identityPoolId)
    throw new PoolFailure('ResourceNotFoundException', `IdentityPool '${wanted}' not found.`);
  return { IdentityId: identityOf(identities, subjectOf(identities, input)) };
};

const getCredentialsForIdentity: IdentityOperation = (identities, input) => {
  const sub = subjectOf(identities, input);
  const wanted = text(input, 'IdentityId');
  if (wanted !== identityOf(identities, sub))
    throw new PoolFailure('NotAuthorizedException', 'Access to Identity is forbidden.');
  const given = identities.credentials.temporary(sub, identities.lifetime() * 1000);
  return {
    IdentityId: wanted,
    Credentials: {
      AccessKeyId: given.accessKeyId,
      SecretKey: given.secretAccessKey,
      SessionToken: given.sessionToken,
      Expiration: given.expires / 1000,
    },
  };
};

/** Who is signed in, by the one login that this pool knows: an ID token of the user pool. */
function subjectOf({ pool }: IdentityPool, input: Input): string {
  const logins = Object.entries(object(input, 'Logins'));
  const [login] = logins;
  if (!login) throw refused('Unauthenticated access is not supported for this identity pool.');
  const [provider, token] = login;
  const name = issuerOf(pool.settings.poolId).replace('https://', '');
  if (logins.length !== 1 || provider !== name || typeof token !== 'string')
    throw refused('Token is not from a supported provider of this identity pool.');
  const claims = readLogin(pool, token);
  if (claims.aud !== pool.settings.clientId) throw refused('Invalid login token. Incorrect token audience.');
  // "Server-side token check": a session that was ended gets no more credentials.
  if (!pool.state.value.sessions[claims.origin_jti]) throw refused('Invalid login token. Token has been revoked');
  return claims.sub;
}

function readLogin(pool: Pool, token: string): ReturnType<Pool['tokens']['read']> {
  try {
    return pool.tokens.read(token, 'id');
  } catch (error) {
    const expired = error instanceof PoolFailure && error.message.endsWith('has expired');
    throw refused(
      expired
        ? 'Invalid login token. Token expired'
        : 'Invalid login token. Not a valid OpenId Connect identity token.',
    );
  }
}

const refused = (words: string) => new PoolFailure('NotAuthorizedException', words);

/** The same person always has the same identity. */
function identityOf({ identityPoolId }: IdentityPool, sub: string): string {
  const hex = createHash('sha256').update(`${identityPoolId} ${sub}`).digest('hex');
  const id = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)];
  return `${identityPoolId.split(':')[0]}:${id.join('-')}`;
}

export const identityOperations = {
  GetId: getId,
  GetCredentialsForIdentity: getCredentialsForIdentity,
} satisfies Record<string, IdentityOperation>;
