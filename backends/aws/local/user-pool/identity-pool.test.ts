import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IDS, type Services } from '../services.ts';
import { startTestServices } from '../test-services.ts';
import { invite } from './administration.ts';
import { endSessions, findPerson } from './people.ts';
import { issuerOf } from './pool.ts';

const PROVIDER = issuerOf(IDS.userPoolId).replace('https://', '');
let services: Services;
let time = Date.now();

beforeAll(async () => {
  services = await startTestServices(() => time);
});
afterAll(() => services.close());

interface Told {
  readonly status: number;
  readonly type?: string;
  readonly message?: string;
  readonly IdentityId?: string;
  readonly Credentials?: { readonly Expiration: number; readonly SessionToken: string };
}

/** Amazon's name for a refusal is under `__type`. */
async function told(response: Response): Promise<object> {
  const { __type: type, ...rest } = (await response.json()) as Record<string, unknown>;
  return { type, ...rest };
}

async function call(operation: string, input: object): Promise<Told> {
  const response = await fetch(services.endpoints.userPool, {
    method: 'POST',
    headers: { 'X-Amz-Target': `AWSCognitoIdentityService.${operation}` },
    body: JSON.stringify(input),
  });
  return { status: response.status, ...(await told(response)) };
}

const getId = (Logins?: object) => call('GetId', { IdentityPoolId: IDS.identityPoolId, ...(Logins && { Logins }) });

const signedIn = (email: string) => {
  invite(services.pool, email);
  const person = findPerson(services.pool.state, email);
  if (!person) throw new Error('nobody was invited');
  return { person, tokens: services.pool.tokens.signIn(person) };
};

describe('the identity pool', () => {
  it('gives a person always the same identity, and credentials that end within the hour', async () => {
    const { tokens } = signedIn('one@example.org');
    const Logins = { [PROVIDER]: tokens.IdToken };
    const { IdentityId } = await getId(Logins);
    expect((await getId(Logins)).IdentityId).toBe(IdentityId);
    const { Credentials } = await call('GetCredentialsForIdentity', { IdentityId, Logins });
    expect(Credentials?.Expiration).toBe((time + 3_600_000) / 1000);
    services.setLifetimes({ credentials: 60 });
    const shorter = await call('GetCredentialsForIdentity', { IdentityId, Logins });
    services.setLifetimes({});
    expect(shorter.Credentials?.Expiration).toBe((time + 60_000) / 1000);
  });

  it('gives nobody another’s', async () => {
    const { IdentityId } = await getId({ [PROVIDER]: signedIn('two@example.org').tokens.IdToken });
    const Logins = { [PROVIDER]: signedIn('three@example.org').tokens.IdToken };
    expect(await call('GetCredentialsForIdentity', { IdentityId, Logins })).toMatchObject({
      status: 400,
      type: 'NotAuthorizedException',
    });
  });

  it('takes an ID token of this pool that is good, and nothing else', async () => {
    const { person, tokens } = signedIn('four@example.org');
    const refused = { status: 400, type: 'NotAuthorizedException' };
    expect(await getId()).toMatchObject(refused);
    expect(await getId({ 'accounts.google.com': tokens.IdToken })).toMatchObject(refused);
    expect(await getId({ [PROVIDER]: tokens.AccessToken })).toMatchObject(refused);
    expect(await getId({ [PROVIDER]: `${tokens.IdToken.slice(0, -6)}AAAAAA` })).toMatchObject(refused);
    expect(await getId({ [PROVIDER]: '' })).toMatchObject(refused);
    time += 3_600_000;
    expect((await getId({ [PROVIDER]: tokens.IdToken })).message).toContain('expired');
    time -= 3_600_000;
    expect((await getId({ [PROVIDER]: tokens.IdToken })).status).toBe(200);
    endSessions(services.pool.state, person.sub);
    expect((await getId({ [PROVIDER]: tokens.IdToken })).message).toContain('revoked');
    expect(await call('GetId', { IdentityPoolId: 'us-east-1:other' })).toMatchObject({
      type: 'ResourceNotFoundException',
    });
  });
});

describe('a call', () => {
  it('that isn’t known or can’t be read is refused in words', async () => {
    expect(await call('UnlinkIdentity', {})).toMatchObject({ status: 400, type: 'UnknownOperationException' });
    const target = { 'X-Amz-Target': 'AWSCognitoIdentityProviderService.SignUp' };
    for (const body of ['', '[]', '{"ClientId":1}', 'x'.repeat(300_000)]) {
      const response = await fetch(services.endpoints.userPool, { method: 'POST', headers: target, body });
      expect(response.status).toBe(400);
      expect(await told(response)).toMatchObject({ type: 'InvalidParameterException' });
    }
    for (const operation of ['constructor', '__proto__', 'toString', '']) {
      expect((await call(operation, {})).type).toBe('UnknownOperationException');
    }
  });
});
