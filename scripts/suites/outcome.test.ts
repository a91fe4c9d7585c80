import { describe, expect, it } from 'vitest';
import { addUp, type Outcome, readLastLine } from './outcome.ts';
import { readPlaywrightReport } from './stories.ts';
import { readVitestReport } from './unit.ts';

const types: Outcome = { suite: 'types', passed: 2, failed: [], skipped: [] };
const unit: Outcome = { suite: 'unit', passed: 10, failed: ['a word is lost'], skipped: ['against the specification'] };

const file = (status: string, tests: Record<string, string>, name = 'x.test.ts') => ({
  name,
  status,
  message: '',
  assertionResults: Object.entries(tests).map(([fullName, status]) => ({ fullName, status })),
});

const spec = (title: string, status: 'expected' | 'unexpected' | 'flaky' | 'skipped') => ({
  title,
  tests: [{ status }],
});

describe('adding up the suites', () => {
  it('counts and names what failed and what was skipped', () => {
    const { passed, failed, lines } = addUp([types, unit], false);
    expect({ passed, failed }).toEqual({ passed: 12, failed: 1 });
    expect(lines).toEqual(['failed   unit: a word is lost', 'skipped  unit: against the specification']);
  });

  it('counts a skipped check as failed where nothing may be skipped', () => {
    expect(addUp([unit], true).failed).toBe(2);
  });

  it('is not content with no check at all', () => {
    expect(addUp([], false).failed).toBe(1);
    expect(addUp([{ suite: 'unit', passed: 0, failed: [], skipped: ['all'] }], false).failed).toBe(1);
  });
});

describe('reading the runners', () => {
  it('reads Vitest’s report', () => {
    const report = { testResults: [file('failed', { a: 'passed', b: 'failed', c: 'skipped', d: 'todo' })] };
    expect(readVitestReport(report, false)).toEqual({ passed: 1, failed: ['b'], skipped: ['c', 'd'] });
  });

  it('counts a test file that could not be read, and an error outside any test, as failed', () => {
    expect(readVitestReport({ testResults: [file('failed', {})] }, false).failed).toHaveLength(1);
    expect(readVitestReport({ testResults: [file('passed', { a: 'passed' })] }, false).failed).toHaveLength(1);
    expect(readVitestReport({ testResults: [file('passed', { a: 'passed' })] }, true).failed).toHaveLength(0);
  });

  it('reads Playwright’s report, groups and all', () => {
    const suites = [
      {
        title: 'a.spec.ts',
        specs: [spec('opens', 'expected')],
        suites: [
          { title: 'offline', specs: [spec('opens', 'unexpected'), spec('types', 'flaky'), spec('syncs', 'skipped')] },
        ],
      },
    ];
    expect(readPlaywrightReport({ errors: [], suites }, false)).toEqual({
      passed: 1,
      failed: ['a.spec.ts › offline › opens', 'a.spec.ts › offline › types'],
      skipped: ['a.spec.ts › offline › syncs'],
    });
  });

  it('counts a Playwright that could not begin as failed', () => {
    expect(readPlaywrightReport({ errors: [{ message: 'no build\nat …' }] }, false).failed).toEqual(['no build']);
    expect(readPlaywrightReport({ errors: [], suites: [] }, false).failed).toHaveLength(1);
  });

  it('reads a last line, and takes nothing else for one', () => {
    expect(readLastLine('seed 7 failed\n3 passed, 1 failed\n', 'a seed')).toEqual({
      passed: 3,
      failed: ['a seed (1)'],
      skipped: [],
    });
    for (const output of ['', '3 passed', '3 passed, 1 failed\nError: late']) {
      expect(readLastLine(output, 'a seed')).toBeUndefined();
    }
  });
});
