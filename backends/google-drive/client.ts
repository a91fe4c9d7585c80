/**
 * The storage interface over Google Drive: a folder for each area, an object a file. Plain REST, whose types alone
 * come from the official library.
 * https://developers.google.com/workspace/drive/api/reference/rest/v3
 */
import { unlessAborted } from '../abort.ts';
import type { Timer } from '../deadline.ts';
import type { Area, Storage } from '../storage.ts';
import { MAX_OBJECT_BYTES, StorageError, isObjectName } from '../storage.ts';
import { readAbout } from './account.ts';
import { type AreaDeps, createAreaFiles } from './area.ts';
import { createChanges } from './changes.ts';
import { DriveFailure, storageErrorOf } from './failure.ts';
import { createFolders } from './folders.ts';
import { createIds } from './ids.ts';
import type { Journal } from './journal.ts';
import { PAGE_FILES } from './listing.ts';
import { createObjects } from './objects.ts';
import type { Kept } from './settings.ts';
import { type AccessTokens, createTransport } from './transport.ts';
import { createWatch } from './watch.ts';

export interface GoogleDriveDeps {
  readonly fetch: typeof fetch;
  /** ms since 1970. */
  readonly now: () => number;
  /** Rejects with the signal's reason when it fires. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly randomBytes: (length: number) => Uint8Array<ArrayBuffer>;
  /** The API's base address, without a slash at its end. */
  readonly api: string;
  readonly tokens: AccessTokens;
  readonly kept: Kept;
  /** One for all connections of this program to the account. */
  readonly journal: Journal;
  /** Files on a page of a listing; absent: as many as Drive gives. */
  readonly pageSize?: number;
  /** How long the feed of changes is trusted before everything is listed anew, in ms; absent: half an hour. */
  readonly fullListingEvery?: number;
  /** Absent: the device's own. */
  readonly timer?: Timer;
}

const FULL_LISTING_EVERY = 30 * 60 * 1000;

function checkName(name: string): void {
  if (!isObjectName(name)) throw new StorageError('Rejected', 'Google Drive: that is not an object name');
}

function toStorageError(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  if (error instanceof DriveFailure) return storageErrorOf(error);
  // What is left are answers that could not be read, for example a body that broke off.
  const kind = error instanceof Error ? error.name : typeof error;
  return new StorageError('Unavailable', `Google Drive: an answer could not be read (${kind})`);
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

export function createGoogleDriveStorage(deps: GoogleDriveDeps): Storage {
  const { kept, journal } = deps;
  const transport = createTransport(deps);
  const ids = createIds({ kept, transport });
  const folders = createFolders({ transport, kept, ids });
  const areaDeps: AreaDeps = { transport, kept, folders, journal, pageSize: deps.pageSize ?? PAGE_FILES };
  const areas = { log: createAreaFiles('log', areaDeps), files: createAreaFiles('files', areaDeps) };
  const fullListingEvery = deps.fullListingEvery ?? FULL_LISTING_EVERY;
  const changes = createChanges({ transport, kept, folders, now: deps.now, fullListingEvery });
  const objects = createObjects({ transport, randomBytes: deps.randomBytes, folders, ids, journal, areas });
  const watch = createWatch({ transport, changes, sleep: deps.sleep });

  return {
    put: (name, bytes, signal) =>
      guarded(signal, async () => {
        checkName(name);
        if (bytes.length > MAX_OBJECT_BYTES)
          throw new StorageError('Rejected', `Google Drive: ${bytes.length} bytes are more than an object may have`);
        // The caller may use its buffer again while this one waits for its turn.
        await objects.put(name, bytes.slice(), signal);
      }),

    get: (name, range, signal) =>
      guarded(signal, async () => {
        checkName(name);
        return objects.get(name, range, signal);
      }),

    changes: (area: Area, cursor, signal) => guarded(signal, () => changes.list(area, areas[area], cursor, signal)),

    delete: (names, signal) =>
      guarded(signal, async () => {
        names.forEach(checkName);
        await objects.delete([...new Set(names)], signal);
      }),

    watch: (area, cursor, signal) => guarded(signal, () => watch(area, cursor, signal)),

    about: (signal) => guarded(signal, () => readAbout(transport, signal)),
  };
}
