/**
 * A bucket's objects on disk. One object is one file, what is known of it before its bytes, so that it appears and
 * goes as a whole even when the process is killed.
 */
import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, link, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface StoredObject {
  readonly key: string;
  readonly size: number;
  /** With its quotes. */
  readonly etag: string;
  /** ms since 1970. */
  readonly modified: number;
  readonly contentType: string;
  /** By header: `x-amz-checksum-…`, in base 64. */
  readonly checksums: Readonly<Record<string, string>>;
  /** By header: `x-amz-meta-…`. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ObjectFiles {
  /** @returns false when `onlyNew` and there is one under this key already. */
  put(object: StoredObject, bytes: Uint8Array, onlyNew: boolean): Promise<boolean>;
  find(key: string): Promise<StoredObject | undefined>;
  /** Bytes from `start` up to but not including `end`; undefined when the object has gone. */
  read(key: string, start: number, end: number): Promise<Buffer | undefined>;
  remove(key: string): Promise<void>;
  /** In the order of their keys. */
  list(): Promise<readonly StoredObject[]>;
}

/** @param folder made when it isn't there */
export async function openObjectFiles(folder: string): Promise<ObjectFiles> {
  const arriving = join(folder, 'arriving');
  // Uploads that a killed process left behind; nobody was told that they are there.
  await rm(arriving, { recursive: true, force: true });
  await mkdir(arriving, { recursive: true });
  /** Read from the files when somebody first lists, and kept up to date from then on. */
  let index: Promise<Map<string, StoredObject>> | undefined;

  const folderOf = (name: string) => join(folder, name.slice(0, 2));
  const fileOf = (key: string) => {
    const name = createHash('sha256').update(key).digest('hex');
    return join(folderOf(name), name);
  };

  async function readIndex(): Promise<Map<string, StoredObject>> {
    const found = new Map<string, StoredObject>();
    const folders = (await readdir(folder)).filter((name) => name.length === 2);
    for (const name of folders) {
      for (const file of await readdir(join(folder, name))) {
        const head = await withFile(join(folder, name, file), readHead);
        if (head) found.set(head.object.key, head.object);
      }
    }
    return found;
  }

  return {
    async put(object, bytes, onlyNew) {
      const path = fileOf(object.key);
      const temporary = join(arriving, randomUUID());
      const head = Buffer.from(JSON.stringify(object));
      const length = Buffer.alloc(4);
      length.writeUInt32BE(head.length);
      await writeFile(temporary, Buffer.concat([length, head, bytes]));
      await mkdir(join(path, '..'), { recursive: true });
      if (onlyNew) {
        try {
          // Unlike renaming, this fails when there is a file of that name.
          await link(temporary, path);
        } catch (error) {
          if (codeOf(error) === 'EEXIST') return false;
          throw error;
        } finally {
          await rm(temporary);
        }
      } else await rename(temporary, path);
      (await index)?.set(object.key, object);
      return true;
    },
    async find(key) {
      return (await withFile(fileOf(key), readHead))?.object;
    },
    read: (key, start, end) =>
      withFile(fileOf(key), async (file) => {
        const { offset } = await readHead(file);
        const bytes = Buffer.alloc(end - start);
        await file.read(bytes, 0, bytes.length, offset + start);
        return bytes;
      }),
    async remove(key) {
      await rm(fileOf(key), { force: true });
      (await index)?.delete(key);
    },
    async list() {
      index ??= readIndex();
      return [...(await index).values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    },
  };
}

async function readHead(file: FileHandle): Promise<{ object: StoredObject; offset: number }> {
  const length = Buffer.alloc(4);
  await file.read(length, 0, 4, 0);
  const head = Buffer.alloc(length.readUInt32BE());
  await file.read(head, 0, head.length, 4);
  return { object: JSON.parse(head.toString()) as StoredObject, offset: 4 + head.length };
}

/** @returns undefined when there is no such file. */
async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T | undefined> {
  let file: FileHandle;
  try {
    file = await open(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
