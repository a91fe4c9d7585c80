/**
 * A stand-in for Dropbox, good enough for any careful client: it keeps files, cursors, sessions, locks and
 * tokens, refuses what the service refuses, and misbehaves on request. Its core speaks Request and Response
 * and takes time and chance from outside; `serve.ts` puts it on a port.
 */
import { unlessAborted } from '../../abort.ts';
import { contentHash } from '../content-hash.ts';
import { accountRoutes } from './account-routes.ts';
import type { EmulatorClock, RandomBytes } from '../../stand-in-clock.ts';
import { systemClock, systemRandom } from '../../stand-in-clock.ts';
import { preflight, withCors } from './cors.ts';
import { deleteJobRoutes } from './delete-jobs.ts';
import { Failure } from './failures.ts';
import type { Fault, FaultRule } from './faults.ts';
import { createFaults, sufferAfter, sufferBefore } from './faults.ts';
import { fileRoutes } from './files-routes.ts';
import { callRoute, failureResponse } from './http.ts';
import { listingRoutes } from './listing.ts';
import type { App } from './oauth.ts';
import { authorize, exchange } from './oauth.ts';
import type { Route } from './route.ts';
import { sessionRoutes } from './session-routes.ts';
import { issueAccessToken, issueRefreshToken } from './tokens.ts';
import { announce, commitFile, findNode, removeNode } from './tree.ts';
import type { Account, Behaviour, World } from './world.ts';
import { createWorld, namespaceOf, ownerKey } from './world.ts';

export const ROUTES: readonly Route[] = [
  ...fileRoutes,
  ...sessionRoutes,
  ...listingRoutes,
  ...deleteJobRoutes,
  ...accountRoutes,
];

export interface DropboxEmulatorOptions {
  readonly clock?: EmulatorClock;
  readonly randomBytes?: RandomBytes;
  readonly behaviour?: Partial<Behaviour>;
  /** Absent: any client id, with redirects to this computer only. */
  readonly apps?: readonly App[];
}

export interface LoggedRequest {
  readonly method: string;
  /** A route such as "files/upload", or "oauth2/token". */
  readonly route: string;
  /** Where the credentials were. */
  readonly mode: 'header' | 'url' | 'none';
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

export interface DropboxEmulator {
  /** Answers at the service's own hosts, or under `/api`, `/content`, `/notify` and `/www` of any other. */
  fetch(request: Request): Promise<Response>;
  readonly world: World;
  /** Every call so far, oldest first. */
  readonly requests: readonly LoggedRequest[];
  addFault(rule: FaultRule): void;
  clearFaults(): void;
  behave(behaviour: Partial<Behaviour>): void;
  accounts(): readonly Account[];
  /** Signs in without the page. `account`: an id; absent: the first. */
  signIn(options?: { account?: string; clientId?: string; scopes?: readonly string[] }): DemoTokens;
  expireAccessTokens(): void;
  /** As when a person disconnects the app on the service's own site. `account`: an id; absent: all. */
  revokeTokens(account?: string): void;
  /** Every cursor given out so far is answered with `reset`. */
  resetCursors(): void;
  /** Bytes. `account`: an id; absent: all. */
  setQuota(quota: number, account?: string): void;
  /** What the person does in the app folder by hand. Paths as the API takes them. */
  writeFile(path: string, bytes: Uint8Array, account?: string, clientId?: string): Promise<void>;
  removeFile(path: string, account?: string, clientId?: string): void;
  filePaths(account?: string, clientId?: string): readonly string[];
}

export const DEMO_CLIENT_ID = 'local-demo';
const ALL_SCOPES = ['account_info.read', 'files.metadata.read', 'files.content.read', 'files.content.write'];

const AUTHORIZE = 'oauth2/authorize';

const SERVICE_HOSTS: Readonly<Record<string, string>> = {
  'api.dropboxapi.com': 'api',
  'content.dropboxapi.com': 'content',
  'notify.dropboxapi.com': 'notify',
  'www.dropbox.com': 'www',
};

/**
 * "api" and "2/files/upload", or undefined for an address that is none of the service's. Without a prefix the
 * one address plays all hosts, and whether the client keeps them apart isn't checked.
 */
function locate(url: URL): { host: string; path: string } | undefined {
  const host = SERVICE_HOSTS[url.hostname];
  if (host !== undefined) return { host, path: url.pathname.slice(1) };
  const match = /^(?:\/(api|content|notify|www))?\/((?:2|oauth2)\/.+)$/.exec(url.pathname);
  return match?.[2] === undefined ? undefined : { host: match[1] ?? 'any', path: match[2] };
}

/** The stand-in in place of a network, for clients of the service's own addresses in the same program. */
export function asFetch(emulator: DropboxEmulator): typeof fetch {
  return (input, init) => emulator.fetch(new Request(input, init));
}

/** The addresses to put into a provider's `endpoints` for a stand-in at this base. */
export function dropboxEndpoints(base: string) {
  return {
    authorize: `${base}/www`,
    api: `${base}/api`,
    content: `${base}/content`,
    notify: `${base}/notify`,
  };
}

export function createDropboxEmulator(options: DropboxEmulatorOptions = {}): DropboxEmulator {
  const world = createWorld(options.clock ?? systemClock, options.randomBytes ?? systemRandom, options.behaviour ?? {});
  const faults = createFaults();
  const requests: LoggedRequest[] = [];

  const dots = () => '.'.repeat((world.random(1)[0] ?? 0) % 4);

  async function answer(host: string, path: string, request: Request, struck: Fault | undefined): Promise<Response> {
    const isAt = (wanted: string) => host === wanted || host === 'any';
    if (isAt('www') && path === AUTHORIZE) return authorize(world, options.apps, request);
    if (isAt('api') && path === 'oauth2/token') return exchange(world, request);
    const name = path.slice(2);
    const route = ROUTES.find((other) => other.name === name);
    if (!path.startsWith('2/') || !route) throw new Failure(404, `Unknown API function: "${name}"`);
    if (!isAt(route.host))
      throw new Failure(404, `Error in call to API function "${name}": it is not served by this host`);
    return callRoute(world, route, request, struck);
  }

  async function play(host: string, path: string, request: Request, log: LoggedRequest): Promise<Response> {
    const struck = faults.strike(log.route, false);
    let response: Response;
    try {
      await sufferBefore(log.route, struck, (ms) => world.clock.wait(ms, request.signal));
      request.signal.throwIfAborted();
      response = await answer(host, path, request, struck);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      response = failureResponse(error, dots());
    }
    response = await sufferAfter(struck, response);
    log.status = response.status;
    return path === AUTHORIZE || struck?.kind === 'no-cors' ? response : withCors(response);
  }

  const chosen = (account?: string): Account[] =>
    [...world.accounts.values()].filter((other) => account === undefined || other.id === account);

  function one(account?: string): Account {
    const found = chosen(account)[0];
    if (!found) throw new RangeError(`there is no account ${String(account)}`);
    return found;
  }

  const folderOf = (account?: string, clientId = DEMO_CLIENT_ID) =>
    namespaceOf(world, ownerKey({ accountId: one(account).id, clientId, scopes: [] }));

  return {
    world,
    requests,
    async fetch(request) {
      const url = new URL(request.url);
      const found = locate(url);
      if (!found) return new Response('not found', { status: 404 });
      const name = found.path.replace(/^2\//, '');
      if (request.method === 'OPTIONS') {
        const refused = url.searchParams.get('reject_cors_preflight') === 'true';
        const refusedByFault = faults.strike(name, true) !== undefined;
        return preflight(refused || refusedByFault);
      }
      const inUrl = url.searchParams.has('authorization') ? 'url' : 'none';
      const log: LoggedRequest = {
        method: request.method,
        route: name,
        mode: request.headers.has('Authorization') ? 'header' : inUrl,
      };
      requests.push(log);
      // In one process there is no connection to break, so a cancelled call has to be rejected here.
      return unlessAborted(play(found.host, found.path, request, log), request.signal);
    },
    addFault: faults.add,
    clearFaults: faults.clear,
    behave: (behaviour) => void Object.assign(world.behaviour, behaviour),
    accounts: () => [...world.accounts.values()],
    signIn({ account, clientId = DEMO_CLIENT_ID, scopes = ALL_SCOPES } = {}) {
      const grant = { accountId: one(account).id, clientId, scopes };
      const refreshToken = issueRefreshToken(world, grant);
      const { token, expiresIn } = issueAccessToken(world, grant, refreshToken);
      const expiresAt = world.clock.now() + expiresIn * 1000;
      return { accessToken: token, refreshToken, expiresAt, accountId: grant.accountId };
    },
    expireAccessTokens() {
      for (const [text, token] of world.accessTokens) world.accessTokens.set(text, { ...token, expiresAt: 0 });
    },
    revokeTokens(account) {
      const isMeant = (grant: { readonly accountId: string }) => account === undefined || grant.accountId === account;
      for (const [text, token] of world.accessTokens) if (isMeant(token)) world.accessTokens.delete(text);
      for (const [text, grant] of world.refreshTokens) if (isMeant(grant)) world.refreshTokens.delete(text);
    },
    resetCursors() {
      for (const namespace of world.namespaces.values()) {
        namespace.epoch += 1;
        announce(namespace);
      }
    },
    setQuota(quota, account) {
      for (const each of chosen(account)) each.quota = quota;
    },
    async writeFile(path, bytes, account, clientId) {
      const namespace = folderOf(account, clientId);
      const copy = bytes.slice();
      const content = { hash: await contentHash(copy), size: copy.length };
      world.blobs.set(content.hash, copy);
      const mode = { '.tag': 'overwrite', value: undefined } as const;
      const commit = { path, mode, autorename: false, strict_conflict: false, client_modified: undefined };
      commitFile(world, one(account), namespace, commit, content);
      announce(namespace);
    },
    removeFile(path, account, clientId) {
      const namespace = folderOf(account, clientId);
      const node = findNode(namespace, path);
      if (!node) throw new RangeError(`there is nothing at ${path}`);
      removeNode(namespace, node);
      announce(namespace);
    },
    filePaths: (account, clientId) =>
      [...folderOf(account, clientId).nodes.values()].flatMap((node) => (node.kind === 'file' ? node.display : [])),
  };
}
