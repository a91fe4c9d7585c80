/**
 * `npx tsx src/vault/examples/make.ts` writes the example vaults that aren't there yet. One that is there is never written
 * again: it stands for the vaults that people have.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EXAMPLES } from './all.ts';

for (const [name, make] of Object.entries(EXAMPLES)) {
  const path = fileURLToPath(new URL(name, import.meta.url));
  if (existsSync(path)) process.stdout.write(`${name} is there and stays as it is\n`);
  else {
    writeFileSync(path, `${JSON.stringify(await make(), null, 2)}\n`, { flag: 'wx' });
    process.stdout.write(`${name} made\n`);
  }
}
