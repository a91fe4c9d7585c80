/**
 * What Amplify needs to know to speak with Cognito for people's forms. None of it is the library's global state: each
 * context has its own configuration and its own tokens. Its requests go through the platform's own `fetch`, for it takes no other.
 */
import { type AmplifyContext, createAmplifyContext } from 'aws-amplify';
import { createKeysForAuthStorage, AUTH_KEY_PREFIX, createUserPoolsTokenProvider } from 'aws-amplify/adapter-core';
import { ConsoleLogger } from 'aws-amplify/utils';
import type { CloudConfig } from './protocol.ts';
import { endOf, type Tokens, userNameIn } from './settings.ts';

// It would warn of each context with endpoints of its own, as a local cloud has them.
ConsoleLogger.LOG_LEVEL = 'ERROR';

/** The tokens that Amplify holds, in its own form: a name each, under the client and the person. */
export type TokenStore = Map<string, string>;

export function contextOf(cloud: CloudConfig, store: TokenStore): AmplifyContext {
  const Cognito = {
    userPoolId: cloud.userPoolId,
    userPoolClientId: cloud.clientId,
    loginWith: { email: true },
    ...(cloud.endpoints.userPool !== undefined && { userPoolEndpoint: cloud.endpoints.userPool }),
  };
  const tokenProvider = createUserPoolsTokenProvider(
    { Cognito },
    {
      async setItem(key, value) {
        store.set(key, value);
      },
      getItem: async (key) => store.get(key) ?? null,
      async removeItem(key) {
        store.delete(key);
      },
      async clear() {
        store.clear();
      },
    },
  );
  return createAmplifyContext({ Auth: { Cognito } }, { Auth: { tokenProvider } });
}

const lastUser = (clientId: string) => `${AUTH_KEY_PREFIX}.${clientId}.LastAuthUser`;

const keysOf = (clientId: string, user: string) => createKeysForAuthStorage(AUTH_KEY_PREFIX, `${clientId}.${user}`);

/** @returns undefined while nobody is signed in. */
export function tokensIn(store: TokenStore, clientId: string): Omit<Tokens, 'expiresAt'> | undefined {
  const keys = keysOf(clientId, store.get(lastUser(clientId)) ?? '');
  const [idToken, accessToken, refreshToken] = [keys.idToken, keys.accessToken, keys.refreshToken].map((key) =>
    store.get(key),
  );
  return idToken && accessToken && refreshToken ? { idToken, accessToken, refreshToken } : undefined;
}

/** A store in which somebody is signed in already. */
export function storeOf(tokens: Tokens, clientId: string): TokenStore {
  const user = userNameIn(tokens.accessToken) ?? 'username';
  const keys = keysOf(clientId, user);
  // By how much Cognito's clock is ahead of this device's.
  const drift = (endOf(tokens.accessToken) ?? tokens.expiresAt) - tokens.expiresAt;
  return new Map([
    [lastUser(clientId), user],
    [keys.idToken, tokens.idToken],
    [keys.accessToken, tokens.accessToken],
    [keys.refreshToken, tokens.refreshToken],
    [keys.clockDrift, String(drift)],
  ]);
}
