/**
 * The storage interface over Dropbox: an app folder with one folder for each area, an object a file.
 *
 * On the official SDK where it serves, see `sdk.ts`. One plain `upload` stores an object: mode `add` succeeds
 * again with the same bytes and refuses others, so a repeated put is harmless and nothing is ever overwritten.
 * https://www.dropbox.com/developers/documentation/http/documentation#files-upload
 */
import { fieldOf } from '../field-of.ts';
import { unlessAborted } from '../abort.ts';
import type { About, ObjectName, Storage } from '../storage.ts';
import { MAX_OBJECT_BYTES, StorageError, isObjectName } from '../storage.ts';
import type { AccessTokens } from './access-token.ts';
import { listChanges } from './changes.ts';
import type { CommitQueue } from './commit-queue.ts';
import { contentHash } from './content-hash.ts';
import type { Timer } from '../deadline.ts';
import { DELETE_BATCH_ENTRIES, deleteNames } from './deletion.ts';
import { download } from './download.ts';
import { DropboxFailure, foreignAnswer, storageErrorOf } from './failure.ts';
import { createSdkCall } from './sdk.ts';
import type { DropboxEndpoints } from './transport.ts';
import { createTransport } from './transport.ts';
import { createWatch } from './watch.ts';

export interface DropboxClientDeps {
  readonly fetch: typeof fetch;
  /** ms since 1970. */
  readonly now: () => number;
  /** Rejects with the signal's reason when it fires. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly endpoints: DropboxEndpoints;
  readonly tokens: AccessTokens;
  /** What keeps commits to one account in a row: the account's id. */
  readonly account: string;
  readonly commits: CommitQueue;
  readonly mode: 'auto' | 'header' | 'url';
  /** Entries on a page of a listing, about; absent: as Dropbox likes. */
  readonly pageSize?: number;
  /** Absent: the device's own. */
  readonly timer?: Timer;
}

function checkName(name: string): void {
  if (!isObjectName(name)) throw new StorageError('Rejected', 'Dropbox: that is not an object name');
}

function toStorageError(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  if (error instanceof DropboxFailure) return storageErrorOf(error);
  // What is left are answers that could not be read, for example a body that broke off.
  const kind = error instanceof Error ? error.name : typeof error;
  return new StorageError('Unavailable', `Dropbox: an answer could not be read (${kind})`);
}

const number = (value: unknown) => (typeof value === 'number' ? value : undefined);

function quotaOf(usage: unknown): Pick<About, 'used' | 'quota'> {
  const allocation = fieldOf(usage, 'allocation');
  const used = number(fieldOf(usage, 'used'));
  const allocated = number(fieldOf(allocation, 'allocated'));
  if (fieldOf(allocation, '.tag') !== 'team')
    return { ...(used !== undefined && { used }), ...(allocated !== undefined && { quota: allocated }) };
  // A team shares its space. A member may have a limit of its own; 0 says that there is none.
  const own = number(fieldOf(allocation, 'user_within_team_space_allocated'));
  if (own) return { ...(used !== undefined && { used }), quota: own };
  const teamUsed = number(fieldOf(allocation, 'used')) ?? used;
  return { ...(teamUsed !== undefined && { used: teamUsed }), ...(allocated !== undefined && { quota: allocated }) };
}

/** Holds what every call has to promise: the signal's reason, or an error of the one family. */
async function guarded<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  try {
    return await unlessAborted(work(), signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw toStorageError(error);
  }
}

export function createDropboxStorage(deps: DropboxClientDeps): Storage {
  const transport = createTransport(deps);
  const call = createSdkCall(transport);
  const watch = createWatch({ transport, now: deps.now, sleep: deps.sleep });

  const commit = <T>(signal: AbortSignal | undefined, work: () => Promise<T>) =>
    deps.commits.run(deps.account, signal, work);

  /** Whether the file that is in the way holds the same bytes. @throws {StorageError} `Taken` when it doesn't. */
  async function settleConflict(path: string, hash: string, signal: AbortSignal | undefined): Promise<void> {
    const there = await call('files/get_metadata', signal, (sdk) => sdk.filesGetMetadata({ path }));
    if (fieldOf(there, 'content_hash') === hash) return;
    if (fieldOf(there, '.tag') === undefined) throw foreignAnswer('files/get_metadata', 'something else');
    throw new StorageError('Taken', 'Dropbox: other bytes have that name');
  }

  async function upload(name: ObjectName, bytes: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    const path = `/${name}`;
    const hash = await contentHash(bytes);
    try {
      const stored = await commit(signal, () =>
        call('files/upload', signal, (sdk) =>
          sdk.filesUpload({
            path,
            mode: { '.tag': 'add' },
            autorename: false,
            mute: true,
            strict_conflict: false,
            content_hash: hash,
            contents: bytes,
          }),
        ),
      );
      if (fieldOf(stored, 'content_hash') !== hash) throw foreignAnswer('files/upload', 'something else');
    } catch (error) {
      if (!(error instanceof DropboxFailure) || !error.has('path', 'conflict')) throw error;
      await settleConflict(path, hash, signal);
    }
  }

  return {
    put: (name, bytes, signal) =>
      guarded(signal, async () => {
        checkName(name);
        if (bytes.length > MAX_OBJECT_BYTES)
          throw new StorageError('Rejected', `Dropbox: ${bytes.length} bytes are more than an object may have`);
        // The caller may use its buffer again while this one waits for its turn.
        await upload(name, bytes.slice(), signal);
      }),

    get: (name, range, signal) =>
      guarded(signal, async () => {
        checkName(name);
        return download(transport, name, range, signal);
      }),

    changes: (area, cursor, signal) => guarded(signal, () => listChanges(call, area, cursor, deps.pageSize, signal)),

    delete: (names, signal) =>
      guarded(signal, async () => {
        names.forEach(checkName);
        const distinct = [...new Set(names)];
        for (let start = 0; start < distinct.length; start += DELETE_BATCH_ENTRIES) {
          const batch = distinct.slice(start, start + DELETE_BATCH_ENTRIES);
          // The lock is kept until the job has ended: Dropbox wants no commit beside it.
          await commit(signal, () => deleteNames({ call, sleep: deps.sleep }, batch, signal));
        }
      }),

    watch: (_area, cursor, signal) => guarded(signal, () => watch(cursor, signal)),

    about: (signal) =>
      guarded(signal, async () => {
        // One after the other: of two at once, the second may be on its way to the service when the call is cancelled (S15).
        const account = await call('users/get_current_account', signal, (sdk) => sdk.usersGetCurrentAccount());
        const usage = await call('users/get_space_usage', signal, (sdk) => sdk.usersGetSpaceUsage());
        const accountId = fieldOf(account, 'account_id');
        const label = fieldOf(account, 'email');
        if (typeof accountId !== 'string' || typeof label !== 'string')
          throw foreignAnswer('users/get_current_account', 'something else');
        return { accountId, label, ...quotaOf(usage) };
      }),
  };
}
