/** Makes a failing run small: leaves out whatever it can and still break the same rule. */
import { databasesOf } from './indexed-db.ts';
import { EVERYTHING, type Less } from './less.ts';
import { type Outcome, simulate } from './simulate.ts';
import type { Rule } from './violation.ts';
import { CALM, type Weather } from './weather.ts';

/** Runs are short, but not free. */
const MOST_RUNS = 200;

export interface Shrunk {
  readonly less: Less;
  readonly rule: Rule;
  readonly message: string;
  /** What happened in the smallest run. */
  readonly trace: readonly string[];
  readonly runs: number;
}

function* smaller(less: Less): Generator<Less> {
  const faults = (Object.keys(CALM) as (keyof Weather)[]).filter((name) => !less.without.includes(name));
  if (faults.length > 1) yield { ...less, without: [...less.without, ...faults] };
  if (!less.light) yield { ...less, light: true };
  if (!less.prompt) yield { ...less, prompt: true };
  for (const name of faults) yield { ...less, without: [...less.without, name] };
  const devices = Math.min(less.devices, 5);
  if (devices > 1) yield { ...less, devices: devices - 1 };
  for (const factor of [0.3, 0.6, 0.85]) if (less.span * factor > 0.001) yield { ...less, span: less.span * factor };
  const acts = Math.min(less.acts, 512);
  if (acts > 1) yield { ...less, acts: acts >> 1 };
  if (acts > 1) yield { ...less, acts: acts - 1 };
}

/** Null when the seed passes. */
export async function shrink(seed: number): Promise<Shrunk | null> {
  const databases = databasesOf(seed);
  let runs = 0;
  const run = (less: Less, trace?: (line: string) => void): Promise<Outcome> => {
    runs++;
    return simulate(seed, { databases, less, ...(trace ? { trace } : {}) });
  };
  let failure = (await run(EVERYTHING)).failure;
  if (!failure) return null;
  let less = EVERYTHING;
  for (;;) {
    let found: Less | null = null;
    for (const candidate of smaller(less)) {
      const outcome = await run(candidate);
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
