/**
 * What the cloud says when it says no, and what that means in the storage interface's terms. Four services answer: the
 * function (see protocol.ts), the gateway in front of it, S3, and Cognito's two; each has a form of its own for it.
 */
import { fieldOf } from '../field-of.ts';
import { StorageError, type StorageErrorKind } from '../storage.ts';
import { type FailureKind, STATUS_OF_FAILURE } from './protocol.ts';

/** A service said no. Holds codes and numbers only: the services' texts may repeat what they were sent. */
export class CloudFailure extends Error {
  readonly service: string;
  /** 0: no answer came that could be read. */
  readonly status: number;
  /** The service's own word for it, where it gave one. */
  readonly code: string | undefined;
  /** ms. */
  readonly retryAfter: number | undefined;

  constructor(service: string, status: number, code: string | undefined, retryAfter?: number) {
    super(`${service} was answered ${status}${code === undefined ? '' : ` ${code}`}`);
    this.service = service;
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

const WORD = /^[A-Za-z0-9]{1,60}$/;

const word = (value: unknown) => (typeof value === 'string' && WORD.test(value) ? value : undefined);

function waitOf(headers: Headers): number | undefined {
  const text = headers.get('Retry-After');
  const seconds = text === null || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * A refusal of the function's, or of the gateway's in front of it, which says `{"message": "…"}` and has no word.
 * @param service for people, for example "PUT objects"
 */
export async function functionFailure(service: string, response: Response): Promise<CloudFailure> {
  const answer = parsed(await response.text());
  const code = word(fieldOf(answer, 'error'));
  const own = code !== undefined && code in STATUS_OF_FAILURE;
  const byGateway = typeof fieldOf(answer, 'message') === 'string' ? 'gateway' : undefined;
  return new CloudFailure(service, response.status, own ? code : byGateway, waitOf(response.headers));
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export function s3Failure(service: string, response: Response, text: string): CloudFailure {
  const code = /<Code>([A-Za-z0-9]{1,60})<\/Code>/.exec(text)?.[1];
  return new CloudFailure(service, response.status, code, waitOf(response.headers));
}

/** Amazon's JSON protocol: `__type` is the exception's name, at some services behind a namespace and "#". */
export function cognitoFailure(service: string, response: Response, answer: unknown): CloudFailure {
  const type = fieldOf(answer, '__type');
  const code = typeof type === 'string' ? word(type.slice(type.lastIndexOf('#') + 1)) : undefined;
  return new CloudFailure(service, response.status, code, waitOf(response.headers));
}

const OF_FUNCTION: Readonly<Record<FailureKind, StorageErrorKind>> = {
  Unauthorized: 'Unauthorized',
  RateLimited: 'RateLimited',
  Unavailable: 'Unavailable',
  QuotaExceeded: 'QuotaExceeded',
  NotFound: 'NotFound',
  Taken: 'Taken',
  CursorExpired: 'CursorExpired',
  Rejected: 'Rejected',
  BadRequest: 'Rejected',
  TooLarge: 'Rejected',
  // The body was swept, or cut off on its way: to put it again may work.
  NoBody: 'Unavailable',
};

/** What S3 and Cognito say besides, as far as it isn't plain from the status. */
const OF_SERVICES: Readonly<Record<string, StorageErrorKind>> = {
  SlowDown: 'RateLimited',
  Throttling: 'RateLimited',
  ThrottlingException: 'RateLimited',
  TooManyRequestsException: 'RateLimited',
  LimitExceededException: 'RateLimited',
  InternalErrorException: 'Unavailable',
  RequestTimeout: 'Unavailable',
  IncompleteBody: 'Unavailable',
  BadDigest: 'Unavailable',
  InvalidDigest: 'Unavailable',
  XAmzContentSHA256Mismatch: 'Unavailable',
  OperationAborted: 'Unavailable',
  ConditionalRequestConflict: 'Unavailable',
  RequestTimeTooSkewed: 'Unavailable',
  NoSuchKey: 'NotFound',
  // The person's rights to their own part of the bucket and to the pools.
  AccessDenied: 'Unauthorized',
  ExpiredToken: 'Unauthorized',
  InvalidToken: 'Unauthorized',
  InvalidAccessKeyId: 'Unauthorized',
  NotAuthorizedException: 'Unauthorized',
};

function kindOf({ status, code }: CloudFailure): StorageErrorKind {
  if (code !== undefined && code in OF_FUNCTION) return OF_FUNCTION[code as FailureKind];
  if (code !== undefined && code in OF_SERVICES) return OF_SERVICES[code] as StorageErrorKind;
  if (status === 429) return 'RateLimited';
  if (status === 401) return 'Unauthorized';
  if (status === 413) return 'Rejected';
  // A word that isn't known belongs to Amazon; without one, anybody on the way may have answered.
  return code !== undefined && status >= 400 && status < 500 && status !== 408 ? 'Rejected' : 'Unavailable';
}

export function storageErrorOf(failure: CloudFailure): StorageError {
  const { retryAfter } = failure;
  const kind = kindOf(failure);
  return new StorageError(
    kind,
    `Satchel cloud: ${failure.message}`,
    kind === 'RateLimited' && retryAfter !== undefined ? { retryAfter } : {},
  );
}

export function foreignAnswer(service: string, what: string): StorageError {
  return new StorageError('Unavailable', `Satchel cloud: ${service} was answered by ${what}`);
}
