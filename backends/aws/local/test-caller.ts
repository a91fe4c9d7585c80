/** Somebody with an account at the local cloud, for tests: their requests to its gateway. */
import type { LocalCloud } from './cloud.ts';
import { IDS } from './services.ts';

export interface Caller {
  readonly sub: string;
  readonly idToken: string;
  ask(method: string, path: string, body?: string, contentType?: string): Promise<Response>;
  json(method: string, path: string, body?: string): Promise<unknown>;
}

type Where = Pick<LocalCloud, 'endpoints'>;

/** Makes an account and signs in, by the password itself; the cloud has to allow that. */
export async function signUpAt(
  cloud: Where,
  codeFor: (email: string) => Promise<string | undefined>,
  email: string,
  password: string,
): Promise<Caller> {
  const pool = (name: string, input: object) =>
    callCognito(cloud, `AWSCognitoIdentityProviderService.${name}`, { ClientId: IDS.clientId, ...input });
  const { UserSub: sub } = (await pool('SignUp', { Username: email, Password: password })) as { UserSub: string };
  await pool('ConfirmSignUp', { Username: email, ConfirmationCode: await codeFor(email) });
  const { AuthenticationResult: result } = (await pool('InitiateAuth', {
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: email, PASSWORD: password },
  })) as { AuthenticationResult: { IdToken: string } };
  return callerOf(cloud, { sub, idToken: result.IdToken });
}

/** The same person at a cloud that may have moved to other ports. */
export function callerOf(cloud: Where, { sub, idToken }: Pick<Caller, 'sub' | 'idToken'>): Caller {
  const ask: Caller['ask'] = (method, path, body, contentType = 'application/octet-stream') =>
    fetch(`${cloud.endpoints.api}${path}`, {
      method,
      headers: { Authorization: `Bearer ${idToken}`, ...(body !== undefined && { 'Content-Type': contentType }) },
      ...(body !== undefined && { body }),
    });
  return {
    sub,
    idToken,
    ask,
    json: async (method, path, body) => (await ask(method, path, body, 'application/json')).json(),
  };
}

async function callCognito(cloud: Where, target: string, input: object): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(cloud.endpoints.userPool, {
    method: 'POST',
    headers: { 'X-Amz-Target': target, 'Content-Type': 'application/x-amz-json-1.1' },
    body: JSON.stringify(input),
  });
  const answer = (await response.json()) as Readonly<Record<string, unknown>>;
  if (!response.ok) throw new Error(`${target}: ${JSON.stringify(answer)}`);
  return answer;
}
