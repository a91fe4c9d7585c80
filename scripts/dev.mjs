/** `npm run dev`: Vite's development server, with a local Dropbox stand-in beside it. */
import { setUp } from './setup.mjs';
import { runTypeScript } from './typescript.mjs';

setUp();
await runTypeScript('scripts/dev.ts', process.argv.slice(2));
