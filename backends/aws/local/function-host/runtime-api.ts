/**
 * Runs the function in child processes behind the Lambda Runtime API, with nothing but Lambda's environment: what the
 * cloud does, one call at a time in each process.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Answer, readBody, serveLoopback } from '../loopback.ts';
import {
  asPayload,
  type FunctionHost,
  FunctionFailure,
  type HostOptions,
  LAMBDA_ENVIRONMENT,
  readResult,
} from './host.ts';

export interface ChildHostOptions extends HostOptions {
  /** How many processes, and with them calls at the same time. */
  readonly instances: number;
}

interface Call {
  readonly id: string;
  readonly payload: string;
  readonly resolve: (payload: string) => void;
  readonly reject: (failure: FunctionFailure) => void;
}

interface Instance {
  child: ChildProcess;
  /** What it works on. */
  call?: Call;
  /** It waits for a call. */
  take?: (call: Call) => void;
}

/** More than Lambda's 6 MB, so that what is too large is answered in words. */
const MAX_BYTES = 32 * 1024 * 1024;
const BOOTSTRAP = fileURLToPath(new URL('./bootstrap.mjs', import.meta.url));
const ACCEPTED: Answer = { status: 202 };

export async function startChildHost(options: ChildHostOptions): Promise<FunctionHost> {
  const { bundle, environment, timeout, log, instances: count } = options;
  const queue: Call[] = [];
  const instances = new Map<string, Instance>();
  let closing = false;

  /** Each instance has an address of its own, so that it is known who asks. */
  const api = await serveLoopback(
    0,
    async (message) => {
      const [, name = '', path = ''] = /^\/(\d+)\/2018-06-01\/runtime\/(.+)$/.exec(message.url ?? '') ?? [];
      const instance = instances.get(name);
      if (!instance) return { status: 404 };
      if (path === 'invocation/next') {
        const call = queue.shift() ?? (await new Promise<Call>((take) => (instance.take = take)));
        delete instance.take;
        instance.call = call;
        const headers = {
          'content-type': 'application/json',
          'lambda-runtime-aws-request-id': call.id,
          'lambda-runtime-deadline-ms': String(Date.now() + timeout),
        };
        return { status: 200, headers, body: call.payload };
      }
      const body = (await readBody(message, MAX_BYTES)).toString();
      if (path === 'init/error') {
        log(`The function can't be started: ${body}\n`);
        return ACCEPTED;
      }
      const { call } = instance;
      delete instance.call;
      if (path === `invocation/${call?.id}/response`) call?.resolve(body);
      else call?.reject(new FunctionFailure('failed', body));
      return ACCEPTED;
    },
    (error) => log(`${String(error)}\n`),
  );

  function start(name: string): void {
    const child = spawn(process.execPath, [BOOTSTRAP], {
      cwd: dirname(bundle),
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...LAMBDA_ENVIRONMENT,
        ...environment,
        PATH: process.env['PATH'],
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${api.port}/${name}`,
        LAMBDA_TASK_ROOT: dirname(bundle),
        _HANDLER: `${basename(bundle, '.mjs')}.handler`,
      },
    });
    const instance: Instance = { child };
    instances.set(name, instance);
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', log);
    child.once('exit', (code) => {
      instance.call?.reject(new FunctionFailure('failed', `The function's process ended (${code})`));
      if (!closing) start(name);
    });
  }
  for (let index = 0; index < count; index += 1) start(String(index));

  return {
    async invoke(event) {
      if (closing) throw new FunctionFailure('failed', 'The function has ended');
      const payload = asPayload(event);
      const id = randomUUID();
      const answered = await new Promise<string>((resolve, reject) => {
        const timer = setTimeout(() => {
          reject(new FunctionFailure('timeout', `The function took longer than ${timeout} ms`));
          const at = queue.findIndex((call) => call.id === id);
          if (at >= 0) queue.splice(at, 1);
          else instanceWith(instances, id)?.child.kill('SIGKILL');
        }, timeout);
        const settled =
          <T>(settle: (value: T) => void) =>
          (value: T) => {
            clearTimeout(timer);
            settle(value);
          };
        const call: Call = { id, payload, resolve: settled(resolve), reject: settled(reject) };
        const idle = [...instances.values()].find(({ take }) => take);
        if (idle?.take) {
          const { take } = idle;
          delete idle.take;
          take(call);
        } else queue.push(call);
      });
      return readResult(answered);
    },
    async close() {
      closing = true;
      const ended = [...instances.values()].map(({ child }) => exitOf(child));
      for (const { child } of instances.values()) child.kill('SIGKILL');
      await Promise.all(ended);
      await api.close();
    },
  };
}

function instanceWith(instances: ReadonlyMap<string, Instance>, id: string): Instance | undefined {
  return [...instances.values()].find(({ call }) => call?.id === id);
}

function exitOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
  });
}
