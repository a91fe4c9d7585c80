/** Seeds shared out among processes. What a seed comes to doesn't depend on who runs it. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ClimateName } from './climates.ts';
import type { Outcome } from './simulate.ts';
import type { StorageName } from './storages.ts';

export interface Plan {
  readonly from: number;
  readonly seeds: number;
  readonly jobs: number;
  readonly climate?: ClimateName;
  readonly storage?: StorageName;
}

/** The seeds of one of the processes. */
export function share({ from, seeds, jobs }: Plan, job: number): number[] {
  return Array.from({ length: seeds }, (_, index) => from + index).filter((_, index) => index % jobs === job);
}

/**
 * Runs the simulator of the project in `folder` once for each job, and reads an outcome from each line that it prints.
 * @param signal ends them all.
 * @throws when one of them ends before it has told all that it was asked for.
 */
export async function runJobs(
  plan: Plan,
  folder: string,
  told: (outcome: Outcome) => void,
  signal?: AbortSignal,
): Promise<void> {
  const runs = Array.from({ length: plan.jobs }, async (_, job) => {
    const args = Object.entries({ ...plan, job }).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/vault/simulator/cli.ts', ...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    signal?.addEventListener('abort', () => child.kill(), { once: true });
    let outcomes = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      // Yjs says something there, too, when a client id is in use twice.
      if (!line.startsWith('{')) continue;
      outcomes++;
      told(JSON.parse(line) as Outcome);
    }
    const code = child.exitCode ?? (await new Promise<number | null>((resolve) => child.once('exit', resolve)));
    const expected = share(plan, job).length;
    if (!signal?.aborted && outcomes < expected)
      throw new Error(`a process of the simulator ended with ${code} after ${outcomes} of ${expected} seeds`);
  });
  await Promise.all(runs);
}
