import { expect, phone, test } from './fixtures/index.ts';
import { lines, list, row, sidebar, textOf, visit } from './fixtures/satchel.ts';

test.use(phone);

test('on a phone there is one thing at a time, and the back button goes from the note to its list', async ({
  page,
}) => {
  await visit(page);
  await expect(list(page)).toBeVisible();
  await expect(textOf(page)).toHaveCount(0);
  await row(page, 'Welcome to Satchel').tap();
  await expect(textOf(page)).toBeVisible();
  await expect(list(page)).toBeHidden();
  await page.goBack();
  await expect(list(page)).toBeVisible();
  await expect(textOf(page)).toHaveCount(0);

  // The arrow does the same, and leaves nothing behind in the history.
  await row(page, 'Writing in Markdown').tap();
  await page.getByRole('button', { name: 'Back to the list' }).tap();
  await expect(list(page)).toBeVisible();
  await row(page, 'Welcome to Satchel').tap();
  await expect(textOf(page)).toBeVisible();
  await page.goBack();
  await expect(list(page)).toBeVisible();

  await list(page).getByRole('button', { name: 'New note' }).tap();
  await expect(textOf(page)).toBeFocused();
  await page.keyboard.type('Typed with a thumb');
  await page.reload();
  await expect(lines(page)).toHaveText(['Typed with a thumb']);
  await page.getByRole('button', { name: 'Back to the list' }).tap();
  await expect(row(page, 'Typed with a thumb')).toBeVisible();
});

test('the menu slides over the list, and the back button closes it', async ({ page }) => {
  await visit(page);
  await list(page).getByRole('button', { name: 'Open the menu' }).tap();
  await expect(sidebar(page)).toBeVisible();
  await page.goBack();
  await expect(sidebar(page)).toHaveCount(0);
  await expect(list(page)).toBeVisible();

  await list(page).getByRole('button', { name: 'Open the menu' }).tap();
  await sidebar(page)
    .getByRole('link', { name: /^Trash/ })
    .tap();
  await expect(list(page)).toHaveAccessibleName('Notes: Trash');
  await expect(sidebar(page)).toHaveCount(0);
  await page.goBack();
  await expect(list(page)).toHaveAccessibleName('Notes: All notes');
});
