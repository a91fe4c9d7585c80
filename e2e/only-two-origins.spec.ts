import type { BrowserContext } from '@playwright/test';
import { expect, test } from './fixtures/index.ts';
import { connectAnother, connectFirst, expectSynced, openNote, row, visit, writeNote } from './fixtures/satchel.ts';

test.use({ appPath: '/some/path/' });

test('at a path of its own, two browsers connect and sync, and ask nobody but the app’s server and the storage', async ({
  page,
  context,
  newBrowser,
  app,
  dropbox,
}) => {
  const asked = new Set<string>();
  const watch = (watched: BrowserContext) => {
    watched.on('request', (request) => asked.add(new URL(request.url()).origin));
  };
  watch(context);
  await visit(page);
  await writeNote(page, 'At a path');
  await page.goto('./#/settings');
  await connectFirst(page);
  expect(new URL(page.url()).pathname).toBe('/some/path/');
  await expectSynced(page);
  const fresh = await newBrowser();
  watch(fresh);
  const other = await fresh.newPage();
  await visit(other);
  await connectAnother(other);
  await expect(row(other, 'At a path')).toBeVisible();
  await openNote(other, 'At a path');
  await expectSynced(other);
  expect([...asked].toSorted()).toEqual([new URL(app.url).origin, dropbox.url].toSorted());
});
