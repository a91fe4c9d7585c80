/** The Range header, as far as the protocol has it: `bytes=<first>-` and `bytes=<first>-<last>`. */

import { Failure } from './failure.ts';

export type Part =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  /** It starts at the object's end or behind it. */
  | { readonly kind: 'beyond' };

/**
 * Bytes `start` up to, not including, `end` of an object of `size` bytes.
 * @throws {Failure} BadRequest
 */
export function partOf(header: string | undefined, size: number): Part {
  if (header === undefined) return { kind: 'whole' };
  const [, first, last] = /^bytes=(\d{1,12})-(\d{1,12})?$/.exec(header.trim()) ?? [];
  if (first === undefined) throw new Failure('BadRequest', 'A range is bytes=<first>- or bytes=<first>-<last>');
  const start = Number(first);
  const end = last === undefined ? size : Math.min(size, Number(last) + 1);
  if (last !== undefined && Number(last) < start) throw new Failure('BadRequest', 'The range ends before it starts');
  return start >= size ? { kind: 'beyond' } : { kind: 'part', start, end };
}
