/** `npm run deploy` and, with the first argument "destroy", `npm run destroy`. */
import { join } from 'node:path';
import { root, setUp } from './setup.mjs';
import { runTypeScript } from './typescript.mjs';

setUp();
// The CDK and what else only deploying needs.
setUp(join(root, 'backends/aws/infra'));
const [first, ...rest] = process.argv.slice(2);
if (first === 'destroy') await runTypeScript('backends/aws/infra/destroy-cli.ts', rest);
else await runTypeScript('backends/aws/infra/deploy-cli.ts', first === undefined ? [] : [first, ...rest]);
