/** The conformance suite as Vitest tests: one for each check, skipped with a reason where the place lacks what it needs. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { conformance } from '../conformance.ts';
import { runCheck } from './check.ts';
import type { Place } from './place.ts';

/**
 * @param makePlace called once, before the first check; the place is closed after the last.
 * @param options.timeout for one check, in ms. It only ends what hangs; no check depends on it.
 */
export function testConformance(
  title: string,
  makePlace: () => Place | Promise<Place>,
  options: { readonly timeout?: number } = {},
): void {
  const timeout = options.timeout ?? 120_000;
  describe(`${title} keeps the storage contract`, { timeout }, () => {
    let place: Place | undefined;
    beforeAll(async () => {
      place = await makePlace();
    }, timeout);
    afterAll(() => place?.close?.());

    // oxlint-disable-next-line vitest/expect-expect -- the check itself asserts, with no runner's help
    for (const check of conformance) {
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
