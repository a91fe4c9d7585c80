/** `npm run simulate -- --seeds N`: see docs/simulator.md. */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CLIMATES, type ClimateName, isClimate } from './climates.ts';
import { databasesOf } from './indexed-db.ts';
import { type Plan, runJobs, share } from './jobs.ts';
import { MUTANTS } from './mutants.ts';
import { hunt } from './mutate.ts';
import { night } from './night.ts';
import { shrink } from './shrink.ts';
import { type Outcome, simulate } from './simulate.ts';
import { isStorageName, type StorageName, STORAGES } from './storages.ts';
import { storyOf } from './story.ts';
import { CALM, type Weather } from './weather.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

const USAGE = `npm run simulate -- [--seeds N] [--from S] [--jobs N]   runs N seeds from S on
npm run simulate -- --seed S [--trace]                  runs one seed, and tells what happens
                    [--climate NAME]                    where something rare is common: ${Object.keys(CLIMATES).join(', ')}
                    [--storage NAME]                    what the vaults lie in: ${Object.keys(STORAGES).join(', ')}
npm run simulate -- --shrink S                          leaves out of a failing seed whatever it can, and tells the rest as a short story
npm run simulate:mutants [-- NAME]                      plants the known bugs, and counts the seeds until each is found
npm run simulate:night [-- --seeds N] [--from S]        a million seeds, or N. Ended and started again, it goes on where it was:
                       [--keep FILE]                    what was done and what failed is kept in FILE (.cache/simulate-night.json)

--jobs N   so many processes; without it, one for each processor`;

const NIGHT = 1_000_000;
/** Seeds that a planted bug may take to be found. */
const HUNT = 1000;
const KEPT = '.cache/simulate-night.json';

function whole(text: string | undefined, fallback: number, least: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) throw new RangeError(`"${text}" is no number from ${least} on`);
  return value;
}

function climateOf(name: string): ClimateName {
  if (!isClimate(name)) throw new RangeError(`no climate is called "${name}"`);
  return name;
}

function storageOf(name: string): StorageName {
  if (!isStorageName(name)) throw new RangeError(`no storage is called "${name}"`);
  return name;
}

function read(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      seeds: { type: 'string' },
      seed: { type: 'string' },
      from: { type: 'string' },
      jobs: { type: 'string' },
      job: { type: 'string' },
      trace: { type: 'boolean', default: false },
      shrink: { type: 'string' },
      mutants: { type: 'boolean', default: false },
      night: { type: 'boolean', default: false },
      keep: { type: 'string', default: KEPT },
      climate: { type: 'string' },
      storage: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const seed = values.seed === undefined ? undefined : whole(values.seed, 1, 0);
  const plan: Plan = {
    from: seed ?? whole(values.from, 1, 0),
    seeds: seed === undefined ? whole(values.seeds, values.night ? NIGHT : values.mutants ? HUNT : 100, 1) : 1,
    jobs: seed === undefined ? whole(values.jobs, cpus().length, 1) : 1,
    ...(values.climate !== undefined && { climate: climateOf(values.climate) }),
    ...(values.storage !== undefined && { storage: storageOf(values.storage) }),
  };
  const job = values.job === undefined ? undefined : whole(values.job, 0, 0);
  const shrunk = values.shrink === undefined ? undefined : whole(values.shrink, 1, 0);
  return { ...values, plan, job, shrink: shrunk, names: positionals };
}

const show = (line: string) => process.stdout.write(`${line}\n`);

function run(seed: number, trace: boolean, { climate = 'mixed', storage = 'memory' }: Plan): Promise<Outcome> {
  const options = { databases: databasesOf(seed), climate: CLIMATES[climate], storage: STORAGES[storage] };
  return simulate(seed, { ...options, ...(trace ? { trace: show } : {}) });
}

/** One of several processes: an outcome a line. */
async function work(plan: Plan, job: number): Promise<void> {
  for (const seed of share(plan, job)) show(JSON.stringify(await run(seed, false, plan)));
}

/** Tells outcomes in order of their seeds, each as soon as those before it are known. */
function inOrder(plan: Plan, tell: (outcome: Outcome) => void): (outcome: Outcome) => void {
  const early = new Map<number, Outcome>();
  let next = plan.from;
  return (outcome) => {
    early.set(outcome.seed, outcome);
    for (let ready = early.get(next); ready; ready = early.get(++next)) {
      early.delete(next);
      tell(ready);
    }
  };
}

async function runAll(plan: Plan, trace: boolean): Promise<number> {
  const begun = performance.now();
  let failed = 0;
  let steps = 0;
  const told = inOrder(plan, ({ seed, failure, ...outcome }) => {
    steps += outcome.steps;
    if (!failure) return;
    failed++;
    show(`seed ${seed} breaks ${failure.rule}: ${failure.message}`);
    if (plan.seeds === 1) show(failure.stack);
    const where = (['climate', 'storage'] as const)
      .map((name) => (plan[name] === undefined ? '' : ` --${name} ${plan[name]}`))
      .join('');
    show(
      `  replay it with: npm run simulate -- --seed ${seed}${where} --trace, or told shortly: --shrink ${seed}${where}`,
    );
  });
  if (plan.jobs === 1) for (const seed of share(plan, 0)) told(await run(seed, trace, plan));
  else await runJobs(plan, ROOT, told);
  show(`${plan.seeds} seeds, ${steps} steps, ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  show(`${plan.seeds - failed} passed, ${failed} failed`);
  return failed;
}

async function huntAll(plan: Plan, names: readonly string[]): Promise<number> {
  let survived = 0;
  const wanted = MUTANTS.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)));
  if (wanted.length === 0) throw new RangeError(`no mutant is called ${names.join(' or ')}`);
  for (const mutant of wanted) {
    const outcome = await hunt(mutant, plan);
    const found = outcome?.failure;
    if (found?.rule !== mutant.rule) survived++;
    const verdict = found
      ? `dies at seed ${outcome.seed} by ${found.rule}${found.rule === mutant.rule ? '' : `, not ${mutant.rule}`}: ${found.message}`
      : `survives ${plan.seeds} seeds`;
    show(`${mutant.name}\n  ${verdict}`);
  }
  show(`${wanted.length - survived} passed, ${survived} failed`);
  return survived;
}

async function tellShort(seed: number, { climate = 'mixed', storage = 'memory' }: Plan): Promise<boolean> {
  const shrunk = await shrink(seed, { climate: CLIMATES[climate], storage: STORAGES[storage] });
  if (!shrunk) {
    show(`seed ${seed} passes`);
    return false;
  }
  const { less, rule, message, trace, runs } = shrunk;
  for (const line of storyOf(trace)) show(line);
  const still = (Object.keys(CALM) as (keyof Weather)[]).filter((fault) => !less.without.includes(fault));
  show(`\nseed ${seed} breaks ${rule}: ${message}`);
  show(`the smallest of ${runs} runs: ${JSON.stringify({ ...less, without: undefined, faults: still })}`);
  return true;
}

async function runNight(plan: Plan, file: string): Promise<number> {
  const { seeds, failures } = await night(ROOT, file, plan, show);
  for (const { seed } of failures) show(`  replay it with: npm run simulate -- --seed ${seed} --trace`);
  show(`${seeds - failures.length} passed, ${failures.length} failed`);
  return failures.length;
}

async function main(): Promise<number> {
  const args = read(process.argv.slice(2));
  const { plan, job, trace, mutants, help, names } = args;
  if (help) {
    show(USAGE);
    return 0;
  }
  if (job !== undefined) {
    await work(plan, job);
    return 0;
  }
  if (args.shrink !== undefined) return (await tellShort(args.shrink, plan)) ? 1 : 0;
  if (args.night) return (await runNight(plan, join(ROOT, args.keep))) === 0 ? 0 : 1;
  if (mutants) return (await huntAll(plan, names)) === 0 ? 0 : 1;
  return (await runAll(plan, trace)) === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof RangeError || error instanceof TypeError ? `${error.message}\n\n${USAGE}` : error);
  process.exitCode = 2;
}
