import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Page } from '@playwright/test';
import { DIST, expect, NETWORK_AWAY, test } from './fixtures/index.ts';

/** The app is drawn, by its own script, in a page that the service worker answered for. */
async function expectOpen(page: Page): Promise<void> {
  await expect(page.locator('#root > *').first()).toBeVisible();
  expect(await page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe('activated');
}

/** The first visit: once the service worker is there, everything is. */
async function visit(page: Page): Promise<void> {
  await page.goto('./');
  await page.waitForFunction(() => navigator.serviceWorker.controller?.state === 'activated');
}

/** All that the build wrote, but what changes without a build and what only a shop window needs. */
async function filesToKeep(): Promise<string[]> {
  const entries = await readdir(DIST, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(DIST, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .filter((file) => !['service-worker.js', 'config.json'].includes(file) && !file.startsWith('screenshots/'))
    .toSorted();
}

const states = [
  { name: 'online', enter: async () => {} },
  { name: 'offline', enter: async ({ page }) => page.context().setOffline(true) },
  { name: 'the server down', enter: async ({ app }) => app.stop() },
  { name: 'the server hanging', enter: async ({ app }) => app.hang() },
] satisfies { name: string; enter: (story: { page: Page; app: { stop(): Promise<void>; hang(): void } }) => unknown }[];

for (const { name, enter } of states) {
  test(`Satchel opens again with ${name}`, async ({ page, app, problems }) => {
    problems.allow(NETWORK_AWAY);
    await visit(page);
    await enter({ page, app });
    await page.reload();
    await expectOpen(page);
    const config = await page.evaluate(async () => (await fetch('./config.json')).json());
    expect(config).toMatchObject({ dropbox: { label: 'Dropbox (local demo)' } });
  });
}

test('it opens with the server down when the provider sends the browser back with a code', async ({
  page,
  app,
  problems,
}) => {
  problems.allow(NETWORK_AWAY);
  await visit(page);
  await app.stop();
  await page.goto('./?code=none&state=none');
  await expectOpen(page);
});

test('every file of the build is there offline, once and only once', async ({ page, app, problems }) => {
  problems.allow(NETWORK_AWAY);
  await visit(page);
  const worker = await (await page.request.get('./service-worker.js')).text();
  const listed = [...worker.matchAll(/"url":"([^"]+)"/g)].map(([, url]) => url ?? '').toSorted();
  expect(listed).toEqual([...new Set(listed)]);
  expect(listed).toEqual(await filesToKeep());
  await app.stop();
  const missing = await page.evaluate(async (files) => {
    const answers = await Promise.all(files.map(async (file) => ({ file, ok: (await fetch(file)).ok })));
    return answers.filter(({ ok }) => !ok);
  }, listed);
  expect(missing).toEqual([]);
});
