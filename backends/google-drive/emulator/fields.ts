/**
 * The `fields` parameter: which parts of an answer a client wants. A name that the resource doesn't have is refused.
 * https://developers.google.com/workspace/drive/api/guides/fields-parameter
 */
import { failure } from './failures.ts';

/** What may be asked for: true for a value without further names, or with any. */
export type Shape = true | { readonly [name: string]: Shape };

const names = (text: string): Record<string, true> =>
  Object.fromEntries(text.split(/\s+/).map((name) => [name, true as const]));

const USER: Shape = names('kind displayName photoLink me permissionId emailAddress');

export const FILE: Shape = {
  ...names(`appProperties capabilities contentHints contentRestrictions copyRequiresWriterPermission createdTime
    description downloadRestrictions driveId explicitlyTrashed exportLinks fileExtension folderColorRgb
    fullFileExtension hasAugmentedPermissions hasThumbnail headRevisionId iconLink id imageMediaMetadata
    inheritedPermissionsDisabled isAppAuthorized kind labelInfo linkShareMetadata md5Checksum mimeType modifiedByMe
    modifiedByMeTime modifiedTime name originalFilename ownedByMe parents permissionIds permissions properties
    quotaBytesUsed resourceKey sha1Checksum sha256Checksum shared sharedWithMeTime shortcutDetails size spaces starred
    teamDriveId thumbnailLink thumbnailVersion trashed trashedTime version videoMediaMetadata viewedByMe viewedByMeTime
    viewersCanCopyContent webContentLink webViewLink writersCanShare`),
  lastModifyingUser: USER,
  owners: USER,
  sharingUser: USER,
  trashingUser: USER,
};

export const FILE_LIST: Shape = { ...names('kind nextPageToken incompleteSearch'), files: FILE };
export const CHANGE_LIST: Shape = {
  ...names('kind nextPageToken newStartPageToken'),
  changes: { ...names('kind type changeType time removed fileId driveId teamDriveId'), file: FILE, drive: true },
};
export const START_PAGE_TOKEN: Shape = names('kind startPageToken');
export const GENERATED_IDS: Shape = names('kind ids space');
export const ABOUT: Shape = {
  ...names(`kind appInstalled canCreateDrives canCreateTeamDrives driveThemes exportFormats folderColorPalette
    importFormats maxImportSizes maxUploadSize teamDriveThemes`),
  user: USER,
  storageQuota: names('limit usage usageInDrive usageInDriveTrash'),
};

/** What was asked for: `true` for the whole value. */
type Selection = true | Map<string, Selection>;

function refused(text: string): never {
  throw failure(400, 'invalidParameter', `Invalid field selection ${text}`, { location: 'fields' });
}

/** "a,b(c,d/e),f/g". @throws {Failure} */
function parse(text: string): Map<string, Selection> {
  let at = 0;

  function list(): Map<string, Selection> {
    const chosen = new Map<string, Selection>();
    for (;;) {
      const [name, inner] = item();
      const before = chosen.get(name);
      if (before instanceof Map && inner instanceof Map) for (const [key, value] of inner) before.set(key, value);
      else chosen.set(name, inner);
      if (text[at] !== ',') return chosen;
      at++;
    }
  }

  function item(): [string, Selection] {
    const name = /^\s*([A-Za-z][A-Za-z0-9]*|\*)\s*/.exec(text.slice(at));
    if (!name?.[1]) return refused(text);
    at += name[0].length;
    if (text[at] === '/') {
      at++;
      return [name[1], new Map([item()])];
    }
    if (text[at] !== '(') return [name[1], true];
    at++;
    const inner = list();
    if (text[at] !== ')') return refused(text);
    at++;
    return [name[1], inner];
  }

  const all = list();
  return at === text.length ? all : refused(text);
}

function check(selection: Map<string, Selection>, shape: Shape): void {
  for (const [name, inner] of selection) {
    if (name === '*' || shape === true) continue;
    const part = shape[name];
    if (part === undefined) refused(name);
    if (inner instanceof Map) check(inner, part);
  }
}

function pick(value: unknown, selection: Selection): unknown {
  if (selection === true || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => pick(item, selection));
  const star = selection.get('*');
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, part]) => {
      const inner = selection.get(name) ?? star;
      return inner === undefined ? [] : [[name, pick(part, inner)]];
    }),
  );
}

/**
 * @param usual the selection when the client names none.
 * @returns what to do with the answer. @throws {Failure} 400 for a name that isn't there.
 */
export function fieldsOf(query: URLSearchParams, shape: Shape, usual: string): (answer: object) => object {
  const text = query.get('fields') ?? usual;
  const selection = parse(text);
  check(selection, shape);
  return (answer) => pick(answer, selection) as object;
}
