/** Sends requests to the cloud's function with the person's token, and renews that once when it is refused. */
import { RPC_MS } from '../deadline.ts';
import { type Exchange, exchange } from './exchange.ts';
import { functionFailure } from './failure.ts';
import type { Session } from './session.ts';
import type { Tokens } from './settings.ts';

export interface GatewayRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** From `/v1` on, without it: "/objects/log/…". */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** ms until the whole answer has to be there; absent: a minute. */
  readonly patience?: number;
  readonly signal: AbortSignal | undefined;
}

/** @throws {CloudFailure | StorageError} for every answer that isn't a success, but 416 to a range. */
export type Gateway = (request: GatewayRequest) => Promise<Response>;

/** "/objects/log/abc" → "PUT objects": names stay out of errors, as what they stand for is nobody's business. */
export function serviceOf({ method, path }: Pick<GatewayRequest, 'method' | 'path'>): string {
  return `${method} ${/^\/([a-z]+)/.exec(path)?.[1] ?? ''}`;
}

export function createGateway(deps: Exchange & { readonly api: string; readonly session: Session }): Gateway {
  const send = (request: GatewayRequest, tokens: Tokens) =>
    exchange(deps, {
      service: serviceOf(request),
      url: `${deps.api}/v1${request.path}`,
      method: request.method,
      headers: {
        ...request.headers,
        ...(request.json !== undefined && { 'Content-Type': 'application/json' }),
        Authorization: `Bearer ${tokens.idToken}`,
      },
      ...(request.body !== undefined && { body: request.body }),
      ...(request.json !== undefined && { body: JSON.stringify(request.json) }),
      patience: request.patience ?? RPC_MS,
      signal: request.signal,
    });

  return async (request) => {
    const tokens = await deps.session.current(request.signal);
    let response = await send(request, tokens);
    // The function's or the gateway's: either means that the token is too old, or that the clocks disagree about it.
    if (response.status === 401) response = await send(request, await deps.session.renew(tokens, request.signal));
    if (response.ok || response.status === 416) return response;
    throw await functionFailure(serviceOf(request), response);
  };
}
