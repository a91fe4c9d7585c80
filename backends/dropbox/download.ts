/** Getting bytes, whole or in part, and making sure that they are all there and Dropbox's. */
import { fieldOf } from '../field-of.ts';
import type { ByteRange, ObjectName } from '../storage.ts';
import { failureOf, foreignAnswer } from './failure.ts';
import { headerSafeJson } from './header-safe-json.ts';
import type { Transport } from './transport.ts';

const ROUTE = 'files/download';

/** The object's size as the answer's metadata says it; undefined where the browser hides that header. */
function announcedSize(response: Response): number | undefined {
  const header = response.headers.get('Dropbox-API-Result');
  if (header === null) return undefined;
  try {
    const size = fieldOf(JSON.parse(header), 'size');
    return typeof size === 'number' ? size : undefined;
  } catch {
    return undefined; // As good as hidden.
  }
}

/** How many bytes the answer should hold; undefined when nothing says so. */
function expectedLength(response: Response, range: ByteRange | undefined): number | undefined {
  const size = announcedSize(response);
  if (size !== undefined && response.status === 206 && range)
    return Math.max(0, Math.min(size, range.end ?? size) - range.start);
  if (size !== undefined) return size;
  const length = response.headers.get('Content-Length');
  return length === null || response.headers.has('Content-Encoding') ? undefined : Number(length);
}

function isLoginPage(response: Response): boolean {
  const type = response.headers.get('Content-Type') ?? '';
  return response.headers.get('Dropbox-API-Result') === null && /^text\/html\b/i.test(type);
}

/** @throws {DropboxFailure | StorageError} */
export async function download(
  transport: Transport,
  name: ObjectName,
  range: ByteRange | undefined,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const isEmpty = range?.end !== undefined && range.end <= range.start;
  // A range of nothing can't be asked for, but whether the object exists has to be.
  const asked = range && isEmpty ? { start: range.start, end: range.start + 1 } : range;
  const headers: Record<string, string> = { 'Dropbox-API-Arg': headerSafeJson({ path: `/${name}` }) };
  if (asked) headers['Range'] = `bytes=${asked.start}-${asked.end === undefined ? '' : asked.end - 1}`;
  const response = await transport({ host: 'content', route: ROUTE, headers, withToken: true, signal });
  // The range starts past the end.
  if (response.status === 416 && asked) return new Uint8Array();
  if (response.status !== 200 && response.status !== 206) throw await failureOf(ROUTE, response);
  if (isLoginPage(response)) throw foreignAnswer(ROUTE, 'a web page');

  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch {
    signal?.throwIfAborted();
    throw foreignAnswer(ROUTE, 'a connection that broke off');
  }
  const expected = expectedLength(response, asked);
  if (expected !== undefined && bytes.length !== expected)
    throw foreignAnswer(ROUTE, `${bytes.length} bytes in place of ${expected}`);
  if (isEmpty) return new Uint8Array();
  // A server on the way that doesn't know ranges sends the whole.
  return response.status === 200 && asked ? bytes.slice(asked.start, asked.end) : bytes;
}
