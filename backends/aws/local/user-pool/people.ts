/** The people of a user pool, and what is kept of each. */
import { randomUUID } from 'node:crypto';
import type { Kept } from '../kept.ts';
import type { Mail } from '../outbox.ts';
import type { Verifier } from './srp.ts';

export type PersonStatus = 'UNCONFIRMED' | 'CONFIRMED' | 'FORCE_CHANGE_PASSWORD' | 'RESET_REQUIRED';
export type CodeUse = 'sign-up' | 'reset';

export interface SentCode {
  readonly code: string;
  /** ms since 1970. */
  expires: number;
}

export interface SoftwareToken {
  /** Base 32. */
  readonly secret: string;
  proved: boolean;
  /** Whether signing in asks for it. */
  enabled: boolean;
  /** The newest half minute whose code was used; each code serves once. */
  lastStep: number;
}

export interface Person {
  readonly sub: string;
  readonly email: string;
  status: PersonStatus;
  emailVerified: boolean;
  password: Verifier;
  /** ms since 1970; only of a password that an administrator made. */
  passwordExpires?: number;
  softwareToken?: SoftwareToken;
  readonly codes: Partial<Record<CodeUse, SentCode>>;
  /** How often something was tried within the hour that began then (ms since 1970). */
  readonly tries: Record<string, { count: number; since: number }>;
}

/** One sign-in: what a refresh token and the tokens made from it have in common. */
export interface Session {
  readonly id: string;
  readonly sub: string;
  /** The refresh token's SHA-256 in hex; the token itself isn't kept. */
  readonly refreshHash: string;
  /** s since 1970. */
  readonly authTime: number;
  /** ms since 1970. */
  readonly expires: number;
}

export interface PoolState {
  readonly version: 1;
  /** PKCS #8 in PEM, made for this install. */
  readonly signingKey: string;
  readonly keyId: string;
  readonly people: Record<string, Person>;
  readonly sessions: Record<string, Session>;
  /** Newest last. */
  readonly mails: Mail[];
}

export function findPerson({ value }: Kept<PoolState>, username: string): Person | undefined {
  if (Object.hasOwn(value.people, username)) return value.people[username];
  const email = username.toLowerCase();
  return Object.values(value.people).find((person) => person.email === email);
}

export function newPerson(email: string, status: PersonStatus): Omit<Person, 'password'> {
  return { sub: randomUUID(), email: email.toLowerCase(), status, emailVerified: false, codes: {}, tries: {} };
}

/** Ends every sign-in of a person. */
export function endSessions({ value }: Kept<PoolState>, sub: string): void {
  for (const session of Object.values(value.sessions)) {
    if (session.sub === sub) delete value.sessions[session.id];
  }
}
