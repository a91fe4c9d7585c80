/**
 * Keeps a demo's files and tokens in a folder, so that `npm start` finds them again: one file for each distinct
 * content, named by its hash, and one with all the rest.
 */
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DropboxEmulator } from './emulator.ts';
import type { AccessToken, Account, Change, FileNode, Grant, Node } from './world.ts';
import { namespaceOf } from './world.ts';

interface KeptState {
  readonly version: 1;
  readonly accounts: readonly Account[];
  readonly namespaces: readonly {
    readonly owner: string;
    readonly nodes: readonly Node[];
    readonly changes: readonly Change[];
    readonly revisions: readonly FileNode[];
    readonly epoch: number;
  }[];
  readonly accessTokens: readonly (readonly [string, AccessToken])[];
  readonly refreshTokens: readonly (readonly [string, Grant])[];
}

function stateOf({ world }: DropboxEmulator): KeptState {
  return {
    version: 1,
    accounts: [...world.accounts.values()],
    namespaces: [...world.namespaces].map(([owner, namespace]) => ({
      owner,
      nodes: [...namespace.nodes.values()],
      changes: namespace.changes,
      revisions: [...namespace.revisions.values()],
      epoch: namespace.epoch,
    })),
    accessTokens: [...world.accessTokens],
    refreshTokens: [...world.refreshTokens],
  };
}

function restore({ world }: DropboxEmulator, state: KeptState): void {
  for (const account of state.accounts) world.accounts.set(account.id, account);
  for (const kept of state.namespaces) {
    const namespace = namespaceOf(world, kept.owner);
    for (const node of kept.nodes) namespace.nodes.set(node.lower, node);
    for (const node of kept.revisions) namespace.revisions.set(node.rev, node);
    namespace.changes.push(...kept.changes);
    namespace.epoch = kept.epoch;
  }
  for (const [text, token] of state.accessTokens) world.accessTokens.set(text, token);
  for (const [text, grant] of state.refreshTokens) world.refreshTokens.set(text, grant);
}

async function readState(path: string): Promise<KeptState | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const state: { version?: unknown } = JSON.parse(text);
  if (state.version !== 1) throw new Error(`${path} was written by another version of the stand-in; remove its folder`);
  return state as KeptState;
}

/** @throws {Error} when the folder can't be read or holds another version's state. */
export async function openFolder(folder: string, emulator: DropboxEmulator): Promise<{ save(): Promise<void> }> {
  const blobFolder = join(folder, 'content');
  const statePath = join(folder, 'state.json');
  await mkdir(blobFolder, { recursive: true });
  const state = await readState(statePath);
  const kept = new Set(await readdir(blobFolder));
  if (state) {
    restore(emulator, state);
    for (const hash of kept) emulator.world.blobs.set(hash, new Uint8Array(await readFile(join(blobFolder, hash))));
  }

  let written = JSON.stringify(state);
  async function write(): Promise<void> {
    const text = JSON.stringify(stateOf(emulator));
    if (text === written) return;
    for (const [hash, bytes] of emulator.world.blobs) {
      if (kept.has(hash)) continue;
      await writeFile(join(blobFolder, hash), bytes);
      kept.add(hash);
    }
    await writeFile(`${statePath}.new`, text);
    await rename(`${statePath}.new`, statePath);
    written = text;
  }

  let last: Promise<void> = Promise.resolve();
  let isQueued = false;
  return {
    /** Saves once more after the one that runs, however many ask. */
    save() {
      if (!isQueued) {
        isQueued = true;
        const saveOnce = () => {
          isQueued = false;
          return write();
        };
        // A save that failed has told whoever asked for it; the next one is a new try.
        last = last.then(saveOnce, saveOnce);
      }
      return last;
    },
  };
}
