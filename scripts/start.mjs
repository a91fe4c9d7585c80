/** `npm start`: builds Satchel and serves it, with a local Dropbox stand-in beside it. */
import { setUp } from './setup.mjs';
import { runTypeScript } from './typescript.mjs';

setUp();
await runTypeScript('scripts/start.ts', process.argv.slice(2));
