/** The HTTP API: routes, the check of tokens, CORS and limits, in front of the function. */
import type { IncomingMessage } from 'node:http';
import { BODY_HEADER, DEVICE_HEADER, SHA256_HEADER } from '../../protocol.ts';
import { type FunctionHost, FunctionFailure } from '../function-host/host.ts';
import { type Answer, BodyTooLarge, readBody } from '../loopback.ts';
import type { Pool } from '../user-pool/pool.ts';
import { authorize } from './authorizer.ts';
import { answerOf, eventOf, type Route } from './event.ts';

export interface HttpGatewayDeps {
  readonly pool: Pool;
  readonly host: Pick<FunctionHost, 'invoke'>;
  /** ms since 1970. */
  readonly now: () => number;
  /** Told why the function gave no answer. */
  readonly report: (error: unknown) => void;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const MAX_REQUEST_BYTES = 10 * 1024 * 1024;
const METHODS = ['GET', 'PUT', 'POST', 'DELETE'];

/** What the deployed gateway is told, in `../../infra/http-api.ts`: a header that isn't named there fails here too. */
const CORS = {
  allowHeaders: ['authorization', 'content-type', 'range', SHA256_HEADER, DEVICE_HEADER],
  exposeHeaders: ['content-range', 'retry-after', BODY_HEADER, SHA256_HEADER],
  maxAge: '7200',
};

export function httpGatewayHandler(deps: HttpGatewayDeps): (message: IncomingMessage) => Promise<Answer> {
  return async (message) => {
    if (message.headers.origin === undefined) return answer(deps, message);
    if (message.method === 'OPTIONS') return preflight();
    const { status, headers, body } = await answer(deps, message);
    return { status, headers: { ...headers, ...EXPOSED }, ...(body !== undefined && { body }) };
  };
}

async function answer(deps: HttpGatewayDeps, message: IncomingMessage): Promise<Answer> {
  const route = routeOf(message);
  if (!route) return says(404, 'Not Found');
  let claims: Record<string, string> | undefined;
  if (!route.isPublic) {
    claims = authorize(deps.pool, message.headers.authorization);
    if (!claims) return says(401, 'Unauthorized', { 'www-authenticate': 'Bearer' });
  }
  try {
    const body = await readBody(message, MAX_REQUEST_BYTES);
    return answerOf(await deps.host.invoke(eventOf(message, body, route, claims, deps.now())));
  } catch (error) {
    if (error instanceof BodyTooLarge) return says(413, 'Request Entity Too Large');
    if (!(error instanceof FunctionFailure)) throw error;
    if (error.kind === 'too large') return says(413, 'Request Entity Too Large');
    deps.report(error);
    return error.kind === 'timeout' ? says(503, 'Service Unavailable') : says(500, 'Internal Server Error');
  }
}

function routeOf({ method = '', url = '' }: IncomingMessage): (Route & { isPublic: boolean }) | undefined {
  const [path = ''] = url.split('?');
  if (method === 'GET' && path === '/v1/config') return { key: 'GET /v1/config', isPublic: true };
  const [, proxy] = /^\/v1\/(.+)$/.exec(path) ?? [];
  if (proxy === undefined || !METHODS.includes(method)) return undefined;
  return { key: `${method} /v1/{proxy+}`, pathParameters: { proxy }, isPublic: false };
}

function says(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ message }) };
}

const EXPOSED = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': CORS.exposeHeaders.join(','),
};

function preflight(): Answer {
  return {
    status: 204,
    headers: {
      'access-control-allow-origin': '*',
      'access-control-allow-methods': METHODS.join(','),
      'access-control-allow-headers': CORS.allowHeaders.join(','),
      'access-control-max-age': CORS.maxAge,
    },
  };
}
