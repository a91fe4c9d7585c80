/** A network that goes wrong as it is told to, put before the real one: the faults of the conformance suite. */
import type { Faults, Hold, HoldMoment, Operation, ProviderError } from '../conformance/place.ts';
import type { StorageErrorKind } from '../storage.ts';
import { fieldOf } from '../field-of.ts';

export interface FaultyNetwork {
  readonly fetch: typeof fetch;
  readonly faults: Faults;
  /** How many requests were sent. */
  readonly requests: () => number;
  /** Every token and key that came by. */
  readonly secrets: () => readonly string[];
}

type Send = () => Promise<Response>;
type Act = (send: Send, signal: AbortSignal) => Promise<Response>;

interface Fault {
  readonly operation: Operation | 'renewal';
  left: number;
  readonly act: Act;
}

/** What a request is part of; undefined for those to S3 and to the identity pool. */
function operationOf(request: Request): Fault['operation'] | undefined {
  if (request.headers.get('X-Amz-Target')?.endsWith('.GetTokensFromRefreshToken')) return 'renewal';
  const [, route = ''] = /\/v1\/([a-z]+)/.exec(new URL(request.url).pathname) ?? [];
  switch (`${request.method} ${route}`) {
    case 'PUT objects':
    case 'POST objects':
      return 'put';
    case 'GET objects':
      return 'get';
    case 'GET changes':
      return 'changes';
    case 'POST delete':
      return 'delete';
    case 'GET about':
      return 'about';
    default:
      return undefined;
  }
}

const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Act => {
  return async () => Response.json(body, { status, headers });
};
const ours = (status: number, error: string, retryAfter?: number): Act =>
  json(status, { error, message: 'no' }, retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) });
const gateway = (status: number, message: string): Act => json(status, { message });
const cognito = (type: string): Act => json(400, { __type: type, message: 'no' });
const page =
  (status: number): Act =>
  async () =>
    new Response('<!doctype html><title>Welcome to our hotel</title>', {
      status,
      headers: { 'Content-Type': 'text/html' },
    });
const drop = (): never => {
  throw new TypeError('fetch failed');
};

const CALLS = ['put', 'get', 'changes', 'delete', 'about'] as const;

/** Everything that the function and the gateway before it are known to answer, and what it has to become. */
const ERRORS: readonly (readonly [
  title: string,
  operations: readonly Operation[],
  act: Act,
  kind: StorageErrorKind,
  more?: { readonly retryAfter?: number; readonly renewal?: Act },
])[] = [
  ['429 of the function', CALLS, ours(429, 'RateLimited', 7), 'RateLimited', { retryAfter: 7000 }],
  ['429 of the gateway', CALLS, gateway(429, 'Too Many Requests'), 'RateLimited'],
  ['503 of the function', CALLS, ours(503, 'Unavailable', 1), 'Unavailable'],
  ['503 of the gateway', CALLS, gateway(503, 'Service Unavailable'), 'Unavailable'],
  ['504 of the gateway', ['put'], gateway(504, 'Endpoint request timed out'), 'Unavailable'],
  ['500 of the gateway', CALLS, gateway(500, 'Internal Server Error'), 'Unavailable'],
  ['502 in HTML', CALLS, page(502), 'Unavailable'],
  ['404 in HTML', CALLS, page(404), 'Unavailable'],
  ['the connection breaks before the call', CALLS, async () => drop(), 'Unavailable'],
  ['the connection breaks after the call', CALLS, async (send) => (await send(), drop()), 'Unavailable'],
  ['401 of the function, also for a new token', CALLS, ours(401, 'Unauthorized'), 'Unauthorized'],
  ['401 of the gateway, also for a new token', CALLS, gateway(401, 'Unauthorized'), 'Unauthorized'],
  [
    '401, and the session was ended',
    CALLS,
    gateway(401, 'Unauthorized'),
    'Unauthorized',
    { renewal: cognito('NotAuthorizedException') },
  ],
  [
    '401, and the account is gone',
    ['get'],
    gateway(401, 'Unauthorized'),
    'Unauthorized',
    { renewal: cognito('UserNotFoundException') },
  ],
  [
    '401, and nobody can be asked for a new token',
    CALLS,
    gateway(401, 'Unauthorized'),
    'Unavailable',
    { renewal: async () => drop() },
  ],
  [
    '401, and a login page in place of a new token',
    ['get'],
    gateway(401, 'Unauthorized'),
    'Unavailable',
    { renewal: page(200) },
  ],
  [
    '401, and too many ask for new tokens',
    ['get'],
    gateway(401, 'Unauthorized'),
    'RateLimited',
    { renewal: cognito('TooManyRequestsException') },
  ],
  [
    '401, and the user pool fails',
    ['get'],
    gateway(401, 'Unauthorized'),
    'Unavailable',
    { renewal: json(500, { __type: 'InternalErrorException' }) },
  ],
  ['403 of the gateway', ['put'], gateway(403, 'Forbidden'), 'Rejected'],
  ['404 of the gateway', ['changes'], gateway(404, 'Not Found'), 'Rejected'],
  ['413 of the gateway', ['put'], gateway(413, 'Request Entity Too Large'), 'Rejected'],
  ['413 of the function', ['put'], ours(413, 'TooLarge'), 'Rejected'],
  ['400', ['put', 'get', 'delete'], ours(400, 'BadRequest'), 'Rejected'],
  ['400 for a cursor', ['changes'], ours(400, 'BadRequest'), 'CursorExpired'],
  ['410 for a cursor', ['changes', 'watch'], ours(410, 'CursorExpired'), 'CursorExpired'],
  ['409 for a name', ['put'], ours(409, 'Taken'), 'Taken'],
  ['404 for a body', ['put'], ours(404, 'NoBody'), 'Unavailable'],
  ['404 for a name', ['get'], ours(404, 'NotFound'), 'NotFound'],
  ['the account is full', ['put'], ours(507, 'QuotaExceeded'), 'QuotaExceeded'],
];

/** The head announces all bytes, and fewer come. */
const truncate: Act = async (send) => {
  const response = await send();
  const bytes = new Uint8Array(await response.arrayBuffer());
  const headers = new Headers(response.headers);
  headers.set('Content-Length', String(bytes.length));
  return new Response(bytes.slice(0, Math.min(100, bytes.length - 1)), { status: response.status, headers });
};

function signalled(): { readonly given: Promise<void>; readonly give: () => void } {
  let resolve: (() => void) | undefined;
  const given = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { given, give: () => resolve?.() };
}

const aborted = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

const SECRETS = ['IdToken', 'AccessToken', 'RefreshToken', 'SecretKey', 'SessionToken', 'address'];

/** @param send the real network */
export function createFaultyNetwork(send: typeof fetch): FaultyNetwork {
  const armed = new Set<Fault>();
  const releases = new Set<() => void>();
  const secrets = new Set<string>();
  const cursors = { given: new Set<string>(), expired: new Set<string>() };
  let requests = 0;

  function arm(operation: Fault['operation'], act: Act, times = 1): void {
    armed.add({ operation, act, left: times });
  }

  function take(operation: Fault['operation'] | undefined): Act | undefined {
    for (const fault of armed) {
      if (fault.operation !== operation) continue;
      if (--fault.left <= 0) armed.delete(fault);
      return fault.act;
    }
    return undefined;
  }

  async function listen(response: Response): Promise<void> {
    if (!/json/.test(response.headers.get('Content-Type') ?? '')) return;
    const answer: unknown = await response.clone().json();
    const cursor = fieldOf(answer, 'cursor');
    if (typeof cursor === 'string') cursors.given.add(cursor);
    for (const part of [answer, fieldOf(answer, 'AuthenticationResult'), fieldOf(answer, 'Credentials')])
      for (const name of SECRETS) {
        const value = fieldOf(part, name);
        if (typeof value === 'string') secrets.add(value);
      }
  }

  /** As `fetch` does: the signal ends it wherever it is. */
  async function run(act: Act | undefined, request: Request): Promise<Response> {
    const body = request.method === 'GET' || request.method === 'DELETE' ? undefined : await request.arrayBuffer();
    const { method, headers, signal } = request;
    const url = new URL(request.url);
    // A cursor ends in the deployment's epoch: with another one it is the function itself that finds it too old.
    const after = url.searchParams.get('after') ?? '';
    if (cursors.expired.has(after)) url.searchParams.set('after', `${after}-before`);
    const sendOn = async () => {
      const response = await send(url.href, { method, headers, signal, ...(body && { body }) });
      await listen(response);
      return response;
    };
    return act ? act(sendOn, signal) : sendOn();
  }

  function hold(operation: Operation, moment: HoldMoment): Hold {
    const reached = signalled();
    const released = signalled();
    releases.add(released.give);
    arm(operation, async (sendOn, signal) => {
      const early = moment === 'reply' ? await sendOn() : undefined;
      reached.give();
      await Promise.race([released.given, aborted(signal)]);
      return early ?? sendOn();
    });
    return { reached: reached.given, release: released.give };
  }

  const errors = ERRORS.flatMap(([title, operations, act, kind, { retryAfter, renewal } = {}]) =>
    operations.map(
      (operation): ProviderError => ({
        title,
        operation,
        kind,
        ...(retryAfter !== undefined && { retryAfter }),
        arm() {
          // A watch looks by a listing.
          arm(operation === 'watch' ? 'changes' : operation, act, Number.POSITIVE_INFINITY);
          if (renewal) arm('renewal', renewal, Number.POSITIVE_INFINITY);
        },
      }),
    ),
  );

  return {
    async fetch(input, init) {
      requests++;
      const request = new Request(input, init);
      request.signal.throwIfAborted();
      return run(take(operationOf(request)), request);
    },
    requests: () => requests,
    secrets: () => [...secrets],
    faults: {
      clear() {
        armed.clear();
        for (const release of releases) release();
        releases.clear();
      },
      expireCursors() {
        for (const cursor of cursors.given) cursors.expired.add(cursor);
      },
      truncateNextDownload: () => arm('get', truncate),
      answerNextWithHtml: (operation) => arm(operation, page(200)),
      hold,
      errors,
    },
  };
}
