/** The user pool and the identity pool over HTTP, as Amazon's clients speak to them: JSON, with the call in a header. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Answer, BodyTooLarge, headerOf, readBody } from '../loopback.ts';
import { outboxPage } from '../outbox.ts';
import { accountOperations } from './account.ts';
import { PoolFailure } from './failure.ts';
import { type IdentityPool, identityOperations } from './identity-pool.ts';
import { asInput, type Input } from './input.ts';
import { passwordOperations } from './passwords.ts';
import type { Operation, Pool } from './pool.ts';
import { signInOperations } from './sign-in.ts';
import { signUpOperations } from './sign-up.ts';
import { softwareTokenOperations } from './software-token.ts';

const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  Object.entries({
    ...signUpOperations,
    ...signInOperations,
    ...passwordOperations,
    ...softwareTokenOperations,
    ...accountOperations,
  }),
);
const IDENTITY_OPERATIONS = new Map(Object.entries(identityOperations));

const MAX_BYTES = 256 * 1024;
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'x-amzn-errortype,x-amzn-errormessage,x-amzn-requestid,date',
};

/** Answers calls, and serves the pool's public keys and the outbox. */
export function userPoolHandler(pool: Pool, identities: IdentityPool): (message: IncomingMessage) => Promise<Answer> {
  const pages: Readonly<Record<string, () => Answer>> = {
    [keysPath(pool)]: () => json(pool.tokens.jwks),
    '/outbox': () => ({ status: 200, headers: PAGE, body: outboxPage(pool.state.value.mails) }),
    // No other page may read it: it has no header that would let one.
    '/outbox.json': () => ({
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: JSON.stringify(pool.state.value.mails),
    }),
  };
  return async (message) => {
    if (message.method === 'OPTIONS') return preflight(message);
    if (message.method === 'GET')
      return (
        pages[message.url ?? '']?.() ?? { status: 404, headers: { 'content-type': 'text/plain' }, body: 'Not found.' }
      );
    try {
      return call(pool, identities, headerOf(message, 'x-amz-target') ?? '', await readInput(message));
    } catch (error) {
      if (error instanceof PoolFailure) return failed(error);
      throw error;
    }
  };
}

/** Where the public keys are. */
export function keysPath({ settings }: Pool): string {
  return `/${settings.poolId}/.well-known/jwks.json`;
}

/** A page that runs no script, loads nothing and can't be framed. */
const PAGE = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const;

function call(pool: Pool, identities: IdentityPool, target: string, input: Input): Answer {
  const [service = '', name = ''] = target.split('.');
  if (service === 'AWSCognitoIdentityProviderService') {
    const operation = OPERATIONS.get(name);
    if (operation) return json(operation(pool, input));
  }
  if (service === 'AWSCognitoIdentityService') {
    const operation = IDENTITY_OPERATIONS.get(name);
    if (operation) return json(operation(identities, input));
  }
  throw new PoolFailure('UnknownOperationException', `${target} isn't part of this stand-in.`);
}

async function readInput(message: IncomingMessage): Promise<Input> {
  try {
    return asInput(JSON.parse((await readBody(message, MAX_BYTES)).toString()));
  } catch (error) {
    if (error instanceof BodyTooLarge || error instanceof SyntaxError)
      throw new PoolFailure('InvalidParameterException', 'The request is not readable.');
    throw error;
  }
}

function json(value: object): Answer {
  return answer(200, value, {});
}

function failed(failure: PoolFailure): Answer {
  const headers = { 'x-amzn-errortype': `${failure.name}:`, 'x-amzn-errormessage': failure.message };
  return answer(400, { __type: failure.name, message: failure.message }, headers);
}

function answer(status: number, value: object, headers: Readonly<Record<string, string>>): Answer {
  return {
    status,
    headers: { ...CORS, 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID(), ...headers },
    body: JSON.stringify(value),
  };
}

function preflight(message: IncomingMessage): Answer {
  return {
    status: 200,
    headers: {
      ...CORS,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': headerOf(message, 'access-control-request-headers') ?? '*',
      'access-control-max-age': '172800',
    },
  };
}
