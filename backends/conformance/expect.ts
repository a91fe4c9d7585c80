/** The suite's assertions. node:assert isn't in browsers, and a test runner's own isn't on the command line. */
import { isStorageError, StorageError, type StorageErrorKind } from '../storage.ts';

/** The place broke a rule. */
export class Failure extends Error {
  override readonly name = 'Failure';
}

export function expect(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Failure(message);
}

export function equal<T extends string | number | boolean | undefined>(actual: T, expected: T, what: string): void {
  if (actual !== expected) throw new Failure(`${what} is ${String(actual)}, not ${String(expected)}`);
}

/** First difference in words, or undefined when the bytes are the same. */
export function byteDifference(actual: Uint8Array, expected: Uint8Array): string | undefined {
  if (actual.length !== expected.length) return `${actual.length} bytes instead of ${expected.length}`;
  for (let index = 0; index < actual.length; index++)
    if (actual[index] !== expected[index]) return `byte ${index} of ${expected.length} differs`;
  return undefined;
}

export function sameBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  const difference = byteDifference(actual, expected);
  if (difference !== undefined) throw new Failure(`${what}: ${difference}`);
}

/** The names in either set that the other lacks, in words, or undefined when they are the same. */
export function setDifference(actual: Iterable<string>, expected: Iterable<string>): string | undefined {
  const found = new Set(actual);
  const wanted = new Set(expected);
  const missing = [...wanted].filter((name) => !found.has(name)).sort();
  const surplus = [...found].filter((name) => !wanted.has(name)).sort();
  if (missing.length === 0 && surplus.length === 0) return undefined;
  const parts: string[] = [];
  if (missing.length > 0) parts.push(`missing ${missing.join(', ')}`);
  if (surplus.length > 0) parts.push(`not wanted ${surplus.join(', ')}`);
  return parts.join('; ');
}

export type Settled<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

export async function settled<T>(promise: Promise<T>): Promise<Settled<T>> {
  try {
    return { ok: true, value: await promise };
  } catch (error) {
    return { ok: false, error };
  }
}

export function describeError(error: unknown): string {
  if (error instanceof StorageError) return `StorageError ${error.kind}: ${error.message}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : `a thrown ${typeof error}`;
}

/** The call must fail with a StorageError of this kind; gives that error back. */
export async function failsWith(
  kind: StorageErrorKind,
  call: () => Promise<unknown>,
  what: string,
): Promise<StorageError> {
  // A call that throws at once, before it has given a promise, is caught here as well and judged alike.
  const result = await settled((async () => call())());
  if (result.ok) throw new Failure(`${what} succeeded; it should fail with ${kind}`);
  const { error } = result;
  if (isStorageError(error, kind)) return error;
  throw new Failure(`${what} failed with ${describeError(error)}; it should be ${kind}`, { cause: error });
}
