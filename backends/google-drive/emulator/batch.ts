/**
 * Several calls in one request. The answers' order isn't promised, so that it isn't kept here.
 * https://developers.google.com/workspace/drive/api/guides/performance#batch-requests
 */
import { badRequest, failure, failureResponse } from './failures.ts';
import type { Fault } from './faults.ts';
import { boundaryOf, headersOf, partsOf, splitHead } from './multipart.ts';
import { base64Url } from '../../stand-in-clock.ts';
import type { World } from './world.ts';

const MOST_CALLS = 100;
const LONGEST_ADDRESS = 8000;

export interface InnerCall {
  readonly method: string;
  /** With its query, from the root on: "/drive/v3/files/x". */
  readonly path: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

function readCall(bytes: Uint8Array<ArrayBuffer>): InnerCall {
  const { lines, rest } = splitHead(bytes);
  const [first = '', ...headers] = lines;
  const match = /^(GET|POST|PUT|PATCH|DELETE) (\S+)(?: HTTP\/1\.1)?$/.exec(first);
  if (!match?.[1] || match[2] === undefined) throw badRequest('Failed to parse a call of the batch.');
  const path = match[2].replace(/^https:\/\/www\.googleapis\.com/, '');
  if (!path.startsWith('/') || path.length > LONGEST_ADDRESS) throw badRequest('Failed to parse a call of the batch.');
  return { method: match[1], path, headers: headersOf(headers), body: rest };
}

async function written(id: string | null, response: Response): Promise<string> {
  const text = await response.text();
  const head = [
    'Content-Type: application/http',
    ...(id === null ? [] : [`Content-ID: ${id.replace(/^<?/, '<response-').replace(/>?$/, '>')}`]),
  ];
  const type = response.headers.get('Content-Type');
  const location = response.headers.get('Location');
  const inner = [
    `HTTP/1.1 ${response.status} ${response.status < 300 ? 'OK' : 'Error'}`,
    ...(type === null ? [] : [`Content-Type: ${type}`]),
    ...(location === null ? [] : [`Location: ${location}`]),
    `Content-Length: ${new TextEncoder().encode(text).length}`,
  ];
  return `${head.join('\r\n')}\r\n\r\n${inner.join('\r\n')}\r\n\r\n${text}\r\n`;
}

/** @param run answers one call. @throws {Failure} for a batch that makes no sense as a whole. */
export async function batch(
  world: World,
  request: { readonly headers: Headers; readonly body: Uint8Array<ArrayBuffer> },
  fault: Fault | undefined,
  run: (call: InnerCall) => Promise<Response>,
): Promise<Response> {
  const type = request.headers.get('Content-Type') ?? '';
  if (!/^multipart\/mixed\b/i.test(type)) throw badRequest('A batch has to be multipart/mixed.');
  const parts = partsOf(request.body, boundaryOf(type));
  if (parts.length === 0) throw badRequest('The batch is empty.');
  if (parts.length > MOST_CALLS) throw badRequest(`The batch size limit of ${MOST_CALLS} is exceeded.`);
  const calls = parts.map(({ headers, bytes }) => {
    if (!/^application\/http\b/i.test(headers.get('Content-Type') ?? ''))
      throw badRequest('A part of a batch has to be application/http.');
    return { id: headers.get('Content-ID'), call: readCall(bytes) };
  });
  const answers: string[] = [];
  for (const [index, { id, call }] of calls.entries()) {
    const fails = fault?.kind === 'batch-failures' && (fault.calls ? fault.calls.includes(index) : index % 2 === 1);
    const response = fails
      ? failureResponse(failure(fault.status, fault.reason, `The service says ${fault.reason}.`))
      : await run(call);
    // Some come to the front, some to the end.
    if ((world.random(1)[0] ?? 0) % 2 === 0) answers.unshift(await written(id, response));
    else answers.push(await written(id, response));
  }
  const boundary = `batch_${base64Url(world.random(18))}`;
  const body = answers.map((answer) => `--${boundary}\r\n${answer}`).join('');
  return new Response(`${body}--${boundary}--\r\n`, {
    headers: { 'Content-Type': `multipart/mixed; boundary=${boundary}` },
  });
}
