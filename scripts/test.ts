/**
 * Runs every suite and adds them up. The last line is `N passed, N failed`, and the exit code is 0 only when
 * nothing failed. With CI set, a check that was skipped counts as failed.
 */
import { parseArgs } from 'node:util';
import { addUp, type Outcome, type Suite } from './suites/outcome.ts';
import { suites } from './suites/index.ts';

const USAGE = `Runs the checks.
  npm test                            all of them
  npm test -- --only=types,unit       some of them: ${suites.map(({ name }) => name).join(', ')}
With CI set, a skipped check counts as failed.`;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { only: { type: 'string' }, help: { type: 'boolean', default: false } } });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const chosen = choose(values.only);
  // The quick ones share the processors; a suite that fills them has them to itself.
  const together = chosen.filter(({ alone }) => !alone);
  const outcomes = await Promise.all(together.map(tell));
  for (const suite of chosen.filter(({ alone }) => alone)) outcomes.push(await tell(suite));

  const { passed, failed, lines } = addUp(outcomes, Boolean(process.env['CI']));
  console.log(`\n${lines.join('\n')}\n`);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

async function tell(suite: Suite): Promise<Outcome> {
  const began = performance.now();
  let outcome: Outcome;
  try {
    outcome = { suite: suite.name, ...(await suite.run()) };
  } catch (error) {
    console.error(error);
    outcome = { suite: suite.name, passed: 0, failed: ['the suite could not run'], skipped: [] };
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const verdict = outcome.failed.length === 0 ? 'passed' : 'FAILED';
  console.log(`── ${suite.name}: ${verdict} (${seconds} s)`);
  return outcome;
}

/** @throws {Error} naming the suite that isn't there. */
function choose(only: string | undefined): readonly Suite[] {
  if (only === undefined) return suites;
  const names = only.split(',').filter(Boolean);
  const unknown = names.find((name) => !suites.some((suite) => suite.name === name));
  if (names.length === 0 || unknown !== undefined) throw new Error(`There is no suite "${unknown ?? only}".\n${USAGE}`);
  return suites.filter(({ name }) => names.includes(name));
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
}
