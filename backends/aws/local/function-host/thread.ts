/** Runs the function in a thread of this process: calls at the same time, as many as come. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import {
  asPayload,
  type FunctionHost,
  FunctionFailure,
  type HostOptions,
  LAMBDA_ENVIRONMENT,
  readResult,
} from './host.ts';

interface Answered {
  readonly id: string;
  readonly result?: string;
  readonly error?: string;
}

interface Waiting {
  readonly resolve: (payload: string) => void;
  readonly reject: (failure: FunctionFailure) => void;
}

interface Running {
  readonly worker: Worker;
  readonly waiting: Map<string, Waiting>;
}

/** @throws {Error} when the bundle can't be loaded. */
export async function startThreadHost(options: HostOptions): Promise<FunctionHost> {
  /** When this one has ended, the next call starts another. */
  let running: Promise<Running> | undefined;
  let closed = false;
  const current = () => {
    if (closed) throw new FunctionFailure('failed', 'The function has ended');
    running ??= start(options, () => (running = undefined));
    return running;
  };
  await current();
  return {
    async invoke(event) {
      const payload = asPayload(event);
      const { worker, waiting } = await current();
      const id = randomUUID();
      const timer = setTimeout(() => void worker.terminate(), options.timeout);
      try {
        const answered = await new Promise<string>((resolve, reject) => {
          waiting.set(id, { resolve, reject });
          worker.postMessage({ id, payload, deadline: Date.now() + options.timeout });
        });
        return readResult(answered);
      } finally {
        clearTimeout(timer);
        waiting.delete(id);
      }
    },
    async close() {
      closed = true;
      await (await running)?.worker.terminate();
    },
  };
}

async function start({ bundle, environment, log, timeout }: HostOptions, onEnd: () => void): Promise<Running> {
  const worker = new Worker(new URL('./thread.mjs', import.meta.url), {
    env: { ...LAMBDA_ENVIRONMENT, ...environment },
    workerData: { bundle: pathToFileURL(bundle).href },
    stdout: true,
    stderr: true,
    // Not those of this process, such as the loader of TypeScript: Lambda has none either.
    execArgv: [],
  });
  for (const stream of [worker.stdout, worker.stderr]) stream.setEncoding('utf8').on('data', log);
  // Throws what the bundle threw while it was loaded.
  await once(worker, 'message');
  const waiting = new Map<string, Waiting>();
  worker.on('message', ({ id, result, error }: Answered) => {
    const call = waiting.get(id);
    if (result === undefined) call?.reject(new FunctionFailure('failed', error ?? 'no reason'));
    else call?.resolve(result);
  });
  // Not caught by the function; Lambda throws such an instance away as well.
  worker.on('error', (error) => log(`${String(error)}\n`));
  worker.once('exit', () => {
    onEnd();
    for (const { reject } of waiting.values())
      reject(new FunctionFailure('timeout', `The function ended, or took longer than ${timeout} ms`));
  });
  return { worker, waiting };
}
