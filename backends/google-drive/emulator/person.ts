/** What people do by hand, in Drive's own page and in its settings; and what tests want to see of it. */
import type { Caller } from './store.ts';
import { SCOPES, callerOf, childrenOf, createFile, isTrashed, removeFile, touch, trashFile } from './store.ts';
import type { DriveFile, World } from './world.ts';
import { FOLDER_TYPE } from './world.ts';

export interface Person {
  /** Everything an app made, folders among it, also what is in the trash. */
  files(app: string): readonly DriveFile[];
  /** Into the trash, or out of it. */
  trash(id: string, trashed?: boolean): void;
  rename(id: string, name: string): void;
  /** `folder`: an id, or "root". */
  move(id: string, folder: string): void;
  /** For ever. */
  remove(id: string): void;
  emptyTrash(): void;
  /** "Delete hidden app data". */
  wipeAppData(app: string): void;
  /** A file that seems to come from the app, as after two devices raced. */
  plant(app: string, name: string, bytes: Uint8Array<ArrayBuffer>, folder: string): DriveFile;
}

export function createPerson(world: World, accountId: string): Person {
  const as = (clientId: string): Caller => callerOf(world, { accountId, clientId, scopes: Object.values(SCOPES) });
  const { drive } = as('');

  function find(id: string): DriveFile {
    const file = drive.files.get(id);
    if (!file) throw new RangeError(`there is no file ${id}`);
    return file;
  }

  const withDrive = { world, drive };
  const topmost = (file: DriveFile) => !file.parents.some((id) => drive.files.has(id));

  return {
    files: (app) => [...drive.files.values()].filter((file) => file.app === app),
    trash: (id, trashed = true) => trashFile(withDrive, find(id), trashed),
    rename(id, name) {
      const file = find(id);
      file.name = name;
      touch(withDrive, file);
    },
    move(id, folder) {
      const file = find(id);
      file.parents = [folder === 'root' ? drive.rootId : find(folder).id];
      touch(withDrive, file);
    },
    remove: (id) => removeFile(withDrive, find(id)),
    emptyTrash() {
      for (const file of drive.files.values()) if (isTrashed(drive, file)) removeFile(withDrive, file);
    },
    wipeAppData(app) {
      const hidden = [...drive.files.values()].filter((file) => file.app === app && file.space === 'appDataFolder');
      for (const file of hidden) if (drive.files.has(file.id) && topmost(file)) removeFile(withDrive, file);
    },
    plant(app, name, bytes, folder) {
      const parent = find(folder);
      if (parent.mimeType !== FOLDER_TYPE) throw new RangeError('that is no folder');
      const { id } = createFile(as(app), { name, parents: [folder], mimeType: 'application/octet-stream' }, bytes);
      return childrenOf(drive, folder).find((file) => file.id === id) ?? find(id);
    },
  };
}
