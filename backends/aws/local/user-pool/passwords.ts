/** A forgotten password, and one changed by somebody who is signed in. */
import { PoolFailure, wrongPassword } from './failure.ts';
import { text } from './input.ts';
import {
  checkClient,
  countTry,
  deliveredTo,
  expiredCode,
  hasPassword,
  type Operation,
  personNamed,
  sendCode,
  setPassword,
  signedIn,
  useCode,
} from './pool.ts';
import { checkPassword } from './password-policy.ts';

const forgotPassword: Operation = (pool, input) => {
  checkClient(pool, input);
  const person = personNamed(pool, input);
  // Whether somebody has an account isn't told to strangers.
  if (!person) return deliveredTo(text(input, 'Username'));
  if (person.status === 'FORCE_CHANGE_PASSWORD')
    throw new PoolFailure('NotAuthorizedException', 'User password cannot be reset in the current state.');
  if (!person.emailVerified) {
    const words = 'Cannot reset password for the user as there is no registered/verified email or phone_number';
    throw new PoolFailure('InvalidParameterException', words);
  }
  countTry(pool, person, 'forgot', 20);
  return sendCode(pool, person, 'reset');
};

const confirmForgotPassword: Operation = (pool, input) => {
  checkClient(pool, input);
  const person = personNamed(pool, input);
  const code = text(input, 'ConfirmationCode', 2048);
  const password = text(input, 'Password');
  if (!person) throw expiredCode();
  // A password that won't do leaves the code good for another try.
  checkPassword(password, pool.settings.policy);
  useCode(pool, person, 'reset', code);
  setPassword(pool, person, password);
  person.status = 'CONFIRMED';
  delete person.tries['password'];
  pool.state.save();
  return {};
};

const changePassword: Operation = (pool, input) => {
  const { person } = signedIn(pool, input);
  const previous = text(input, 'PreviousPassword');
  countTry(pool, person, 'change', 5);
  if (!hasPassword(pool, person, previous)) throw wrongPassword();
  setPassword(pool, person, text(input, 'ProposedPassword'));
  pool.state.save();
  return {};
};

export const passwordOperations = {
  ForgotPassword: forgotPassword,
  ConfirmForgotPassword: confirmForgotPassword,
  ChangePassword: changePassword,
} satisfies Record<string, Operation>;
