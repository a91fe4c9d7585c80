/** A user pool's tokens, signed with a key that is made for the tests, true and false ones. */

import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Jwks } from 'aws-jwt-verify/jwk';

export const USER_POOL = 'eu-central-1_Tests0001';
export const CLIENT = 'tests-client';

const KEY_ID = 'tests-key';
const ours = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

export const jwks: Jwks = {
  keys: [{ ...createPublicKey(ours).export({ format: 'jwk' }), kid: KEY_ID, alg: 'RS256', use: 'sig', kty: 'RSA' }],
};

/** Claims of a sound ID token, but for what is given. Times in s since 1970. */
export function tokenFor(
  sub: string,
  claims: Readonly<Record<string, unknown>> = {},
  { key = ours, header = {} }: { key?: KeyObject | null; header?: Readonly<Record<string, unknown>> } = {},
): string {
  const now = Math.floor(Date.now() / 1000);
  const whole = {
    sub,
    email: `${sub}@example.org`,
    'cognito:username': sub,
    iss: `https://cognito-idp.eu-central-1.amazonaws.com/${USER_POOL}`,
    aud: CLIENT,
    token_use: 'id',
    auth_time: now,
    iat: now,
    exp: now + 3600,
    ...claims,
  };
  const signed = [{ alg: 'RS256', kid: KEY_ID, ...header }, whole]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = key ? sign('sha256', Buffer.from(signed), key).toString('base64url') : '';
  return `${signed}.${signature}`;
}

/** Tokens of the person that must not be taken, by what is wrong with them. */
export function falseTokens(sub: string): Readonly<Record<string, string>> {
  const now = Math.floor(Date.now() / 1000);
  const [header = '', claims = '', signature = ''] = tokenFor(sub).split('.');
  const othersClaims = tokenFor('somebody-else').split('.')[1] ?? '';
  return {
    expired: tokenFor(sub, { exp: now - 1, iat: now - 3601 }),
    'not valid yet': tokenFor(sub, { nbf: now + 3600 }),
    'with other claims than were signed': `${header}.${othersClaims}.${signature}`,
    "with a stranger's signature": tokenFor(sub, {}, { key: foreign }),
    'for another app': tokenFor(sub, { aud: 'another-client' }),
    'of another pool': tokenFor(sub, { iss: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Other' }),
    'for access, not for identity': tokenFor(sub, { token_use: 'access', client_id: CLIENT }),
    unsigned: tokenFor(sub, {}, { key: null, header: { alg: 'none' } }),
    'with its signature cut off': `${header}.${claims}.`,
    'of an unknown key': tokenFor(sub, {}, { header: { kid: 'another-key' } }),
    'of a symmetric kind': tokenFor(sub, {}, { header: { alg: 'HS256' } }),
    'without a subject': tokenFor(sub, { sub: undefined }),
    "whose subject would reach into another's partition": tokenFor('x', { sub: `${sub}#log` }),
    'that is none': 'nonsense',
    'that is empty': '',
  };
}
