import type { Page } from '@playwright/test';
import { expect, NETWORK_AWAY, test } from './fixtures/index.ts';
import {
  addTag,
  connectAnother,
  connectFirst,
  expectSynced,
  lines,
  openNote,
  PASSPHRASE,
  row,
  rows,
  sidebar,
  signIn,
  typeAfter,
  unlock,
  visit,
  writeNote,
} from './fixtures/satchel.ts';

const PARAGRAPH = 'We leave on Monday with the red suitcase.';

/** The open note, as both people must see it in the end. */
async function expectBothEdits(page: Page): Promise<void> {
  await expect(lines(page)).toHaveText(['Journey', `Anna: ${PARAGRAPH} Bring water.`]);
  await expect(page.getByRole('button', { name: 'Remove tag travel' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Unpin' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Notebook: Summer' })).toBeVisible();
}

test('two browsers edit one paragraph and different properties offline, and both end up with everything', async ({
  page: anna,
  newBrowser,
  problems,
}) => {
  problems.allow(NETWORK_AWAY);
  await visit(anna);
  await writeNote(anna, 'Journey', PARAGRAPH);
  await sidebar(anna).getByRole('button', { name: 'Add a notebook' }).click();
  await anna.getByRole('textbox', { name: 'Name' }).fill('Summer');
  await anna.getByRole('button', { name: 'Create notebook' }).click();
  // Once it is there the app shows it, which would lead away from the page for connecting.
  await expect(anna.getByRole('heading', { name: 'Summer' })).toBeVisible();
  await connectFirst(anna);
  await expectSynced(anna);

  const context = await newBrowser();
  const ben = await context.newPage();
  await visit(ben);
  await writeNote(ben, 'Ben’s own');
  await signIn(ben);
  await expect(ben.getByText('The 1 note on this device will be merged into it.')).toBeVisible();
  await unlock(ben);
  await ben.getByRole('link', { name: 'Go to my notes' }).click();
  await openNote(ben, 'Journey');
  await expect(row(anna, 'Ben’s own')).toBeVisible();
  await openNote(anna, 'Journey');

  await Promise.all([anna.context().setOffline(true), context.setOffline(true)]);
  await lines(anna).filter({ hasText: PARAGRAPH }).click();
  await anna.keyboard.press('Home');
  await anna.keyboard.type('Anna: ');
  await addTag(anna, 'travel');
  await typeAfter(ben, PARAGRAPH, ' Bring water.');
  await ben.getByRole('button', { name: 'Pin', exact: true }).click();
  await ben.getByRole('button', { name: 'Notebook: No notebook' }).click();
  await ben.getByRole('menuitemradio', { name: 'Summer' }).click();
  await expect(ben.getByRole('button', { name: 'Notebook: Summer' })).toBeVisible();

  await Promise.all([anna.context().setOffline(false), context.setOffline(false)]);
  for (const each of [anna, ben]) await expectBothEdits(each);
  for (const each of [anna, ben]) {
    await expectSynced(each);
    await expect(row(each, 'Journey')).toHaveCount(1);
    await expect(rows(each)).toHaveCount(5);
    await expect(sidebar(each).getByRole('link', { name: 'Summer' })).toHaveCount(1);
    await expect(sidebar(each).getByRole('link', { name: 'Trash' })).toHaveText('Trash');
  }
  await anna.reload();
  await expectBothEdits(anna);
});

test('a third, fresh browser unlocks with the recovery words and sees all', async ({ page, newBrowser }) => {
  await visit(page);
  await writeNote(page, 'Kept safe', 'with a body');
  await addTag(page, 'important');
  const words = await connectFirst(page);
  await expectSynced(page);

  const fresh = await (await newBrowser()).newPage();
  await visit(fresh);
  await signIn(fresh);
  await unlock(fresh, { words: words.toReversed() });
  await expect(fresh.getByRole('alert').filter({ hasText: /words/ })).toHaveText(
    /aren’t twelve recovery words|don’t open/,
  );
  await unlock(fresh, { words: words.map((word) => ` ${word.toUpperCase()}`) });
  await fresh.getByRole('link', { name: 'Go to my notes' }).click();
  await openNote(fresh, 'Kept safe');
  await expect(lines(fresh)).toHaveText(['Kept safe', 'with a body']);
  await expect(fresh.getByRole('button', { name: 'Remove tag important' })).toBeVisible();
});

test('recovery words are asked for before a vault is made, and a wrong one is named', async ({ page, dropbox }) => {
  await visit(page);
  await signIn(page);
  const passphrase = page.getByRole('textbox', { name: 'Passphrase' });
  await passphrase.fill('password');
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByText('Use at least 10 characters.')).toBeVisible();
  await passphrase.fill('password123');
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByText(/This one would be guessed/)).toBeVisible();
  await passphrase.fill(PASSPHRASE);
  await expect(page.getByText('Strength: Strong')).toBeVisible();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('button', { name: 'I’ve kept them safe' }).click();
  for (const field of await page.getByRole('textbox', { name: /^Word \d+$/ }).all()) await field.fill('wrong');
  await page.getByRole('button', { name: 'Create my vault' }).click();
  await expect(page.getByRole('alert').filter({ hasText: /^That isn’t word \d+/ })).toHaveCount(3);
  expect(dropbox.emulator.filePaths()).toEqual([]);
});

test('saying no at the provider’s page leaves everything as it was', async ({ page, dropbox }) => {
  await visit(page);
  await writeNote(page, 'Stays here');
  await signIn(page, 'Cancel');
  await expect(page.getByText(/^You said no, or closed the page/)).toBeVisible();
  expect(dropbox.emulator.filePaths()).toEqual([]);
  await page.goto('./#/');
  await expect(row(page, 'Stays here')).toBeVisible();
});

test('the examples stay on this device until somebody changes one', async ({ page, newBrowser, dropbox }) => {
  await visit(page);
  await connectFirst(page);
  await expectSynced(page);
  const packs = () => dropbox.emulator.filePaths().filter((path) => path.includes('.p.'));
  expect(packs()).toEqual([]);
  await openNote(page, 'Welcome to Satchel');
  await typeAfter(page, 'Welcome to Satchel', ', dear');
  await expect(row(page, 'Welcome to Satchel, dear')).toBeVisible();
  await expect.poll(() => packs().length).toBe(1);
  await expectSynced(page);

  const other = await (await newBrowser()).newPage();
  await visit(other);
  await connectAnother(other);
  await expect(row(other, 'Welcome to Satchel, dear')).toBeVisible();
  await expect(rows(other)).toHaveCount(3);
});

test('disconnecting keeps the notes here and the vault there, and connecting again asks for nothing', async ({
  page,
  dropbox,
}) => {
  await visit(page);
  await writeNote(page, 'Both places');
  await connectFirst(page);
  await expectSynced(page);
  const there = dropbox.emulator.filePaths();
  await page.goto('./#/sync');
  await page.getByRole('button', { name: 'Disconnect' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click();
  await expect(page.getByText('Dropbox (local demo) is disconnected. Your notes are still here.')).toBeVisible();
  await expect(syncTitle(page)).toBeVisible();
  expect(dropbox.emulator.filePaths()).toEqual(there);
  await page.goto('./#/');
  await expect(row(page, 'Both places')).toBeVisible();
  await writeNote(page, 'Alone for a while');
  await signIn(page);
  await expect(page.getByRole('heading', { name: 'Sync', level: 1 })).toBeVisible();
  await expectSynced(page);
  expect(dropbox.emulator.filePaths().length).toBeGreaterThan(there.length);
});

const syncTitle = (page: Page) => page.getByRole('heading', { name: 'Your notes live on this device' });
