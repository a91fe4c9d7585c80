/**
 * The conformance suite: what `storage.ts` promises, as checks that every backend passes. It depends on no
 * test runner and no platform: `conformance/vitest.ts` turns it into tests, `conformance-cli.ts` runs it
 * from the command line, and a page can loop over it with `runCheck`.
 */
import { accountChecks } from './conformance/account.ts';
import { answerChecks } from './conformance/answers.ts';
import { callChecks } from './conformance/calls.ts';
import type { Check } from './conformance/check.ts';
import { listingChecks } from './conformance/listing.ts';
import { objectChecks } from './conformance/objects.ts';

/** In the order of the rules. */
export const conformance: readonly Check[] = [
  ...objectChecks,
  ...listingChecks,
  ...callChecks,
  ...answerChecks,
  ...accountChecks,
];
