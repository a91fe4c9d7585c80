/** From an HTTP request to a route's call and back: credentials, argument, content types, ranges, errors. */
import { headerSafeJson } from '../header-safe-json.ts';
import { ArgumentError } from './arguments.ts';
import { Failure, badInput } from './failures.ts';
import type { Fault } from './faults.ts';
import type { Call, Download, Route } from './route.ts';
import { callerOf } from './route.ts';
import { tokenFor } from './tokens.ts';
import type { World } from './world.ts';

const HACK = 'text/plain; charset=dropbox-cors-hack';
const CONTENT_TYPES = {
  rpc: ['application/json', 'application/json; charset=utf-8', HACK],
  upload: ['application/octet-stream', HACK],
  download: ['application/octet-stream', 'application/octet-stream; charset=utf-8', 'text/plain; charset=utf-8'],
} as const;

function checkContentType(route: Route, request: Request, body: Uint8Array): void {
  const given = request.headers.get('Content-Type');
  if (given === null && (route.style === 'download' || (!route.takesArgument && body.length === 0))) return;
  if (given === null) throw badInput(route.name, 'Missing HTTP "Content-Type" header.');
  const normal = given.toLowerCase().replace(/;\s*/, '; ');
  const allowed: readonly string[] = CONTENT_TYPES[route.style];
  if (allowed.includes(normal)) return;
  const expected = allowed.map((type) => `"${type}"`).join(', ');
  throw badInput(route.name, `Bad HTTP "Content-Type" header: "${given}". Expecting one of ${expected}.`);
}

function readJson(route: string, where: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badInput(route, `${where}: could not decode input as JSON`);
  }
}

/** Where the argument was looked for, and what was there. @throws {Failure} */
function findArgument(route: Route, request: Request, query: URLSearchParams, body: Uint8Array): [string, unknown] {
  if (route.style === 'rpc') {
    const text = new TextDecoder().decode(body);
    if (!route.takesArgument) {
      if (text !== '' && text !== 'null') throw badInput(route.name, 'request body: expected null, got value');
      return ['request body', null];
    }
    return ['request body', readJson(route.name, 'request body', text)];
  }
  const header = request.headers.get('Dropbox-API-Arg');
  const parameter = query.get('arg');
  if (header !== null) {
    const where = 'HTTP header "Dropbox-API-Arg"';
    if (/[^\u0020-\u007e]/.test(header)) throw badInput(route.name, `${where}: could not decode input as JSON`);
    return [where, readJson(route.name, where, header)];
  }
  if (parameter === null)
    throw badInput(route.name, 'Must provide HTTP header "Dropbox-API-Arg" or URL parameter "arg".');
  return ['URL parameter "arg"', readJson(route.name, 'URL parameter "arg"', parameter)];
}

/** @throws {Failure} */
function authenticate(
  world: World,
  route: Route,
  request: Request,
  query: URLSearchParams,
): Call['caller'] | undefined {
  const header = request.headers.get('Authorization');
  const parameter = query.get('authorization');
  if (route.auth === 'noauth') {
    if (header !== null || parameter !== null)
      throw badInput(route.name, 'This function does not take an authorization.');
    return undefined;
  }
  if (header === null && parameter === null)
    throw badInput(route.name, 'Must provide HTTP header "Authorization" or URL parameter "authorization".');
  // Found on the service with Chromium; without it the parameter isn't taken.
  if (header === null && request.headers.has('Origin') && query.get('reject_cors_preflight') !== 'true')
    throw badInput(route.name, 'URL parameter "authorization" needs URL parameter "reject_cors_preflight".');
  return callerOf(world, tokenFor(world, route.name, header ?? parameter ?? '', route.scope));
}

function rangeOf(header: string | null, size: number): { start: number; end: number } | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  if (match[1] === '') return { start: Math.max(0, size - Number(match[2])), end: size };
  const start = Number(match[1]);
  if (start >= size) return 'unsatisfiable';
  return { start, end: match[2] === '' ? size : Math.min(size, Number(match[2]) + 1) };
}

function downloadResponse(request: Request, download: Download): Response {
  const { bytes, etag } = download;
  const headers = new Headers({
    'Content-Type': 'application/octet-stream',
    'Dropbox-API-Result': headerSafeJson(download.metadata),
    ETag: etag,
    'Accept-Ranges': 'bytes',
  });
  if (request.headers.get('If-None-Match') === etag) return new Response(null, { status: 304, headers });
  const range = rangeOf(request.headers.get('Range'), bytes.length);
  if (range === 'unsatisfiable') {
    headers.set('Content-Range', `bytes */${bytes.length}`);
    return new Response(null, { status: 416, headers });
  }
  const part = range ? bytes.slice(range.start, range.end) : bytes.slice();
  headers.set('Content-Length', String(part.length));
  if (range) headers.set('Content-Range', `bytes ${range.start}-${range.end - 1}/${bytes.length}`);
  return new Response(part, { status: range ? 206 : 200, headers });
}

/** @throws {Failure} and, for a connection that a fault ends, ConnectionDropped. */
export async function callRoute(
  world: World,
  route: Route,
  request: Request,
  fault: Fault | undefined,
): Promise<Response> {
  const isGet = request.method === 'GET' && route.style === 'download';
  if (request.method !== 'POST' && !isGet)
    throw new Failure(405, `Error in call to API function "${route.name}": wrong HTTP method`);
  const query = new URL(request.url).searchParams;
  const body = new Uint8Array(await request.arrayBuffer());
  const caller = authenticate(world, route, request, query);
  if (!isGet) checkContentType(route, request, body);
  const [where, argument] = findArgument(route, request, query, body);
  const call: Call = {
    world,
    route: route.name,
    get caller() {
      if (!caller) throw new Failure(500, 'the stand-in asked who calls a route that anybody may call');
      return caller;
    },
    body,
    signal: request.signal,
    fault,
  };
  try {
    const answer = await route.run(call, argument);
    return route.style === 'download' ? downloadResponse(request, answer as Download) : Response.json(answer);
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    throw badInput(route.name, `${where}: ${error.message}`);
  }
}

/** @param dots the random end of an error summary, there to stop clients from comparing it. */
export function failureResponse(failure: Failure, dots: string): Response {
  const { status, body, headers } = failure;
  if (typeof body === 'string')
    return new Response(body, { status, headers: { 'Content-Type': 'text/plain; charset=utf-8', ...headers } });
  const summary = typeof body === 'object' && body !== null && 'error_summary' in body ? body.error_summary : undefined;
  const answer = typeof summary === 'string' ? { ...(body as object), error_summary: summary + dots } : body;
  return Response.json(answer, { status, headers });
}
