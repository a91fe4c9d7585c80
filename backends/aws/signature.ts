/**
 * Requests to S3, signed with temporary credentials.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
import { AwsV4Signer } from 'aws4fetch';
import type { TemporaryCredentials } from './credentials.ts';

export interface UnsignedRequest {
  readonly method: string;
  readonly url: string;
  /** `x-amz-content-sha256` has to be among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly region: string;
  readonly time: Date;
}

/** Gives all headers of the request, the signature's among them. */
export type Sign = (request: UnsignedRequest, credentials: TemporaryCredentials) => Promise<Headers>;

export const signRequest: Sign = async ({ method, url, headers, region, time }, credentials) => {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const signed = await new AwsV4Signer({
    method,
    url,
    headers: { ...headers },
    accessKeyId,
    secretAccessKey,
    sessionToken,
    service: 's3',
    region,
    datetime: time.toISOString().replaceAll(/[:-]|\.\d{3}/g, ''),
  }).sign();
  return signed.headers;
};
