/** `npm run deploy` and, with the first argument "destroy", `npm run destroy`. */
import { setUp } from './setup.mjs';
import { runTypeScript } from './typescript.mjs';

setUp();
await import('./deploy-packages.mjs');
const [first, ...rest] = process.argv.slice(2);
if (first === 'destroy') await runTypeScript('backends/aws/infra/destroy-cli.ts', rest);
else await runTypeScript('backends/aws/infra/deploy-cli.ts', first === undefined ? [] : [first, ...rest]);
