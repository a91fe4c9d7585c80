/**
 * What a PUT carries: the plain bytes, or "aws-chunked" framing around them with checksums behind; held against every
 * checksum that came with it. SDK v3 sends a stream in that framing unless told otherwise.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { crc32 } from 'node:zlib';
import { BucketFailure } from './failure.ts';

export interface Payload {
  readonly bytes: Buffer;
  /** The checksums that were sent, and are right, by header: `x-amz-checksum-sha256` and base 64. */
  readonly checksums: Readonly<Record<string, string>>;
}

const CHECKSUMS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  'x-amz-checksum-crc32': (bytes) => fourBytes(crc32(bytes)),
  'x-amz-checksum-sha1': (bytes) => createHash('sha1').update(bytes).digest(),
  'x-amz-checksum-sha256': (bytes) => createHash('sha256').update(bytes).digest(),
};
const CHECKSUM_HEADER = /^x-amz-checksum-(crc32|crc32c|crc64nvme|sha1|sha256)$/;

/**
 * @param signed what the signature says of the body
 * @throws {BucketFailure}
 */
export function readPayload(raw: Buffer, headers: IncomingHttpHeaders, signed: string): Payload {
  const { bytes, trailers } = unframed(raw, headers, signed);
  const md5 = headers['content-md5'];
  if (md5 !== undefined && createHash('md5').update(bytes).digest('base64') !== md5)
    throw new BucketFailure('BadDigest');
  const checksums: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...headers, ...trailers })) {
    if (!CHECKSUM_HEADER.test(name) || typeof value !== 'string') continue;
    const checksum = CHECKSUMS[name];
    if (!checksum) throw new BucketFailure('NotImplemented', `This stand-in for S3 knows no ${name}.`);
    if (checksum(bytes).toString('base64') !== value)
      throw new BucketFailure(
        'BadDigest',
        `The ${name.slice(15).toUpperCase()} you specified did not match the calculated checksum.`,
      );
    checksums[name] = value;
  }
  return { bytes, checksums };
}

function unframed(raw: Buffer, headers: IncomingHttpHeaders, signed: string) {
  if (signed === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') return unchunk(raw, headers);
  if (signed.startsWith('STREAMING-'))
    throw new BucketFailure('NotImplemented', 'This stand-in for S3 knows no chunks that are signed one by one.');
  if (signed !== 'UNSIGNED-PAYLOAD' && createHash('sha256').update(raw).digest('hex') !== signed)
    throw new BucketFailure('XAmzContentSHA256Mismatch');
  return { bytes: raw, trailers: {} };
}

function unchunk(raw: Buffer, headers: IncomingHttpHeaders): { bytes: Buffer; trailers: Record<string, string> } {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = raw.indexOf('\r\n', at);
    const size = /^[0-9a-f]{1,8}$/i.exec(raw.toString('latin1', at, end))?.[0];
    if (end < 0 || size === undefined) throw new BucketFailure('IncompleteBody');
    const start = end + 2;
    const length = Number.parseInt(size, 16);
    if (length === 0) {
      at = start;
      break;
    }
    at = start + length + 2;
    if (raw.toString('latin1', at - 2, at) !== '\r\n') throw new BucketFailure('IncompleteBody');
    chunks.push(raw.subarray(start, start + length));
  }
  const bytes = Buffer.concat(chunks);
  if (String(bytes.length) !== headers['x-amz-decoded-content-length']) throw new BucketFailure('IncompleteBody');
  const trailers = readTrailers(raw.toString('latin1', at));
  const promised = headers['x-amz-trailer'];
  if (typeof promised === 'string' && !(promised in trailers)) throw new BucketFailure('IncompleteBody');
  return { bytes, trailers };
}

function readTrailers(text: string): Record<string, string> {
  const lines = text.split('\r\n').filter((line) => line.includes(':'));
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}

function fourBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
