/**
 * Verifies AWS Signature Version 4, in the Authorization header or in a presigned address.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Credentials, Principal } from './credentials.ts';

/** What is wrong, by S3's names and with its words and statuses; other services' names are made from these. */
const FAILURES = {
  AccessDenied: [403, 'Access Denied'],
  AuthorizationHeaderMalformed: [400, 'The authorization header that you provided is not valid.'],
  AuthorizationQueryParametersError: [400, 'Error parsing the X-Amz-Credential parameter.'],
  ExpiredToken: [400, 'The provided token has expired.'],
  InvalidAccessKeyId: [403, 'The AWS Access Key Id you provided does not exist in our records.'],
  InvalidToken: [400, 'The provided token is malformed or otherwise invalid.'],
  RequestExpired: [403, 'Request has expired'],
  RequestTimeTooSkewed: [403, 'The difference between the request time and the current time is too large.'],
  SignatureDoesNotMatch: [
    403,
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  ],
} as const;

export class SignatureError extends Error {
  override readonly name = 'SignatureError';
  readonly code: keyof typeof FAILURES;
  readonly status: number;
  constructor(code: keyof typeof FAILURES) {
    super(FAILURES[code][1]);
    this.code = code;
    this.status = FAILURES[code][0];
  }
}

export interface SignedRequest {
  readonly method: string;
  /** Path and query as they came, still escaped. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  /** Of the body in hex, for services that sign it without saying it in `x-amz-content-sha256`. */
  readonly bodyHash?: string;
}

export interface Signed {
  readonly principal: Principal;
  /** What the signature says of the body: its SHA-256 in hex, `UNSIGNED-PAYLOAD` or a `STREAMING-…` way. */
  readonly payload: string;
}

interface Claim {
  readonly accessKeyId: string;
  readonly scope: readonly [day: string, region: string, service: string, end: string];
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly date: string;
  readonly sessionToken: string | undefined;
  readonly payload: string;
}

const MAX_SKEW = 15 * 60_000;
const MAX_PRESIGNED_SECONDS = 7 * 24 * 3600;

/**
 * @param service such as "s3": what the key must have been derived for
 * @param now ms since 1970, by the clock of whoever signs
 * @throws {SignatureError}
 */
export function verifySignature(
  request: SignedRequest,
  service: string,
  credentials: Pick<Credentials, 'lookUp'>,
  now: number,
): Signed {
  const [path, query] = splitOnce(request.target, '?');
  const parameters = parseQuery(query);
  const presigned = parameters.some(([name]) => name === 'X-Amz-Signature');
  const claim = presigned ? claimOfQuery(parameters, now) : claimOfHeaders(request, now);
  const { secret, principal } = credentials.lookUp(claim.accessKeyId, claim.sessionToken);
  checkScope(claim, service, presigned);
  const canonical = [
    request.method,
    // Every service but S3 escapes the path once more.
    service === 's3' ? path : path.split('/').map(escape).join('/'),
    canonicalQuery(parameters),
    ...claim.signedHeaders.map((name) => `${name}:${headerValue(request.headers, name)}`),
    '',
    claim.signedHeaders.join(';'),
    claim.payload,
  ].join('\n');
  const scope = claim.scope.join('/');
  const toSign = ['AWS4-HMAC-SHA256', claim.date, scope, sha256(canonical)].join('\n');
  const key = claim.scope.reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`));
  if (!sameText(hmac(key, toSign).toString('hex'), claim.signature)) throw new SignatureError('SignatureDoesNotMatch');
  return { principal, payload: claim.payload };
}

function claimOfHeaders({ headers, bodyHash }: SignedRequest, now: number): Claim {
  const form = /^AWS4-HMAC-SHA256 Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;
  const match = form.exec(headers.authorization ?? '');
  if (!match) throw new SignatureError('AccessDenied');
  const [, credential = '', signedHeaders = '', signature = ''] = match;
  const date = textHeader(headers, 'x-amz-date') ?? '';
  if (Math.abs(now - timeOf(date, 'AuthorizationHeaderMalformed')) > MAX_SKEW)
    throw new SignatureError('RequestTimeTooSkewed');
  const payload = textHeader(headers, 'x-amz-content-sha256') ?? bodyHash;
  const names = signedHeaders.split(';');
  if (payload === undefined || !names.includes('host')) throw new SignatureError('AuthorizationHeaderMalformed');
  // What says who asks, and what changes the meaning of the request, has to be signed.
  const unsigned = Object.keys(headers).some((name) => name.startsWith('x-amz-') && !names.includes(name));
  if (unsigned) throw new SignatureError('AccessDenied');
  return {
    ...readCredential(credential, 'AuthorizationHeaderMalformed'),
    signedHeaders: names,
    signature,
    date,
    sessionToken: textHeader(headers, 'x-amz-security-token'),
    payload,
  };
}

function claimOfQuery(parameters: readonly (readonly [string, string])[], now: number): Claim {
  const wrong = 'AuthorizationQueryParametersError';
  const get = (name: string) => parameters.find(([each]) => each === name)?.[1];
  const seconds = Number(get('X-Amz-Expires'));
  const date = get('X-Amz-Date') ?? '';
  const time = timeOf(date, wrong);
  if (get('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256') throw new SignatureError(wrong);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_PRESIGNED_SECONDS) throw new SignatureError(wrong);
  if (now > time + seconds * 1000) throw new SignatureError('RequestExpired');
  if (time > now + MAX_SKEW) throw new SignatureError('RequestTimeTooSkewed');
  return {
    ...readCredential(get('X-Amz-Credential') ?? '', wrong),
    signedHeaders: (get('X-Amz-SignedHeaders') ?? '').split(';'),
    signature: get('X-Amz-Signature') ?? '',
    date,
    sessionToken: get('X-Amz-Security-Token'),
    payload: get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD',
  };
}

function readCredential(text: string, wrong: keyof typeof FAILURES): Pick<Claim, 'accessKeyId' | 'scope'> {
  const [accessKeyId, day, region, service, end, ...more] = text.split('/');
  if (!accessKeyId || !day || !region || !service || end !== 'aws4_request' || more.length > 0)
    throw new SignatureError(wrong);
  return { accessKeyId, scope: [day, region, service, end] };
}

function checkScope({ scope, date }: Claim, service: string, presigned: boolean): void {
  if (scope[0] === date.slice(0, 8) && scope[2] === service) return;
  throw new SignatureError(presigned ? 'AuthorizationQueryParametersError' : 'AuthorizationHeaderMalformed');
}

function timeOf(date: string, wrong: keyof typeof FAILURES): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (!match) throw new SignatureError(wrong);
  const [, year, month, day, hour, minute, second] = match;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function parseQuery(query: string): (readonly [string, string])[] {
  if (query === '') return [];
  return query.split('&').map((part) => {
    const [name, value] = splitOnce(part, '=');
    return [unescape(name), unescape(value)] as const;
  });
}

function canonicalQuery(parameters: readonly (readonly [string, string])[]): string {
  return parameters
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [escape(name), escape(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? order(x, y) : order(a, b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function headerValue(headers: IncomingHttpHeaders, name: string): string {
  return (textHeader(headers, name) ?? '').trim().replaceAll(/ +/g, ' ');
}

function textHeader(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function escape(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new SignatureError('AuthorizationQueryParametersError');
  }
}

const hmac = (key: Uint8Array, text: string) => createHmac('sha256', key).update(text).digest();
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function sameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
