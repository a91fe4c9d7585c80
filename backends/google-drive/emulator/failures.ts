/**
 * What the service says when it says no.
 * https://developers.google.com/workspace/drive/api/guides/handle-errors
 */

/** An answer that isn't a success, thrown from wherever it is found out. */
export class Failure extends Error {
  readonly status: number;
  /** JSON, or text for HTML. */
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    super(`answers ${status}`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** The connection ends without an answer. */
export class ConnectionDropped extends Error {
  override readonly name = 'ConnectionDropped';
}

const USAGE = new Set([
  'rateLimitExceeded',
  'userRateLimitExceeded',
  'dailyLimitExceeded',
  'storageQuotaExceeded',
  'sharingRateLimitExceeded',
]);

function domainOf(reason: string): string {
  return USAGE.has(reason) ? 'usageLimits' : 'global';
}

export interface FailureDetail {
  readonly location?: string;
  readonly locationType?: 'parameter' | 'header';
  readonly headers?: Readonly<Record<string, string>>;
  /** For example "PERMISSION_DENIED". */
  readonly status?: string;
  readonly details?: readonly unknown[];
}

export function failure(status: number, reason: string, message: string, detail: FailureDetail = {}): Failure {
  const { location, locationType, headers } = detail;
  const entry = {
    message,
    domain: domainOf(reason),
    reason,
    ...(location !== undefined && { location, locationType: locationType ?? 'parameter' }),
  };
  const error = {
    code: status,
    message,
    errors: [entry],
    ...(detail.status !== undefined && { status: detail.status }),
    ...(detail.details && { details: detail.details }),
  };
  return new Failure(status, { error }, headers);
}

export function invalidParameter(location: string, message = 'Invalid Value'): Failure {
  return failure(400, 'invalid', message, { location });
}

export const badRequest = (message: string) => failure(400, 'badRequest', message);

export const notFound = (id: string) => failure(404, 'notFound', `File not found: ${id}.`, { location: 'fileId' });

export const invalidCredentials = () =>
  failure(401, 'authError', 'Invalid Credentials', {
    location: 'Authorization',
    locationType: 'header',
    status: 'UNAUTHENTICATED',
    headers: { 'WWW-Authenticate': 'Bearer realm="https://accounts.google.com/", error="invalid_token"' },
  });

export const insufficientScopes = () =>
  failure(403, 'insufficientPermissions', 'Request had insufficient authentication scopes.', {
    status: 'PERMISSION_DENIED',
    details: [
      {
        '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
        reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
        domain: 'googleapis.com',
      },
    ],
  });

export function failureResponse({ status, body, headers }: Failure): Response {
  if (typeof body === 'string')
    return new Response(body, { status, headers: { 'Content-Type': 'text/html; charset=utf-8', ...headers } });
  return Response.json(body, { status, headers });
}
