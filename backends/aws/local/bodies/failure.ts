/**
 * S3's refusals, in its own XML.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
import type { Answer } from '../loopback.ts';
import type { SignatureError } from '../signature.ts';

const FAILURES = {
  AccessDenied: [403, 'Access Denied'],
  BadDigest: [400, 'The checksum you specified did not match the calculated checksum.'],
  EntityTooLarge: [400, 'Your proposed upload exceeds the maximum allowed size'],
  IncompleteBody: [400, 'You did not provide the number of bytes specified by the Content-Length HTTP header.'],
  InvalidArgument: [400, 'Invalid Argument'],
  InvalidRange: [416, 'The requested range is not satisfiable'],
  InvalidURI: [400, "Couldn't parse the specified URI."],
  KeyTooLongError: [400, 'Your key is too long'],
  MethodNotAllowed: [405, 'The specified method is not allowed against this resource.'],
  NoSuchBucket: [404, 'The specified bucket does not exist'],
  NoSuchKey: [404, 'The specified key does not exist.'],
  NotImplemented: [501, 'A header or query you provided implies functionality that is not implemented.'],
  PreconditionFailed: [412, 'At least one of the pre-conditions you specified did not hold'],
  XAmzContentSHA256Mismatch: [400, "The provided 'x-amz-content-sha256' header does not match what was computed."],
} as const;

export class BucketFailure extends Error {
  override readonly name = 'BucketFailure';
  readonly code: keyof typeof FAILURES;
  readonly status: number;
  /** @param words in place of S3's usual ones */
  constructor(code: keyof typeof FAILURES, words: string = FAILURES[code][1]) {
    super(words);
    this.code = code;
    this.status = FAILURES[code][0];
  }
}

/** @param now ms since 1970, which S3 tells whoever has a wrong clock */
export function failureAnswer({ code, status, message }: BucketFailure | SignatureError, now: number): Answer {
  const serverTime = `<ServerTime>${new Date(now).toISOString()}</ServerTime>`;
  // S3 has one name for all that is forbidden; the message says why.
  const name = code === 'RequestExpired' ? 'AccessDenied' : code;
  const more = code === 'RequestTimeTooSkewed' || code === 'RequestExpired' ? serverTime : '';
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: `${XML}<Error><Code>${name}</Code><Message>${escapeXml(message)}</Message>${more}</Error>`,
  };
}

export const XML = '<?xml version="1.0" encoding="UTF-8"?>\n';

export function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"']|\p{Cc}/gu, (letter) => `&#${letter.charCodeAt(0)};`);
}
