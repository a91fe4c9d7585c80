import { describe, expect, it } from 'vitest';
import { simulate } from './simulate.ts';
import { STORAGES } from './storages.ts';

async function traceOf(seed: number): Promise<readonly string[]> {
  const lines: string[] = [];
  await simulate(seed, { storage: STORAGES.aws, trace: (line) => lines.push(line) });
  return lines;
}

describe('vaults in the function of a cloud', () => {
  // A handful, in which bodies go to the bucket, programs die on their way and accounts are mixed up.
  it.each([2, 6, 15, 18, 33])(
    'seed %i keeps all rules',
    async (seed) => {
      const { failure, steps } = await simulate(seed, { storage: STORAGES.aws });
      expect(failure).toBeNull();
      expect(steps).toBeGreaterThan(100);
    },
    120_000,
  );

  it('tells the same of a seed each time', async () => {
    const once = await traceOf(33);
    expect(once.length).toBeGreaterThan(100);
    expect(await traceOf(33)).toEqual(once);
  }, 120_000);
});
