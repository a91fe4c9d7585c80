/** One value kept in a file between runs: written whole beside it, then renamed, so that a killed process leaves the old or the new. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Kept<T> {
  readonly value: T;
  /** To be called after every change, before whoever asked for it is told that it is done. */
  save(): void;
}

/**
 * @param file absent: nowhere but in memory
 * @throws {Error} when the file is there and can't be read as JSON.
 */
export function keep<T>(file: string | undefined, fresh: () => T): Kept<T> {
  if (file === undefined) return { value: fresh(), save: () => {} };
  const found = read(file);
  const value = found === undefined ? fresh() : (found as T);
  const save = () => {
    writeFileSync(`${file}.new`, JSON.stringify(value), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  if (found === undefined) {
    mkdirSync(dirname(file), { recursive: true });
    save();
  }
  return { value, save };
}

function read(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} isn't readable; remove its folder to begin anew`, { cause: error });
  }
}
