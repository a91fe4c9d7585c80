import { describe, expect, test } from 'vitest';
import { conformance } from '../conformance.ts';
import { memoryPlace } from '../memory/place.ts';
import { brokenCalls } from './broken-calls.ts';
import { brokenStores } from './broken-stores.ts';
import { runCheck } from './check.ts';
import type { Place } from './place.ts';

async function outcomes(place: Place, checks = conformance) {
  const results = [];
  for (const check of checks) results.push({ ...check, outcome: await runCheck(check, place) });
  return results;
}

async function failedRules(place: Place, checks = conformance): Promise<string[]> {
  const failed = (await outcomes(place, checks)).filter(({ outcome }) => outcome.kind === 'failed');
  return [...new Set(failed.map(({ rule }) => rule))];
}

describe('the conformance suite tells a broken store from a sound one', () => {
  for (const { title, breaks, place } of [...brokenStores, ...brokenCalls])
    test(`a store that ${title} breaks ${breaks}`, async () => {
      const itsChecks = conformance.filter(({ rule }) => rule === breaks);
      expect(await failedRules(place(), itsChecks)).toEqual([breaks]);
    });
});

describe('the conformance suite', () => {
  test('has a check for every rule, and every rule has a broken store', () => {
    const rules = Array.from({ length: 21 }, (_, index) => `S${index + 1}`);
    expect([...new Set(conformance.map(({ rule }) => rule))]).toEqual(rules);
    const broken = new Set([...brokenStores, ...brokenCalls].map(({ breaks }) => breaks));
    expect(rules.filter((rule) => !broken.has(rule as `S${number}`))).toEqual([]);
  });

  test("gives every check a title of its own that begins with the rule's id", () => {
    expect(new Set(conformance.map(({ title }) => title)).size).toBe(conformance.length);
    expect(conformance.filter(({ rule, title }) => !title.startsWith(`${rule} `))).toEqual([]);
  });

  test('says that a check was skipped, and why, when the place lacks what it needs', async () => {
    const { openPaged, requests, logged, providerNow, faults, ...plain } = memoryPlace('plain', {});
    expect([openPaged, requests, logged, providerNow, faults]).not.toContain(undefined);
    const skipped = (await outcomes(plain)).flatMap(({ rule, outcome }) =>
      outcome.kind === 'skipped' ? [`${rule}: ${outcome.reason}`] : [],
    );
    expect(skipped).toMatchInlineSnapshot(`
      [
        "S9: the place offers no way to choose the size of a page",
        "S10: the place offers no way to choose the size of a page",
        "S12: the place offers no way to arrange "expireCursors"",
        "S15: the place offers no way to arrange "hold"",
        "S15: the place offers no way to arrange "hold"",
        "S17: the place offers no way to arrange "truncateNextDownload"",
        "S17: the place offers no way to arrange "answerNextWithHtml"",
        "S18: the place offers no way to arrange "errors"",
        "S19: the place offers no way to arrange "errors"",
        "S19: the place can't tell what was logged",
      ]
    `);
    expect(await failedRules(plain)).toEqual([]);
  });

  test('removes what it made, and leaves alone what was there before', async () => {
    const place = memoryPlace('inhabited', { delay: [1, 20], staleness: 500 });
    const storage = await place.open();
    const theirs = 'log/somebody-elses' as Parameters<typeof storage.put>[0];
    await storage.put(theirs, Uint8Array.of(1, 2, 3));
    expect(await failedRules(place)).toEqual([]);
    expect(await storage.get(theirs)).toEqual(Uint8Array.of(1, 2, 3));
    expect((await storage.about()).used).toBe(3);
  });
});
