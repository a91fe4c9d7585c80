import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CLIMATES } from './climates.ts';
import { databasesOf } from './indexed-db.ts';
import { MUTANTS } from './mutants.ts';
import { hunt, plant } from './mutate.ts';
import { simulate } from './simulate.ts';

describe('the simulator finds planted bugs', () => {
  it.each(MUTANTS.flatMap((mutant) => (mutant.seed === null ? [] : [[mutant.name, mutant, mutant.seed] as const])))(
    '%s: dies at its seed by its rule, and the true code passes there',
    async (_, mutant, seed) => {
      const outcome = await hunt(mutant, { from: seed, seeds: 1, jobs: 1 });
      expect(outcome?.failure?.rule).toBe(mutant.rule);
      const climate = CLIMATES[mutant.climate ?? 'mixed'];
      const truth = await simulate(seed, { databases: databasesOf(seed), climate });
      expect(truth.failure).toBeNull();
    },
    120_000,
  );

  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s: can be planted', (_, mutant) => {
    for (const edit of mutant.edits) {
      const source = readFileSync(new URL(`../../../${edit.file}`, import.meta.url), 'utf8');
      expect(plant(mutant.name, edit, source)).not.toBe(source);
    }
  });

  it('refuses a mutant whose place has gone, or is in doubt', () => {
    const edit = { file: 'a.ts', find: 'one', replace: 'two' };
    expect(plant('of a test', edit, 'one and all')).toBe('two and all');
    expect(() => plant('of a test', edit, 'nothing of it')).toThrow('stands 0 times in a.ts');
    expect(() => plant('of a test', edit, 'one by one')).toThrow('stands 2 times in a.ts');
  });
});
