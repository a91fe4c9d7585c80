/** The conformance suite as Vitest tests: one for each check, skipped with a reason where the place lacks what it needs. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { conformance } from '../conformance.ts';
import { runCheck } from './check.ts';
import type { Place } from './place.ts';

/** Checks that ask for pages of a size of their own. */
export const PAGED: readonly string[] = [
  'S9 a listing of more than three pages leads to every object',
  'S10 objects that come and go between two pages: the final set is exact',
];

/**
 * @param makePlace called once, before the first check; the place is closed after the last.
 * @param options.timeout for one check, in ms. It only ends what hangs; no check depends on it.
 * @param options.leaveOut titles of checks that are known not to be possible at this place, and are made at another one of the same
 * backend. What turns out to be impossible is told as skipped.
 */
export function testConformance(
  title: string,
  makePlace: () => Place | Promise<Place>,
  options: { readonly timeout?: number; readonly leaveOut?: readonly string[] } = {},
): void {
  const { leaveOut = [] } = options;
  const titles = new Set(conformance.map((check) => check.title));
  const unknown = leaveOut.filter((left) => !titles.has(left));
  if (unknown.length > 0) throw new Error(`there is no check "${unknown.join('", "')}"`);
  const timeout = options.timeout ?? 120_000;
  describe(`${title} keeps the storage contract`, { timeout }, () => {
    let place: Place | undefined;
    beforeAll(async () => {
      place = await makePlace();
    }, timeout);
    afterAll(() => place?.close?.());

    // oxlint-disable-next-line vitest/expect-expect -- the check itself asserts, with no runner's help
    for (const check of conformance.filter((each) => !leaveOut.includes(each.title))) {
      // oxlint-disable-next-line vitest/valid-title -- the titles stand with the checks
      test(check.title, async (context) => {
        if (!place) throw new Error('the place was not made');
        const outcome = await runCheck(check, place);
        if (outcome.kind === 'skipped') context.skip(outcome.reason);
        if (outcome.kind === 'failed') throw outcome.error;
        expect(outcome.kind).toBe('passed');
      });
    }
  });
}
