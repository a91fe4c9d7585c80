/**
 * Uploads: the bytes alone, bytes and metadata in one body, or a session that can be resumed.
 * https://developers.google.com/workspace/drive/api/guides/manage-uploads
 */
import { base64Url } from '../../stand-in-clock.ts';
import { Failure, badRequest, failure, invalidParameter } from './failures.ts';
import { FILE, fieldsOf } from './fields.ts';
import { USUAL_FILE } from './files-routes.ts';
import { boundaryOf, partsOf } from './multipart.ts';
import type { Call } from './route.ts';
import { readMetadata } from './route.ts';
import { createFile, findFile, resourceOf, updateFile } from './store.ts';
import type { Caller, Metadata } from './store.ts';
import type { UploadSession } from './world.ts';

/** Documented for multipart uploads; the service has been seen to take more, which nobody should count on. */
const MULTIPART_BYTES = 5 * 1024 * 1024;
const WEEK = 7 * 24 * 60 * 60 * 1000;
/** Pieces of a session are multiples of this, but for the last. */
const PIECE = 256 * 1024;

type Finish = (metadata: Metadata, bytes: Uint8Array<ArrayBuffer>, type: string | undefined) => object;

const listed = (text: string | null) => (text === null || text === '' ? [] : text.split(','));

/** What is to be done with metadata and bytes once both are there. @param id absent: a new file. */
function finisher({ query }: Call, caller: Caller, id: string | undefined): Finish {
  const fields = fieldsOf(query, FILE, USUAL_FILE);
  if (id === undefined)
    return (metadata, bytes, type) => {
      const file = createFile(caller, metadata, bytes, type);
      const { id: _, ...another } = metadata;
      if (caller.world.behaviour.twins) createFile(caller, another, bytes.slice(), type);
      return fields(resourceOf(caller, file));
    };
  const move = { add: listed(query.get('addParents')), remove: listed(query.get('removeParents')) };
  return (metadata, bytes) => {
    const file = findFile(caller, id);
    updateFile(caller, file, metadata, move, bytes);
    return fields(resourceOf(caller, file));
  };
}

const typeIn = (headers: Headers) => headers.get('Content-Type')?.split(';')[0]?.trim();

function multipart(call: Call, finish: Finish): Response {
  const type = call.headers.get('Content-Type') ?? '';
  // A form's body is not documented, and works.
  if (!/^multipart\/(related|form-data)\b/i.test(type))
    throw badRequest(`Unsupported content with type: ${type || 'none'}`);
  if (call.body.length > MULTIPART_BYTES)
    throw failure(413, 'uploadTooLarge', 'Request is too large for this way to upload.');
  const [first, second, ...others] = partsOf(call.body, boundaryOf(type));
  if (!first || !second || others.length > 0) throw badRequest('Malformed multipart body: two parts are needed.');
  if (!/^application\/json\b/i.test(first.headers.get('Content-Type') ?? ''))
    throw badRequest('The first part has to be JSON.');
  return Response.json(finish(readMetadata(first.bytes), second.bytes, typeIn(second.headers)));
}

function begin(call: Call, finish: Finish): Response {
  const { caller, headers, url, query } = call;
  const { world, account, app } = caller;
  const announced = headers.get('X-Upload-Content-Length');
  if (announced !== null && !/^\d+$/.test(announced)) throw badRequest('Invalid X-Upload-Content-Length');
  const metadata = readMetadata(call.body);
  const type = headers.get('X-Upload-Content-Type') ?? undefined;
  const id = `ABg5${base64Url(world.random(60))}`;
  world.sessions.set(id, {
    accountId: account.id,
    app,
    origin: headers.get('Origin'),
    startedAt: world.clock.now(),
    announced: announced === null ? undefined : Number(announced),
    bytes: [],
    received: 0,
    finish: (bytes) => finish(metadata, bytes, type),
    answer: undefined,
  });
  const location = new URL(url);
  query.forEach((_, name) => location.searchParams.delete(name));
  location.searchParams.set('uploadType', 'resumable');
  location.searchParams.set('upload_id', id);
  return new Response(null, { status: 200, headers: { Location: location.href, 'X-GUploader-UploadID': id } });
}

/** @param id of the file whose content is to be replaced; absent: a new file. */
export function upload(call: Call, id: string | undefined): Response {
  const finish = finisher(call, call.caller, id);
  const type = call.query.get('uploadType');
  if (type === 'multipart') return multipart(call, finish);
  if (type === 'media') return Response.json(finish({}, call.body, typeIn(call.headers)));
  if (type === 'resumable') return begin(call, finish);
  throw invalidParameter('uploadType');
}

/** 308 with what is stored so far; no Range at all where that is nothing. */
function incomplete(session: UploadSession, hidden: boolean): Response {
  const headers = new Headers();
  if (session.received > 0 && !hidden) headers.set('Range', `bytes=0-${session.received - 1}`);
  return new Response(null, { status: 308, headers });
}

interface Piece {
  readonly start: number;
  /** Of the whole file; undefined while it isn't known. */
  readonly total: number | undefined;
  readonly isStatusQuery: boolean;
}

/** @throws {Failure} */
function readContentRange(header: string | null, length: number): Piece {
  if (header === null) return { start: 0, total: length, isStatusQuery: false };
  const match = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(header);
  if (!match) throw badRequest('Failed to parse Content-Range header.');
  const total = match[3] === '*' ? undefined : Number(match[3]);
  if (match[1] === undefined) {
    if (length > 0) throw badRequest('Failed to parse Content-Range header.');
    // "bytes */0" is also how a file of no bytes is sent.
    return { start: 0, total, isStatusQuery: total !== 0 };
  }
  const [start, end] = [Number(match[1]), Number(match[2])];
  if (end - start + 1 !== length || (total !== undefined && end >= total))
    throw badRequest('Content-Range does not match the bytes that were sent.');
  if (total === undefined || end + 1 < total) {
    if (length % PIECE !== 0) throw badRequest(`A piece that is not the last has to be a multiple of ${PIECE} bytes.`);
  }
  return { start, total, isStatusQuery: false };
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** What a session's own address is sent. No token is needed: who knows the address may go on. */
export function resume(call: Omit<Call, 'caller'>, world: Caller['world'], faulty: Call['fault']): Response {
  const id = call.query.get('upload_id') ?? '';
  const session = world.sessions.get(id);
  if (!session || world.clock.now() - session.startedAt > WEEK || faulty?.kind === 'session-expired') {
    world.sessions.delete(id);
    throw new Failure(404, '<html><body>Not Found</body></html>');
  }
  if (session.origin !== call.headers.get('Origin'))
    throw failure(403, 'forbidden', 'The upload was begun by another origin.');
  if (call.method === 'DELETE') {
    world.sessions.delete(id);
    return new Response(null, { status: 499 });
  }
  if (call.method !== 'PUT') throw failure(405, 'httpMethodNotAllowed', 'PUT is needed.');
  if (session.answer !== undefined) return Response.json(session.answer);
  const piece = readContentRange(call.headers.get('Content-Range'), call.body.length);
  const hidden = faulty?.kind === 'no-range';
  if (session.announced !== undefined && piece.total !== undefined && piece.total !== session.announced)
    throw badRequest('The size is not the one that was announced.');
  // It only asks, whatever it says of the size: nothing is finished by it.
  if (piece.isStatusQuery) return incomplete(session, hidden);
  if (piece.start > session.received) throw badRequest('Bytes are missing before those that were sent.');
  const fresh = call.body.subarray(session.received - piece.start);
  const less = faulty?.kind === 'store-less' ? fresh.subarray(0, faulty.bytes) : fresh;
  session.bytes.push(less.slice());
  session.received += less.length;
  if (piece.total === undefined || session.received < piece.total) return incomplete(session, hidden);
  session.answer = session.finish(joined(session.bytes, session.received));
  session.bytes.length = 0;
  return Response.json(session.answer);
}
