/** Copies the project with one bug planted, and runs the simulator there. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Plan, runJobs } from './jobs.ts';
import type { Edit, Mutant } from './mutants.ts';
import type { Outcome } from './simulate.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const COPIED = ['src', 'backends', 'package.json', 'tsconfig.json'];

/** @returns the text with the bug in it. @throws when what is to be replaced doesn't stand there exactly once. */
export function plant(name: string, { file, find, replace }: Edit, source: string): string {
  const parts = source.split(find);
  if (parts.length !== 2) throw new Error(`"${name}" looks for text that stands ${parts.length - 1} times in ${file}`);
  return parts.join(replace);
}

/** Gives the first failure of the plan's seeds, in order of seeds, or null when the mutant survives them all. */
export async function hunt(mutant: Mutant, plan: Plan): Promise<Outcome | null> {
  const folder = mkdtempSync(join(tmpdir(), 'satchel-mutant-'));
  try {
    for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    for (const edit of mutant.edits) {
      const file = join(folder, edit.file);
      writeFileSync(file, plant(mutant.name, edit, readFileSync(file, 'utf8')));
    }
    return await firstFailure(folder, { ...plan, ...(mutant.climate && { climate: mutant.climate }) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function firstFailure(folder: string, plan: Plan): Promise<Outcome | null> {
  const told = new Set<number>();
  let first: Outcome | null = null;
  const enough = new AbortController();
  await runJobs(
    plan,
    folder,
    (outcome) => {
      told.add(outcome.seed);
      if (outcome.failure && (!first || outcome.seed < first.seed)) first = outcome;
      if (!first) return;
      // Another process may still be at an earlier seed.
      for (let seed = plan.from; seed < first.seed; seed++) if (!told.has(seed)) return;
      enough.abort();
    },
    enough.signal,
  );
  return first;
}
