import { describe, expect, it } from 'vitest';
import { databasesOf } from './indexed-db.ts';
import { simulate } from './simulate.ts';

async function traceOf(seed: number): Promise<readonly string[]> {
  const lines: string[] = [];
  await simulate(seed, { databases: databasesOf(seed), trace: (line) => lines.push(line) });
  return lines;
}

describe('the simulator', () => {
  it.each([
    ['in memory', 3],
    ["over the app's own database", 40],
  ])(
    'tells the same of a seed each time, to the byte (%s)',
    async (_, seed) => {
      const once = await traceOf(seed);
      const again = await traceOf(seed);
      expect(once.length).toBeGreaterThan(100);
      expect(again).toEqual(once);
    },
    120_000,
  );

  it('tells something else of another seed', async () => {
    expect(await traceOf(4)).not.toEqual(await traceOf(6));
  });
});
