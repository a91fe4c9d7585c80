import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { DIST, expect, NETWORK_AWAY, phone, test } from './fixtures/index.ts';

async function visit(page: Page): Promise<void> {
  await page.goto('./');
  await page.waitForFunction(() => navigator.serviceWorker.controller?.state === 'activated');
}

async function connectSources(page: Page): Promise<string> {
  const response = await page.reload();
  const policy = (await response?.headerValue('Content-Security-Policy')) ?? '';
  return policy.split('; ').find((directive) => directive.startsWith('connect-src')) ?? '';
}

test.describe('at a path of its own', () => {
  test.use({ appPath: '/some/deep/path/' });

  test('one build runs anywhere, and opens there without its server', async ({ page, app, problems }) => {
    problems.allow(NETWORK_AWAY);
    await visit(page);
    expect(new URL(page.url()).pathname).toBe('/some/deep/path/');
    const scope = await page.evaluate(async () => (await navigator.serviceWorker.ready).scope);
    expect(scope).toBe(app.url);
    await app.stop();
    await page.reload();
    await expect(page.locator('#root > *').first()).toBeVisible();
  });
});

test.describe('on a phone', () => {
  test.use(phone);

  test('the page is as wide as the screen', async ({ page }) => {
    await visit(page);
    await expect(page.locator('#root > *').first()).toBeVisible();
    const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    expect(widths[0]).toBe(widths[1]);
  });
});

test('the browser finds nothing that keeps Satchel from being installed', async ({ newDevice }) => {
  const { page, context } = await newDevice();
  await visit(page);
  const session = await context.newCDPSession(page);
  expect((await session.send('Page.getInstallabilityErrors')).installabilityErrors).toEqual([]);
  const { data, errors } = await session.send('Page.getAppManifest');
  expect(errors).toEqual([]);
  expect(JSON.parse(data ?? '{}')).toMatchObject({ name: 'Satchel', start_url: './', display: 'standalone' });
});

test('a changed config.json reaches the policy of a page and a worker that come from the cache', async ({
  page,
  app,
}) => {
  await visit(page);
  app.setConfig({ dropbox: { clientId: 'x', endpoints: { api: 'https://proxy.example' } } });
  await page.evaluate(async () => {
    const label = async () => JSON.stringify(await (await fetch('./config.json')).json());
    const before = await label();
    while ((await label()) === before) await new Promise((resolve) => requestAnimationFrame(resolve));
  });
  expect(await connectSources(page)).toContain('https://proxy.example');

  const script = './before-paint.js';
  const answered = page.waitForResponse((response) => response.url().endsWith(script.slice(1)));
  await page.evaluate((script) => void new Worker(script), script);
  const response = await answered;
  expect(response.fromServiceWorker()).toBe(true);
  expect(await response.headerValue('Content-Security-Policy')).toContain('https://proxy.example');
});

test('the last config.json holds while the server is away', async ({ page, app, problems }) => {
  problems.allow(NETWORK_AWAY);
  await visit(page);
  const before = await connectSources(page);
  expect(before).toContain('http://127.0.0.1');
  await app.stop();
  await page.evaluate(async () => (await fetch('./config.json')).json());
  expect(await connectSources(page)).toBe(before);
});

test('a new version waits until it is asked for, and then takes over', async ({ page, app }) => {
  const dist = await mkdtemp(join(tmpdir(), 'satchel-next-'));
  await cp(DIST, dist, { recursive: true });
  const worker = join(dist, 'service-worker.js');
  await writeFile(worker, `${await readFile(worker, 'utf8')}\n// the next version\n`);

  await visit(page);
  await app.restart(dist);
  const waiting = await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update();
    const installing = registration.installing ?? registration.waiting;
    while (registration.waiting === null) await new Promise((resolve) => requestAnimationFrame(resolve));
    return { found: installing !== null, active: registration.active?.state };
  });
  expect(waiting).toEqual({ found: true, active: 'activated' });

  const tookOver = page.evaluate(
    () =>
      new Promise((resolve) => {
        navigator.serviceWorker.addEventListener('controllerchange', () => resolve(true), { once: true });
        void navigator.serviceWorker.ready.then(({ waiting }) => waiting?.postMessage({ type: 'SKIP_WAITING' }));
      }),
  );
  expect(await tookOver).toBe(true);
  await rm(dist, { recursive: true });
});
