import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { DIST, expect, test as base } from './fixtures/index.ts';
import { lines, openNote, typeAfter, visit, write, writeNote } from './fixtures/satchel.ts';

const test = base.extend<{ /** The same build with another page in it, as a new version is. */ nextBuild: string }>({
  nextBuild: async ({}, use) => {
    const dist = await mkdtemp(join(tmpdir(), 'satchel-next-'));
    await cp(DIST, dist, { recursive: true });
    const change = async (file: string, edit: (text: string) => string) => {
      const before = await readFile(join(dist, file), 'utf8');
      const after = edit(before);
      if (after === before) throw new Error(`${file} is not built as this story expects`);
      await writeFile(join(dist, file), after);
    };
    await change('index.html', (html) => html.replace('</head>', '<meta name="version" content="next"></head>'));
    await change('service-worker.js', (script) =>
      script.replace(/("revision":")[0-9a-f]+(","url":"index\.html")/, '$1next$2'),
    );
    await use(dist);
    await rm(dist, { recursive: true });
  },
});

/** The browser looks for a new version when the app is opened, and when it comes to the front again. */
async function lookForUpdate(page: Page): Promise<void> {
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
}

const isNext = (page: Page) => page.locator('meta[name="version"][content="next"]');

test('a new version is offered, and reloading into it keeps what was typed a moment before, in every tab', async ({
  page,
  context,
  app,
  nextBuild,
}) => {
  await visit(page);
  await writeNote(page, 'In the first tab');
  const second = await context.newPage();
  await visit(second);
  await openNote(second, 'Welcome to Satchel');

  await app.restart(nextBuild);
  await lookForUpdate(page);
  const offer = page.getByText('A new version of Satchel is ready.');
  await expect(offer).toBeVisible();
  await expect(isNext(page)).toHaveCount(0);

  await typeAfter(second, 'Welcome to Satchel', ', typed in the second');
  await typeAfter(page, 'In the first tab', ', typed at the last moment');
  await page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Reload' }).click();
  for (const each of [page, second]) await expect(isNext(each)).toHaveCount(1);
  await expect(lines(page)).toHaveText(['In the first tab, typed at the last moment']);
  await expect(lines(second).first()).toHaveText('Welcome to Satchel, typed in the second');
  await expect(offer).toHaveCount(0);
});

test('“Later” leaves everything as it is until the app is opened the next time', async ({ page, app, nextBuild }) => {
  await visit(page);
  await app.restart(nextBuild);
  await page.reload();
  await expect(page.getByText('A new version of Satchel is ready.')).toBeVisible();
  await page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Dismiss' }).click();
  await write(page, 'Going on');
  await expect(lines(page)).toHaveText(['Going on']);
  await expect(isNext(page)).toHaveCount(0);
});

test('a tab whose words could not be saved is not reloaded by another tab’s update, and gives its text away', async ({
  page,
  context,
  app,
  nextBuild,
}) => {
  await visit(page);
  await writeNote(page, 'In the first tab');
  const second = await context.newPage();
  // Before the app opens its database: the second tab finds no room as long as it is told so.
  await second.addInitScript(() => {
    // oxlint-disable-next-line typescript/unbound-method -- it is called with its own `this` below
    const { transaction } = IDBDatabase.prototype;
    IDBDatabase.prototype.transaction = function (names, mode, options) {
      if (mode === 'readwrite' && 'isFull' in globalThis) throw new DOMException('full', 'QuotaExceededError');
      return transaction.call(this, names, mode, options);
    };
  });
  await visit(second);
  await openNote(second, 'In the first tab');
  await second.evaluate(() => Object.assign(globalThis, { isFull: true }));
  await typeAfter(second, 'In the first tab', ', only here');
  await expect(second.getByRole('alert').getByRole('button', { name: 'Copy my text' })).toBeVisible();

  await app.restart(nextBuild);
  await lookForUpdate(page);
  const reload = (tab: Page) => tab.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Reload' });
  await reload(page).click();
  await expect(isNext(page)).toHaveCount(1);
  const words = second.getByText('so this tab wasn’t reloaded');
  await expect(words).toBeVisible();
  await expect(isNext(second)).toHaveCount(0);
  await expect(lines(second)).toHaveText(['In the first tab, only here']);
  const messages = second.getByRole('region', { name: 'Messages' });
  await expect(messages.getByRole('button', { name: 'Download my text' })).toBeVisible();

  await second.evaluate(() => Reflect.deleteProperty(globalThis, 'isFull'));
  await messages.locator('.toast').filter({ has: words }).getByRole('button', { name: 'Reload' }).click();
  await expect(isNext(second)).toHaveCount(1);
  await expect(lines(second)).toHaveText(['In the first tab, only here']);
});
