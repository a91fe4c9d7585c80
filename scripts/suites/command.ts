/** Runs one of the installed tools. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from '../root.ts';

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Show what it says as it says it, rather than at the end and only when it failed. */
  readonly live?: boolean;
}

export interface CommandResult {
  readonly ok: boolean;
  /** What it wrote to its standard output. */
  readonly output: string;
}

/** Runs a tool of node_modules/.bin, or `node` itself, in the project's folder. */
export function command(tool: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const bin = join(root, 'node_modules', '.bin');
  const path = [bin, process.env['PATH'] ?? ''].join(delimiter);
  if (tool !== 'node' && !existsSync(join(bin, tool))) throw new Error(`${tool} is not installed`);
  return new Promise((resolve, reject) => {
    const child = spawn(tool === 'node' ? process.execPath : tool, args, {
      cwd: root,
      env: { ...process.env, PATH: path, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && tool !== 'node',
    });
    let output = '';
    let everything = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      everything += text;
      if (options.live) process.stdout.write(text);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      everything += text;
      if (options.live) process.stderr.write(text);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code !== 0 && !options.live) console.error(everything.trimEnd());
      resolve({ ok: code === 0, output });
    });
  });
}
