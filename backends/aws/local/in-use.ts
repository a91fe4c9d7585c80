/**
 * One folder serves one process at a time. Who serves it says where, and whoever comes next looks whether that is still
 * so: a note of a process that was killed is answered by nobody, or by somebody else with other keys.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const NOTE = 'serving.json';
const PATIENCE_MS = 1000;

interface Note {
  readonly keys: string;
}

/** @throws {Error} when a process that answers with this key serves the folder. */
export async function assertUnused(folder: string, keyId: string): Promise<void> {
  const note = await readNote(join(folder, NOTE));
  if (note && (await isServed(note.keys, keyId)))
    throw new Error(`${folder} is in use: a local cloud with it answers at ${new URL(note.keys).origin}`);
}

/** @param keys the address of the served user pool's public keys */
export async function noteUse(folder: string, keys: string): Promise<void> {
  const note: Note = { keys };
  await writeFile(join(folder, NOTE), JSON.stringify(note));
}

async function isServed(keys: string, keyId: string): Promise<boolean> {
  try {
    const answer = await fetch(keys, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return (await answer.text()).includes(keyId);
  } catch {
    return false; // Nobody is there, or somebody who speaks something else.
  }
}

async function readNote(file: string): Promise<Note | undefined> {
  try {
    const note = JSON.parse(await readFile(file, 'utf8')) as Partial<Note>;
    return typeof note.keys === 'string' && URL.canParse(note.keys) ? { keys: note.keys } : undefined;
  } catch {
    return undefined; // It was never served, or the note was cut off when the process was killed.
  }
}
