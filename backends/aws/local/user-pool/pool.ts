/** What the calls of a user pool work on: its people, its tokens, its rules and the mail that it would send. */
import { generateKeyPairSync, randomInt, randomUUID } from 'node:crypto';
import { type Kept, keep } from '../kept.ts';
import type { Mail } from '../outbox.ts';
import { attemptsExceeded, PoolFailure } from './failure.ts';
import { type Input, text } from './input.ts';
import { checkPassword, type PasswordPolicy } from './password-policy.ts';
import { type CodeUse, findPerson, type Person, type PoolState, type Session } from './people.ts';
import { isPassword, makeVerifier, type Owner } from './srp.ts';
import { createTokens, type Tokens } from './tokens.ts';

export interface PoolSettings {
  /** Such as "us-east-1_Example". */
  readonly poolId: string;
  readonly clientId: string;
  readonly signUp: 'open' | 'invitation';
  /** Whether USER_PASSWORD_AUTH is switched on. */
  readonly passwordAuth: boolean;
  readonly policy: PasswordPolicy;
  /** s; of ID and access tokens. Cognito allows 300 to 86,400; tests may want less. */
  tokenLifetime: number;
}

export interface Pool {
  readonly settings: PoolSettings;
  readonly state: Kept<PoolState>;
  readonly tokens: Tokens;
  /** ms since 1970. */
  readonly now: () => number;
  /** What a person who has begun to sign in has to answer, by the text that they bring back. Not kept. */
  readonly challenges: Map<string, Challenge>;
  /** Told of each mail once it is kept. */
  readonly onMail: (mail: Mail) => void;
}

export type Challenge = { readonly expires: number } & (
  | { readonly kind: 'srp'; readonly answer: (response: Input) => Person }
  | { readonly kind: 'SOFTWARE_TOKEN_MFA' | 'NEW_PASSWORD_REQUIRED'; readonly sub: string; wrong: number }
);

/** What a call of the pool gets and gives: JSON objects. */
export type Operation = (pool: Pool, input: Input) => object;

const HOUR = 3_600_000;
/** https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html */
const CODE_LIFETIME: Readonly<Record<CodeUse, number>> = { 'sign-up': 24 * HOUR, reset: HOUR };
const KEPT_MAILS = 50;

export function createPool(
  file: string | undefined,
  settings: PoolSettings,
  deps: { readonly now: () => number; readonly onMail: (mail: Mail) => void },
): Pool {
  const state = keep(file, freshState);
  if (state.value.version !== 1) throw new Error(`${file} was written by another version; remove its folder`);
  const issuer = issuerOf(settings.poolId);
  const tokenLifetime = () => settings.tokenLifetime;
  const tokens = createTokens(state, { issuer, clientId: settings.clientId, tokenLifetime }, deps.now);
  return { settings, state, tokens, challenges: new Map(), ...deps };
}

/** The same as in the cloud, though nothing is fetched from there: Amazon's verifier accepts no other. */
export function issuerOf(poolId: string): string {
  return `https://cognito-idp.${poolId.split('_')[0]}.amazonaws.com/${poolId}`;
}

function freshState(): PoolState {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const signingKey = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  return { version: 1, signingKey, keyId: randomUUID(), people: {}, sessions: {}, mails: [] };
}

export function ownerOf({ settings }: Pool, sub: string): Owner {
  return { poolName: settings.poolId.slice(settings.poolId.indexOf('_') + 1), userId: sub };
}

export function hasPassword(pool: Pool, person: Person, password: string): boolean {
  return isPassword(ownerOf(pool, person.sub), password, person.password);
}

/** @throws {PoolFailure} InvalidPasswordException */
export function setPassword(pool: Pool, person: Omit<Person, 'password'>, password: string): Person {
  checkPassword(password, pool.settings.policy);
  return Object.assign(person, { password: makeVerifier(ownerOf(pool, person.sub), password) });
}

/** @throws {PoolFailure} ResourceNotFoundException when it is for another client. */
export function checkClient({ settings }: Pool, input: Input): void {
  const clientId = text(input, 'ClientId');
  if (clientId === settings.clientId) return;
  throw new PoolFailure('ResourceNotFoundException', `User pool client ${clientId} does not exist.`);
}

/**
 * Whose access token it is.
 * @throws {PoolFailure} NotAuthorizedException, also when its session was ended
 */
export function signedIn(pool: Pool, input: Input): { person: Person; session: Session } {
  const claims = pool.tokens.read(text(input, 'AccessToken'), 'access');
  const person = pool.state.value.people[claims.sub];
  if (!person) throw new PoolFailure('UserNotFoundException', 'User does not exist.');
  const session = pool.state.value.sessions[claims.origin_jti];
  if (!session) throw new PoolFailure('NotAuthorizedException', 'Access Token has been revoked');
  return { person, session };
}

export function personNamed(pool: Pool, input: Input): Person | undefined {
  return findPerson(pool.state, text(input, 'Username', 128));
}

/** @throws {PoolFailure} LimitExceededException at more than `limit` tries within an hour. */
export function countTry(pool: Pool, person: Person, what: string, limit: number): void {
  const before = person.tries[what];
  const running = before && pool.now() - before.since < HOUR ? before : { count: 0, since: pool.now() };
  if (running.count >= limit) throw attemptsExceeded();
  person.tries[what] = { ...running, count: running.count + 1 };
  pool.state.save();
}

export function post(pool: Pool, mail: Omit<Mail, 'time'>): void {
  const { mails } = pool.state.value;
  const posted = { ...mail, time: pool.now() };
  mails.push(posted);
  mails.splice(0, mails.length - KEPT_MAILS);
  pool.state.save();
  pool.onMail(posted);
}

/** Mails a new code, in place of one sent before, and says where to. */
export function sendCode(pool: Pool, person: Person, use: CodeUse): { CodeDeliveryDetails: object } {
  const code = freshCode(person.codes[use]?.code);
  person.codes[use] = { code, expires: pool.now() + CODE_LIFETIME[use] };
  post(pool, { to: person.email, about: use, code });
  return deliveredTo(person.email);
}

/** Another than the one before, so that the two can be told apart. */
function freshCode(before: string | undefined): string {
  const code = String(randomInt(1_000_000)).padStart(6, '0');
  return code === before ? freshCode(before) : code;
}

export function deliveredTo(email: string): { CodeDeliveryDetails: object } {
  const Destination = email.replace(/^(.)[^@]*@(.).*$/, '$1***@$2***');
  return { CodeDeliveryDetails: { Destination, DeliveryMedium: 'EMAIL', AttributeName: 'email' } };
}

/** @throws {PoolFailure} unless the code is the one that was sent last; then it is used up. */
export function useCode(pool: Pool, person: Person, use: CodeUse, code: string): void {
  const sent = person.codes[use];
  if (!sent || sent.expires <= pool.now()) throw expiredCode();
  countTry(pool, person, `code for ${use}`, 15);
  if (sent.code !== code)
    throw new PoolFailure('CodeMismatchException', 'Invalid verification code provided, please try again.');
  delete person.codes[use];
}

export const expiredCode = () =>
  new PoolFailure('ExpiredCodeException', 'Invalid code provided, please request a code again.');
