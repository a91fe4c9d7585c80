/**
 * What Cognito says to people's forms, and what it means there. Decided by the exceptions' names:
 * https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/CommonErrors.html
 * The same name means different things after different questions, so each question may know some better.
 */
import { AccountError, type AccountErrorKind } from '../provider.ts';
import { isStorageError } from '../storage.ts';
import { CloudFailure, storageErrorOf } from './failure.ts';

/** What was asked for. */
export type Question =
  | 'sign-up'
  | 'confirm'
  | 'resend'
  | 'sign-in'
  | 'answer'
  | 'forgot'
  | 'reset'
  | 'change-password'
  | 'prove-totp'
  | 'account';

type Meaning = Readonly<Record<string, AccountErrorKind>>;

const ANYWHERE: Meaning = {
  NetworkError: 'Offline',
  TimeoutError: 'Offline',
  CodeMismatchException: 'WrongCode',
  EnableSoftwareTokenMFAException: 'WrongCode',
  ExpiredCodeException: 'CodeExpired',
  UsernameExistsException: 'Exists',
  AliasExistsException: 'Exists',
  UserNotConfirmedException: 'NotConfirmed',
  PasswordResetRequiredException: 'ResetRequired',
  InvalidPasswordException: 'WeakPassword',
  PasswordHistoryPolicyViolationException: 'WeakPassword',
  TooManyRequestsException: 'TooMany',
  TooManyFailedAttemptsException: 'TooMany',
  LimitExceededException: 'TooMany',
  ThrottlingException: 'TooMany',
  ResourceNotFoundException: 'NoCloud',
  // Amplify's own words.
  SignInException: 'SessionExpired',
  UserUnAuthenticatedException: 'SignedOut',
  TokenRevokedException: 'SignedOut',
  EmptyChallengeResponse: 'WrongCode',
  EmptyConfirmSignUpCode: 'WrongCode',
  EmptyConfirmResetPasswordConfirmationCode: 'WrongCode',
  EmptyVerifyTOTPSetupCode: 'WrongCode',
  EmptySignInPassword: 'WrongPassword',
  EmptyUpdatePassword: 'WrongPassword',
};

const AFTER: Readonly<Record<Question, Meaning>> = {
  'sign-up': { NotAuthorizedException: 'Closed', InvalidParameterException: 'BadEmail' },
  // Whether there is such an account isn't told: its code is as wrong as any.
  confirm: { UserNotFoundException: 'WrongCode', InvalidParameterException: 'WrongCode' },
  // The address was confirmed meanwhile.
  resend: { InvalidParameterException: 'Exists' },
  'sign-in': {
    // Also for an account that is locked for a while after many wrong passwords, or by an administrator.
    NotAuthorizedException: 'WrongPassword',
    UserNotFoundException: 'WrongPassword',
    InvalidParameterException: 'WrongPassword',
  },
  // The answer comes with a session that is good for a few minutes.
  answer: { NotAuthorizedException: 'SessionExpired', InvalidParameterException: 'WrongCode' },
  // Nobody has proved to own that address, so nothing can be sent there.
  forgot: { InvalidParameterException: 'NotConfirmed' },
  reset: { UserNotFoundException: 'WrongCode', InvalidParameterException: 'WrongCode' },
  'change-password': { NotAuthorizedException: 'WrongPassword', InvalidParameterException: 'WeakPassword' },
  'prove-totp': { InvalidParameterException: 'WrongCode', NotAuthorizedException: 'SignedOut' },
  account: { NotAuthorizedException: 'SignedOut', UserNotFoundException: 'SignedOut' },
};

const WORDS: Readonly<Record<AccountErrorKind, string>> = {
  WrongPassword: 'the address or the password is not right',
  WrongCode: 'the code is not right',
  CodeExpired: 'the code is too old, or was used already',
  Exists: 'an account with this address is there already',
  NotConfirmed: 'the address was never confirmed',
  ResetRequired: 'another password has to be chosen',
  WeakPassword: 'the password is too simple for this cloud',
  BadEmail: 'that is no e-mail address',
  Closed: 'accounts are made by invitation only',
  TooMany: 'that was tried too often; wait a while',
  SessionExpired: 'the sign-in took too long, or another one was begun',
  Offline: 'the cloud cannot be reached',
  NoCloud: 'there is no cloud at that address any more',
  SignedOut: 'the session has ended',
  Failed: 'the cloud did not do it',
};

/** The rules of the user pool, as Cognito names them: "Password did not conform with policy: Password not long enough". */
function ruleIn(message: string): string | undefined {
  const rule = message.slice(message.lastIndexOf(':') + 1).trim();
  return /^[\w ,.'()-]{1,160}$/.test(rule) ? rule : undefined;
}

const POLICY: ReadonlySet<string> = new Set(['InvalidPasswordException', 'PasswordHistoryPolicyViolationException']);

/** The error's own text and cause stay out: they may repeat what was sent. */
export function accountErrorOf(error: unknown, question: Question): AccountError {
  if (error instanceof AccountError) return error;
  if (error instanceof CloudFailure && error.code === undefined) return accountErrorOf(storageErrorOf(error), question);
  if (isStorageError(error, 'Unavailable')) return new AccountError('Offline', WORDS.Offline);
  if (isStorageError(error, 'Unauthorized')) return new AccountError('SignedOut', WORDS.SignedOut);
  if (isStorageError(error, 'RateLimited')) return new AccountError('TooMany', WORDS.TooMany);
  const { name, message } = error instanceof Error ? error : { name: typeof error, message: '' };
  const word = error instanceof CloudFailure ? (error.code ?? '') : name;
  const kind = AFTER[question][word] ?? ANYWHERE[word] ?? 'Failed';
  const rule = POLICY.has(word) ? ruleIn(message) : undefined;
  const known = /^[A-Za-z0-9]{1,60}$/.test(word) ? ` (${word})` : '';
  return new AccountError(kind, rule ?? `${WORDS[kind]}${known}`);
}
