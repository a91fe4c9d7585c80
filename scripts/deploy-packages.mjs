/** Installs what only deploying and its tests need, into a folder of its own. */
import { join } from 'node:path';
import { root, setUp } from './setup.mjs';

setUp(join(root, 'backends/aws/infra'));
