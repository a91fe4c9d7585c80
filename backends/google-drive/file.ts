/** A file of Drive's, as far as it is asked about, and what of it is an object of ours. */
import type { drive_v3 } from '@googleapis/drive';
import { fieldOf } from '../field-of.ts';
import type { Area, ObjectName } from '../storage.ts';
import { isObjectName } from '../storage.ts';
import type { Role } from './settings.ts';

/** A method's parameters, as the official client types them, on their way into an address. */
export type QueryOf<P> = Readonly<Partial<Record<Exclude<keyof P, 'auth'>, string>>>;

/** For `fields`. */
export const FILE_FIELDS = [
  'id',
  'name',
  'mimeType',
  'parents',
  'trashed',
  'explicitlyTrashed',
  'createdTime',
  'size',
  'sha256Checksum',
  'appProperties',
] as const satisfies readonly (keyof drive_v3.Schema$File)[];

export const FOLDER_TYPE = 'application/vnd.google-apps.folder';
/** The app's mark on its folders: their role. Names are the person's to change. */
const MARK = 'satchel';

/** One file that holds an object. Of one name there may be several: see `objectsOf`. */
export interface Entry {
  readonly id: string;
  readonly name: ObjectName;
  readonly size: number;
  /** Drive's own, when it was made; ms since 1970. */
  readonly time: number;
}

export interface SeenFile {
  readonly id: string;
  readonly name: string;
  readonly isFolder: boolean;
  readonly parents: readonly string[];
  readonly trashed: boolean;
  /** By hand, not because its folder is. */
  readonly explicitlyTrashed: boolean;
  readonly time: number;
  /** Undefined for what has no bytes. */
  readonly size: number | undefined;
  readonly sha256: string | undefined;
  readonly role: Role | undefined;
}

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);

/** Undefined for what isn't a file's metadata. */
export function readFile(value: unknown): SeenFile | undefined {
  const id = text(fieldOf(value, 'id'));
  const name = text(fieldOf(value, 'name'));
  const time = Date.parse(text(fieldOf(value, 'createdTime')) ?? '');
  if (id === undefined || name === undefined || !Number.isFinite(time)) return undefined;
  const parents = fieldOf(value, 'parents');
  const size = text(fieldOf(value, 'size'));
  const role = fieldOf(fieldOf(value, 'appProperties'), MARK);
  return {
    id,
    name,
    isFolder: fieldOf(value, 'mimeType') === FOLDER_TYPE,
    parents: Array.isArray(parents) ? parents.filter((parent) => typeof parent === 'string') : [],
    trashed: fieldOf(value, 'trashed') === true,
    explicitlyTrashed: fieldOf(value, 'explicitlyTrashed') === true,
    time,
    // Sizes are text on the wire, as they may be larger than a number can be.
    size: size !== undefined && /^\d{1,15}$/.test(size) ? Number(size) : undefined,
    sha256: text(fieldOf(value, 'sha256Checksum')),
    role: role === 'root' || role === 'log' || role === 'files' ? role : undefined,
  };
}

export function markOf(role: Role): Readonly<Record<string, string>> {
  return { [MARK]: role };
}

/** The object that the file holds; undefined for what a person put there, or took away. */
export function entryOf(area: Area, folders: readonly string[], file: SeenFile): Entry | undefined {
  const name = `${area}/${file.name}`;
  const isOurs = file.parents.some((parent) => folders.includes(parent));
  if (!isOurs || file.trashed || file.isFolder || file.size === undefined || !isObjectName(name)) return undefined;
  return { id: file.id, name, size: file.size, time: file.time };
}
