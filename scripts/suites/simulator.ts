/** Devices, faults and time in a simulator: the seeds that every run tries. */
import { command } from './command.ts';
import { readLastLine, type Suite, verdict } from './outcome.ts';

const SEEDS = 300;

export const simulator: Suite = {
  name: 'simulator',
  alone: true,
  run: async () => {
    const args = ['scripts/run.mjs', 'src/vault/simulator/cli.ts', '--seeds', String(SEEDS)];
    const { ok, output, hung } = await command('node', args, { live: true });
    if (hung) return verdict('the simulator did not come to an end', false);
    const result = readLastLine(output, 'a seed, named above');
    if (!result || (!ok && result.failed.length === 0)) return verdict('the simulator did not end well', false);
    return result;
  },
};
