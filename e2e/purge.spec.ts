import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, NETWORK_AWAY, phone, test } from './fixtures/index.ts';
import {
  connectAnother,
  connectFirst,
  expectSynced,
  lines,
  openNote,
  row,
  rows,
  sidebar,
  typeAfter,
  visit,
  write,
  writeNote,
} from './fixtures/satchel.ts';

const dialog = (page: Page) => page.getByRole('dialog');
const WHY = /Edited on one device after another had deleted it for good/;

async function trash(page: Page, title: string): Promise<void> {
  await openNote(page, title);
  await page.getByRole('button', { name: 'Move to trash' }).click();
  await expect(page.getByRole('article')).toHaveCount(0);
  await expect(row(page, title)).toHaveCount(0);
}

/** From the note in the trash, by the keyboard alone. */
async function deleteForGood(page: Page, title: string): Promise<void> {
  await page.goto('./#/trash');
  await openNote(page, title);
  await page.getByRole('button', { name: 'Delete for good' }).press('Enter');
  await expect(dialog(page)).toContainText(`Delete “${title}” for good?`);
  await expect(dialog(page)).toContainText('This can’t be undone.');
  await dialog(page).getByRole('button', { name: 'Delete for good' }).press('Enter');
  await expect(page.getByText('Deleted for good.', { exact: true })).toBeVisible();
  await expect(page.getByRole('article')).toHaveCount(0);
  await expect(row(page, title)).toHaveCount(0);
  await expect(page).toHaveURL(/#\/trash$/);
}

test('a note deleted for good on one device while another edits it offline is back, whole, in the trash, and says why', async ({
  page: anna,
  newBrowser,
  problems,
}) => {
  // Several syncs one after the other, each after a pause in the typing.
  test.slow();
  problems.allow(NETWORK_AWAY);
  await visit(anna);
  await writeNote(anna, 'Journey', 'We leave on Monday.');
  await connectFirst(anna);
  await expectSynced(anna);
  const context = await newBrowser();
  const ben = await context.newPage();
  await visit(ben);
  await connectAnother(ben);
  await openNote(ben, 'Journey');

  await context.setOffline(true);
  await typeAfter(ben, 'We leave on Monday.', ' Bring water.');
  await trash(anna, 'Journey');
  await deleteForGood(anna, 'Journey');
  await expectSynced(anna);
  await context.setOffline(false);

  for (const each of [anna, ben]) {
    await each.goto('./#/trash');
    await expect(row(each, 'Journey')).toContainText('Edited after it was deleted');
    await openNote(each, 'Journey');
    await expect(lines(each)).toHaveText(['Journey', 'We leave on Monday. Bring water.']);
    await expect(each.getByText(WHY)).toBeVisible();
  }
  for (const colorScheme of ['light', 'dark'] as const) {
    await anna.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect((await new AxeBuilder({ page: anna }).analyze()).violations).toEqual([]);
  }
  await anna.getByRole('article').getByRole('button', { name: 'Restore' }).last().click();
  for (const each of [anna, ben]) {
    await each.goto('./#/');
    await openNote(each, 'Journey');
    await expect(each.getByText(WHY)).toHaveCount(0);
    await expect(lines(each)).toHaveText(['Journey', 'We leave on Monday. Bring water.']);
  }
  await typeAfter(ben, 'We leave on Monday. Bring water.', ' And bread.');
  await expect(lines(anna)).toHaveText(['Journey', 'We leave on Monday. Bring water. And bread.']);
  await anna.reload();
  await expect(lines(anna)).toHaveText(['Journey', 'We leave on Monday. Bring water. And bread.']);
});

test('a note deleted for good here is gone there, also where it is open', async ({ page: anna, newBrowser }) => {
  await visit(anna);
  await writeNote(anna, 'Secret', 'for nobody');
  await connectFirst(anna);
  await expectSynced(anna);
  const ben = await (await newBrowser()).newPage();
  await visit(ben);
  await connectAnother(ben);
  await openNote(ben, 'Secret');
  await trash(anna, 'Secret');
  await anna.goto('./#/trash');
  await expect(anna.getByText('Notes that have been here for 30 days are deleted for good.')).toBeVisible();
  await openNote(anna, 'Secret');
  await anna.getByRole('button', { name: 'More actions' }).click();
  await anna.getByRole('menuitem', { name: 'Delete for good…' }).click();
  await expect(dialog(anna)).toContainText('Your other devices do the same with their next sync.');
  await expect(dialog(anna)).toContainText('The text leaves Dropbox (local demo) within 30 days.');
  await dialog(anna).getByRole('button', { name: 'Cancel' }).click();
  await expect(row(anna, 'Secret')).toBeVisible();
  await deleteForGood(anna, 'Secret');
  await expect(ben.getByRole('heading', { name: 'This note isn’t here' })).toBeVisible();
  await expect(row(ben, 'Secret')).toHaveCount(0);
  await ben.goto('./#/trash');
  await expect(ben.getByRole('heading', { name: 'The trash is empty' })).toBeVisible();

  const fresh = await (await newBrowser()).newPage();
  await visit(fresh);
  await connectAnother(fresh);
  await expectSynced(fresh);
  await expect(rows(fresh)).toHaveCount(3);
  await fresh.goto('./#/trash');
  await expect(fresh.getByRole('heading', { name: 'The trash is empty' })).toBeVisible();
});

async function emptyTheTrash(page: Page): Promise<void> {
  await visit(page);
  await write(page, 'One');
  await expect(lines(page)).toHaveText(['One']);
  await page.goto('./#/');
  await write(page, 'Two');
  await expect(lines(page)).toHaveText(['Two']);
  for (const title of ['One', 'Two']) {
    await page.goto('./#/');
    await trash(page, title);
  }
  await page.context().setOffline(true);
  await page.goto('./#/trash');
  await expect(rows(page)).toHaveCount(2);
  await expect(page.getByText('Notes stay here until you delete them for good.')).toBeVisible();
  await page.getByRole('button', { name: 'Empty trash' }).click();
  await expect(dialog(page)).toContainText('Delete all 2 notes in the trash for good?');
  await expect(dialog(page)).not.toContainText('other devices');
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
  await expect(rows(page)).toHaveCount(2);
  await page.getByRole('button', { name: 'Empty trash' }).press('Enter');
  await dialog(page).getByRole('button', { name: 'Empty trash' }).press('Enter');
  await expect(page.getByText('2 notes were deleted for good.')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'The trash is empty' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'The trash is empty' })).toBeVisible();
}

test('the trash is emptied without a network and without any storage', async ({ page, problems }) => {
  problems.allow(NETWORK_AWAY);
  await emptyTheTrash(page);
  await sidebar(page)
    .getByRole('link', { name: /^All notes/ })
    .click();
  await expect(rows(page)).toHaveCount(3);
});

test.describe('on a phone', () => {
  test.use(phone);

  test('the trash is emptied there as well', async ({ page, problems }) => {
    problems.allow(NETWORK_AWAY);
    await emptyTheTrash(page);
  });

  test('a note deleted for good leads back to the trash, and back again to where the person came from', async ({
    page,
  }) => {
    await visit(page);
    await trash(page, 'Writing in Markdown');
    await page.getByRole('button', { name: 'Open the menu' }).click();
    await page.getByRole('link', { name: /^Trash/ }).click();
    await openNote(page, 'Writing in Markdown');
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await dialog(page).getByRole('button', { name: 'Delete for good' }).click();
    await expect(page.getByRole('heading', { name: 'The trash is empty' })).toBeVisible();
    await page.goBack();
    await expect(rows(page)).toHaveCount(2);
  });
});
