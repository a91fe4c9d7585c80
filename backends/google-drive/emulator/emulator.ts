/**
 * A stand-in for Google Drive, good enough for any careful client: it keeps files, ids, the feed of changes, upload
 * sessions and tokens, refuses what the service refuses, and misbehaves on request. Its core speaks Request and
 * Response and takes time and chance from outside; `serve.ts` puts it on a port.
 */
import { unlessAborted } from '../../abort.ts';
import type { EmulatorClock, RandomBytes } from '../../stand-in-clock.ts';
import { systemClock, systemRandom } from '../../stand-in-clock.ts';
import { about } from './account-routes.ts';
import { type InnerCall, batch } from './batch.ts';
import { listChanges, startPageToken } from './changes-routes.ts';
import { preflight, withCors } from './cors.ts';
import { Failure, failure, failureResponse } from './failures.ts';
import type { Fault, FaultRule } from './faults.ts';
import { createFaults, sufferAfter, sufferBefore } from './faults.ts';
import { createFromMetadata, deleteFile, generateIds, getFile, listFiles, updateFileRoute } from './files-routes.ts';
import type { App } from './oauth.ts';
import { authorize, exchange, revoke } from './oauth.ts';
import { createPerson, type Person } from './person.ts';
import type { Call } from './route.ts';
import { SCOPES, callerOf } from './store.ts';
import { issueAccessToken, issueRefreshToken, revokeGrant, tokenFor } from './tokens.ts';
import { resume, upload } from './uploads.ts';
import type { Account, Behaviour, World } from './world.ts';
import { createWorld } from './world.ts';

export interface DriveEmulatorOptions {
  readonly clock?: EmulatorClock;
  readonly randomBytes?: RandomBytes;
  readonly behaviour?: Partial<Behaviour>;
  /** Absent: the demo's client alone, with redirects to this computer only. */
  readonly apps?: readonly App[];
}

export interface LoggedRequest {
  readonly method: string;
  /** A method of the API such as "files.list", or "oauth.token". */
  readonly route: string;
  /** Absent while the call runs, and when the connection ended without an answer. */
  status?: number;
}

export interface DemoTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** ms since 1970. */
  readonly expiresAt: number;
  readonly accountId: string;
}

export interface DriveEmulator {
  /** Answers at the service's own hosts, or at any other, there with `/accounts` and `/oauth2` for two of them. */
  fetch(request: Request): Promise<Response>;
  readonly world: World;
  /** Every call so far, oldest first. The calls within a batch aren't counted. */
  readonly requests: readonly LoggedRequest[];
  addFault(rule: FaultRule): void;
  clearFaults(): void;
  behave(behaviour: Partial<Behaviour>): void;
  accounts(): readonly Account[];
  /** Signs in without the page. `account`: an id; absent: the first. */
  signIn(options?: { account?: string; clientId?: string; scopes?: readonly string[] }): DemoTokens;
  expireAccessTokens(): void;
  /** As when a person removes the app on the service's own site. `account`: an id; absent: all. */
  revokeTokens(account?: string): void;
  /** No page token given out so far is taken any more. */
  resetPageTokens(): void;
  /** Bytes. `account`: an id; absent: all. */
  setQuota(quota: number, account?: string): void;
  /** What somebody does by hand in Drive's own page. `account`: an id; absent: the first. */
  person(account?: string): Person;
}

export const DEMO_CLIENT_ID = 'local-demo.apps.example';
export const DEMO_CLIENT_SECRET = 'local-demo-secret';

/** Where a request of the service's hosts goes. */
const SERVICE_HOSTS: Readonly<Record<string, string>> = {
  'www.googleapis.com': '',
  'accounts.google.com': '/accounts',
  'oauth2.googleapis.com': '/oauth2',
};

type Handler = (call: Call, id: string) => Response;

/** Methods of the API: how they are called, and what answers. */
const METHODS: readonly (readonly [name: string, method: string, path: RegExp, handler: Handler])[] = [
  ['about.get', 'GET', /^\/drive\/v3\/about$/, about],
  ['files.generateIds', 'GET', /^\/drive\/v3\/files\/generateIds$/, generateIds],
  ['files.list', 'GET', /^\/drive\/v3\/files$/, listFiles],
  ['files.create', 'POST', /^\/drive\/v3\/files$/, createFromMetadata],
  ['files.get', 'GET', /^\/drive\/v3\/files\/([^/]+)$/, getFile],
  ['files.update', 'PATCH', /^\/drive\/v3\/files\/([^/]+)$/, updateFileRoute],
  ['files.delete', 'DELETE', /^\/drive\/v3\/files\/([^/]+)$/, deleteFile],
  ['changes.getStartPageToken', 'GET', /^\/drive\/v3\/changes\/startPageToken$/, startPageToken],
  ['changes.list', 'GET', /^\/drive\/v3\/changes$/, listChanges],
  ['files.upload', 'POST', /^(?:\/resumable)?\/upload\/drive\/v3\/files$/, (call) => upload(call, undefined)],
  ['files.reupload', 'PATCH', /^(?:\/resumable)?\/upload\/drive\/v3\/files\/([^/]+)$/, upload],
];

/** The methods that the official specification has; for the two uploads, the one that they are a way of. */
export const METHOD_NAMES: readonly string[] = METHODS.map(([name]) => name).filter((name) => !name.includes('upload'));

const OTHERS: readonly (readonly [name: string, path: RegExp])[] = [
  ['oauth.authorize', /^\/accounts\/o\/oauth2\/(?:v2\/)?auth$/],
  ['oauth.token', /^\/oauth2\/token$/],
  ['oauth.revoke', /^\/oauth2\/revoke$/],
  ['batch', /^\/batch(?:\/drive\/v3)?$/],
];

/** The route's name, for the log and for faults; undefined for an address that is none of the service's. */
function nameOf(method: string, path: string, query: URLSearchParams): string | undefined {
  const other = OTHERS.find(([, pattern]) => pattern.test(path));
  if (other) return other[0];
  if (/\/upload\/drive\/v3\/files/.test(path) && query.has('upload_id')) return 'upload.resume';
  const found = METHODS.find(([, wanted, pattern]) => wanted === method && pattern.test(path));
  if (!found) return METHODS.some(([, , pattern]) => pattern.test(path)) ? 'unknown' : undefined;
  return found[0] === 'files.get' && query.get('alt') === 'media' ? 'files.download' : found[0];
}

/** The stand-in in place of a network, for clients of the service's own addresses in the same program. */
export function asFetch(emulator: DriveEmulator): typeof fetch {
  return (input, init) => emulator.fetch(new Request(input, init));
}

/** The addresses to put into a provider's `endpoints` for a stand-in at this base. */
export function driveEndpoints(base: string) {
  return { api: base, accounts: `${base}/accounts`, oauth: `${base}/oauth2` };
}

export function createDriveEmulator(options: DriveEmulatorOptions = {}): DriveEmulator {
  const world = createWorld(options.clock ?? systemClock, options.randomBytes ?? systemRandom, options.behaviour ?? {});
  const apps = options.apps ?? [{ clientId: DEMO_CLIENT_ID, secret: DEMO_CLIENT_SECRET }];
  const faults = createFaults();
  const requests: LoggedRequest[] = [];

  /** @throws {Failure} */
  function callMethod(authorization: string | null, path: string, parts: Omit<Call, 'caller' | 'query'>): Response {
    const query = parts.url.searchParams;
    const caller = callerOf(world, tokenFor(world, authorization));
    for (const [, method, pattern, handler] of METHODS) {
      const match = method === parts.method ? pattern.exec(path) : null;
      if (match) return handler({ ...parts, query, caller }, decodeURIComponent(match[1] ?? ''));
    }
    throw failure(404, 'notFound', 'Not Found');
  }

  async function callInBatch(outer: Request, inner: InnerCall): Promise<Response> {
    const url = new URL(inner.path, outer.url);
    try {
      if (!url.pathname.startsWith('/drive/v3/')) throw failure(404, 'notFound', 'Not Found');
      if (url.searchParams.get('alt') === 'media')
        return new Response(null, { status: 302, headers: { Location: url.href } });
      const authorization = inner.headers.get('Authorization') ?? outer.headers.get('Authorization');
      const { method, headers, body } = inner;
      return callMethod(authorization, url.pathname, { method, url, headers, body, fault: undefined });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return failureResponse(error);
    }
  }

  async function answer(name: string, path: string, request: Request, fault: Fault | undefined): Promise<Response> {
    if (name === 'oauth.authorize') return authorize(world, apps, request);
    if (name === 'oauth.token') return exchange(world, apps, request);
    if (name === 'oauth.revoke') return revoke(world, request);
    const { method, headers } = request;
    const url = new URL(request.url);
    const body = new Uint8Array(await request.arrayBuffer());
    if (name === 'batch') {
      if (method !== 'POST') throw failure(405, 'httpMethodNotAllowed', 'POST is needed.');
      tokenFor(world, headers.get('Authorization'));
      return batch(world, { headers, body }, fault, (inner) => callInBatch(request, inner));
    }
    if (name === 'upload.resume')
      return resume({ method, url, query: url.searchParams, headers, body, fault }, world, fault);
    return callMethod(headers.get('Authorization'), path, { method, url, headers, body, fault });
  }

  async function play(path: string, request: Request, log: LoggedRequest): Promise<Response> {
    const struck = faults.strike(log.route, false);
    let response: Response;
    try {
      await sufferBefore(struck, (ms) => world.clock.wait(ms, request.signal));
      request.signal.throwIfAborted();
      response = await answer(log.route, path, request, struck);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      response = failureResponse(error);
    }
    response = await sufferAfter(struck, response);
    log.status = response.status;
    return log.route === 'oauth.authorize' || struck?.kind === 'no-cors' ? response : withCors(request, response);
  }

  const chosen = (account?: string): Account[] =>
    [...world.accounts.values()].filter((other) => account === undefined || other.id === account);

  function one(account?: string): Account {
    const found = chosen(account)[0];
    if (!found) throw new RangeError(`there is no account ${String(account)}`);
    return found;
  }

  return {
    world,
    requests,
    async fetch(request) {
      const url = new URL(request.url);
      const path = `${SERVICE_HOSTS[url.hostname] ?? ''}${url.pathname}`;
      const method = request.method === 'OPTIONS' ? request.headers.get('Access-Control-Request-Method') : undefined;
      const name = nameOf(method ?? request.method, path, url.searchParams);
      if (name === undefined) return new Response('not found', { status: 404 });
      if (request.method === 'OPTIONS') return preflight(request, faults.strike(name, true) !== undefined);
      const log: LoggedRequest = { method: request.method, route: name };
      requests.push(log);
      // In one process there is no connection to break, so a cancelled call has to be rejected here.
      return unlessAborted(play(path, request, log), request.signal);
    },
    addFault: faults.add,
    clearFaults: faults.clear,
    behave: (behaviour) => void Object.assign(world.behaviour, behaviour),
    accounts: () => [...world.accounts.values()],
    signIn({ account, clientId = DEMO_CLIENT_ID, scopes = Object.values(SCOPES) } = {}) {
      const grant = { accountId: one(account).id, clientId, scopes };
      const refreshToken = issueRefreshToken(world, grant);
      const { token, expiresIn } = issueAccessToken(world, grant);
      const expiresAt = world.clock.now() + expiresIn * 1000;
      return { accessToken: token, refreshToken, expiresAt, accountId: grant.accountId };
    },
    expireAccessTokens() {
      for (const [text, token] of world.accessTokens) world.accessTokens.set(text, { ...token, expiresAt: 0 });
    },
    revokeTokens(account) {
      for (const { id } of chosen(account))
        for (const { clientId } of [...world.accessTokens.values(), ...world.refreshTokens.values()])
          revokeGrant(world, { accountId: id, clientId });
    },
    resetPageTokens() {
      world.epoch += 1;
    },
    setQuota(quota, account) {
      for (const each of chosen(account)) each.quota = quota;
    },
    person: (account) => createPerson(world, one(account).id),
  };
}
