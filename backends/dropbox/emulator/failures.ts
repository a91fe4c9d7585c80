/** The API's ways to say no. Thrown anywhere in the stand-in, turned into a response in one place. */
import type { async, auth, files } from 'dropbox';

/** An answer that isn't a success. A string body goes out as plain text, anything else as JSON. */
export class Failure extends Error {
  readonly status: number;
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
export class ConnectionDropped extends TypeError {
  constructor() {
    super('the stand-in dropped the connection');
  }
}

interface Tagged {
  readonly '.tag': string;
}

function isTagged(value: unknown): value is Tagged {
  return typeof value === 'object' && value !== null && '.tag' in value;
}

/** "path/conflict/file/": the tags on the way down, as in `error_summary`. */
function tagTrail(error: Tagged): string {
  const fields: Record<string, unknown> = { ...error };
  const inner = fields[error['.tag']] ?? fields['reason'];
  return `${error['.tag']}/${isTagged(inner) ? tagTrail(inner) : ''}`;
}

/** The errors of the routes here, in the SDK's types; it has none yet for `append_batch`. */
type RouteError =
  | files.UploadError
  | files.DownloadError
  | files.GetMetadataError
  | files.CreateFolderError
  | files.DeleteError
  | files.ListFolderError
  | files.ListFolderContinueError
  | files.ListFolderLongpollError
  | files.UploadSessionStartError
  | files.UploadSessionAppendError
  | files.UploadSessionFinishError
  | files.UploadSessionLookupError
  | async.PollError
  | { readonly '.tag': 'length_mismatch' };

/** The route's own error. The summary gets its random dots where the response is made. */
export function routeError(error: RouteError): Failure {
  return new Failure(409, { error_summary: tagTrail(error), error });
}

export function authError(error: auth.AuthError): Failure {
  return new Failure(401, { error_summary: tagTrail(error), error }, { 'WWW-Authenticate': 'Dropbox-API' });
}

export function rateLimit(reason: auth.RateLimitReason['.tag'], retryAfter: number): Failure {
  const error = { reason: { '.tag': reason }, retry_after: retryAfter };
  return new Failure(429, { error_summary: `${reason}/`, error }, { 'Retry-After': String(retryAfter) });
}

/** Bad input is told in plain text. https://www.dropbox.com/developers/documentation/http/documentation#errors */
export function badInput(route: string, text: string): Failure {
  return new Failure(400, `Error in call to API function "${route}": ${text}`);
}
