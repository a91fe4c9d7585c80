/**
 * A long hunt that can be ended at any moment and goes on where it was: how far it got, and what failed, is kept in a file.
 * What was found of another program than today's says nothing, so the hunt then begins anew.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Plan, runJobs } from './jobs.ts';

/** Seeds after which progress is kept. */
const CHUNK = 500;
const PROGRAM = ['src/vault', 'src/notes', 'src/cache', 'backends/memory'];

export interface NightFailure {
  readonly seed: number;
  readonly rule: string;
  readonly message: string;
}

export interface Progress {
  /** Tells one program from another. */
  readonly program: string;
  readonly from: number;
  readonly seeds: number;
  /** The seed to go on with. */
  readonly next: number;
  readonly failures: readonly NightFailure[];
}

function programOf(folder: string): string {
  const hash = createHash('sha256');
  for (const part of PROGRAM) {
    const files = readdirSync(join(folder, part), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.includes('.test.'))
      .sort();
    for (const file of files) hash.update(file).update(readFileSync(join(folder, part, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

function read(file: string): Progress | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Progress;
  } catch {
    return null;
  }
}

function keep(file: string, progress: Progress): void {
  mkdirSync(dirname(file), { recursive: true });
  // A file that is half written would lose the night.
  writeFileSync(`${file}.new`, `${JSON.stringify(progress, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

/** @param show is told how it goes. */
export async function night(folder: string, file: string, plan: Plan, show: (line: string) => void): Promise<Progress> {
  const program = programOf(folder);
  const before = read(file);
  const goesOn = before?.program === program && before.from === plan.from && before.seeds === plan.seeds;
  const end = plan.from + plan.seeds;
  const failures: NightFailure[] = goesOn ? [...before.failures] : [];
  let next = goesOn ? before.next : plan.from;
  const progress = (): Progress => ({ program, from: plan.from, seeds: plan.seeds, next, failures });
  show(
    goesOn
      ? `going on at seed ${next} of ${end - 1}; ${failures.length} failed until now`
      : `seeds ${plan.from} to ${end - 1}, kept in ${file}`,
  );
  while (next < end) {
    const seeds = Math.min(CHUNK, end - next);
    const begun = performance.now();
    const found: NightFailure[] = [];
    await runJobs({ from: next, seeds, jobs: plan.jobs }, folder, ({ seed, failure }) => {
      if (failure) found.push({ seed, rule: failure.rule, message: failure.message });
    });
    found.sort((a, b) => a.seed - b.seed);
    for (const { seed, rule, message } of found) show(`seed ${seed} breaks ${rule}: ${message}`);
    failures.push(...found);
    next += seeds;
    keep(file, progress());
    const pace = (seeds / (performance.now() - begun)) * 1000;
    show(
      `up to ${next - 1}: ${pace.toFixed(1)} seeds a second, about ${((end - next) / pace / 3600).toFixed(1)} hours to go`,
    );
  }
  return progress();
}
