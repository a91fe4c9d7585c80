/** What an administrator does: inviting people, and asking one for another password. */
import { randomBytes } from 'node:crypto';
import { PoolFailure } from './failure.ts';
import { findPerson, newPerson, type Person } from './people.ts';
import { type Pool, post, setPassword } from './pool.ts';
import { checkEmail } from './sign-up.ts';

const TEMPORARY_PASSWORD_LIFETIME = 7 * 24 * 3_600_000;

/**
 * Makes an account with a password for once, and mails it.
 * @throws {PoolFailure}
 */
export function invite(pool: Pool, email: string): { sub: string; password: string } {
  checkEmail(email);
  if (findPerson(pool.state, email)) throw new PoolFailure('UsernameExistsException', 'User account already exists');
  // Satisfies every rule that a pool may have.
  const password = `Aa1-${randomBytes(12).toString('base64url')}`;
  const person = setPassword(pool, newPerson(email, 'FORCE_CHANGE_PASSWORD'), password);
  person.emailVerified = true;
  person.passwordExpires = pool.now() + TEMPORARY_PASSWORD_LIFETIME;
  pool.state.value.people[person.sub] = person;
  post(pool, { to: person.email, about: 'invitation', code: password });
  return { sub: person.sub, password };
}

/** The next sign-in is told to choose another password, by a code that the person asks for. */
export function requireReset(pool: Pool, email: string): void {
  existing(pool, email).status = 'RESET_REQUIRED';
  pool.state.save();
}

/** As if time had passed: the codes that a person was sent are too old. */
export function expireCodes(pool: Pool, email: string): void {
  for (const code of Object.values(existing(pool, email).codes)) code.expires = pool.now();
  pool.state.save();
}

function existing(pool: Pool, email: string): Person {
  const person = findPerson(pool.state, email);
  if (!person) throw new PoolFailure('UserNotFoundException', 'User does not exist.');
  return person;
}
