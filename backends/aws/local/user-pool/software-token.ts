/** A code of an authenticator app as the second thing that signing in asks for. */
import { randomBytes } from 'node:crypto';
import { toBase32 } from '../base32.ts';
import { PoolFailure } from './failure.ts';
import { object, text } from './input.ts';
import type { Person } from './people.ts';
import { type Operation, type Pool, signedIn } from './pool.ts';
import { stepOf } from './totp.ts';

const associateSoftwareToken: Operation = (pool, input) => {
  const { person } = signedIn(pool, input);
  const secret = toBase32(randomBytes(32));
  person.softwareToken = { secret, proved: false, enabled: false, lastStep: 0 };
  pool.state.save();
  return { SecretCode: secret };
};

const verifySoftwareToken: Operation = (pool, input) => {
  const { person } = signedIn(pool, input);
  const token = person.softwareToken;
  const code = text(input, 'UserCode');
  if (!token) throw new PoolFailure('SoftwareTokenMFANotFoundException', 'Software token MFA has not been set up');
  const step = stepOf(token.secret, code, pool.now());
  if (step === undefined) {
    const words = 'Code mismatch and fail enable Software Token MFA';
    throw new PoolFailure('EnableSoftwareTokenMFAException', words);
  }
  token.proved = true;
  token.lastStep = step;
  pool.state.save();
  return { Status: 'SUCCESS' };
};

const setUserMfaPreference: Operation = (pool, input) => {
  const { person } = signedIn(pool, input);
  const wanted = object(input, 'SoftwareTokenMfaSettings')['Enabled'];
  if (wanted === true && !person.softwareToken?.proved)
    throw new PoolFailure('InvalidParameterException', 'User has not verified software token mfa');
  if (person.softwareToken && typeof wanted === 'boolean') person.softwareToken.enabled = wanted;
  pool.state.save();
  return {};
};

/** @throws {PoolFailure} for a wrong code, and for one that served before. */
export function useSoftwareTokenCode(pool: Pool, person: Person, code: string): void {
  const token = person.softwareToken;
  const step = token && stepOf(token.secret, code, pool.now());
  if (!token || step === undefined) throw new PoolFailure('CodeMismatchException', 'Invalid code received for user');
  if (step <= token.lastStep)
    throw new PoolFailure('ExpiredCodeException', 'Your software token has already been used once.');
  token.lastStep = step;
}

export const softwareTokenOperations = {
  AssociateSoftwareToken: associateSoftwareToken,
  VerifySoftwareToken: verifySoftwareToken,
  SetUserMFAPreference: setUserMfaPreference,
} satisfies Record<string, Operation>;
