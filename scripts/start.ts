/** Builds Satchel and serves it at one address, with a Dropbox stand-in that needs no account beside it. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { startDemoStorage } from './demo-storage.ts';
import { nextFreePort, PortTaken } from './listen.ts';
import { root } from './root.ts';
import { readConfig, serveApp } from './serve.ts';

const APP_PORT = 4173;
/** Away from the app's, so that a second `npm start` doesn't take the first one's. */
const STORAGE_PORT = 4273;

const USAGE = `Builds Satchel and serves it on this machine, with a Dropbox stand-in beside it.
  npm start -- --config <file>   serve this config.json instead, without the stand-in
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

  const demo = ownConfig ? undefined : await startDemoStorage(STORAGE_PORT);
  const app = await serveApp({
    dist: join(root, 'dist'),
    config: ownConfig ?? demo?.config ?? {},
    // A port that was asked for is kept: providers send the browser back to registered addresses only.
    port: port ?? (await nextFreePort(APP_PORT)),
  });
  console.log(demo ? demoWords(app.url, demo.folder) : `\nSatchel is at ${app.url}\nCtrl+C ends it.`);
  const end = () => {
    void Promise.all([app.close(), demo?.close()]).then(() => process.exit(0));
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}

function demoWords(url: string, folder: string): string {
  return `
  Satchel is ready:  ${url}

  1. Open it in a browser and type. No account is needed.
  2. Connect a storage: choose “Dropbox (local demo)”, press Allow, choose a passphrase.
  3. Open the same address in a second browser (or a private window), connect the same
     storage, and unlock with the passphrase. What you write in one appears in the other.

  The local demo keeps its files in ${folder}; delete that folder for an empty one.
  Ctrl+C ends it.
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
