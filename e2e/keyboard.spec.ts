import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures/index.ts';
import { lines, list, row, rows, textOf, visit } from './fixtures/satchel.ts';

/** Presses Tab until the focus is there. Only presses keys, as somebody does who can't use a mouse. */
async function tabTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`Forty times ${key} did not lead to ${target.toString()}`);
}

test('with the keyboard alone, from a first visit to a note that is written, tagged and found again', async ({
  page,
}) => {
  await visit(page);
  await tabTo(page, list(page).getByRole('button', { name: 'New note' }));
  await page.keyboard.press('Enter');
  await expect(textOf(page)).toBeFocused();
  await page.keyboard.type('Written without a mouse\n- [ ] a task');
  await page.keyboard.press('Control+Enter');
  await expect(lines(page).nth(1)).toContainText('a task');

  await page.keyboard.press('Escape');
  await tabTo(page, page.getByRole('button', { name: 'Add tag' }), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('combobox', { name: 'Tag' })).toBeFocused();
  await page.keyboard.type('handmade');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Remove tag handmade' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Add tag' })).toBeFocused();

  await page.keyboard.press('Control+Shift+F');
  await expect(list(page).getByRole('searchbox', { name: 'Filter by title' })).toBeFocused();
  await page.keyboard.type('without');
  await expect(rows(page)).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(rows(page)).toHaveCount(4);
  await tabTo(page, row(page, 'Written without a mouse'));
  await page.keyboard.press('ArrowDown');
  await expect(row(page, 'Welcome to Satchel')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('article', { name: 'Note: Welcome to Satchel' })).toBeVisible();
  await page.keyboard.press('Control+Alt+KeyN');
  await expect(textOf(page)).toBeFocused();
  await expect(page.getByRole('article', { name: 'Note: Untitled' })).toBeVisible();
});

test('the first press of Tab offers to skip to the notes', async ({ page }) => {
  await visit(page);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the notes' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
});
