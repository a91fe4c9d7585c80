/**
 * An HTTP request as the HTTP API gives it to a function ("payload format 2.0"), and the function's answer as HTTP.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Answer, headerOf } from '../loopback.ts';

export interface Route {
  /** Such as "GET /v1/{proxy+}". */
  readonly key: string;
  readonly pathParameters?: Readonly<Record<string, string>>;
}

/** Anything else goes in base 64. */
const TEXT = /^(text\/|application\/(json|javascript|xml|x-www-form-urlencoded|[\w.+-]+\+(json|xml)))/i;

export function eventOf(
  message: IncomingMessage,
  body: Buffer,
  route: Route,
  claims: Readonly<Record<string, string>> | undefined,
  now: number,
): object {
  const { method = 'GET', url = '/' } = message;
  const question = url.indexOf('?');
  const rawPath = question < 0 ? url : url.slice(0, question);
  const rawQueryString = question < 0 ? '' : url.slice(question + 1);
  const isText = TEXT.test(message.headers['content-type'] ?? '');
  const sourceIp = message.socket.remoteAddress ?? '';
  return {
    version: '2.0',
    routeKey: route.key,
    rawPath,
    rawQueryString,
    headers: { ...headersOf(message), 'x-forwarded-for': sourceIp, 'x-forwarded-proto': 'http' },
    ...(rawQueryString && { queryStringParameters: queryOf(rawQueryString) }),
    ...(route.pathParameters && { pathParameters: route.pathParameters }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      ...(claims && { authorizer: { jwt: { claims, scopes: null } } }),
      domainName: message.headers.host,
      domainPrefix: 'local',
      http: {
        method,
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp,
        userAgent: message.headers['user-agent'] ?? '',
      },
      requestId: randomBytes(11).toString('base64url'),
      routeKey: route.key,
      stage: '$default',
      time: new Date(now).toUTCString(),
      timeEpoch: now,
    },
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** Names in small letters, values joined by commas. */
function headersOf(message: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.keys(message.headers).map((name) => [name, headerOf(message, name) ?? '']));
}

function queryOf(query: string): Record<string, string> {
  const parameters = new URLSearchParams(query);
  return Object.fromEntries([...parameters.keys()].map((name) => [name, parameters.getAll(name).join(',')]));
}

/** @param result what the function gave: a response, or any value, which is then the JSON of a response */
export function answerOf(result: unknown): Answer {
  if (!isResponse(result)) {
    const body = typeof result === 'string' ? result : JSON.stringify(result);
    return { status: 200, headers: { 'content-type': 'application/json' }, body };
  }
  const { statusCode, headers = {}, cookies, body = '', isBase64Encoded } = result;
  const kept = Object.entries(headers).filter(
    // The gateway counts for itself, and what it is told of CORS replaces what a function says.
    ([name]) => !/^(content-length|connection|transfer-encoding|access-control-.*)$/i.test(name),
  );
  return {
    status: statusCode,
    headers: {
      ...Object.fromEntries(kept.map(([name, value]) => [name.toLowerCase(), String(value)])),
      ...(cookies && { 'set-cookie': cookies }),
    },
    body: isBase64Encoded ? Buffer.from(body, 'base64') : body,
  };
}

interface FunctionResponse {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string | number | boolean>>;
  readonly cookies?: string[];
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

function isResponse(result: unknown): result is FunctionResponse {
  return typeof result === 'object' && result !== null && 'statusCode' in result;
}
