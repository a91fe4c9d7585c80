/** Single files and folders: upload, download, metadata, folders, deletion. */
import type { files } from 'dropbox';
import { contentHash } from '../content-hash.ts';
import {
  flag,
  list,
  optional,
  otherwise,
  readPath,
  required,
  revision,
  sha256Hex,
  struct,
  time,
  union,
  writePath,
  writePathOrId,
  text,
} from './arguments.ts';
import { Failure, routeError } from './failures.ts';
import type { Download, Route } from './route.ts';
import { route } from './route.ts';
import { addSession } from './sessions.ts';
import {
  announce,
  commitFile,
  createFolder,
  deletedMetadata,
  fileMetadata,
  findNode,
  fold,
  folderMetadata,
  lookupFailure,
  metadata,
  refusedAs,
  removeNode,
  underWriteLock,
} from './tree.ts';
import type { AnyMetadata } from './tree.ts';

/** Bytes in one request, at most. */
export const MAX_PAYLOAD = 150 * 1024 * 1024;

const propertyGroup = struct({
  template_id: required(text({ min: 1, pattern: '(/|ptid:).*' })),
  fields: required(list(struct({ name: required(text()), value: required(text()) }))),
});
const templateFilter = union({ filter_some: text(), other: 'void' });

const writeMode = union({ add: 'void', overwrite: 'void', update: revision });
export const commitFields = {
  path: required(writePathOrId),
  mode: otherwise(writeMode, { '.tag': 'add', value: undefined }),
  autorename: otherwise(flag, false),
  client_modified: optional(time),
  mute: otherwise(flag, false),
  property_groups: optional(list(propertyGroup)),
  strict_conflict: otherwise(flag, false),
};

const upload = route(
  { name: 'files/upload', host: 'content', style: 'upload', scope: 'files.content.write' },
  struct({ ...commitFields, content_hash: optional(sha256Hex) }),
  async (call, commit): Promise<files.FileMetadata> => {
    const { world, caller, body } = call;
    if (body.length > MAX_PAYLOAD) throw routeError({ '.tag': 'payload_too_large' } satisfies files.UploadError);
    const hash = await contentHash(body);
    if (commit.content_hash !== undefined && commit.content_hash !== hash)
      throw routeError({ '.tag': 'content_hash_mismatch' } satisfies files.UploadError);
    world.blobs.set(hash, body);
    const content = { hash, size: body.length };
    const node = await refusedAs(
      () =>
        underWriteLock(world, caller.namespace, () =>
          commitFile(world, caller.account, caller.namespace, commit, content),
        ),
      (reason) => {
        const session = addSession(world, caller.owner, false);
        session.pieces.set(0, body);
        const error: files.UploadErrorPath = { '.tag': 'path', reason, upload_session_id: session.id };
        return routeError(error);
      },
    );
    return fileMetadata(node);
  },
);

const download = route(
  { name: 'files/download', host: 'content', style: 'download', scope: 'files.content.read' },
  struct({ path: required(readPath), rev: optional(revision) }),
  ({ world, caller }, argument): Download => {
    const node = findNode(caller.namespace, argument.rev === undefined ? argument.path : `rev:${argument.rev}`);
    if (!node) throw lookupFailure('not_found');
    if (node.kind === 'folder') throw lookupFailure('not_file');
    const bytes = world.blobs.get(node.hash);
    if (!bytes) throw new Failure(500, 'the stand-in lost the bytes of a file');
    return { metadata: fileMetadata(node) satisfies files.FileMetadata, etag: `W/"${node.rev}"`, bytes };
  },
);

const getMetadata = route(
  { name: 'files/get_metadata', scope: 'files.metadata.read' },
  struct({
    path: required(readPath),
    include_media_info: otherwise(flag, false),
    include_deleted: otherwise(flag, false),
    include_has_explicit_shared_members: otherwise(flag, false),
    include_property_groups: optional(templateFilter),
  }),
  ({ caller }, { path, include_deleted }): AnyMetadata => {
    const node = findNode(caller.namespace, path);
    if (node) return metadata(node);
    if (include_deleted) {
      const tombstone = caller.namespace.changes.findLast((change) => change.lower === fold(path));
      if (tombstone) return deletedMetadata(tombstone);
    }
    throw lookupFailure('not_found');
  },
);

const createFolderV2 = route(
  { name: 'files/create_folder_v2', scope: 'files.content.write' },
  struct({ path: required(writePath), autorename: otherwise(flag, false) }),
  async ({ world, caller }, { path, autorename }): Promise<files.CreateFolderResult> => {
    const folder = await refusedAs(
      () => underWriteLock(world, caller.namespace, () => createFolder(world, caller.namespace, path, autorename)),
      (reason) => routeError({ '.tag': 'path', path: reason } satisfies files.CreateFolderError),
    );
    return { metadata: folderMetadata(folder) };
  },
);

export const deleteArgument = struct({ path: required(writePathOrId), parent_rev: optional(revision) });

const deleteV2 = route(
  { name: 'files/delete_v2', scope: 'files.content.write' },
  deleteArgument,
  ({ world, caller }, { path, parent_rev }): Promise<files.DeleteResult> =>
    refusedAs(
      () =>
        underWriteLock(world, caller.namespace, () => {
          const node = findNode(caller.namespace, path);
          if (!node) throw routeError(notFoundToDelete());
          if (parent_rev !== undefined && (node.kind === 'folder' || node.rev !== parent_rev))
            throw routeError({
              '.tag': 'path_write',
              path_write: { '.tag': 'conflict', conflict: { '.tag': node.kind } },
            } satisfies files.DeleteError);
          removeNode(caller.namespace, node);
          announce(caller.namespace);
          return { metadata: metadata(node) };
        }),
      (reason) =>
        routeError(
          reason['.tag'] === 'too_many_write_operations'
            ? ({ '.tag': 'too_many_write_operations' } satisfies files.DeleteError)
            : ({ '.tag': 'path_write', path_write: reason } satisfies files.DeleteError),
        ),
    ),
);

export function notFoundToDelete(): files.DeleteErrorPathLookup {
  return { '.tag': 'path_lookup', path_lookup: { '.tag': 'not_found' } };
}

export const fileRoutes: readonly Route[] = [upload, download, getMetadata, createFolderV2, deleteV2];
