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
