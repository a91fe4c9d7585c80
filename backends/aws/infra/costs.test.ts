import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bill, costTables, priceOf, UNITS, usage } from './costs.ts';
import { project } from './programs.ts';

describe('the costs', () => {
  it('are those that docs/deploy-aws.md shows', () => {
    const text = readFileSync(join(project, 'docs/deploy-aws.md'), 'utf8');
    expect(text, 'node scripts/run.mjs backends/aws/infra/costs-cli.ts writes them anew').toContain(costTables());
  });

  it('are next to nothing for nobody', () => {
    expect(bill(0).total).toBe(0);
  });

  it('grow with people, and never faster than they do above what is free', () => {
    for (const unit of UNITS) {
      expect(usage(2000)[unit]).toBeCloseTo(2 * usage(1000)[unit], 5);
      const { dollars, per, free } = priceOf(unit);
      const many = usage(1e7)[unit];
      expect(bill(1e7).lines[unit]).toBeCloseTo((Math.max(0, many - free) * dollars) / per, 2);
    }
  });
});
