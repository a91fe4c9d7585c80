/**
 * What is kept of a connection, beside what signing in keeps there: where the objects lie, and ids that were reserved
 * and not used yet. An id is fixed for an object before its upload begins, so that an upload whose answer was lost can
 * be sent again and makes no second file, also after a restart.
 */
import type { ConnectionSettings } from '../provider.ts';
import type { Area } from '../storage.ts';

/** A folder that the person sees and may move about, or the app's own, which they can only wipe. */
export type Space = 'drive' | 'appDataFolder';

/** What a folder is for. The visible ones of the two areas lie in a common one. */
export type Role = Area | 'root';

export interface KnownFolder {
  readonly role: Role;
  readonly id: string;
}

export interface DriveSettings {
  readonly space: Space;
  /** The account that was signed in to, as `about` tells it; absent: not known. */
  readonly accountId?: string;
  /** Folders that exist. Of one role there may be several, when two devices made theirs at once: the first is written to. */
  readonly folders: readonly KnownFolder[];
  /** Ids that Drive reserved for this account, not used yet. */
  readonly ids: readonly string[];
  /** By object name, or by "folder/<role>": the id that its upload has. */
  readonly pending: Readonly<Record<string, string>>;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function isFolder(value: unknown): value is KnownFolder {
  if (typeof value !== 'object' || value === null || !('role' in value) || !('id' in value)) return false;
  return isText(value.id) && (value.role === 'root' || value.role === 'log' || value.role === 'files');
}

/** What can't be read is as good as not there: then folders are looked for and ids asked for again. */
export function readDriveSettings(settings: ConnectionSettings): DriveSettings {
  const { space, accountId, folders, ids, pending } = settings;
  const fixed = typeof pending === 'object' && pending !== null ? Object.entries(pending) : [];
  return {
    space: space === 'appDataFolder' ? 'appDataFolder' : 'drive',
    ...(isText(accountId) && { accountId }),
    folders: Array.isArray(folders) ? folders.filter(isFolder) : [],
    ids: Array.isArray(ids) ? ids.filter(isText) : [],
    pending: Object.fromEntries(fixed.filter((pair): pair is [string, string] => isText(pair[1]))),
  };
}

/** The settings of one connection, for all that change a part of them. */
export interface Kept {
  /** As they are by now, also where they aren't saved yet. */
  readonly settings: () => ConnectionSettings;
  /** Puts the parts in place of those before, and saves the whole. */
  change(parts: ConnectionSettings): Promise<void>;
}

export function createKept(first: ConnectionSettings, save: (settings: ConnectionSettings) => Promise<void>): Kept {
  let settings = first;
  let saving: Promise<void> = Promise.resolve();
  return {
    settings: () => settings,
    change(parts) {
      settings = { ...settings, ...parts };
      // One after the other, so that an older state never ends up on top of a newer one.
      saving = saving.then(() => save({ ...settings })).catch(() => undefined);
      // What couldn't be saved is known here all the same. Lost with the program, it costs requests: an upload that
      // is sent again under another id makes a second file, which is found to be the same and removed.
      return saving;
    },
  };
}
