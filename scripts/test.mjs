/** `npm test`: every check there is, from the types to the stories in a real browser. */
import { setUp } from './setup.mjs';
import { runTypeScript } from './typescript.mjs';

setUp();
await runTypeScript('scripts/test.ts', process.argv.slice(2));
