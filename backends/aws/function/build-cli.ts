/** `npm run build:function` */

import { stat } from 'node:fs/promises';
import { buildFunction } from './build.ts';

const file = await buildFunction();
console.log(`${file}: ${Math.round((await stat(file)).size / 1024)} KB`);
