/**
 * Serves the built app under its Content-Security-Policy: for `npm start`, for the stories in a real browser,
 * and on its own (`node scripts/run.mjs scripts/serve.ts --help`).
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createAdaptorServer } from '@hono/node-server';
import { contentSecurityPolicy } from '../src/content-security-policy.ts';
import { type AppConfig, appHandler } from './app-handler.ts';
import { listen, PortTaken } from './listen.ts';

export interface ServedApp {
  /** Where people open it, with a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** From now on connections are accepted and requests never answered, as by a server that has lost its way. */
  hang(): void;
  /** What `config.json` says from now on, and the policy with it. */
  setConfig(config: AppConfig): void;
  /** Ends at once, cutting what is open. The port is free when it resolves. */
  close(): Promise<void>;
}

export interface ServeAppOptions {
  readonly dist: string;
  readonly config: AppConfig;
  /** Begins and ends with a slash; "/" unless given. */
  readonly base?: string;
  /** Any free one unless given. */
  readonly port?: number;
  /** The address to listen at: this machine alone unless given. */
  readonly host?: string;
  /** What to call the host in `url`; "localhost" unless given. */
  readonly name?: string;
}

/**
 * @throws {PortTaken} when another program listens at the port.
 * @throws {TypeError} when no policy can be made from the configuration.
 */
export async function serveApp(options: ServeAppOptions): Promise<ServedApp> {
  const { dist, base = '/', port = 0, host = '127.0.0.1', name = 'localhost' } = options;
  if (!existsSync(join(dist, 'index.html'))) throw new Error(`There is no built app in ${dist}: run npm run build`);
  if (!base.startsWith('/') || !base.endsWith('/')) throw new Error(`"${base}" must begin and end with a slash`);
  contentSecurityPolicy(options.config);
  let config = options.config;
  let hanging = false;
  const answer = appHandler({ dist, base, config: () => config });
  const server = createAdaptorServer({
    fetch: (request) => (hanging ? new Promise<Response>(() => {}) : answer(request)),
  }) as Server;
  const listening = await listen(server, port, host);
  return {
    url: `http://${name}:${listening}${base}`,
    port: listening,
    hang: () => {
      hanging = true;
    },
    setConfig: (next) => {
      contentSecurityPolicy(next);
      config = next;
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

const USAGE = `Serves the built app.
  --dist <folder>   what "npm run build" wrote (dist)
  --config <file>   the config.json to serve (the one in the folder)
  --base </path/>   where the app lives (/)
  --port <number>   (4173)
  --host <address>  the address to listen at (127.0.0.1: this machine alone)`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      dist: { type: 'string', default: 'dist' },
      config: { type: 'string' },
      base: { type: 'string', default: '/' },
      port: { type: 'string', default: '4173' },
      host: { type: 'string', default: '127.0.0.1' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const { dist, base, host } = values;
  const config = readConfig(values.config ?? join(dist, 'config.json'));
  const app = await serveApp({ dist, base, host, config, port: Number(values.port) });
  console.log(`Satchel is at ${app.url}`);
}

/** @throws {Error} naming the file, when it can't be read or isn't JSON. */
export function readConfig(file: string): AppConfig {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as AppConfig;
  } catch (error) {
    throw new Error(`${file} can't be read as JSON`, { cause: error });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error: unknown) => {
    const words = error instanceof Error ? error.message : String(error);
    console.error(error instanceof PortTaken ? `${words} Choose another with --port.` : words);
    process.exitCode = 1;
  });
}
