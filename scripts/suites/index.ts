/** Every suite, in the order in which they run. */
import { command } from './command.ts';
import { infra } from './infra.ts';
import { type Suite, verdict } from './outcome.ts';
import { simulator } from './simulator.ts';
import { stories } from './stories.ts';
import { unit } from './unit.ts';

/** Suites that are a tool with one verdict. */
function tool(name: string, checks: Readonly<Record<string, readonly [tool: string, ...args: string[]]>>): Suite {
  return {
    name,
    alone: false,
    run: async () => {
      const verdicts = [];
      for (const [what, [program, ...args]] of Object.entries(checks)) {
        verdicts.push(verdict(what, (await command(program, args)).ok));
      }
      return {
        passed: verdicts.reduce((sum, { passed }) => sum + passed, 0),
        failed: verdicts.flatMap(({ failed }) => failed),
        skipped: [],
      };
    },
  };
}

export const suites: readonly Suite[] = [
  tool('types', {
    'the app, the backends and the scripts': ['tsc', '-p', 'tsconfig.json'],
    'the service worker': ['tsc', '-p', 'tsconfig.service-worker.json'],
  }),
  // The infrastructure is looked at by its own suite, which installs what its types are made of.
  tool('lint', { oxlint: ['oxlint', '--type-aware', '--deny-warnings', '--ignore-pattern=backends/aws/infra/**'] }),
  tool('format', { biome: ['biome', 'format', '.'] }),
  tool('dead-code', { knip: ['knip'] }),
  unit,
  infra,
  simulator,
  stories,
];
