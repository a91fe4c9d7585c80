/** ID, access and refresh tokens, with the claims that Cognito puts into them. */
import { createHash, createPrivateKey, createPublicKey, randomBytes, randomUUID, sign, verify } from 'node:crypto';
import type { Kept } from '../kept.ts';
import { PoolFailure } from './failure.ts';
import type { Person, PoolState, Session } from './people.ts';

export interface TokenSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** s; of the ID token and the access token alike. May change while the pool runs. */
  readonly tokenLifetime: () => number;
}

export interface Claims {
  readonly sub: string;
  readonly token_use: 'id' | 'access';
  readonly origin_jti: string;
  readonly iss: string;
  /** s since 1970. */
  readonly exp: number;
  readonly aud?: string;
  readonly client_id?: string;
}

export interface JwkSet {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

export interface TokenResult {
  readonly AccessToken: string;
  readonly IdToken: string;
  /** s */
  readonly ExpiresIn: number;
  readonly TokenType: 'Bearer';
  readonly RefreshToken?: string;
}

export interface Tokens {
  readonly jwks: JwkSet;
  signIn(person: Person): TokenResult;
  /** @throws {PoolFailure} NotAuthorizedException */
  refresh(refreshToken: string): TokenResult;
  /**
   * The claims of a token of this pool that hasn't expired; whether its session was ended isn't asked.
   * @throws {PoolFailure} NotAuthorizedException
   */
  read(token: string, use: Claims['token_use']): Claims;
  /** The session that a refresh token belongs to. */
  sessionOf(refreshToken: string): Session | undefined;
}

const REFRESH_LIFETIME = 365 * 24 * 3_600_000;

export function createTokens(state: Kept<PoolState>, settings: TokenSettings, now: () => number): Tokens {
  const { issuer, clientId } = settings;
  const privateKey = createPrivateKey(state.value.signingKey);
  const publicKey = createPublicKey(privateKey);
  const header = encode({ kid: state.value.keyId, alg: 'RS256' });

  const seal = (claims: Readonly<Record<string, unknown>>) => {
    const text = `${header}.${encode(claims)}`;
    return `${text}.${sign('RSA-SHA256', Buffer.from(text), privateKey).toString('base64url')}`;
  };

  function issue(person: Person, session: Session): TokenResult {
    const seconds = Math.floor(now() / 1000);
    const lifetime = settings.tokenLifetime();
    const common = {
      sub: person.sub,
      iss: issuer,
      origin_jti: session.id,
      event_id: randomUUID(),
      auth_time: session.authTime,
      iat: seconds,
      exp: seconds + lifetime,
    };
    return {
      AccessToken: seal({
        ...common,
        token_use: 'access',
        client_id: clientId,
        scope: 'aws.cognito.signin.user.admin',
        jti: randomUUID(),
        username: person.sub,
      }),
      IdToken: seal({
        ...common,
        token_use: 'id',
        aud: clientId,
        jti: randomUUID(),
        'cognito:username': person.sub,
        email: person.email,
        email_verified: person.emailVerified,
      }),
      ExpiresIn: lifetime,
      TokenType: 'Bearer',
    };
  }

  function sessionOf(refreshToken: string): Session | undefined {
    const hash = hashOf(refreshToken);
    return Object.values(state.value.sessions).find(({ refreshHash }) => refreshHash === hash);
  }

  return {
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: state.value.keyId, alg: 'RS256', use: 'sig' }] },
    signIn(person) {
      const refreshToken = randomBytes(192).toString('base64url');
      const session: Session = {
        id: randomUUID(),
        sub: person.sub,
        refreshHash: hashOf(refreshToken),
        authTime: Math.floor(now() / 1000),
        expires: now() + REFRESH_LIFETIME,
      };
      for (const old of Object.values(state.value.sessions)) {
        if (old.expires <= now()) delete state.value.sessions[old.id];
      }
      state.value.sessions[session.id] = session;
      state.save();
      return { ...issue(person, session), RefreshToken: refreshToken };
    },
    refresh(refreshToken) {
      const session = sessionOf(refreshToken);
      const person = session && state.value.people[session.sub];
      if (!session || !person) throw notAuthorized('Refresh Token has been revoked');
      if (session.expires <= now()) throw notAuthorized('Refresh Token has expired');
      return issue(person, session);
    },
    read(token, use) {
      const name = use === 'id' ? 'Identity' : 'Access';
      const [head, body, signature, ...more] = token.split('.');
      const signed = Buffer.from(`${head}.${body}`);
      if (head !== header || !body || !signature || more.length > 0) throw notAuthorized(`Invalid ${name} Token`);
      if (!verify('RSA-SHA256', signed, publicKey, Buffer.from(signature, 'base64url')))
        throw notAuthorized(`Invalid ${name} Token`);
      const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims;
      if (claims.token_use !== use || claims.iss !== issuer) throw notAuthorized(`Invalid ${name} Token`);
      if (claims.exp * 1000 <= now()) throw notAuthorized(`${name} Token has expired`);
      return claims;
    },
    sessionOf,
  };
}

const notAuthorized = (words: string) => new PoolFailure('NotAuthorizedException', words);
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');
