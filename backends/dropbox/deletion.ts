/** Deleting: one by one, or many in a job that is asked after until it is done. */
import type { files } from 'dropbox';
import { fieldOf } from '../field-of.ts';
import type { ObjectName } from '../storage.ts';
import { StorageError } from '../storage.ts';
import { DropboxFailure, foreignAnswer, tagsOf } from './failure.ts';
import type { SdkCall } from './sdk.ts';

export interface DeletionDeps {
  readonly call: SdkCall;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** The API's limit. */
export const DELETE_BATCH_ENTRIES = 1000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5000;
/** A job that isn't done after some five minutes is left alone; deleting again is harmless. */
const MOST_POLLS = 64;

function isGone(error: unknown): boolean {
  return error instanceof DropboxFailure && error.has('path_lookup', 'not_found');
}

async function deleteOne(call: SdkCall, name: ObjectName, signal: AbortSignal | undefined): Promise<void> {
  try {
    const result = await call('files/delete_v2', signal, (sdk) => sdk.filesDeleteV2({ path: `/${name}` }));
    if (fieldOf(result, 'metadata') === undefined) throw foreignAnswer('files/delete_v2', 'something else');
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/** @throws {DropboxFailure} for the first entry that failed for another reason than not being there. */
function checkEntries(entries: readonly files.DeleteBatchResultEntry[], expected: number): void {
  if (!Array.isArray(entries) || entries.length !== expected)
    throw foreignAnswer('files/delete_batch', 'another number of results');
  for (const entry of entries) {
    if (entry['.tag'] === 'success') continue;
    const failure = new DropboxFailure('files/delete_batch', 409, tagsOf(fieldOf(entry, 'failure')));
    if (!isGone(failure)) throw failure;
  }
}

/** Whatever is there; `checkEntries` looks at it. */
const entriesOf = (answer: unknown) => fieldOf(answer, 'entries') as readonly files.DeleteBatchResultEntry[];

async function deleteMany(
  { call, sleep }: DeletionDeps,
  names: readonly ObjectName[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const route = 'files/delete_batch';
  const launch = await call(route, signal, (sdk) =>
    sdk.filesDeleteBatch({ entries: names.map((name) => ({ path: `/${name}` })) }),
  );
  if (fieldOf(launch, '.tag') === 'complete') return checkEntries(entriesOf(launch), names.length);
  const job = fieldOf(launch, 'async_job_id');
  if (typeof job !== 'string') throw foreignAnswer(route, 'neither a result nor a job');

  for (let poll = 0; poll < MOST_POLLS; poll++) {
    if (poll > 0) await sleep(Math.min(FIRST_WAIT_MS * 2 ** (poll - 1), LONGEST_WAIT_MS), signal);
    const status = await call(`${route}/check`, signal, (sdk) => sdk.filesDeleteBatchCheck({ async_job_id: job }));
    const tag = fieldOf(status, '.tag');
    if (tag === 'complete') return checkEntries(entriesOf(status), names.length);
    if (tag === 'failed') throw new DropboxFailure(route, 409, tagsOf(fieldOf(status, 'failed')));
    if (typeof tag !== 'string') throw foreignAnswer(`${route}/check`, 'something else');
  }
  throw new StorageError('Unavailable', 'Dropbox: a deletion has not come to an end');
}

/** Names that aren't there are fine. At most DELETE_BATCH_ENTRIES names. */
export async function deleteNames(
  deps: DeletionDeps,
  names: readonly ObjectName[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const [first] = names;
  if (first !== undefined && names.length === 1) return deleteOne(deps.call, first, signal);
  if (names.length > 1) return deleteMany(deps, names, signal);
}
