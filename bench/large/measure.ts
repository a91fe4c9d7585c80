/** 100,000 notes: the memory of a device's process, while its tables and the storage lie in processes of their own. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Size } from '../library.ts';
import type { takeApart } from '../stored.ts';
import type { ClientResult, Mode } from './client-process.ts';
import { reach } from './wire.ts';

export interface Large {
  readonly push: ClientResult;
  readonly pull: ClientResult;
  readonly quick: ClientResult;
  readonly full: ClientResult;
  readonly stored: ReturnType<typeof takeApart>;
}

/** Starts one of this folder's files, and waits for its first message. */
async function start(file: string, args: readonly string[]): Promise<{ child: ChildProcess; message: unknown }> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = fork(path, args, { execArgv: ['--import', 'tsx'], serialization: 'advanced' });
  const message = await new Promise<unknown>((resolve, reject) => {
    child.once('message', resolve);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${file} ended with code ${code}`)));
  });
  return { child, message };
}

/** @throws {Error} when the device that pulled doesn't hold the corpus in the end */
export async function measureLarge(size: Size, tell: (progress: string) => void): Promise<Large> {
  const children: ChildProcess[] = [];
  const host = async (file: string) => {
    const { child, message: port } = await start(file, []);
    children.push(child);
    return port as number;
  };
  const client = async (mode: Mode, storage: number, state: number) => {
    const args = [mode, `${storage}`, `${state}`, JSON.stringify(size)];
    return (await start('client-process.ts', args)).message as ClientResult;
  };
  try {
    const storagePort = await host('storage-process.ts');
    const storage = await reach(storagePort);
    const firstPort = await host('state-process.ts');
    const first = await reach(firstPort);
    tell(`${size.count} notes: writing them`);
    await first.call('fill', size);
    tell(`${size.count} notes: first push`);
    const push = await client('push', storagePort, firstPort);
    first.close();
    children.pop()?.kill();
    const secondPort = await host('state-process.ts');
    tell(`${size.count} notes: first pull`);
    const pull = await client('pull', storagePort, secondPort);
    tell(`${size.count} notes: comparing`);
    const second = await reach(secondPort);
    await second.call('check', 'the device that pulled', size);
    tell(`${size.count} notes: checking the storage, heads only`);
    const quick = await client('quick', storagePort, secondPort);
    tell(`${size.count} notes: checking the storage, everything`);
    const full = await client('full', storagePort, secondPort);
    const stored = (await storage.call('takeApart')) as Large['stored'];
    storage.close();
    second.close();
    return { push, pull, quick, full, stored };
  } finally {
    for (const child of children) child.kill();
  }
}
