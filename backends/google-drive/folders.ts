/**
 * The folders that objects lie in: one for each area, and around them, where a person sees them, one called Satchel.
 * They are made once, with ids that were reserved, and known by their ids and a mark of the app's; so they may be
 * renamed and moved. Two devices that make theirs at once make two of a kind: both are read, the first is written to.
 */
import type { drive_v3 } from '@googleapis/drive';
import type { Area } from '../storage.ts';
import { StorageError } from '../storage.ts';
import { readAbout } from './account.ts';
import { DriveFailure, foreignAnswer, inTrash, isBadId, isGone } from './failure.ts';
import { FILE_FIELDS, FOLDER_TYPE, type SeenFile, markOf, readFile } from './file.ts';
import type { Ids } from './ids.ts';
import { FOLDERS, PAGE_FILES, listAll } from './listing.ts';
import { type Kept, type KnownFolder, type Role, readDriveSettings } from './settings.ts';
import { createSharedRun } from './shared-run.ts';
import { type Transport, call } from './transport.ts';

const VISIBLE_NAME = 'Satchel';

export interface Folders {
  /** Ids of those that exist; the first is for writing. None: nothing was ever written. */
  of(area: Area): readonly string[];
  /** Looks for folders of other devices. @returns whether there were any that weren't known. */
  find(signal: AbortSignal | undefined): Promise<boolean>;
  /** Sees to it that there is one. @returns whether it was made just now. */
  ensure(area: Area, signal: AbortSignal | undefined): Promise<boolean>;
  /** One that was come across. @returns whether it wasn't known. */
  learn(file: SeenFile): Promise<boolean>;
  /**
   * When an area's folders seem to be gone or empty: asks for each. Those that are gone are forgotten.
   * @returns whether one of them was gone.
   * @throws {StorageError} `Unavailable` when one is in the trash, `Unauthorized` when this is another account.
   */
  check(area: Area, signal: AbortSignal | undefined): Promise<boolean>;
}

export interface FoldersDeps {
  readonly transport: Transport;
  readonly kept: Kept;
  readonly ids: Ids;
}

/** A file by its id; undefined when there is none. This is told rightly at once, other than listings. */
export async function lookAt(
  transport: Transport,
  id: string,
  signal: AbortSignal | undefined,
): Promise<SeenFile | undefined> {
  const method = 'files.get';
  const path = `/drive/v3/files/${encodeURIComponent(id)}`;
  try {
    const query = { fields: FILE_FIELDS.join(',') };
    const file = readFile(await call(transport, { method, verb: 'GET', path, query, signal }));
    if (file?.id !== id) throw foreignAnswer(method, 'something that is not the file');
    return file;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

function foldersAmong(files: readonly SeenFile[]): KnownFolder[] {
  return files.flatMap(({ id, role, isFolder, trashed }) => (role && isFolder && !trashed ? [{ id, role }] : []));
}

export function createFolders({ transport, kept, ids }: FoldersDeps): Folders {
  const read = () => readDriveSettings(kept.settings());
  const idsOf = (role: Role) =>
    read()
      .folders.filter((folder) => folder.role === role)
      .map(({ id }) => id);

  async function add(found: readonly KnownFolder[]): Promise<boolean> {
    const { folders } = read();
    const fresh = found.filter(({ id }) => !folders.some((known) => known.id === id));
    if (fresh.length > 0) await kept.change({ folders: [...folders, ...fresh] });
    return fresh.length > 0;
  }

  const finding = createSharedRun(async (signal) => {
    const { space } = read();
    const files = await listAll(transport, { space, query: FOLDERS, pageSize: PAGE_FILES }, signal);
    // Every device that finds several writes to the same.
    files.sort((one, other) => one.time - other.time || (one.id < other.id ? -1 : 1));
    return add(foldersAmong(files));
  });

  /** Whether the id, which is in use, is that of the folder that was to be made. */
  async function isMade(id: string, role: Role, signal: AbortSignal): Promise<boolean> {
    const there = await lookAt(transport, id, signal);
    return there?.isFolder === true && there.role === role && !there.trashed;
  }

  async function make(role: Role, parent: string | undefined, signal: AbortSignal): Promise<void> {
    const key = `folder/${role}`;
    const method = 'files.create';
    let hasAbandoned = false;
    for (;;) {
      const id = await ids.reserve(key, signal);
      const metadata = {
        id,
        name: role === 'root' ? VISIBLE_NAME : role,
        mimeType: FOLDER_TYPE,
        appProperties: markOf(role),
        ...(parent !== undefined && { parents: [parent] }),
      } satisfies drive_v3.Schema$File;
      try {
        const made = await call(transport, {
          method,
          verb: 'POST',
          path: '/drive/v3/files',
          query: { fields: FILE_FIELDS.join(',') },
          headers: { 'Content-Type': 'application/json; charset=UTF-8' },
          body: new TextEncoder().encode(JSON.stringify(metadata)),
          signal,
        });
        if (readFile(made)?.id !== id) throw foreignAnswer(method, 'something that is not the folder');
      } catch (error) {
        if (!(error instanceof DriveFailure)) throw error;
        if (isBadId(error) && !hasAbandoned) {
          hasAbandoned = true;
          await ids.abandon(key);
          continue;
        }
        if (error.reason !== 'fileIdInUse') throw error;
        if (!(await isMade(id, role, signal))) {
          await ids.abandon(key);
          continue;
        }
      }
      ids.settle(key);
      await add([{ role, id }]);
      return;
    }
  }

  /** The folder around those of the areas; none where the app's own is around them. */
  async function around(signal: AbortSignal): Promise<string | undefined> {
    if (read().space === 'appDataFolder') return 'appDataFolder';
    if (idsOf('root').length === 0) await make('root', undefined, signal);
    return idsOf('root')[0];
  }

  async function makeArea(area: Area, signal: AbortSignal): Promise<void> {
    if (idsOf(area).length > 0) return;
    try {
      await make(area, await around(signal), signal);
    } catch (error) {
      const [root] = idsOf('root');
      // The folder around it has gone meanwhile, and with it all that was in it.
      if (!isGone(error) || root === undefined) throw error;
      if (await lookAt(transport, root, signal)) throw error;
      await forget([root]);
      await make(area, await around(signal), signal);
    }
  }

  // One after the other, as both may need the folder around them.
  let turn: Promise<unknown> = Promise.resolve();
  const making = (area: Area) =>
    createSharedRun(async (signal) => {
      const before = turn;
      const own = before.catch(() => undefined).then(() => makeArea(area, signal));
      turn = own.catch(() => undefined);
      await own;
    });
  const makers = { log: making('log'), files: making('files') };

  async function forget(gone: readonly string[]): Promise<void> {
    await kept.change({ folders: read().folders.filter(({ id }) => !gone.includes(id)) });
  }

  /** The same ids mean nothing in another account, and nothing is to be made there. */
  async function sameAccount(signal: AbortSignal | undefined): Promise<void> {
    const { accountId } = read();
    if (accountId === undefined) return;
    const { accountId: now } = await readAbout(transport, signal);
    if (now !== accountId)
      throw new StorageError('Unauthorized', 'Google Drive: another Google account than before is signed in');
  }

  return {
    of: idsOf,
    find: (signal) => finding.join(signal),
    async ensure(area, signal) {
      if (idsOf(area).length > 0) return false;
      await finding.join(signal);
      if (idsOf(area).length > 0) return false;
      await makers[area].join(signal);
      return true;
    },
    learn: async (file) => add(foldersAmong([file])),
    async check(area, signal) {
      const gone: string[] = [];
      for (const id of idsOf(area)) {
        const there = await lookAt(transport, id, signal);
        if (there?.trashed === true) throw inTrash();
        if (!there) gone.push(id);
      }
      if (gone.length === 0) return false;
      await sameAccount(signal);
      await forget(gone);
      return true;
    },
  };
}
