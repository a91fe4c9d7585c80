/**
 * Sends one request to Drive and gives back its answer, whatever it says: adds the address and the token, and renews
 * the token once when it is refused. The token goes into a header only; no address holds a secret.
 */
import { deadline, RPC_MS, type Timer, TRANSFER_MS } from '../deadline.ts';
import { StorageError } from '../storage.ts';
import { failureOf, foreignAnswer } from './failure.ts';

/** How a request gets its token. Whoever signs in gives it. */
export interface AccessTokens {
  /** The token to send. @throws {StorageError} `Unauthorized` when there is none and the person has to act. */
  current(signal: AbortSignal | undefined): Promise<string>;
  /** A token in place of one that was refused; undefined when there is no way to get one without the person. */
  renew(refused: string, signal: AbortSignal | undefined): Promise<string | undefined>;
}

export interface DriveRequest {
  /** As the API calls it, for messages: "files.list". */
  readonly method: string;
  readonly verb: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** From the root on: "/drive/v3/files". */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  /** Whether bytes of an object travel. */
  readonly transfer?: boolean;
  readonly signal: AbortSignal | undefined;
}

export type Transport = (request: DriveRequest) => Promise<Response>;

export interface TransportDeps {
  readonly fetch: typeof fetch;
  /** The API's base address, without a slash at its end. */
  readonly api: string;
  readonly tokens: AccessTokens;
  /** Absent: the device's own. */
  readonly timer?: Timer;
}

/** The error's own words stay out: some runtimes write the request into them. */
function unreachable(error: unknown): StorageError {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  const why = typeof code === 'string' && /^[A-Z_]+$/.test(code) ? ` (${code})` : '';
  return new StorageError('Unavailable', `Google Drive cannot be reached${why}`);
}

/** @throws {StorageError} when no answer came; the signal's reason when it fired. */
export function createTransport(deps: TransportDeps): Transport {
  // A browser's own fetch must not be called as a method of something else.
  const { fetch } = deps;

  async function send(request: DriveRequest, token: string): Promise<Response> {
    request.signal?.throwIfAborted();
    const query = request.query ? `?${new URLSearchParams(request.query).toString()}` : '';
    const patience = request.transfer === true ? TRANSFER_MS : RPC_MS;
    // Goes on after the answer's head has come: its body may hang as well.
    const { signal, isOver } = deadline(patience, request.signal, deps.timer);
    const init: RequestInit = {
      method: request.verb,
      headers: { ...request.headers, Authorization: `Bearer ${token}` },
      cache: 'no-store',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      redirect: 'error',
      ...(request.body && { body: request.body }),
      signal,
    };
    try {
      return await fetch(`${deps.api}${request.path}${query}`, init);
    } catch (error) {
      request.signal?.throwIfAborted();
      if (isOver())
        throw new StorageError('Unavailable', `Google Drive did not answer within ${patience / 1000} seconds`);
      throw unreachable(error);
    }
  }

  return async (request) => {
    const token = await deps.tokens.current(request.signal);
    const response = await send(request, token);
    if (response.status !== 401) return response;
    const renewed = await deps.tokens.renew(token, request.signal);
    return renewed === undefined ? response : send(request, renewed);
  };
}

/** The JSON of a success. @throws {DriveFailure | StorageError} for all else. */
export async function call(transport: Transport, request: DriveRequest): Promise<object> {
  const response = await transport(request);
  if (!response.ok) throw await failureOf(request.method, response);
  let answer: unknown;
  try {
    answer = await response.json();
  } catch {
    request.signal?.throwIfAborted();
    throw foreignAnswer(request.method, 'something that is not its own');
  }
  if (typeof answer !== 'object' || answer === null) throw foreignAnswer(request.method, 'something else');
  return answer;
}
