/**
 * Putting, getting and deleting objects, each a file in its area's folder.
 *
 * Drive has neither unique names nor conditional writes. What keeps one object from becoming two: an upload has an id
 * that was fixed before, and an id in use is refused. What keeps two files of one name, made by two devices at once,
 * from being two objects: everybody takes the one that was made first.
 */
import type { ByteRange, ObjectName } from '../storage.ts';
import { areaOf, type Area, StorageError } from '../storage.ts';
import type { AreaFiles } from './area.ts';
import { deleteFiles } from './deletion.ts';
import { download } from './download.ts';
import { DriveFailure, foreignAnswer, inTrash, isBadId, isGone } from './failure.ts';
import { type Entry, type SeenFile, entryOf } from './file.ts';
import { type Folders, lookAt } from './folders.ts';
import type { Ids } from './ids.ts';
import type { Journal } from './journal.ts';
import { sha256 } from './sha256.ts';
import type { Transport } from './transport.ts';
import { upload } from './upload.ts';

export interface ObjectsDeps {
  readonly transport: Transport;
  readonly randomBytes: (length: number) => Uint8Array<ArrayBuffer>;
  readonly folders: Folders;
  readonly ids: Ids;
  readonly journal: Journal;
  readonly areas: Readonly<Record<Area, AreaFiles>>;
}

/** More than two people could undo in one call. */
const MOST_TRIES = 5;

const notFound = () => new StorageError('NotFound', 'Google Drive: there is no such object');
const taken = () => new StorageError('Taken', 'Google Drive: other bytes have that name');

export function createObjects(deps: ObjectsDeps) {
  const { transport, folders, ids, journal, areas } = deps;

  /** What a file that may hold the object is to it. */
  async function compare(
    name: ObjectName,
    id: string,
    hash: string,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly verdict: 'same' | 'other'; readonly entry: Entry } | undefined> {
    const area = areaOf(name);
    const there = await lookAt(transport, id, signal);
    if (!there) return undefined;
    // It went there with its folder, and comes back with it.
    if (there.trashed && !there.explicitlyTrashed) throw inTrash();
    const entry = entryOf(area, folders.of(area), there);
    if (entry?.name !== name) return undefined;
    if (there.sha256 === undefined) throw foreignAnswer('files.get', 'a file without its checksum');
    return { verdict: there.sha256 === hash ? 'same' : 'other', entry };
  }

  /** Whether the object is there already. @throws {StorageError} `Taken` when it holds other bytes. */
  async function isThere(name: ObjectName, hash: string, signal: AbortSignal | undefined): Promise<boolean> {
    const { catalog } = areas[areaOf(name)];
    for (;;) {
      const [first] = catalog.find(name);
      if (!first) return false;
      const known = await compare(name, first.id, hash, signal);
      if (known?.verdict === 'other') throw taken();
      if (known) return true;
      catalog.forget(first.id);
    }
  }

  function written(name: ObjectName, made: SeenFile): void {
    if (made.trashed) throw inTrash();
    ids.settle(name);
    if (made.size !== undefined) journal.wrote({ id: made.id, name, size: made.size, time: made.time });
  }

  /** The id was used before: by this very upload, whose answer was lost, or by another. @returns whether all is done. */
  async function isDone(name: ObjectName, id: string, hash: string, signal: AbortSignal | undefined): Promise<boolean> {
    const known = await compare(name, id, hash, signal);
    if (known) {
      ids.settle(name);
      journal.wrote(known.entry);
      if (known.verdict === 'other') throw taken();
      return true;
    }
    await ids.abandon(name);
    return false;
  }

  async function create(
    name: ObjectName,
    bytes: Uint8Array<ArrayBuffer>,
    hash: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const area = areaOf(name);
    let hasAbandoned = false;
    for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
      const id = await ids.reserve(name, signal);
      const [folder] = folders.of(area);
      if (folder === undefined) {
        await folders.ensure(area, signal);
        continue;
      }
      try {
        const file = { id, name: name.slice(area.length + 1), folder, bytes, sha256: hash };
        written(name, await upload(deps, file, signal));
        return;
      } catch (error) {
        if (!(error instanceof DriveFailure)) throw error;
        if (error.reason === 'fileIdInUse') {
          if (await isDone(name, id, hash, signal)) return;
        } else if (isBadId(error) && !hasAbandoned) {
          hasAbandoned = true;
          await ids.abandon(name);
        } else if (!isGone(error) || !(await areas[area].check(signal))) {
          // The folder hasn't gone: it must be something else.
          throw error;
        }
      }
    }
    throw new StorageError('Unavailable', 'Google Drive: what is being written changes all the time');
  }

  /** The id of one that is there, as far as Drive's listings tell. */
  async function fetch(
    name: ObjectName,
    range: ByteRange | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const files = areas[areaOf(name)];
    const failed = new Set<string>();
    let isFresh = await files.load(signal);
    // Somebody else may have put the same name a moment before.
    if (!isFresh && journal.unseenNamed(name).length > 0) {
      await files.refresh(signal);
      isFresh = true;
    }
    for (;;) {
      const entry = files.catalog.find(name).find(({ id }) => !failed.has(id));
      if (!entry) {
        if (isFresh) throw notFound();
        await files.refresh(signal);
        isFresh = true;
        continue;
      }
      try {
        return await download(transport, entry, range, signal);
      } catch (error) {
        if (!isGone(error)) throw error;
        failed.add(entry.id);
        files.catalog.forget(entry.id);
      }
    }
  }

  /** Everything that has one of the names, as far as it is known; listed anew where that isn't far enough. */
  async function filesNamed(
    area: Area,
    names: readonly ObjectName[],
    signal: AbortSignal | undefined,
  ): Promise<readonly Entry[]> {
    const files = areas[area];
    const isFresh = await files.load(signal);
    const isSure = (name: ObjectName) => files.catalog.find(name).length > 0 && journal.unseenNamed(name).length === 0;
    if (!isFresh && !names.every(isSure)) await files.refresh(signal);
    return names.flatMap((name) => files.catalog.find(name));
  }

  return {
    async put(name: ObjectName, bytes: Uint8Array<ArrayBuffer>, signal: AbortSignal | undefined): Promise<void> {
      const hash = await sha256(bytes);
      const area = areaOf(name);
      // In a folder that was made a moment ago there is nothing.
      if (await folders.ensure(area, signal)) areas[area].catalog.listed([]);
      await areas[area].load(signal);
      if (await isThere(name, hash, signal)) return;
      await create(name, bytes, hash, signal);
    },

    get: fetch,

    async delete(names: readonly ObjectName[], signal: AbortSignal | undefined): Promise<void> {
      const going: Entry[] = [];
      for (const area of ['log', 'files'] as const) {
        const here = names.filter((name) => areaOf(name) === area);
        if (here.length > 0) going.push(...(await filesNamed(area, here, signal)));
      }
      const gone = going.map(({ id }) => id);
      await deleteFiles(transport, gone, signal);
      journal.deleted(gone);
      for (const entry of going) areas[areaOf(entry.name)].catalog.forget(entry.id);
      for (const name of names) ids.settle(name);
    },
  };
}
