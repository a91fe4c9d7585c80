/** Builds Satchel and serves it at one address, with storages beside it that need no account anywhere. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { buildFunction } from '../backends/aws/function/build.ts';
import type { AppConfig } from './app-handler.ts';
import { type DemoCloud, startDemoCloud } from './demo-cloud.ts';
import { type DemoStorage, startDemoStorage } from './demo-storage.ts';
import { nextFreePort, PortTaken } from './listen.ts';
import { root } from './root.ts';
import { readConfig, serveApp } from './serve.ts';

const APP_PORT = 4173;
/** Away from the app's, so that a second `npm start` doesn't take the first one's. */
const STORAGE_PORT = 4273;
const CLOUD_PORT = 4373;

const USAGE = `Builds Satchel and serves it on this machine, with a Dropbox stand-in and Satchel's own cloud beside it.
  npm start -- --config <file>   serve this config.json instead, without the two
  PORT=8080 npm start            serve there (else ${APP_PORT}, or the next free port)`;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' }, help: { type: 'boolean', default: false } } });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const ownConfig = values.config === undefined ? undefined : readConfig(values.config);
  const port = wantedPort(process.env['PORT']);
  console.log('Building Satchel …');
  await build({ root, logLevel: 'warn' });
  const demo = ownConfig ? undefined : await startDemo();
  const app = await serveApp({
    dist: join(root, 'dist'),
    config: ownConfig ?? demo?.config ?? {},
    // A port that was asked for is kept: providers send the browser back to registered addresses only.
    port: port ?? (await nextFreePort(APP_PORT)),
  });
  console.log(demo ? demoWords(app.url, demo) : `\nSatchel is at ${app.url}\nCtrl+C ends it.`);
  const end = () => {
    void Promise.all([app.close(), demo?.close()]).then(() => process.exit(0));
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}

interface Demo {
  readonly config: AppConfig;
  readonly dropbox: DemoStorage;
  readonly cloud: DemoCloud;
  close(): Promise<unknown>;
}

async function startDemo(): Promise<Demo> {
  const bundle = await buildFunction();
  const dropbox = await startDemoStorage(STORAGE_PORT);
  const cloud = await startDemoCloud(CLOUD_PORT, bundle);
  return {
    config: { ...dropbox.config, ...cloud.config },
    dropbox,
    cloud,
    close: () => Promise.all([dropbox.close(), cloud.close()]),
  };
}

function demoWords(url: string, { dropbox, cloud }: Demo): string {
  return `
  Satchel is ready:  ${url}

  1. Open it in a browser and type. No account is needed.
  2. Connect a storage:
     - “Satchel cloud (this computer)”: make an account with any e-mail address. The code to
       confirm it is never mailed; it is shown here and at ${cloud.outboxPage}
     - or “Dropbox (local demo)”: press Allow.
     Then choose a passphrase.
  3. Open the same address in a second browser (or a private window), connect the same
     storage, and unlock with the passphrase. What you write in one appears in the other.

  Both are for trying and testing, and answer this computer alone: they are not for serving
  others. They keep their files in ${cloud.folder} and ${dropbox.folder};
  delete a folder for an empty one. Ctrl+C ends it.
`;
}

/** @throws {Error} when the text isn't a port. */
function wantedPort(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`PORT is "${text}", which isn't a port`);
  return port;
}

main().catch((error: unknown) => {
  const words = error instanceof Error ? error.message : String(error);
  console.error(error instanceof PortTaken ? `${words} Choose another with PORT.` : words);
  if (error instanceof Error && error.cause) console.error(error.cause);
  process.exit(1);
});
