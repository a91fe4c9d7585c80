/**
 * What the cloud's function and its clients say to each other: routes, headers, bodies, limits.
 *
 * Every route but `/v1/config` wants `Authorization: Bearer <ID token of the user pool>`; whose data is
 * meant comes from that token alone. Bodies and answers are JSON, but for an object's own bytes. All
 * times are ms since 1970, all sizes bytes, every SHA-256 64 lower-case hex digits.
 *
 *   GET    /v1/config                             → CloudConfig (public, any origin)
 *   PUT    /v1/objects/{area}/{name}              bytes, at most INLINE_BYTES → 201 new, 200 the same bytes were there
 *   POST   /v1/objects/{area}/{name}/register     RegisterRequest → as PUT; 404 NoBody
 *   GET    /v1/objects/{area}/{name}              Range allowed → 200, 206, 416; or 200 without bytes and with BODY_HEADER
 *   GET    /v1/changes/{area}?after=<cursor>      → ChangesAnswer; 410 CursorExpired
 *   POST   /v1/delete                             DeleteRequest → 204
 *   GET    /v1/about                              → AboutAnswer
 *   DELETE /v1/account                            → DeleteAccountAnswer; repeat while `more`
 *   POST   /v1/ticket                             TicketRequest → TicketAnswer; 404 where the cloud has no sockets
 *
 * A failure is a status with a FailureAnswer; the API gateway in front answers some itself (401, 403,
 * 413, 429, 500, 503) with `{"message": "…"}`, so a client decides by the status first.
 */

import type { Area, StorageErrorKind } from '../storage.ts';

export const PROTOCOL_VERSION = 1;

/** A larger object goes to S3, and is registered. An item of the table holds 400 KB at most. */
export const INLINE_BYTES = 256 * 1024;

/** Names in one DeleteRequest. */
export const MAX_DELETE_NAMES = 100;

/**
 * `<size> <sha256>`: the object's bytes are in S3 under `bodyKey`, and the client fetches them itself.
 * Comes instead of bytes, whatever range was asked for.
 */
export const BODY_HEADER = 'satchel-body';
/** With PUT, if the client likes: the SHA-256 of the bytes, 400 if others arrived. With GET: of the whole object. */
export const SHA256_HEADER = 'satchel-sha256';
/**
 * With any request that writes, if the client likes: a random id of this connection, `[A-Za-z0-9-]{1,64}`,
 * the same as in its TicketRequest. Its own socket isn't told of its own changes then.
 */
export const DEVICE_HEADER = 'satchel-device';

/**
 * Where a large body lies in the bucket of bodies. Upload it by one PUT with `x-amz-checksum-sha256` (base64),
 * without which it can't be registered, and with `If-None-Match: *`: 412 says that it is there already.
 * What isn't registered within a day is removed.
 */
export function bodyKey(accountId: string, sha256: string): string {
  return `bodies/${accountId}/${sha256}`;
}

/** `GET /v1/config`: all that a client needs to sign in and to use the cloud. Nothing in it is secret. */
export interface CloudConfig {
  readonly cloud: 'satchel';
  readonly version: typeof PROTOCOL_VERSION;
  readonly region: string;
  readonly userPoolId: string;
  readonly clientId: string;
  readonly identityPoolId: string;
  /** The bucket of large bodies. */
  readonly bucket: string;
  /** Whether anybody may sign up, or only who was invited. */
  readonly signUp: 'open' | 'invitation';
  /** Present where these aren't Amazon's own for the region. `socket` is a wss: or ws: address; absent: poll. */
  readonly endpoints: {
    readonly userPool?: string;
    readonly identityPool?: string;
    readonly bodies?: string;
    readonly socket?: string;
  };
  readonly limits: Limits;
}

/** Per person. Absent: without limit. */
export interface Limits {
  readonly bytes?: number;
  readonly objects?: number;
  readonly requestsPerMinute?: number;
}

export interface RegisterRequest {
  readonly size: number;
  readonly sha256: string;
}

export type ChangeAnswer =
  /** `name` is the whole ObjectName, with its area. `time` is the cloud's clock. */
  | { readonly kind: 'added'; readonly name: string; readonly size: number; readonly time: number }
  | { readonly kind: 'removed'; readonly name: string };

export interface ChangesAnswer {
  readonly events: readonly ChangeAnswer[];
  readonly cursor: string;
  readonly more: boolean;
}

export interface DeleteRequest {
  /** Whole ObjectNames, of either area, MAX_DELETE_NAMES at most. */
  readonly names: readonly string[];
}

export interface AboutAnswer {
  /** The token's subject; also the middle of `bodyKey`. */
  readonly accountId: string;
  /** The e-mail address. */
  readonly label: string;
  readonly used: number;
  readonly quota?: number;
}

export interface DeleteAccountAnswer {
  /** Something is left: ask again. */
  readonly more: boolean;
}

export interface TicketRequest {
  readonly device?: string;
}

export interface TicketAnswer {
  /** Open a WebSocket there within TICKET_SECONDS; the ticket in it works once. */
  readonly address: string;
}

export const TICKET_SECONDS = 60;

/**
 * The one message that the socket brings: list that area again. What a client sends is ignored; it has to send something
 * every nine minutes, as Amazon closes a silent socket after ten.
 */
export interface SocketMessage {
  readonly changed: Area;
}

/** Those of the storage interface, and three of this protocol. */
export type FailureKind = StorageErrorKind | 'BadRequest' | 'TooLarge' | 'NoBody';

export interface FailureAnswer {
  readonly error: FailureKind;
  /** For a log that people read; never holds content, a name or a token. */
  readonly message: string;
}

/** With 429 and 503 comes `Retry-After` in seconds. */
export const STATUS_OF_FAILURE: Readonly<Record<FailureKind, number>> = {
  BadRequest: 400,
  Rejected: 400,
  Unauthorized: 401,
  NotFound: 404,
  NoBody: 404,
  Taken: 409,
  CursorExpired: 410,
  TooLarge: 413,
  RateLimited: 429,
  Unavailable: 503,
  QuotaExceeded: 507,
};

/**
 * The function's environment, besides Amazon's own: `AWS_REGION`, credentials, and for local runs
 * `AWS_ENDPOINT_URL_DYNAMODB` and `AWS_ENDPOINT_URL_S3`.
 */
export interface FunctionEnvironment {
  /** Table with string keys `pk` and `sk` and time to live in `ttl`. */
  readonly TABLE: string;
  /** The bucket of bodies. */
  readonly BUCKET: string;
  readonly USER_POOL_ID: string;
  readonly CLIENT_ID: string;
  readonly IDENTITY_POOL_ID: string;
  readonly SIGN_UP: 'open' | 'invitation';
  /** JSON of Limits; absent: none. */
  readonly LIMITS?: string;
  /** The sockets' public address, wss:// or ws://; absent: no sockets. */
  readonly SOCKET_URL?: string;
  /** The sockets' management endpoint, https:// or http://. */
  readonly SOCKET_API?: string;
  /** Local runs: JSON of `CloudConfig['endpoints']`. */
  readonly PUBLIC_ENDPOINTS?: string;
  /** Local runs: the user pool's JWKS as JSON, so that nobody has to be asked for it. */
  readonly JWKS?: string;
  /** Origins that may call, separated by commas. Absent: any, as a token alone lets a request in, never a cookie. */
  readonly ALLOWED_ORIGINS?: string;
  /** Any text; change it after the table was restored from a backup, and every device lists from the start. */
  readonly CURSOR_EPOCH?: string;
}
