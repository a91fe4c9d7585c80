/** `node scripts/run.mjs <file.ts> …`: sets up a bare clone, then runs a TypeScript file with the rest as its arguments. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, setUp } from './setup.mjs';
import { runTypeScript } from './typescript.mjs';

const [file, ...args] = process.argv.slice(2);
if (!file) {
  console.error('Say which file to run: node scripts/run.mjs <file.ts> [arguments]');
  process.exit(1);
}
if (!existsSync(join(root, file))) {
  console.error(`There is no ${file} in this project.`);
  process.exit(1);
}
setUp();
await runTypeScript(file, args);
