/** Cursors: opaque to clients; here, where a listing has got to, with a check that tells garbage from the genuine. */
import { base64Url } from '../../stand-in-clock.ts';

export interface CursorState {
  readonly owner: string;
  readonly epoch: number;
  /** ms since 1970. */
  readonly issuedAt: number;
  /** Folded; "" is the app folder itself. */
  readonly path: string;
  readonly recursive: boolean;
  readonly includeDeleted: boolean;
  readonly limit: number;
  /** The last change that the reader has been told of, or that the listing started from. */
  readonly seq: number;
  /** While the first listing runs: the last path told. Absent: it is done, and changes follow. */
  readonly after?: string;
}

/** FNV-1a. Not a secret: it only has to notice a cursor that nobody gave out. */
function checksum(bytes: Uint8Array): number {
  let sum = 0x811c9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
  return sum;
}

export function writeCursor(state: CursorState): string {
  const bytes = new TextEncoder().encode(JSON.stringify(state));
  let encoded = '';
  for (let start = 0; start < bytes.length; start += 3) encoded += base64Url(bytes.subarray(start, start + 3));
  return `AA${checksum(bytes).toString(16).padStart(8, '0')}${encoded}`;
}

/** @returns undefined for a text that isn't a cursor of this stand-in. */
export function readCursor(text: string): CursorState | undefined {
  const match = /^AA([0-9a-f]{8})([A-Za-z0-9_-]+)$/.exec(text);
  if (!match?.[1] || !match[2]) return undefined;
  try {
    const binary = atob(match[2].replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (unit) => unit.charCodeAt(0));
    if (checksum(bytes) !== Number.parseInt(match[1], 16)) return undefined;
    const state: CursorState = JSON.parse(new TextDecoder().decode(bytes));
    return state;
  } catch {
    return undefined; // Not base64 or not JSON: garbage, as the caller then says.
  }
}
