/** Vite's development server with storages of its own. It serves no Content-Security-Policy: reloading modules needs inline script. */
import { createServer, type Plugin } from 'vite';
import { buildFunction } from '../backends/aws/function/build.ts';
import type { AppConfig } from './app-handler.ts';
import { startDemoCloud } from './demo-cloud.ts';
import { startDemoStorage } from './demo-storage.ts';
import { root } from './root.ts';

/** Away from those of `npm start`. */
const STORAGE_PORT = 4473;
const CLOUD_PORT = 4573;

const dropbox = await startDemoStorage(STORAGE_PORT);
const cloud = await startDemoCloud(CLOUD_PORT, await buildFunction());
const server = await createServer({ root, plugins: [serveConfig({ ...dropbox.config, ...cloud.config })] });
await server.listen();
server.printUrls();
console.log(`  The stand-ins are running; choose “Dropbox (local demo)” or “Satchel cloud (this computer)” in the app.
  Mail that the cloud would send: ${cloud.outboxPage}`);

function serveConfig(config: AppConfig): Plugin {
  return {
    name: 'satchel-config',
    configureServer: ({ middlewares }) => {
      middlewares.use('/config.json', (_request, response) => {
        response.setHeader('Content-Type', 'application/json').end(JSON.stringify(config));
      });
    },
  };
}
