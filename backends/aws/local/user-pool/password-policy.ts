/** The rules for passwords, with Cognito's words for each. */
import { PoolFailure } from './failure.ts';

export interface PasswordPolicy {
  readonly minimumLength: number;
  readonly requireLowercase: boolean;
  readonly requireUppercase: boolean;
  readonly requireNumbers: boolean;
  readonly requireSymbols: boolean;
}

const MAX_LENGTH = 256;

/** @throws {PoolFailure} InvalidPasswordException, naming the first rule that is broken. */
export function checkPassword(password: string, policy: PasswordPolicy): void {
  const broken = brokenRule(password, policy);
  if (broken === undefined) return;
  throw new PoolFailure('InvalidPasswordException', `Password did not conform with policy: ${broken}`);
}

function brokenRule(password: string, policy: PasswordPolicy): string | undefined {
  if (password.length > MAX_LENGTH) return 'Password too long';
  if (password.length < policy.minimumLength) return 'Password not long enough';
  if (policy.requireUppercase && !/[A-Z]/.test(password)) return 'Password must have uppercase characters';
  if (policy.requireLowercase && !/[a-z]/.test(password)) return 'Password must have lowercase characters';
  if (policy.requireNumbers && !/\d/.test(password)) return 'Password must have numeric characters';
  if (policy.requireSymbols && !/[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+\- ]/.test(password))
    return 'Password must have symbol characters';
  if (/^\s|\s$/.test(password)) return 'Password must not begin or end with a space';
  return undefined;
}
