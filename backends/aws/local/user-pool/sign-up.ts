/** Making an account, and proving that the mail address is one's own. */
import { PoolFailure } from './failure.ts';
import { text } from './input.ts';
import { newPerson } from './people.ts';
import {
  checkClient,
  countTry,
  deliveredTo,
  expiredCode,
  type Operation,
  personNamed,
  sendCode,
  setPassword,
  useCode,
} from './pool.ts';

const signUp: Operation = (pool, input) => {
  checkClient(pool, input);
  if (pool.settings.signUp === 'invitation')
    throw new PoolFailure('NotAuthorizedException', 'SignUp is not permitted for this user pool');
  const email = text(input, 'Username', 128);
  checkEmail(email);
  if (personNamed(pool, input)) throw new PoolFailure('UsernameExistsException', 'User already exists');
  const person = setPassword(pool, newPerson(email, 'UNCONFIRMED'), text(input, 'Password'));
  pool.state.value.people[person.sub] = person;
  return { UserConfirmed: false, UserSub: person.sub, ...sendCode(pool, person, 'sign-up') };
};

/** @throws {PoolFailure} InvalidParameterException */
export function checkEmail(email: string): void {
  if (/^[^@\s<>]+@[^@\s<>]+$/.test(email)) return;
  throw new PoolFailure('InvalidParameterException', 'Username should be an email.');
}

const confirmSignUp: Operation = (pool, input) => {
  checkClient(pool, input);
  const person = personNamed(pool, input);
  const code = text(input, 'ConfirmationCode', 2048);
  if (!person) throw expiredCode();
  if (person.status !== 'UNCONFIRMED')
    throw new PoolFailure('NotAuthorizedException', `User cannot be confirmed. Current status is ${person.status}`);
  useCode(pool, person, 'sign-up', code);
  person.status = 'CONFIRMED';
  person.emailVerified = true;
  pool.state.save();
  return {};
};

const resendConfirmationCode: Operation = (pool, input) => {
  checkClient(pool, input);
  const person = personNamed(pool, input);
  // Whether somebody has an account isn't told to strangers.
  if (!person) return deliveredTo(text(input, 'Username'));
  if (person.status !== 'UNCONFIRMED') throw new PoolFailure('InvalidParameterException', 'User is already confirmed.');
  countTry(pool, person, 'resend', 5);
  return sendCode(pool, person, 'sign-up');
};

export const signUpOperations = {
  SignUp: signUp,
  ConfirmSignUp: confirmSignUp,
  ResendConfirmationCode: resendConfirmationCode,
} satisfies Record<string, Operation>;
