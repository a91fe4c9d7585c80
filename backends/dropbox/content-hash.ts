/**
 * Dropbox's content hash: SHA-256 of each 4 MiB block, then SHA-256 of those digests in a row.
 * https://www.dropbox.com/developers/reference/content-hash
 */

const BLOCK_BYTES = 4 * 1024 * 1024;

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

/** @returns 64 lower-case hexadecimal digits. */
export async function contentHash(bytes: Uint8Array): Promise<string> {
  const digests: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; start += BLOCK_BYTES)
    digests.push(await sha256(new Uint8Array(bytes.subarray(start, start + BLOCK_BYTES))));
  const joined = new Uint8Array(digests.length * 32);
  for (const [index, digest] of digests.entries()) joined.set(digest, index * 32);
  let text = '';
  for (const byte of await sha256(joined)) text += byte.toString(16).padStart(2, '0');
  return text;
}
