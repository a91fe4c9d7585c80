/** `npm test`: every check there is, from the types to the stories in a real browser. */
import { setUp } from './setup.mjs';
import { runTypeScript } from './typescript.mjs';

// However it ends, the last line says how many checks passed and failed.
let told = false;
process.once('exit', () => {
  if (told) return;
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
});
// What was started ends with this process, see scripts/suites/command.ts; a signal alone would not tell it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

setUp();
await runTypeScript('scripts/test.ts', process.argv.slice(2));
told = true;
