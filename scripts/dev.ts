/** Vite's development server with a Dropbox stand-in. It serves no Content-Security-Policy: reloading modules needs inline script. */
import { createServer, type Plugin } from 'vite';
import type { AppConfig } from './app-handler.ts';
import { startDemoStorage } from './demo-storage.ts';
import { root } from './root.ts';

const STORAGE_PORT = 4373;

const demo = await startDemoStorage(STORAGE_PORT);
const server = await createServer({ root, plugins: [serveConfig(demo.config)] });
await server.listen();
server.printUrls();
console.log('  The Dropbox stand-in is running; choose “Dropbox (local demo)” in the app.');

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
