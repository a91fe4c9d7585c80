/**
 * Sends one request to Dropbox and gives back its answer, whatever it says: adds the address and the token,
 * renews the token once when it is refused, and finds the way through CORS.
 *
 * Two ways lead from a browser to Dropbox. Header mode is the API's usual form and needs a preflight. URL-parameter
 * mode needs none, and puts the token into the address, so addresses are never logged nor put into errors:
 * https://www.dropbox.com/developers/documentation/http/documentation#browser-based-javascript-and-cors-pre-flight-requests
 * Header mode comes first. Where it fails twice in a row without any answer while URL-parameter mode gets one, that
 * kind of request keeps to the latter; one success of header mode settles it the other way, so that a bad network
 * alone never moves tokens into addresses.
 */
import { StorageError } from '../storage.ts';
import type { AccessTokens } from './access-token.ts';
import { deadline, RPC_MS, type Timer, TRANSFER_MS } from '../deadline.ts';
import { failureOf } from './failure.ts';

export type DropboxHost = 'api' | 'content' | 'notify';
export type DropboxEndpoints = Readonly<Record<DropboxHost | 'authorize', string>>;

/** Base addresses, without a slash at their end. */
export const DROPBOX_ENDPOINTS: DropboxEndpoints = {
  authorize: 'https://www.dropbox.com',
  // Not api.dropbox.com, which doesn't answer preflights.
  api: 'https://api.dropboxapi.com',
  content: 'https://content.dropboxapi.com',
  notify: 'https://notify.dropboxapi.com',
};

/** A request in header mode's form, without its token. */
export interface DropboxRequest {
  readonly host: DropboxHost;
  /** For example "files/upload". */
  readonly route: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes, not text: browsers rewrite the charset of a text's content type. */
  readonly body?: Uint8Array<ArrayBuffer>;
  /** Only a longpoll has none. */
  readonly withToken: boolean;
  /** ms until the whole answer has to be there. Absent: as is usual for the host. */
  readonly patience?: number;
  readonly signal: AbortSignal | undefined;
}

export type Transport = (request: DropboxRequest) => Promise<Response>;

export interface TransportDeps {
  readonly fetch: typeof fetch;
  readonly endpoints: DropboxEndpoints;
  readonly tokens: AccessTokens;
  /** `auto`: as said above. Without CORS, as in Node, a failed request is the network's doing: `header`. */
  readonly mode: 'auto' | 'header' | 'url';
  /** Absent: the device's own. */
  readonly timer?: Timer;
}

const HACK_TYPE = 'text/plain; charset=dropbox-cors-hack';
const STRIKES = 2;

/** The init that both modes share: nothing cached, no cookies, no address told to anybody. */
function commonInit(request: DropboxRequest, signal: AbortSignal): RequestInit {
  return {
    method: 'POST',
    cache: 'no-store',
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    redirect: 'error',
    ...(request.body && { body: request.body }),
    signal,
  };
}

type Mode = (base: string, request: DropboxRequest, token: string | undefined) => [address: string, headers: Headers];

const headerMode: Mode = (base, request, token) => {
  const headers = new Headers(request.headers);
  if (token !== undefined) headers.set('Authorization', `Bearer ${token}`);
  return [`${base}/2/${request.route}`, headers];
};

const urlMode: Mode = (base, request, token) => {
  const given = new Headers(request.headers);
  const query = ['reject_cors_preflight=true'];
  if (token !== undefined) query.push(`authorization=${encodeURIComponent(`Bearer ${token}`)}`);
  const argument = given.get('Dropbox-API-Arg');
  if (argument !== null) query.push(`arg=${encodeURIComponent(argument)}`);
  const headers = new Headers();
  // A download has no body and must have no content type.
  if (request.body) headers.set('Content-Type', HACK_TYPE);
  // A plain range needs no preflight: https://fetch.spec.whatwg.org/#cors-safelisted-request-header
  const range = given.get('Range');
  if (range !== null) headers.set('Range', range);
  return [`${base}/2/${request.route}?${query.join('&')}`, headers];
};

/** Preflights can fail for one kind of request and pass for another on the same host, so they are kept apart. */
function kindOf(request: DropboxRequest): string {
  const style = 'Dropbox-API-Arg' in request.headers ? (request.body ? 'upload' : 'download') : 'rpc';
  return `${request.host} ${style}`;
}

/** The error's own words stay out: they may hold the address, and with it the token. */
function unreachable(error: unknown): StorageError {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  const why = typeof code === 'string' && /^[A-Z_]+$/.test(code) ? ` (${code})` : '';
  return new StorageError('Unavailable', `Dropbox cannot be reached${why}`);
}

/** @throws {StorageError} when no answer came; the signal's reason when it fired. */
export function createTransport(deps: TransportDeps): Transport {
  // A browser's own fetch must not be called as a method of something else.
  const { fetch } = deps;
  /** How often in a row header mode failed where URL-parameter mode did not; `proven` once it has worked. */
  const standing = new Map<string, number | 'proven'>();

  async function attempt(
    request: DropboxRequest,
    token: string | undefined,
    mode: Mode,
  ): Promise<Response | StorageError> {
    request.signal?.throwIfAborted();
    const [url, headers] = mode(deps.endpoints[request.host], request, token);
    const patience = request.patience ?? (request.host === 'content' ? TRANSFER_MS : RPC_MS);
    // Goes on after the answer's head has come: its body may hang as well.
    const { signal, isOver } = deadline(patience, request.signal, deps.timer);
    try {
      return await fetch(url, { ...commonInit(request, signal), headers });
    } catch (error) {
      request.signal?.throwIfAborted();
      // Not CORS, which refuses at once: the other mode would only wait as long again.
      if (isOver()) throw new StorageError('Unavailable', `Dropbox did not answer within ${patience / 1000} seconds`);
      return unreachable(error);
    }
  }

  async function deliver(request: DropboxRequest, token: string | undefined): Promise<Response> {
    const kind = kindOf(request);
    const strikes = standing.get(kind) ?? 0;
    const urlOnly = deps.mode === 'url' || (strikes !== 'proven' && strikes >= STRIKES);
    const first = await attempt(request, token, urlOnly ? urlMode : headerMode);
    if (first instanceof Response) {
      if (!urlOnly) standing.set(kind, 'proven');
      return first;
    }
    if (urlOnly || deps.mode === 'header' || strikes === 'proven') throw first;
    const second = await attempt(request, token, urlMode);
    if (!(second instanceof Response)) throw first;
    standing.set(kind, strikes + 1);
    return second;
  }

  return async (request) => {
    const token = request.withToken ? await deps.tokens.current(request.signal) : undefined;
    const response = await deliver(request, token);
    if (response.status !== 401 || token === undefined) return response;
    const { tags } = await failureOf(request.route, response.clone());
    // A missing permission or a suspended account stays so with a new token.
    if (!tags.includes('expired_access_token') && !tags.includes('invalid_access_token')) return response;
    const renewed = await deps.tokens.renew(token, request.signal);
    return renewed === undefined ? response : deliver(request, renewed);
  };
}
