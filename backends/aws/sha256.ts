/** SHA-256 as 64 lower-case hexadecimal digits. At once: 4 MB take some 30 ms, in a worker. */
import { sha256 as digest } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

export function sha256(bytes: Uint8Array): string {
  return bytesToHex(digest(bytes));
}
