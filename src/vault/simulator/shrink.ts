/** Makes a failing run small: leaves out whatever it can and still break the same rule. */
import { databasesOf } from './indexed-db.ts';
import { EVERYTHING, type Less } from './less.ts';
import { type Outcome, simulate, type SimulateOptions } from './simulate.ts';
import type { Rule } from './violation.ts';
import { CALM, type Weather } from './weather.ts';

/** Runs are short, but not free. */
const MOST_RUNS = 120;

export interface Shrunk {
  readonly less: Less;
  readonly rule: Rule;
  readonly message: string;
  /** What happened in the smallest run. */
  readonly trace: readonly string[];
  readonly runs: number;
}

/** Halves first: most of what a seed draws has nothing to do with what it breaks. */
function* smaller(less: Less): Generator<Less> {
  const faults = (Object.keys(CALM) as (keyof Weather)[]).filter((name) => !less.without.includes(name));
  for (let size = faults.length; size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < faults.length; at += size)
      yield { ...less, without: [...less.without, ...faults.slice(at, at + size)] };
  if (!less.light) yield { ...less, light: true };
  if (!less.prompt) yield { ...less, prompt: true };
  const devices = Math.min(less.devices, 5);
  if (devices > 1) yield { ...less, devices: devices - 1 };
  for (const factor of [0.25, 0.5, 0.8]) if (less.span * factor > 0.001) yield { ...less, span: less.span * factor };
  const acts = Math.min(less.acts, 512);
  if (acts > 1) yield { ...less, acts: acts >> 1 };
}

function changeBetween(from: Less, to: Less): string {
  const faults = to.without.slice(from.without.length).join();
  return [faults, from.light !== to.light, from.prompt !== to.prompt, to.devices, to.span, to.acts].join(' ');
}

/** Null when the seed passes. */
export async function shrink(
  seed: number,
  circumstances: Pick<SimulateOptions, 'climate' | 'storage'> = {},
): Promise<Shrunk | null> {
  const databases = databasesOf(seed);
  let runs = 0;
  const run = (less: Less, trace?: (line: string) => void): Promise<Outcome> => {
    runs++;
    return simulate(seed, { databases, less, ...circumstances, ...(trace ? { trace } : {}) });
  };
  let failure = (await run(EVERYTHING)).failure;
  if (!failure) return null;
  let less = EVERYTHING;
  /** What didn't help before hardly ever helps later. */
  const tried = new Set<string>();
  for (;;) {
    let found: Less | null = null;
    for (const candidate of smaller(less)) {
      const change = changeBetween(less, candidate);
      if (tried.has(change)) continue;
      tried.add(change);
      const outcome = await run(candidate);
      if (runs > MOST_RUNS) break;
      if (outcome.failure?.rule !== failure.rule) continue;
      failure = outcome.failure;
      found = candidate;
      break;
    }
    if (!found) break;
    less = found;
    if (runs > MOST_RUNS) break;
  }
  const trace: string[] = [];
  await run(less, (line) => trace.push(line));
  return { less, rule: failure.rule, message: failure.message, trace, runs };
}
