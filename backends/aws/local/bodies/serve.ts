/**
 * A stand-in for S3 with one bucket: what Satchel's function and clients ask of it, and what Amazon's clients need to
 * be content. Addresses are in path style: `/<bucket>/<key>`.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 */
import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Credentials, Principal } from '../credentials.ts';
import { type Answer, BodyTooLarge, headerOf, readBody } from '../loopback.ts';
import { SignatureError, verifySignature } from '../signature.ts';
import { type BucketAction, isAllowed } from './access.ts';
import { BucketFailure, failureAnswer } from './failure.ts';
import type { ObjectFiles, StoredObject } from './files.ts';
import { listing } from './listing.ts';
import { readPayload } from './payload.ts';

export interface BucketDeps {
  readonly bucket: string;
  readonly files: ObjectFiles;
  readonly credentials: Pick<Credentials, 'lookUp'>;
  /** ms since 1970, by the clock that signatures are made with. */
  readonly now: () => number;
}

interface Call {
  readonly deps: BucketDeps;
  readonly message: IncomingMessage;
  readonly principal: Principal;
  /** What the signature says of the body. */
  readonly signed: string;
  readonly key: string;
}

/** S3's own bound for one PUT is 5 GB; this one keeps the process from running out of memory. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_KEY_BYTES = 1024;

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'ETag,Content-Range,Content-Length,x-amz-request-id,x-amz-checksum-sha256,x-amz-checksum-crc32',
};

/** Parameters that would make another call of it, such as a multipart upload. */
const KNOWN_PARAMETERS = /^(x-id|X-Amz-.+|list-type|prefix|max-keys|continuation-token|start-after|response-.+)$/i;

export function bucketHandler(deps: BucketDeps): (message: IncomingMessage) => Promise<Answer> {
  return async (message) => {
    const { status, headers, body } = await answerOrFailure(deps, message);
    return { status, headers: { ...CORS, 'x-amz-request-id': randomUUID(), ...headers }, ...(body && { body }) };
  };
}

async function answerOrFailure(deps: BucketDeps, message: IncomingMessage): Promise<Answer> {
  try {
    return message.method === 'OPTIONS' ? preflight(message) : await call(deps, message);
  } catch (error) {
    if (error instanceof BodyTooLarge) return failureAnswer(new BucketFailure('EntityTooLarge'), deps.now());
    if (error instanceof BucketFailure || error instanceof SignatureError) return failureAnswer(error, deps.now());
    throw error;
  }
}

async function call(deps: BucketDeps, message: IncomingMessage): Promise<Answer> {
  const { method = 'GET', url: target = '/', headers } = message;
  const { principal, payload } = verifySignature({ method, target, headers }, 's3', deps.credentials, deps.now());
  const { bucket, key } = readPath(target);
  const parameters = new URLSearchParams(target.split('?')[1]);
  const strange = [...parameters.keys()].find((name) => !KNOWN_PARAMETERS.test(name));
  if (bucket !== deps.bucket) throw new BucketFailure(principal.is === 'person' ? 'AccessDenied' : 'NoSuchBucket');
  if (strange !== undefined) throw new BucketFailure('NotImplemented', `This stand-in for S3 knows no "${strange}".`);
  const called: Call = { deps, message, principal, signed: payload, key };
  if (key === '') return list(called, parameters);
  switch (method) {
    case 'PUT':
      return put(called);
    case 'GET':
    case 'HEAD':
      return get(called);
    case 'DELETE':
      return remove(called);
    default:
      throw new BucketFailure('MethodNotAllowed');
  }
}

/** @throws {BucketFailure} AccessDenied */
function allow({ principal, key, message }: Call, action: BucketAction): void {
  const onlyNew = message.headers['if-none-match'] !== undefined;
  if (!isAllowed(principal, action, key, onlyNew)) throw new BucketFailure('AccessDenied');
}

async function put(called: Call): Promise<Answer> {
  allow(called, 'PutObject');
  const { message, deps, key } = called;
  const { headers } = message;
  if (headers['x-amz-copy-source'] !== undefined) throw new BucketFailure('NotImplemented');
  const ifNone = headers['if-none-match'];
  if (headers['if-match'] !== undefined || (ifNone !== undefined && ifNone !== '*'))
    throw new BucketFailure('NotImplemented', 'This stand-in for S3 knows no condition for PUT but If-None-Match: *.');
  const { bytes, checksums } = readPayload(await readBody(message, MAX_BYTES), headers, called.signed);
  const object: StoredObject = {
    key,
    size: bytes.length,
    etag: `"${createHash('md5').update(bytes).digest('hex')}"`,
    modified: deps.now(),
    contentType: headers['content-type'] ?? 'application/octet-stream',
    checksums,
    metadata: metadataOf(message),
  };
  if (!(await deps.files.put(object, bytes, ifNone === '*'))) throw new BucketFailure('PreconditionFailed');
  return { status: 200, headers: { etag: object.etag, ...checksumHeaders(object) } };
}

async function get(called: Call): Promise<Answer> {
  allow(called, 'GetObject');
  const { message, deps, key, principal } = called;
  const object = await deps.files.find(key);
  // Who may not list isn't told what is there and what isn't.
  if (!object) throw new BucketFailure(isAllowed(principal, 'ListBucket', key) ? 'NoSuchKey' : 'AccessDenied');
  const headers = {
    etag: object.etag,
    'last-modified': new Date(object.modified).toUTCString(),
    'accept-ranges': 'bytes',
    'content-type': object.contentType,
    ...object.metadata,
  };
  if (message.headers['if-none-match'] === object.etag) return { status: 304, headers };
  const range = readRange(message.headers.range, object.size);
  const wantsChecksum = headerOf(message, 'x-amz-checksum-mode')?.toUpperCase() === 'ENABLED';
  const whole = wantsChecksum && !range ? checksumHeaders(object) : {};
  const { start, end } = range ?? { start: 0, end: object.size };
  const part = range ? { 'content-range': `bytes ${start}-${end - 1}/${object.size}` } : {};
  const status = range ? 206 : 200;
  const all = { ...headers, ...whole, ...part, 'content-length': end - start };
  if (message.method === 'HEAD') return { status, headers: all };
  const body = await deps.files.read(key, start, end);
  if (!body) throw new BucketFailure('NoSuchKey');
  return { status, headers: all, body };
}

async function remove(called: Call): Promise<Answer> {
  allow(called, 'DeleteObject');
  await called.deps.files.remove(called.key);
  return { status: 204 };
}

async function list(called: Call, parameters: URLSearchParams): Promise<Answer> {
  allow(called, 'ListBucket');
  if (called.message.method !== 'GET') throw new BucketFailure('NotImplemented');
  if (parameters.get('list-type') !== '2')
    throw new BucketFailure('NotImplemented', 'This stand-in for S3 lists by ListObjectsV2 only.');
  const body = listing(called.deps.bucket, await called.deps.files.list(), parameters);
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}

/** @throws {BucketFailure} */
function readPath(target: string): { bucket: string; key: string } {
  const [, bucket = '', ...rest] = (target.split('?')[0] ?? '').split('/');
  let key: string;
  try {
    key = decodeURIComponent(rest.join('/'));
  } catch {
    throw new BucketFailure('InvalidURI');
  }
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw new BucketFailure('KeyTooLongError');
  return { bucket, key };
}

/**
 * @returns undefined for a header that asks for the whole, or in a way that HTTP lets a server overlook.
 * @throws {BucketFailure} InvalidRange
 */
function readRange(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  const [, from = '', to = ''] = match ?? [];
  if (from === '' && to === '') return undefined;
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size : Math.min(size, Number(to) + 1);
  if (start >= end) throw new BucketFailure('InvalidRange');
  return { start, end };
}

function checksumHeaders({ checksums }: StoredObject): Record<string, string> {
  return Object.keys(checksums).length === 0 ? {} : { ...checksums, 'x-amz-checksum-type': 'FULL_OBJECT' };
}

function metadataOf(message: IncomingMessage): Record<string, string> {
  const names = Object.keys(message.headers).filter((name) => name.startsWith('x-amz-meta-'));
  return Object.fromEntries(names.map((name) => [name, headerOf(message, name) ?? '']));
}

function preflight(message: IncomingMessage): Answer {
  return {
    status: 200,
    headers: {
      'access-control-allow-methods': 'GET,HEAD,PUT',
      'access-control-allow-headers': headerOf(message, 'access-control-request-headers') ?? '*',
      'access-control-max-age': '3600',
    },
  };
}
