/** Bodies in several parts: `multipart/related` for uploads, `multipart/mixed` for batches. RFC 2046, section 5.1. */
import { badRequest } from './failures.ts';

export interface Part {
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const decode = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes);

/** @throws {Failure} when the content type names none. */
export function boundaryOf(contentType: string): string {
  const match = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) throw badRequest('Missing boundary in the content type');
  return boundary;
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  const [first = 0] = wanted;
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    let length = 1;
    while (length < wanted.length && bytes[at + length] === wanted[length]) length++;
    if (length === wanted.length) return at;
  }
  return -1;
}

/** The lines before the first empty one, and what comes after it. */
export function splitHead(bytes: Uint8Array<ArrayBuffer>): { lines: string[]; rest: Uint8Array<ArrayBuffer> } {
  const blank = new TextEncoder().encode('\r\n\r\n');
  // No header at all: the part begins with its empty line.
  if (bytes[0] === 13 && bytes[1] === 10) return { lines: [], rest: bytes.subarray(2) };
  const end = indexOf(bytes, blank, 0);
  if (end < 0) return { lines: decode(bytes).split('\r\n').filter(Boolean), rest: new Uint8Array() };
  return { lines: decode(bytes.subarray(0, end)).split('\r\n'), rest: bytes.subarray(end + blank.length) };
}

export function headersOf(lines: readonly string[]): Headers {
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) throw badRequest('A part has a malformed header');
    headers.append(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
  }
  return headers;
}

/** The parts in their order. @throws {Failure} 400 for a body that isn't closed. */
export function partsOf(body: Uint8Array<ArrayBuffer>, boundary: string): Part[] {
  // Every delimiter begins a line; with an empty line before, the first one does too.
  const crlf = new Uint8Array([13, 10]);
  const whole = new Uint8Array(body.length + 2);
  whole.set(crlf);
  whole.set(body, 2);
  const delimiter = new TextEncoder().encode(`\r\n--${boundary}`);
  const parts: Part[] = [];
  let at = indexOf(whole, delimiter, 0);
  for (;;) {
    if (at < 0) throw badRequest('Malformed multipart body.');
    let start = at + delimiter.length;
    if (whole[start] === 45 && whole[start + 1] === 45) return parts;
    while (whole[start] === 32 || whole[start] === 9) start++;
    if (whole[start] !== 13 || whole[start + 1] !== 10) throw badRequest('Malformed multipart body.');
    at = indexOf(whole, delimiter, start);
    if (at < 0) throw badRequest('Malformed multipart body.');
    const { lines, rest } = splitHead(whole.subarray(start + 2, Math.max(at, start + 2)));
    parts.push({ headers: headersOf(lines), bytes: rest.slice() });
  }
}
