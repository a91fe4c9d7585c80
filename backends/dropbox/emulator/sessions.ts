/** Upload sessions: bytes that wait to be committed. */
import type { files } from 'dropbox';
import { base64Url } from '../../stand-in-clock.ts';
import { ConnectionDropped } from './failures.ts';
import type { Call } from './route.ts';
import { faultOf } from './route.ts';
import type { UploadSession, World } from './world.ts';

const SESSION_LIFETIME = 7 * 24 * 60 * 60 * 1000;
const MAX_FILE_BYTES = 2 ** 41 - 2 ** 22;
/** Concurrent sessions take pieces in multiples of this, except the one that closes. */
const CONCURRENT_UNIT = 4_194_304;

export function addSession(world: World, owner: string, concurrent: boolean): UploadSession {
  const session: UploadSession = {
    id: `pid_upload_session:${base64Url(world.random(33))}`,
    owner,
    concurrent,
    startedAt: world.clock.now(),
    pieces: new Map(),
    closed: false,
  };
  world.sessions.set(session.id, session);
  return session;
}

export function receivedBytes(session: UploadSession): number {
  let total = 0;
  for (const piece of session.pieces.values()) total += piece.length;
  return total;
}

/** The bytes in order, or undefined when a concurrent session has a hole. */
export function assembled(session: UploadSession): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array(receivedBytes(session));
  let at = 0;
  for (const [offset, piece] of [...session.pieces].sort(([left], [right]) => left - right)) {
    if (offset !== at) return undefined;
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

type SessionProblem =
  | { readonly '.tag': 'not_found' | 'closed' | 'too_large' }
  | { readonly '.tag': 'concurrent_session_invalid_offset' | 'concurrent_session_invalid_data_size' }
  | files.UploadSessionLookupErrorIncorrectOffset;

export class SessionRefused extends Error {
  readonly problem: SessionProblem;
  constructor(problem: SessionProblem) {
    super(problem['.tag']);
    this.problem = problem;
  }
}

/** @throws {SessionRefused} when there is none, it is someone else's, or its seven days are over. */
export function findSession(call: Call, id: string): UploadSession {
  const { world, caller } = call;
  const session = world.sessions.get(id);
  const expired =
    faultOf(call, 'session-expired') ?? (session && world.clock.now() - session.startedAt > SESSION_LIFETIME);
  if (expired) world.sessions.delete(id);
  if (!session || session.owner !== caller.owner || expired) throw new SessionRefused({ '.tag': 'not_found' });
  return session;
}

/** @throws {SessionRefused} */
export function checkOffset(session: UploadSession, offset: number): void {
  const expected = receivedBytes(session);
  if (!session.concurrent && offset !== expected)
    throw new SessionRefused({ '.tag': 'incorrect_offset', correct_offset: expected });
}

/** @throws {SessionRefused} */
export function append(
  call: Call,
  cursor: { readonly session_id: string; readonly offset: number },
  bytes: Uint8Array,
  close: boolean,
): void {
  const session = findSession(call, cursor.session_id);
  if (session.closed) throw new SessionRefused({ '.tag': 'closed' });
  checkOffset(session, cursor.offset);
  if (cursor.offset + bytes.length > MAX_FILE_BYTES) throw new SessionRefused({ '.tag': 'too_large' });
  if (session.concurrent) {
    if (cursor.offset % CONCURRENT_UNIT !== 0)
      throw new SessionRefused({ '.tag': 'concurrent_session_invalid_offset' });
    if (!close && bytes.length % CONCURRENT_UNIT !== 0)
      throw new SessionRefused({ '.tag': 'concurrent_session_invalid_data_size' });
  }
  const partial = faultOf(call, 'partial-append');
  if (partial) {
    session.pieces.set(cursor.offset, bytes.slice(0, partial.bytes));
    throw new ConnectionDropped();
  }
  if (bytes.length > 0) session.pieces.set(cursor.offset, bytes.slice());
  if (close) session.closed = true;
}
