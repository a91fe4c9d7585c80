/**
 * The infrastructure of a cloud of one's own: a package of its own, which is installed here first. Its stacks are
 * written and looked at; no AWS account is asked.
 */
import { command } from './command.ts';
import { type Result, type Suite, verdict } from './outcome.ts';
import { runVitest } from './unit.ts';

const FOLDER = 'backends/aws/infra';

export const infra: Suite = {
  name: 'infra',
  // Loading the CDK keeps a processor busy for many seconds.
  alone: true,
  run: async () => {
    const installed = await command('node', ['scripts/deploy-packages.mjs'], { live: true });
    if (!installed.ok) return verdict('its packages could not be installed', false);
    const results: Result[] = [];
    const check = async (name: string, ...[tool, ...args]: [tool: string, ...args: string[]]) => {
      results.push(verdict(name, (await command(tool, args)).ok));
    };
    await check('types', 'tsc', '-p', FOLDER);
    await check('lint', 'oxlint', '--type-aware', '--deny-warnings', FOLDER);
    results.push(await runVitest('the tests of the infrastructure', '--root', FOLDER));
    return {
      passed: results.reduce((sum, { passed }) => sum + passed, 0),
      failed: results.flatMap(({ failed }) => failed),
      skipped: results.flatMap(({ skipped }) => skipped),
    };
  },
};
