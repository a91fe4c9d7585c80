import { conformance } from '../backends/conformance.ts';
import { MEMORY_MODES } from '../backends/memory/place.ts';
import type { ConformancePage } from './conformance/page.ts';
import { serveConformancePage } from './conformance/stand-in.ts';
import { expect, test } from './fixtures/index.ts';

declare const conformancePage: ConformancePage;

const memory = Object.keys(MEMORY_MODES).map((mode) => `memory, ${mode}`);
const dropboxModes = ['header', 'url'].map((mode) => `Dropbox, ${mode} mode`);

test('there is no place in the page that these stories leave out', async ({ page, dropbox }) => {
  const served = await serveConformancePage(dropbox);
  await page.goto(served.url);
  await page.waitForFunction(() => 'conformancePage' in globalThis);
  const { places, checks } = await page.evaluate(() => ({
    places: conformancePage.places,
    checks: conformancePage.checks,
  }));
  expect(places).toEqual([...memory, ...dropboxModes]);
  expect(checks).toBe(conformance.length);
  await served.close();
});

for (const place of [...memory, ...dropboxModes]) {
  test(`in a browser’s page the storage contract is kept by ${place}`, async ({ page, dropbox, problems }) => {
    // The suite asks for refused requests and broken connections; the browser reports each.
    problems.allow(/Failed to load resource/, /has been blocked by CORS policy/, /net::ERR_/);
    const served = await serveConformancePage(dropbox);
    await page.goto(served.url);
    await page.waitForFunction(() => 'conformancePage' in globalThis);
    const outcome = await page.evaluate((name) => conformancePage.run(name), place);
    expect(outcome.lines.filter((line) => line.includes('FAILED'))).toEqual([]);
    expect(outcome.failed).toBe(0);
    expect(outcome.lines.filter((line) => line.trimStart().startsWith('skipped'))).toEqual([]);
    expect(outcome).toMatchObject({ passed: conformance.length, skipped: 0 });
    await served.close();
  });
}
