/** Getting bytes, whole or in part, from the function or from where it says, and making sure that they are the right ones. */
import { TRANSFER_MS } from '../deadline.ts';
import type { ByteRange, ObjectName } from '../storage.ts';
import { StorageError } from '../storage.ts';
import type { Bodies } from './bodies.ts';
import { CloudFailure, foreignAnswer } from './failure.ts';
import { type Gateway, serviceOf } from './gateway.ts';
import { BODY_HEADER, bodyKey, SHA256_HEADER } from './protocol.ts';
import { sha256 } from './sha256.ts';

export interface DownloadDeps {
  readonly gateway: Gateway;
  readonly bodies: Bodies;
  /** The token's subject, which the keys of bodies are made with. */
  readonly accountId: string;
}

const WHAT = serviceOf({ method: 'GET', path: '/objects' });

interface Wanted {
  /** As in a `Range` header; absent: the whole. */
  readonly range: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** How many bytes the answer's head says that there are. */
function announced({ headers }: Response): number | undefined {
  const [, first, last] = /^bytes (\d+)-(\d+)\//.exec(headers.get('Content-Range') ?? '') ?? [];
  if (first !== undefined && last !== undefined) return Number(last) - Number(first) + 1;
  const length = headers.get('Content-Length');
  return length === null || headers.has('Content-Encoding') ? undefined : Number(length);
}

async function bytesOf(response: Response, wanted: Wanted): Promise<Uint8Array<ArrayBuffer>> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch {
    wanted.signal?.throwIfAborted();
    throw foreignAnswer(WHAT, 'a connection that broke off');
  }
  const expected = announced(response) ?? bytes.length;
  if (bytes.length !== expected) throw foreignAnswer(WHAT, `${bytes.length} bytes in place of ${expected}`);
  return bytes;
}

/** Only the whole can be told from other bytes; a part is held against its length. */
function checkWhole(bytes: Uint8Array, hash: string): void {
  if (sha256(bytes) !== hash) throw foreignAnswer(WHAT, 'other bytes than were stored');
}

/** The object's size and hash, where its bytes lie in S3. */
function elsewhere(response: Response): { readonly size: number; readonly hash: string } | undefined {
  const [, size, hash] = /^(\d{1,10}) ([0-9a-f]{64})$/.exec(response.headers.get(BODY_HEADER) ?? '') ?? [];
  return size === undefined || hash === undefined ? undefined : { size: Number(size), hash };
}

/** What a server sent of a whole of which a part was asked for: some on the way know no ranges. */
const partOf = (bytes: Uint8Array<ArrayBuffer>, range: ByteRange | undefined) =>
  range ? bytes.slice(range.start, range.end) : bytes;

async function fromBodies(
  deps: DownloadDeps,
  { size, hash }: { readonly size: number; readonly hash: string },
  range: ByteRange | undefined,
  wanted: Wanted,
): Promise<Uint8Array<ArrayBuffer>> {
  if (range && range.start >= size) return new Uint8Array();
  let response: Response;
  try {
    response = await deps.bodies.download(bodyKey(deps.accountId, hash), wanted.range, wanted.signal);
  } catch (error) {
    // Without the right to list, S3 says the same of what isn't there as of what isn't allowed.
    const isGone = error instanceof CloudFailure && (error.status === 404 || error.code === 'AccessDenied');
    if (!isGone) throw error;
    throw new StorageError('Unavailable', `Satchel cloud: an object's body cannot be had (${error.code ?? 'gone'})`);
  }
  const bytes = await bytesOf(response, wanted);
  if (response.status === 206 && range) {
    const expected = Math.min(size, range.end ?? size) - range.start;
    if (bytes.length !== expected) throw foreignAnswer(WHAT, `${bytes.length} bytes in place of ${expected}`);
    return bytes;
  }
  if (response.status !== 200) throw foreignAnswer(WHAT, `status ${response.status}`);
  checkWhole(bytes, hash);
  return partOf(bytes, range);
}

/** @throws {CloudFailure | StorageError} */
export async function download(
  deps: DownloadDeps,
  name: ObjectName,
  range: ByteRange | undefined,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const isEmpty = range?.end !== undefined && range.end <= range.start;
  // A range of nothing can't be asked for, but whether the object exists has to be.
  const asked = range && isEmpty ? { start: range.start, end: range.start + 1 } : range;
  const header = asked && `bytes=${asked.start}-${asked.end === undefined ? '' : asked.end - 1}`;
  const wanted: Wanted = { range: header, signal };
  const response = await deps.gateway({
    method: 'GET',
    path: `/objects/${name}`,
    ...(header !== undefined && { headers: { Range: header } }),
    patience: TRANSFER_MS,
    signal,
  });
  // The range starts past the end.
  if (response.status === 416 && asked) return new Uint8Array();
  const body = elsewhere(response);
  if (body) return isEmpty ? new Uint8Array() : fromBodies(deps, body, asked, wanted);
  const hash = response.headers.get(SHA256_HEADER);
  // What somebody else answers, a login page say, doesn't have it.
  if (hash === null || (response.status !== 200 && response.status !== 206)) throw foreignAnswer(WHAT, 'somebody else');
  const bytes = await bytesOf(response, wanted);
  if (response.status === 200) checkWhole(bytes, hash);
  if (isEmpty) return new Uint8Array();
  return response.status === 200 ? partOf(bytes, asked) : bytes;
}
