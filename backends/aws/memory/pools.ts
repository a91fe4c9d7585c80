/**
 * A user pool and an identity pool in memory: as much of them as a device needs that is signed in already. Tokens look
 * like Cognito's and are signed by nobody; what they are worth is looked up.
 */
import { fieldOf } from '../../field-of.ts';
import type { Tokens } from '../settings.ts';

export interface PoolsDeps {
  /** ms since 1970. */
  readonly now: () => number;
  /** Never the same twice. */
  readonly freshId: () => string;
  readonly issuer: string;
  readonly clientId: string;
}

/** In ms. */
export interface Lifetimes {
  tokens: number;
  credentials: number;
}

export interface Person {
  readonly sub: string;
  readonly label: string;
}

export interface Pools {
  readonly lifetimes: Lifetimes;
  signIn(person: Person): Tokens;
  /** Every session ends: refresh tokens are of no use from now on, and ID tokens neither. */
  revoke(): void;
  /** From now on ID tokens are too old; refresh tokens are good. */
  expireTokens(): void;
  /** From now on temporary credentials are too old. */
  expireCredentials(): void;
  /** Who shows this ID token. */
  verify(idToken: string): Person | undefined;
  /** Whose temporary credentials these are. */
  holder(accessKeyId: string, sessionToken: string): Person | 'expired' | undefined;
  answer(request: Request): Promise<Response>;
  /** Everything that nobody may see. */
  secrets(): readonly string[];
}

interface Given {
  readonly person: Person;
  until: number;
}

const HOUR = 3_600_000;

/** UTF-8 isn't needed: what goes in is made here. */
const encode = (value: unknown) =>
  btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

const refusal = (type: string) => Response.json({ __type: type, message: 'The stand-in says no.' }, { status: 400 });

export function createPools(deps: PoolsDeps): Pools {
  const { now, freshId, issuer, clientId } = deps;
  const lifetimes: Lifetimes = { tokens: HOUR, credentials: HOUR };
  const idTokens = new Map<string, Given>();
  const refreshTokens = new Map<string, Person>();
  const keys = new Map<string, Given & { readonly sessionToken: string }>();
  const secrets: string[] = [];

  function secret(text: string): string {
    secrets.push(text);
    return text;
  }

  function token(person: Person, use: 'id' | 'access'): string {
    const iat = Math.floor(now() / 1000);
    const claims = {
      sub: person.sub,
      token_use: use,
      iss: issuer,
      aud: clientId,
      email: person.label,
      username: person.sub,
      iat,
      exp: iat + Math.floor(lifetimes.tokens / 1000),
    };
    return secret(`${encode({ alg: 'none' })}.${encode(claims)}.${freshId()}`);
  }

  function issue(person: Person, refreshToken: string): Tokens {
    const idToken = token(person, 'id');
    const until = now() + lifetimes.tokens;
    idTokens.set(idToken, { person, until });
    return { idToken, accessToken: token(person, 'access'), refreshToken, expiresAt: until };
  }

  function refresh(input: unknown): Response {
    const refreshToken = fieldOf(input, 'RefreshToken');
    const person = typeof refreshToken === 'string' ? refreshTokens.get(refreshToken) : undefined;
    if (typeof refreshToken !== 'string' || !person || fieldOf(input, 'ClientId') !== clientId)
      return refusal('NotAuthorizedException');
    const { idToken, accessToken } = issue(person, refreshToken);
    const ExpiresIn = Math.floor(lifetimes.tokens / 1000);
    return Response.json({
      AuthenticationResult: { IdToken: idToken, AccessToken: accessToken, ExpiresIn, TokenType: 'Bearer' },
    });
  }

  function verify(idToken: string): Person | undefined {
    const given = idTokens.get(idToken);
    return given && given.until > now() ? given.person : undefined;
  }

  function loggedIn(input: unknown): Person | undefined {
    const login = fieldOf(fieldOf(input, 'Logins'), issuer);
    return typeof login === 'string' ? verify(login) : undefined;
  }

  function credentials(person: Person): Response {
    const sessionToken = secret(`session-${freshId()}`);
    const accessKeyId = `ASIA${freshId()}`;
    const until = now() + lifetimes.credentials;
    keys.set(accessKeyId, { person, sessionToken, until });
    return Response.json({
      IdentityId: `identity:${person.sub}`,
      Credentials: {
        AccessKeyId: accessKeyId,
        SecretKey: secret(`secret-${freshId()}`),
        SessionToken: sessionToken,
        Expiration: until / 1000,
      },
    });
  }

  return {
    lifetimes,
    verify,
    signIn(person) {
      const refreshToken = secret(`refresh-${freshId()}`);
      refreshTokens.set(refreshToken, person);
      return issue(person, refreshToken);
    },
    revoke() {
      refreshTokens.clear();
      idTokens.clear();
    },
    expireTokens() {
      for (const given of idTokens.values()) given.until = 0;
    },
    expireCredentials() {
      for (const given of keys.values()) given.until = 0;
    },
    holder(accessKeyId, sessionToken) {
      const given = keys.get(accessKeyId);
      if (given?.sessionToken !== sessionToken) return undefined;
      return given.until > now() ? given.person : 'expired';
    },
    async answer(request) {
      const input: unknown = await request.json();
      const target = request.headers.get('X-Amz-Target')?.split('.')[1];
      if (target === 'GetTokensFromRefreshToken') return refresh(input);
      const person = loggedIn(input);
      if (!person) return refusal('NotAuthorizedException');
      if (target === 'GetId') return Response.json({ IdentityId: `identity:${person.sub}` });
      return target === 'GetCredentialsForIdentity' ? credentials(person) : refusal('InvalidParameterException');
    },
    secrets: () => secrets,
  };
}
