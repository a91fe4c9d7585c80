/** Runs one of the installed tools. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from '../root.ts';
import { endGroup, ownGroup } from './process-group.ts';

/** Several times what the longest suite takes on a slow machine. */
const BOUND_MS = 20 * 60_000;
/** To clean up after being asked to end, and once more for its pipes to close. */
const GRACE_MS = 5000;

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Show what it says as it says it, rather than at the end and only when it failed. */
  readonly live?: boolean;
  /** Ends it and all that it started. Absent: after twenty minutes. */
  readonly giveUp?: AbortSignal;
}

export interface CommandResult {
  readonly ok: boolean;
  /** What it wrote to its standard output. */
  readonly output: string;
  /** It hung, and was ended. */
  readonly hung: boolean;
}

/** Logs are read by people and by programs that show no colours. */
const PLAIN = { NO_COLOR: '1', FORCE_COLOR: '0' };

/** Runs a tool of node_modules/.bin, or `node` itself, in the project's folder. */
export function command(tool: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const bin = join(root, 'node_modules', '.bin');
  const path = [bin, process.env['PATH'] ?? ''].join(delimiter);
  if (tool !== 'node' && !existsSync(join(bin, tool))) throw new Error(`${tool} is not installed`);
  const giveUp = options.giveUp ?? AbortSignal.timeout(BOUND_MS);
  return new Promise((resolve, reject) => {
    const child = spawn(tool === 'node' ? process.execPath : tool, args, {
      cwd: root,
      env: { ...process.env, ...(process.env['CI'] && PLAIN), PATH: path, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && tool !== 'node',
      ...ownGroup,
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

    let hung = false;
    const timers: NodeJS.Timeout[] = [];
    const end = (): void => {
      hung = true;
      console.error(`${tool} ${args.join(' ')} hangs, and is ended.`);
      endGroup(child, 'SIGTERM');
      timers.push(
        setTimeout(() => endGroup(child, 'SIGKILL'), GRACE_MS),
        // Something that left the group may still hold the pipes.
        setTimeout(() => [child.stdout, child.stderr].forEach((pipe) => pipe.destroy()), 2 * GRACE_MS),
      );
    };
    giveUp.addEventListener('abort', end, { once: true });
    const leaveOff = (): void => {
      giveUp.removeEventListener('abort', end);
      timers.forEach(clearTimeout);
    };
    const endWithUs = (): void => endGroup(child, 'SIGTERM');
    process.once('exit', endWithUs);

    child.once('error', (error) => {
      leaveOff();
      process.off('exit', endWithUs);
      reject(error);
    });
    child.once('close', (code) => {
      leaveOff();
      process.off('exit', endWithUs);
      const ok = code === 0 && !hung;
      if (!ok && !options.live) console.error(everything.trimEnd());
      resolve({ ok, output, hung });
    });
  });
}
