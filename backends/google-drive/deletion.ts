/**
 * Deleting files, for ever and past the trash, where they would go on taking room. Several at once go in a batch.
 * https://developers.google.com/workspace/drive/api/guides/performance#batch-requests
 */
import { driveFailure, failureOf, foreignAnswer, isGone } from './failure.ts';
import type { Transport } from './transport.ts';

/** Drive's own limit. */
const MOST_CALLS = 100;
const BOUNDARY = 'satchel-batch';

const pathOf = (id: string) => `/drive/v3/files/${encodeURIComponent(id)}`;

async function deleteOne(transport: Transport, id: string, signal: AbortSignal | undefined): Promise<void> {
  const method = 'files.delete';
  const response = await transport({ method, verb: 'DELETE', path: pathOf(id), signal });
  if (response.status === 204) return;
  if (response.ok) throw foreignAnswer(method, 'something else');
  const failure = await failureOf(method, response);
  if (!isGone(failure)) throw failure;
}

/** The answers within, in whatever order they come: a status and the body's text. */
function answersIn(text: string, boundary: string): { readonly status: number; readonly body: string }[] {
  return text
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => {
      // A part's own header comes first; what it holds is an answer as it would come alone.
      const inner = part.slice(part.indexOf('HTTP/'));
      const status = /^HTTP\/[\d.]+ (\d{3})\b/.exec(inner)?.[1];
      if (status === undefined) throw foreignAnswer('batch', 'something that is no answer to a batch');
      return { status: Number(status), body: /\r?\n\r?\n([\s\S]*)$/.exec(inner)?.[1] ?? '' };
    });
}

async function deleteSome(
  transport: Transport,
  ids: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const method = 'batch';
  const parts = ids.map(
    (id, index) =>
      `--${BOUNDARY}\r\nContent-Type: application/http\r\nContent-ID: <${index}>\r\n\r\nDELETE ${pathOf(id)} HTTP/1.1\r\n\r\n`,
  );
  const response = await transport({
    method,
    verb: 'POST',
    path: '/batch/drive/v3',
    headers: { 'Content-Type': `multipart/mixed; boundary=${BOUNDARY}` },
    body: new TextEncoder().encode(`${parts.join('\r\n')}\r\n--${BOUNDARY}--\r\n`),
    signal,
  });
  if (!response.ok) throw await failureOf(method, response);
  const boundary = /;\s*boundary="?([^\s";]+)/i.exec(response.headers.get('Content-Type') ?? '')?.[1];
  if (boundary === undefined) throw foreignAnswer(method, 'something that is no answer to a batch');
  const answers = answersIn(await response.text(), boundary);
  if (answers.length !== ids.length) throw foreignAnswer(method, 'another number of answers');
  for (const { status, body } of answers) {
    if (status === 204) continue;
    if (status < 300) throw foreignAnswer(method, 'something else');
    const failure = driveFailure('files.delete', status, new Headers(), body);
    if (!isGone(failure)) throw failure;
  }
}

/** Files that aren't there are fine. @throws {DriveFailure} for the first that failed for another reason. */
export async function deleteFiles(
  transport: Transport,
  ids: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const [first] = ids;
  if (first !== undefined && ids.length === 1) return deleteOne(transport, first, signal);
  for (let start = 0; start < ids.length; start += MOST_CALLS)
    await deleteSome(transport, ids.slice(start, start + MOST_CALLS), signal);
}
