/** Signing in: by proof of the password (SRP) or the password itself, then what else is asked; and renewed tokens. */
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { PoolFailure, wrongPassword } from './failure.ts';
import { type Input, object, text } from './input.ts';
import { findPerson, type Person } from './people.ts';
import { checkClient, hasPassword, ownerOf, type Operation, type Pool, setPassword } from './pool.ts';
import { useSoftwareTokenCode } from './software-token.ts';
import { isProof, makeServerKeys, readPublic, toHex, toInteger, type Verifier } from './srp.ts';

/** How long somebody may take from one answer to the next. */
const CHALLENGE_LIFETIME = 5 * 60_000;
const WRONG_ANSWERS = 5;

const initiateAuth: Operation = (pool, input) => {
  checkClient(pool, input);
  const parameters = object(input, 'AuthParameters');
  const flow = text(input, 'AuthFlow');
  switch (flow) {
    case 'USER_SRP_AUTH':
      return beginSrp(pool, parameters);
    case 'USER_PASSWORD_AUTH':
      return signInByPassword(pool, parameters);
    case 'REFRESH_TOKEN_AUTH':
    case 'REFRESH_TOKEN':
      return renewed(pool, text(parameters, 'REFRESH_TOKEN'));
    default:
      throw new PoolFailure('InvalidParameterException', `Initiate Auth method not supported: ${flow}`);
  }
};

const getTokensFromRefreshToken: Operation = (pool, input) => {
  checkClient(pool, input);
  return renewed(pool, text(input, 'RefreshToken'));
};

function renewed(pool: Pool, refreshToken: string): object {
  return { ChallengeParameters: {}, AuthenticationResult: pool.tokens.refresh(refreshToken) };
}

function signInByPassword(pool: Pool, parameters: Input): object {
  const person = findPerson(pool.state, text(parameters, 'USERNAME', 128));
  const password = text(parameters, 'PASSWORD');
  if (!pool.settings.passwordAuth)
    throw new PoolFailure('InvalidParameterException', 'USER_PASSWORD_AUTH flow not enabled for this client');
  if (!person) throw wrongPassword();
  return withinAttempts(pool, person, () => hasPassword(pool, person, password));
}

function beginSrp(pool: Pool, parameters: Input): object {
  const username = text(parameters, 'USERNAME', 128);
  const client = readPublic(text(parameters, 'SRP_A'));
  if (client === undefined) throw new PoolFailure('InvalidParameterException', 'SRP_A is not a valid number.');
  const person = findPerson(pool.state, username);
  // Somebody who has no account gets the same questions, always the same ones, and fails at the end.
  const { sub, password } = person ?? nobody(pool, username);
  const server = makeServerKeys(password);
  const secretBlock = randomBytes(512).toString('base64');
  const answer = (response: Input) => {
    const timestamp = text(response, 'TIMESTAMP');
    const signature = text(response, 'PASSWORD_CLAIM_SIGNATURE');
    const proof = { client, server, secretBlock, timestamp, signature };
    if (!person) throw wrongPassword();
    checkLock(pool, person);
    noteAttempt(pool, person, isProof(ownerOf(pool, sub), password, proof));
    return person;
  };
  remember(pool, secretBlock, { kind: 'srp', answer, expires: pool.now() + CHALLENGE_LIFETIME });
  return {
    ChallengeName: 'PASSWORD_VERIFIER',
    ChallengeParameters: {
      SALT: password.salt,
      SRP_B: toHex(server.shown),
      SECRET_BLOCK: secretBlock,
      USERNAME: sub,
      USER_ID_FOR_SRP: sub,
    },
  };
}

function nobody(pool: Pool, username: string): { sub: string; password: Verifier } {
  const made = (use: string) =>
    createHmac('sha256', pool.state.value.signingKey).update(`${use} ${username.toLowerCase()}`).digest();
  const id = made('id').toString('hex');
  const sub = `${id.slice(0, 8)}-${id.slice(8, 12)}-4${id.slice(13, 16)}-a${id.slice(17, 20)}-${id.slice(20, 32)}`;
  return {
    sub,
    password: { salt: toHex(toInteger(made('salt').subarray(0, 16))), verifier: made('verifier').toString('hex') },
  };
}

const respondToAuthChallenge: Operation = (pool, input) => {
  checkClient(pool, input);
  const responses = object(input, 'ChallengeResponses');
  const name = text(input, 'ChallengeName');
  switch (name) {
    case 'PASSWORD_VERIFIER': {
      const block = text(responses, 'PASSWORD_CLAIM_SECRET_BLOCK');
      const challenge = pool.challenges.get(block);
      pool.challenges.delete(block);
      if (challenge?.kind !== 'srp' || challenge.expires <= pool.now()) throw wrongPassword();
      return afterPassword(pool, challenge.answer(responses));
    }
    case 'SOFTWARE_TOKEN_MFA':
      return answerChallenge(pool, text(input, 'Session'), name, (person) =>
        useSoftwareTokenCode(pool, person, text(responses, 'SOFTWARE_TOKEN_MFA_CODE')),
      );
    case 'NEW_PASSWORD_REQUIRED':
      return answerChallenge(pool, text(input, 'Session'), name, (person) => {
        setPassword(pool, person, text(responses, 'NEW_PASSWORD'));
        delete person.passwordExpires;
        person.status = 'CONFIRMED';
        person.emailVerified = true;
      });
    default:
      throw new PoolFailure('InvalidParameterException', `Challenge not supported: ${name}`);
  }
};

const invalidSession = () => new PoolFailure('NotAuthorizedException', 'Invalid session for the user.');

function answerChallenge(
  pool: Pool,
  session: string,
  kind: 'SOFTWARE_TOKEN_MFA' | 'NEW_PASSWORD_REQUIRED',
  check: (person: Person) => void,
): object {
  const challenge = pool.challenges.get(session);
  if (challenge?.kind !== kind || challenge.expires <= pool.now()) throw invalidSession();
  const person = pool.state.value.people[challenge.sub];
  if (!person) throw invalidSession();
  try {
    check(person);
  } catch (error) {
    challenge.wrong += 1;
    if (challenge.wrong >= WRONG_ANSWERS) pool.challenges.delete(session);
    throw error;
  }
  pool.challenges.delete(session);
  if (kind === 'NEW_PASSWORD_REQUIRED' && person.softwareToken?.enabled) return afterPassword(pool, person);
  return { ChallengeParameters: {}, AuthenticationResult: pool.tokens.signIn(person) };
}

function withinAttempts(pool: Pool, person: Person, isRight: () => boolean): object {
  checkLock(pool, person);
  noteAttempt(pool, person, isRight());
  return afterPassword(pool, person);
}

/** The password was right: what else is asked, or the tokens. */
function afterPassword(pool: Pool, person: Person): object {
  if (person.status === 'UNCONFIRMED') throw new PoolFailure('UserNotConfirmedException', 'User is not confirmed.');
  if (person.status === 'RESET_REQUIRED')
    throw new PoolFailure('PasswordResetRequiredException', 'Password reset required for the user');
  if ((person.passwordExpires ?? Infinity) <= pool.now()) {
    const words = 'Temporary password has expired and must be reset by an administrator.';
    throw new PoolFailure('NotAuthorizedException', words);
  }
  if (person.status === 'FORCE_CHANGE_PASSWORD') {
    const userAttributes = JSON.stringify({ email: person.email, email_verified: String(person.emailVerified) });
    return ask(pool, person, 'NEW_PASSWORD_REQUIRED', { requiredAttributes: '[]', userAttributes });
  }
  if (person.softwareToken?.enabled) return ask(pool, person, 'SOFTWARE_TOKEN_MFA', {});
  return { ChallengeParameters: {}, AuthenticationResult: pool.tokens.signIn(person) };
}

function ask(
  pool: Pool,
  person: Person,
  kind: 'SOFTWARE_TOKEN_MFA' | 'NEW_PASSWORD_REQUIRED',
  parameters: Readonly<Record<string, string>>,
): object {
  const Session = `${randomUUID()}${randomBytes(48).toString('base64url')}`;
  remember(pool, Session, { kind, sub: person.sub, wrong: 0, expires: pool.now() + CHALLENGE_LIFETIME });
  return { ChallengeName: kind, ChallengeParameters: { USER_ID_FOR_SRP: person.sub, ...parameters }, Session };
}

function remember(pool: Pool, key: string, challenge: Parameters<Pool['challenges']['set']>[1]): void {
  for (const [old, { expires }] of pool.challenges) {
    if (expires > pool.now()) break;
    pool.challenges.delete(old);
  }
  pool.challenges.set(key, challenge);
}

/**
 * After five wrong passwords comes a pause of a second, which every further one doubles, up to a quarter of an hour.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/authentication.html#authentication-flow-lockout-behavior
 */
const FREE_ATTEMPTS = 5;
const LONGEST_LOCK = 15 * 60_000;

function checkLock(pool: Pool, person: Person): void {
  const failed = person.tries['password'];
  if (!failed || failed.count < FREE_ATTEMPTS) return;
  const pause = Math.min(1000 * 2 ** (failed.count - FREE_ATTEMPTS), LONGEST_LOCK);
  if (pool.now() < failed.since + pause) throw new PoolFailure('NotAuthorizedException', 'Password attempts exceeded');
}

/** @throws {PoolFailure} NotAuthorizedException when it was wrong. */
function noteAttempt(pool: Pool, person: Person, right: boolean): void {
  if (right) {
    delete person.tries['password'];
    return;
  }
  person.tries['password'] = { count: (person.tries['password']?.count ?? 0) + 1, since: pool.now() };
  pool.state.save();
  throw wrongPassword();
}

export const signInOperations = {
  InitiateAuth: initiateAuth,
  RespondToAuthChallenge: respondToAuthChallenge,
  GetTokensFromRefreshToken: getTokensFromRefreshToken,
} satisfies Record<string, Operation>;
