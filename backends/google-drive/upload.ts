/**
 * Making a file of an object, in one request: metadata and bytes as `multipart/related`. Objects are small enough for
 * it: https://developers.google.com/workspace/drive/api/guides/manage-uploads#multipart
 */
import type { drive_v3 } from '@googleapis/drive';
import { foreignAnswer } from './failure.ts';
import { FILE_FIELDS, type SeenFile, readFile } from './file.ts';
import { type Transport, call } from './transport.ts';

export interface UploadDeps {
  readonly transport: Transport;
  readonly randomBytes: (length: number) => Uint8Array<ArrayBuffer>;
}

export interface Upload {
  readonly id: string;
  /** Without its area: the folder says that. */
  readonly name: string;
  readonly folder: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly sha256: string;
}

const METHOD = 'files.create';

const text = (lines: readonly string[]) => new TextEncoder().encode(lines.join('\r\n'));

function multipart(metadata: drive_v3.Schema$File, bytes: Uint8Array, boundary: string): Uint8Array<ArrayBuffer> {
  const head = text([
    `--${boundary}`,
    'Content-Type: application/json; charset=UTF-8',
    '',
    JSON.stringify(metadata),
    `--${boundary}`,
    'Content-Type: application/octet-stream',
    '',
    '',
  ]);
  const foot = text(['', `--${boundary}--`, '']);
  const body = new Uint8Array(head.length + bytes.length + foot.length);
  body.set(head);
  body.set(bytes, head.length);
  body.set(foot, head.length + bytes.length);
  return body;
}

/** @returns the file as Drive has it now. @throws {DriveFailure} `fileIdInUse` when the id was used before. */
export async function upload(
  { transport, randomBytes }: UploadDeps,
  { id, name, folder, bytes, sha256 }: Upload,
  signal: AbortSignal | undefined,
): Promise<SeenFile> {
  // 16 bytes by chance don't stand in the object.
  const boundary = `satchel-${Array.from(randomBytes(16), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  const metadata = { id, name, parents: [folder], mimeType: 'application/octet-stream' } satisfies drive_v3.Schema$File;
  const answer = await call(transport, {
    method: METHOD,
    verb: 'POST',
    path: '/upload/drive/v3/files',
    query: { uploadType: 'multipart', fields: FILE_FIELDS.join(',') },
    headers: { 'Content-Type': `multipart/related; boundary=${boundary}` },
    body: multipart(metadata, bytes, boundary),
    transfer: true,
    signal,
  });
  const made = readFile(answer);
  if (made?.id !== id || made.size !== bytes.length || made.sha256 !== sha256)
    throw foreignAnswer(METHOD, 'something that is not the file that was sent');
  return made;
}
