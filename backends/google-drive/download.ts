/** Getting bytes, whole or in part, and making sure that they are all there and Drive's. */
import type { ByteRange } from '../storage.ts';
import { failureOf, foreignAnswer } from './failure.ts';
import type { Entry } from './file.ts';
import type { Transport } from './transport.ts';

const METHOD = 'files.get';

/** @throws {DriveFailure | StorageError} */
export async function download(
  transport: Transport,
  { id, size }: Entry,
  range: ByteRange | undefined,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const start = range?.start ?? 0;
  const end = Math.min(range?.end ?? size, size);
  // A range of nothing can't be asked for, but whether the object still exists has to be.
  const isEmpty = end <= start;
  const asked = isEmpty ? { start: 0, end: Math.min(1, size) } : { start, end };
  const isWhole = asked.start === 0 && asked.end === size;
  const response = await transport({
    method: METHOD,
    verb: 'GET',
    path: `/drive/v3/files/${encodeURIComponent(id)}`,
    query: { alt: 'media' },
    ...(!isWhole && { headers: { Range: `bytes=${asked.start}-${asked.end - 1}` } }),
    transfer: true,
    signal,
  });
  if (response.status !== 200 && response.status !== 206) throw await failureOf(METHOD, response);

  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch {
    signal?.throwIfAborted();
    throw foreignAnswer(METHOD, 'a connection that broke off');
  }
  // An object's size never changes, and it is known; so a web page in its place shows by that. The type says nothing:
  // Drive may have taken it from the end of the name.
  const isPart = response.status === 206;
  const expected = isPart ? asked.end - asked.start : size;
  if (bytes.length !== expected) throw foreignAnswer(METHOD, `${bytes.length} bytes in place of ${expected}`);
  if (isEmpty) return new Uint8Array();
  // A server on the way that doesn't know ranges sends the whole.
  return isPart || isWhole ? bytes : bytes.slice(asked.start, asked.end);
}
