import type { Page } from '@playwright/test';
import { expect, test } from './fixtures/index.ts';
import { addTag, lines, list, openNote, row, rows, sidebar, textOf, visit, writeNote } from './fixtures/satchel.ts';

const notebook = (page: Page, name: string) => sidebar(page).getByRole('link', { name, exact: false });

async function createNotebook(page: Page, name: string): Promise<void> {
  await sidebar(page).getByRole('button', { name: 'Add a notebook' }).click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill(name);
  await page.getByRole('button', { name: 'Create notebook' }).click();
  await expect(list(page)).toHaveAccessibleName(`Notes: ${name}`);
}

async function choose(page: Page, name: string, action: string): Promise<void> {
  await sidebar(page)
    .getByRole('button', { name: `Actions for ${name}` })
    .click();
  await page.getByRole('menuitem', { name: action, exact: true }).click();
}

test('notebooks are made, filled, renamed, moved and removed, and their notes stay', async ({ page }) => {
  await visit(page);
  await createNotebook(page, 'Work');
  await createNotebook(page, 'Home');
  await writeNote(page, 'Shelf', 'buy screws');
  await expect(page.getByRole('button', { name: 'Notebook: Home' })).toBeVisible();

  await choose(page, 'Home', 'Rename');
  await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('House');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('button', { name: 'Notebook: House' })).toBeVisible();

  await choose(page, 'House', 'Move up');
  const names = sidebar(page).getByRole('button', { name: /^Actions for/ });
  await expect(names.first()).toHaveAccessibleName('Actions for House');
  await choose(page, 'Work', 'Move to…');
  const places = page.getByRole('dialog');
  await expect(places.getByRole('button', { name: 'Work' })).toHaveCount(0);
  await places.getByRole('button', { name: 'House' }).click();
  await expect(sidebar(page).getByRole('listitem').filter({ hasText: 'Work' })).toHaveAttribute('aria-level', '2');

  await choose(page, 'House', 'Remove');
  await expect(page.getByText('The note in it stays, in no notebook. Nothing is deleted.')).toBeVisible();
  await page.getByRole('button', { name: 'Remove notebook' }).click();
  await expect(notebook(page, 'House')).toHaveCount(0);
  await expect(sidebar(page).getByRole('listitem').filter({ hasText: 'Work' })).toHaveAttribute('aria-level', '1');
  await sidebar(page)
    .getByRole('link', { name: /^All notes/ })
    .click();
  await openNote(page, 'Shelf');
  await expect(page.getByRole('button', { name: 'Notebook: No notebook' })).toBeVisible();
});

test('a note goes to the trash, is read-only there, and comes back', async ({ page }) => {
  await visit(page);
  await writeNote(page, 'Second thoughts', 'keep me');
  await page.getByRole('button', { name: 'Move to trash' }).click();
  await expect(page.getByText('Moved to the trash.')).toBeVisible();
  await expect(row(page, 'Second thoughts')).toHaveCount(0);
  await sidebar(page)
    .getByRole('link', { name: /^Trash/ })
    .click();
  await openNote(page, 'Second thoughts');
  await expect(textOf(page)).not.toBeEditable();
  await page.getByRole('button', { name: 'Restore' }).first().click();
  await expect(list(page).getByText('The trash is empty')).toBeVisible();
  await sidebar(page)
    .getByRole('link', { name: /^All notes/ })
    .click();
  await openNote(page, 'Second thoughts');
  await expect(lines(page)).toHaveText(['Second thoughts', 'keep me']);

  // And the quick way back.
  await page.getByRole('button', { name: 'Move to trash' }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(row(page, 'Second thoughts')).toBeVisible();
});

test('the filter looks in titles, whatever their case and accents; pins come first; tags collect', async ({ page }) => {
  await visit(page);
  await writeNote(page, 'Crème brûlée', 'eggs');
  await addTag(page, 'Sweet Things');
  await expect(page.getByRole('button', { name: 'Remove tag sweet-things' })).toBeVisible();
  await writeNote(page, 'Soup', 'crème fraîche');
  await openNote(page, 'Crème brûlée');
  await page.getByRole('button', { name: 'Pin', exact: true }).click();
  await expect(rows(page).first()).toHaveAccessibleName(/^Crème brûlée Pinned/);

  const filter = list(page).getByRole('searchbox', { name: 'Filter by title' });
  await filter.fill('CREME');
  await expect(rows(page)).toHaveText([/^Crème brûlée/]);
  await filter.fill('no such title');
  await expect(list(page).getByText('No title matches')).toBeVisible();
  await list(page).getByRole('button', { name: 'Clear the filter' }).click();
  await expect(rows(page)).toHaveCount(5);

  await sidebar(page)
    .getByRole('link', { name: /^sweet-things/ })
    .click();
  await expect(rows(page)).toHaveText([/^Crème brûlée/]);
  await sidebar(page)
    .getByRole('link', { name: /^Pinned/ })
    .click();
  await expect(rows(page)).toHaveText([/^Crème brûlée/]);
});
