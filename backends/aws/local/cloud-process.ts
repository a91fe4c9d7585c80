/** Starts the local cloud in a process of its own, which can be killed without warning. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LocalCloud, LocalCloudOptions } from './cloud.ts';
import type { Mail } from './outbox.ts';

type Where = Pick<LocalCloud, 'config' | 'endpoints' | 'outboxPage'>;

export interface CloudProcess extends Where {
  readonly pid: number;
  /** The mail that would have been sent, oldest first. */
  outbox(): Promise<readonly Mail[]>;
  codeFor(email: string): Promise<string | undefined>;
  /** `kill -9`: it ends between one instruction and the next. Resolves when it has gone. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** Of the options, what can be said in JSON. */
export type CloudProcessOptions = Omit<LocalCloudOptions, 'now' | 'say' | 'report'>;

const MAIN = fileURLToPath(new URL('./cloud-cli.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** @throws {Error} with what it said when it ends before it is up. */
export async function startCloudProcess(options: CloudProcessOptions): Promise<CloudProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, JSON.stringify(options)], {
    cwd: ROOT,
    // It ends when this process does, as the pipe then breaks.
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const where = JSON.parse(await firstLine(child)) as Where;
  const outbox = async () => (await (await fetch(`${where.outboxPage}.json`)).json()) as readonly Mail[];
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  return {
    ...where,
    pid: child.pid ?? 0,
    outbox,
    codeFor: async (email) => (await outbox()).findLast(({ to }) => to === email.toLowerCase())?.code,
    kill: () => end('SIGKILL'),
    close: () => end('SIGTERM'),
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('The process has no pipes');
  let complaints = '';
  stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  return new Promise((resolve, reject) => {
    createInterface(stdout).once('line', resolve);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The local cloud ended (${code}) before it was up: ${complaints}`)));
  });
}
