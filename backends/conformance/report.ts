/** Runs checks at one place and tells, line by line, what came of each. */
import { type Check, runCheck } from './check.ts';
import { describeError } from './expect.ts';
import type { Place } from './place.ts';

export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A report may end up in a public log: no token of the place stands in it, whatever an error says. */
function withoutSecrets(text: string, place: Place): string {
  return place.secrets().reduce((rest, secret) => rest.replaceAll(secret, '(secret)'), text);
}

export async function report(place: Place, checks: readonly Check[], print: (line: string) => void): Promise<Totals> {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  print(place.title);
  for (const check of checks) {
    const outcome = await runCheck(check, place);
    totals[outcome.kind]++;
    if (outcome.kind === 'passed') print(`  passed   ${check.title}`);
    else if (outcome.kind === 'skipped') print(`  skipped  ${check.title}\n           ${outcome.reason}`);
    else print(`  FAILED   ${check.title}\n           ${withoutSecrets(describeError(outcome.error), place)}`);
  }
  print(`  ${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
  return totals;
}
