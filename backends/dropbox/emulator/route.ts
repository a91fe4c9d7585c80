/** What a route is: where and how it is called, and what it does with a checked argument. */
import type { Reader } from './arguments.ts';
import type { Fault } from './faults.ts';
import type { Account, AccessToken, Namespace, World } from './world.ts';
import { Failure } from './failures.ts';
import { namespaceOf, ownerKey } from './world.ts';

export interface Caller {
  readonly token: AccessToken;
  readonly account: Account;
  /** Whose namespace, sessions and jobs: an account and an app. */
  readonly owner: string;
  readonly namespace: Namespace;
}

export interface Call {
  readonly world: World;
  readonly route: string;
  /** @throws {Failure} for a route without authentication. */
  readonly caller: Caller;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal;
  readonly fault: Fault | undefined;
}

/** A download's answer: metadata goes into a header, bytes into the body. */
export interface Download {
  readonly metadata: unknown;
  readonly etag: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface Route {
  readonly name: string;
  readonly host: 'api' | 'content' | 'notify';
  readonly style: 'rpc' | 'upload' | 'download';
  readonly auth: 'user' | 'noauth';
  readonly scope: string | undefined;
  /** Reads the argument and answers: JSON, or a `Download` where that is the style. */
  readonly run: (call: Call, argument: unknown) => Promise<unknown>;
  readonly takesArgument: boolean;
}

type Place = Pick<Route, 'name'> & Partial<Pick<Route, 'host' | 'style' | 'auth' | 'scope'>>;

/** The answer's type is the official SDK's own, which the caller names. */
export function route<A, R>(
  place: Place,
  argument: Reader<A>,
  answer: (call: Call, argument: A) => R | Promise<R>,
): Route {
  return {
    host: 'api',
    style: 'rpc',
    auth: 'user',
    scope: undefined,
    takesArgument: true,
    ...place,
    run: async (call, given) => answer(call, argument(given, '')),
  };
}

const nothing: Reader<undefined> = () => undefined;

export function routeWithoutArgument<R>(place: Place, answer: (call: Call) => R | Promise<R>): Route {
  return { ...route(place, nothing, answer), takesArgument: false };
}

export function callerOf(world: World, token: AccessToken): Caller {
  const account = world.accounts.get(token.accountId);
  if (!account) throw new Failure(401, { error_summary: 'user_suspended/', error: { '.tag': 'user_suspended' } });
  const owner = ownerKey(token);
  return { token, account, owner, namespace: namespaceOf(world, owner) };
}

/** The call's fault, if it is of this kind. */
export function faultOf<K extends Fault['kind']>(call: Call, kind: K): Extract<Fault, { kind: K }> | undefined {
  const isOfKind = (fault: Fault): fault is Extract<Fault, { kind: K }> => fault.kind === kind;
  return call.fault && isOfKind(call.fault) ? call.fault : undefined;
}

/** Which entries of a batch a fault makes fail. */
export function failsInBatch(call: Call, index: number): Readonly<Record<string, unknown>> | undefined {
  const fault = faultOf(call, 'entry-failures');
  if (!fault) return undefined;
  return (fault.entries ? fault.entries.includes(index) : index % 2 === 1) ? fault.error : undefined;
}
