import type { Page } from '@playwright/test';
import type { ServedEmulator } from '../backends/dropbox/emulator/serve.ts';
import { expectAccessible } from './fixtures/accessible.ts';
import { expect, phone, test } from './fixtures/index.ts';
import {
  addTag,
  agree,
  connectFirst,
  expectSynced,
  openNote,
  PASSPHRASE,
  rows,
  signIn,
  textOf,
  visit,
  write,
} from './fixtures/satchel.ts';
import { damage, packs } from './fixtures/vault.ts';

const PLACES = [
  ['pinned', 'Nothing pinned'],
  ['settings', 'Storage on this device'],
  ['sync', 'Your notes live on this device'],
  ['nowhere', 'There’s nothing at this address'],
  ['all/note/11111111111111111111111111111111', 'This note isn’t here'],
] as const;

async function walkThroughNotes(page: Page): Promise<void> {
  await visit(page);
  await expect(rows(page)).toHaveCount(3);
  await expectAccessible(page, 'the list at a first visit');
  await write(
    page,
    '# Heading\n\n**bold** *italic* ~~gone~~ `code` [link](https://example.org)\n\n> quote\n\n1. one\n- [ ] task\n- [x] done',
  );
  await addTag(page, 'tagged');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Pin', exact: true }).click();
  await expectAccessible(page, 'a note with everything');
  await page.getByRole('button', { name: 'Notebook: No notebook' }).click();
  await expect(page.getByRole('menuitemradio', { name: 'No notebook' })).toBeVisible();
  await expectAccessible(page, 'the menu of notebooks');
  await page.getByRole('menuitem', { name: 'New notebook…' }).click();
  await page.getByRole('button', { name: 'Create notebook' }).click();
  await expect(page.getByText('Give the notebook a name.')).toBeVisible();
  await expectAccessible(page, 'a dialog with an error in it');
  await page.getByRole('textbox', { name: 'Name' }).fill('Journal');
  await page.getByRole('button', { name: 'Create notebook' }).click();
  await expect(page.getByRole('button', { name: 'Notebook: Journal' })).toBeVisible();
  await page.getByRole('button', { name: 'Move to trash' }).click();
  await expect(page.getByText('Moved to the trash.')).toBeVisible();
  await expectAccessible(page, 'the list with a message');
  await page.goto('./#/trash');
  await openNote(page, 'Heading');
  await expectAccessible(page, 'a note in the trash');
  await page.getByRole('button', { name: 'Delete for good' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectAccessible(page, 'the question before a note is deleted for good');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  for (const [address, heading] of PLACES) {
    await page.goto(`./#/${address}`);
    await expect(page.getByRole('heading', { name: heading })).toBeVisible();
    await expectAccessible(page, heading);
  }
}

async function walkThroughConnecting(page: Page, other: Page): Promise<void> {
  await visit(page, './#/connect');
  await page.getByText('Advanced: use a client id of your own').click();
  await expect(page.getByRole('textbox', { name: 'Client id' })).toBeVisible();
  await expectAccessible(page, 'choosing a storage');
  await page.getByRole('button', { name: 'Connect Dropbox (local demo)' }).click();
  await agree(page);
  await page.getByRole('textbox', { name: 'Passphrase' }).fill('password123');
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByText(/This one would be guessed/)).toBeVisible();
  await expectAccessible(page, 'a passphrase that is too weak');
  await page.getByRole('textbox', { name: 'Passphrase' }).fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('list', { name: 'Recovery words' })).toBeVisible();
  await expectAccessible(page, 'the recovery words');
  await page.getByRole('button', { name: 'I’ve kept them safe' }).click();
  await page.getByRole('button', { name: 'Create my vault' }).click();
  await expect(page.getByText(/^That isn’t word/).first()).toBeVisible();
  await expectAccessible(page, 'the proof of the recovery words');
  await page.getByRole('button', { name: 'Don’t connect' }).click();

  await visit(other);
  await connectFirst(other);
  await expectSynced(other);
  await other.goto('./#/sync');
  await other.getByRole('button', { name: 'Disconnect' }).click();
  await expect(other.getByRole('dialog')).toBeVisible();
  await expectAccessible(other, 'the sync page, and leaving');

  await page.goto('./#/');
  await write(page, 'Mine');
  await expect(textOf(page)).toHaveText('Mine');
  await signIn(page);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await expect(page.getByText('Enter your passphrase.')).toBeVisible();
  await expectAccessible(page, 'unlocking');
}

async function walkThroughChecking(page: Page, dropbox: ServedEmulator): Promise<void> {
  await visit(page);
  await write(page, 'Kept');
  await connectFirst(page);
  await expectSynced(page);
  await page.goto('./#/settings');
  const storage = page.getByRole('region', { name: /^Storage: / });
  await storage.getByRole('button', { name: 'Check now' }).click();
  await expect(storage.getByRole('heading', { name: 'Everything is in order' })).toBeVisible();
  await expectAccessible(page, 'a check that found nothing');
  await damage(dropbox, packs(dropbox)[0] ?? '');
  await dropbox.emulator.writeFile('/log/holiday.jpg', Uint8Array.of(1, 2, 3));
  await storage.getByRole('button', { name: 'Check again' }).click();
  await storage.getByText(/^1 object is damaged/).click();
  await expect(storage.getByText(/these aren’t the bytes/)).toBeVisible();
  await expectAccessible(page, 'a check that found something');
  await storage.getByRole('button', { name: 'Repair' }).click();
  await expect(storage.getByRole('heading', { name: 'Repaired' })).toBeVisible();
  await expectAccessible(page, 'a repair');
}

test('every screen with notes passes axe, in light and dark', async ({ page }) => {
  await walkThroughNotes(page);
});

test('every step of connecting passes axe, in light and dark', async ({ page, newBrowser }) => {
  await walkThroughConnecting(page, await (await newBrowser()).newPage());
});

test('checking a storage passes axe, in light and dark', async ({ page, dropbox }) => {
  await walkThroughChecking(page, dropbox);
});

test.describe('on a phone', () => {
  test.use(phone);

  test('every screen with notes passes axe there, in light and dark', async ({ page }) => {
    await walkThroughNotes(page);
  });

  test('every step of connecting passes axe there, in light and dark', async ({ page, newBrowser }) => {
    await walkThroughConnecting(page, await (await newBrowser()).newPage());
  });

  test('checking a storage passes axe there, in light and dark', async ({ page, dropbox }) => {
    await walkThroughChecking(page, dropbox);
  });

  test('the menu passes axe there, in light and dark', async ({ page }) => {
    await visit(page);
    await page.getByRole('button', { name: 'Open the menu' }).click();
    await expect(page.getByRole('dialog', { name: 'Notebooks and tags' })).toBeVisible();
    await expectAccessible(page, 'the menu');
  });
});
