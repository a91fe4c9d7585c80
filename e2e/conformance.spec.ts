import { conformance } from '../backends/conformance.ts';
import { MEMORY_MODES } from '../backends/memory/place.ts';
import type { ConformancePage } from './conformance/page.ts';
import { serveConformancePage } from './conformance/stand-in.ts';
import { newAccount } from '../backends/aws/place.ts';
import { test } from './fixtures/cloud.ts';
import { expect } from './fixtures/index.ts';

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
  expect(places).toEqual([...memory, ...dropboxModes, 'AWS']);
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

test('in a browser’s page the storage contract is kept by a cloud of one’s own', async ({
  page,
  dropbox,
  cloud,
  problems,
}) => {
  test.slow();
  problems.allow(/Failed to load resource/, /net::ERR_/);
  const served = await serveConformancePage(dropbox, await newAccount(cloud, 'ada@example.org'));
  await page.goto(served.url);
  await page.waitForFunction(() => 'conformancePage' in globalThis);
  const outcome = await page.evaluate(() => conformancePage.run('AWS'));
  expect(outcome.lines.filter((line) => line.includes('FAILED'))).toEqual([]);
  // The cloud itself chooses the size of a page.
  expect(outcome).toMatchObject({ passed: conformance.length - 2, failed: 0, skipped: 2 });
  await served.close();
});
