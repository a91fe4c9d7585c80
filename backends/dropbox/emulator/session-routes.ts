/** Upload sessions over HTTP: start, append and finish, one by one or in batches. */
import type { files } from 'dropbox';
import { contentHash } from '../content-hash.ts';
import type { Read } from './arguments.ts';
import { flag, list, optional, otherwise, required, sha256Hex, struct, text, union, whole } from './arguments.ts';
import { routeError } from './failures.ts';
import { MAX_PAYLOAD, commitFields } from './files-routes.ts';
import type { Call, Route } from './route.ts';
import { failsInBatch, route } from './route.ts';
import { SessionRefused, addSession, append, assembled, checkOffset, findSession, receivedBytes } from './sessions.ts';
import { WriteRefused, commitFile, fileMetadata, underWriteLock } from './tree.ts';

const write = { scope: 'files.content.write' } as const;
const upload = { ...write, host: 'content', style: 'upload' } as const;
const sessionType = union({ sequential: 'void', concurrent: 'void' });
const cursor = struct({ session_id: required(text()), offset: required(whole()) });
const finishArgument = struct({
  cursor: required(cursor),
  commit: required(struct(commitFields)),
  content_hash: optional(sha256Hex),
});

/** @throws {Failure} when the body is too large or isn't what its hash says. */
async function checkBody(call: Call, hash: string | undefined): Promise<void> {
  const tooLarge = { '.tag': 'payload_too_large' } satisfies files.UploadSessionAppendError;
  if (call.body.length > MAX_PAYLOAD) throw routeError(tooLarge);
  const mismatch = { '.tag': 'content_hash_mismatch' } satisfies files.UploadSessionAppendError;
  if (hash !== undefined && hash !== (await contentHash(call.body))) throw routeError(mismatch);
}

const start = route(
  { name: 'files/upload_session/start', ...upload },
  struct({ close: otherwise(flag, false), session_type: optional(sessionType), content_hash: optional(sha256Hex) }),
  async (call, { close, session_type, content_hash }): Promise<files.UploadSessionStartResult> => {
    await checkBody(call, content_hash);
    const concurrent = session_type?.['.tag'] === 'concurrent';
    if (concurrent && call.body.length > 0)
      throw routeError({ '.tag': 'concurrent_session_data_not_allowed' } satisfies files.UploadSessionStartError);
    if (concurrent && close)
      throw routeError({ '.tag': 'concurrent_session_close_not_allowed' } satisfies files.UploadSessionStartError);
    const session = addSession(call.world, call.caller.owner, concurrent);
    if (call.body.length > 0) session.pieces.set(0, call.body);
    session.closed = close;
    return { session_id: session.id };
  },
);

const startBatch = route(
  { name: 'files/upload_session/start_batch', ...write },
  struct({ session_type: optional(sessionType), num_sessions: required(whole(1, 1000)) }),
  ({ world, caller }, { session_type, num_sessions }): files.UploadSessionStartBatchResult => {
    const concurrent = session_type?.['.tag'] === 'concurrent';
    return { session_ids: Array.from({ length: num_sessions }, () => addSession(world, caller.owner, concurrent).id) };
  },
);

const appendV2 = route(
  { name: 'files/upload_session/append_v2', ...upload },
  struct({ cursor: required(cursor), close: otherwise(flag, false), content_hash: optional(sha256Hex) }),
  async (call, argument): Promise<null> => {
    await checkBody(call, argument.content_hash);
    try {
      append(call, argument.cursor, call.body, argument.close);
    } catch (error) {
      if (!(error instanceof SessionRefused)) throw error;
      throw routeError(error.problem);
    }
    return null;
  },
);

/** In the specification since May 2026; the SDK has no types for it yet. */
type AppendBatchEntry =
  | { readonly '.tag': 'success' }
  | { readonly '.tag': 'failure'; readonly failure: SessionRefused['problem'] };

const appendBatch = route(
  { name: 'files/upload_session/append_batch', ...upload },
  struct({
    entries: required(
      list(struct({ cursor: required(cursor), length: required(whole()), close: otherwise(flag, false) }), 1000),
    ),
    content_hash: optional(sha256Hex),
  }),
  async (call, argument): Promise<{ readonly entries: AppendBatchEntry[] }> => {
    await checkBody(call, argument.content_hash);
    const announced = argument.entries.reduce((sum, entry) => sum + entry.length, 0);
    if (announced !== call.body.length) throw routeError({ '.tag': 'length_mismatch' });
    let at = 0;
    const entries = argument.entries.map((entry): AppendBatchEntry => {
      const piece = call.body.subarray(at, at + entry.length);
      at += entry.length;
      try {
        append(call, entry.cursor, piece, entry.close);
        return { '.tag': 'success' };
      } catch (error) {
        if (!(error instanceof SessionRefused)) throw error;
        return { '.tag': 'failure', failure: error.problem };
      }
    });
    return { entries };
  },
);

class FinishRefused extends Error {
  readonly reason: files.UploadSessionFinishError;
  constructor(reason: files.UploadSessionFinishError) {
    super(reason['.tag']);
    this.reason = reason;
  }
}

function refuse(reason: files.UploadSessionFinishError): never {
  throw new FinishRefused(reason);
}

/** @throws {FinishRefused} */
async function commitSession(
  call: Call,
  argument: Read<typeof finishArgument>,
  inBatch: boolean,
): Promise<files.FileMetadata> {
  const { world, caller } = call;
  try {
    const session = findSession(call, argument.cursor.session_id);
    if (inBatch && !session.closed) return refuse({ '.tag': 'lookup_failed', lookup_failed: { '.tag': 'not_closed' } });
    if (session.concurrent && !session.closed) return refuse({ '.tag': 'concurrent_session_not_closed' });
    checkOffset(session, argument.cursor.offset);
    const bytes = assembled(session);
    if (!bytes || (session.concurrent && bytes.length !== argument.cursor.offset))
      return refuse({ '.tag': 'concurrent_session_missing_data' });
    const hash = await contentHash(bytes);
    world.blobs.set(hash, bytes);
    const node = commitFile(world, caller.account, caller.namespace, argument.commit, { hash, size: bytes.length });
    world.sessions.delete(session.id);
    return fileMetadata(node);
  } catch (error) {
    if (error instanceof SessionRefused) return refuse({ '.tag': 'lookup_failed', lookup_failed: error.problem });
    if (error instanceof WriteRefused) return refuse({ '.tag': 'path', path: error.reason });
    throw error;
  }
}

const finish = route(
  { name: 'files/upload_session/finish', ...upload },
  finishArgument,
  async (call, argument): Promise<files.FileMetadata> => {
    await checkBody(call, argument.content_hash);
    let { cursor } = argument;
    try {
      if (call.body.length > 0) {
        const session = findSession(call, cursor.session_id);
        if (session.concurrent) throw new FinishRefused({ '.tag': 'concurrent_session_data_not_allowed' });
        append(call, cursor, call.body, true);
        cursor = { ...cursor, offset: receivedBytes(session) };
      }
      return await underWriteLock(call.world, call.caller.namespace, () =>
        commitSession(call, { ...argument, cursor }, false),
      );
    } catch (error) {
      if (error instanceof FinishRefused) throw routeError(error.reason);
      if (error instanceof SessionRefused)
        throw routeError({
          '.tag': 'lookup_failed',
          lookup_failed: error.problem,
        } satisfies files.UploadSessionFinishError);
      if (error instanceof WriteRefused)
        throw routeError({ '.tag': 'too_many_write_operations' } satisfies files.UploadSessionFinishError);
      throw error;
    }
  },
);

type FinishEntry = files.UploadSessionFinishBatchResultEntry;
const failed = (failure: files.UploadSessionFinishError): FinishEntry => ({ '.tag': 'failure', failure });

const finishBatch = route(
  { name: 'files/upload_session/finish_batch_v2', ...write },
  struct({ entries: required(list(finishArgument, 1000)) }),
  async (call, argument): Promise<files.UploadSessionFinishBatchResult> => {
    const entries: FinishEntry[] = [];
    const commitAll = async () => {
      for (const [index, entry] of argument.entries.entries()) {
        const forced = failsInBatch(call, index);
        // A forced failure may be one that the SDK has no type for: that is what it is there to test.
        if (forced) entries.push({ '.tag': 'failure', failure: forced as unknown as files.UploadSessionFinishError });
        else
          try {
            entries.push({ '.tag': 'success', ...(await commitSession(call, entry, true)) });
          } catch (error) {
            if (!(error instanceof FinishRefused)) throw error;
            entries.push(failed(error.reason));
          }
      }
    };
    try {
      await underWriteLock(call.world, call.caller.namespace, commitAll);
    } catch (error) {
      if (!(error instanceof WriteRefused)) throw error;
      return { entries: argument.entries.map(() => failed({ '.tag': 'too_many_write_operations' })) };
    }
    return { entries };
  },
);

export const sessionRoutes: readonly Route[] = [start, startBatch, appendV2, appendBatch, finish, finishBatch];
