/**
 * Larger bodies, which the client itself takes to S3 and fetches there. They lie under their own SHA-256, so that
 * other bytes can never get under a key.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 */
import { TRANSFER_MS } from '../deadline.ts';
import type { CloudConfig } from './protocol.ts';
import type { Credentials, TemporaryCredentials } from './credentials.ts';
import { type Exchange, exchange } from './exchange.ts';
import { CloudFailure, s3Failure } from './failure.ts';
import { type Sign, signRequest } from './signature.ts';

export interface BodiesDeps extends Exchange {
  readonly now: () => number;
  readonly cloud: CloudConfig;
  /** The bucket's address. */
  readonly bucket: string;
  readonly credentials: Credentials;
  /** Absent: as S3 wants it. */
  readonly sign?: Sign;
}

export interface Bodies {
  /** @param sha256 of the bytes, in hexadecimal */
  upload(key: string, bytes: Uint8Array<ArrayBuffer>, sha256: string, signal: AbortSignal | undefined): Promise<void>;
  /** @param range as in a `Range` header; absent: the whole */
  download(key: string, range: string | undefined, signal: AbortSignal | undefined): Promise<Response>;
}

/** The SHA-256 of no bytes at all. */
const NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** S3 says so when credentials have run out, or when their pool has forgotten them. */
const REFUSED: ReadonlySet<string> = new Set([
  'ExpiredToken',
  'InvalidToken',
  'InvalidAccessKeyId',
  'TokenRefreshRequired',
]);

function base64(hex: string): string {
  return btoa(hex.replaceAll(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16))));
}

interface BodyRequest {
  readonly method: 'PUT' | 'GET';
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal | undefined;
}

export function createBodies(deps: BodiesDeps): Bodies {
  const { cloud, bucket, credentials } = deps;
  /** By how much Amazon's clock is ahead of this device's, in ms, as far as S3 has complained. */
  let ahead = 0;

  async function send(request: BodyRequest, by: TemporaryCredentials): Promise<Response> {
    const sign = deps.sign ?? signRequest;
    const url = `${bucket}/${request.key}`;
    const time = new Date(deps.now() + ahead);
    const headers = await sign({ ...request, url, region: cloud.region, time }, by);
    return exchange(deps, {
      service: `${request.method} body`,
      url,
      method: request.method,
      headers,
      ...(request.body && { body: request.body }),
      patience: TRANSFER_MS,
      signal: request.signal,
    });
  }

  /** The refusal tells S3's own time: `<ServerTime>2031-04-06T07:08:09Z</ServerTime>`. */
  function learnTime(refusal: string): void {
    const time = Date.parse(/<ServerTime>([^<]{1,40})<\/ServerTime>/.exec(refusal)?.[1] ?? '');
    if (!Number.isNaN(time)) ahead = time - deps.now();
  }

  /** A range past the end is answered too. @throws {CloudFailure | StorageError} */
  async function deliver(request: BodyRequest): Promise<Response> {
    let by = await credentials.current(request.signal);
    // Once with other credentials, once by another clock.
    for (let left = 2; ; left--) {
      const response = await send(request, by);
      if (response.ok || response.status === 416) return response;
      const text = await response.text();
      const failure = s3Failure(`${request.method} body`, response, text);
      if (left > 0 && REFUSED.has(failure.code ?? '')) by = await credentials.renew(by, request.signal);
      else if (left > 0 && failure.code === 'RequestTimeTooSkewed') learnTime(text);
      else throw failure;
    }
  }

  return {
    async upload(key, bytes, sha256, signal) {
      const headers = {
        'x-amz-content-sha256': sha256,
        'x-amz-checksum-sha256': base64(sha256),
        'If-None-Match': '*',
      };
      try {
        await deliver({ method: 'PUT', key, headers, body: bytes, signal });
      } catch (error) {
        // It lies there already, and under this key only these bytes can.
        if (!(error instanceof CloudFailure) || error.status !== 412) throw error;
      }
    },
    download: (key, range, signal) =>
      deliver({
        method: 'GET',
        key,
        headers: { 'x-amz-content-sha256': NOTHING, ...(range !== undefined && { Range: range }) },
        signal,
      }),
  };
}
