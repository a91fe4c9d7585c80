import type { Page } from '@playwright/test';
import { expect, test } from './fixtures/index.ts';
import {
  agree,
  connectAnother,
  connectFirst,
  expectSynced,
  openNote,
  PASSPHRASE,
  row,
  rows,
  signIn,
  syncWords,
  unlock,
  visit,
  writeNote,
} from './fixtures/satchel.ts';
import { damage, makeVaultNewer, packs, writeNewer } from './fixtures/vault.ts';

const REFUSED = /Failed to load resource: the server responded with a status of (400|401|409|429|503)/;

const card = (page: Page, title: string) => page.getByRole('region', { name: title });
const waiting = (page: Page) => page.getByRole('region', { name: 'Waiting to be sent' });

test('a login that was revoked is told in words, and what waits goes out after signing in again', async ({
  page,
  dropbox,
  problems,
  newBrowser,
}) => {
  problems.allow(REFUSED);
  await visit(page);
  await connectFirst(page);
  await expectSynced(page);
  dropbox.emulator.revokeTokens();
  await writeNote(page, 'Written while signed out');
  await expect(syncWords(page)).toHaveAccessibleName('Sync: Dropbox (local demo) asks you to sign in again');
  await syncWords(page).click();
  const trouble = card(page, 'Dropbox (local demo) asks you to sign in again');
  await expect(trouble).toContainText('Your notes are safe on this device');
  await expect(waiting(page).getByRole('link')).toHaveText(['Written while signed out']);

  await trouble.getByRole('button', { name: 'Sign in to Dropbox (local demo)' }).click();
  await agree(page);
  await expect(page.getByRole('heading', { name: 'Sync', level: 1 })).toBeVisible();
  await expectSynced(page);
  await expect(waiting(page)).toHaveCount(0);
  const other = await (await newBrowser()).newPage();
  await visit(other);
  await connectAnother(other);
  await expect(row(other, 'Written while signed out')).toBeVisible();
});

test('signing in again with somebody else’s account sends nothing there', async ({ page, dropbox, problems }) => {
  problems.allow(REFUSED);
  await visit(page);
  await writeNote(page, 'Mine alone');
  await connectFirst(page);
  await expectSynced(page);
  dropbox.emulator.revokeTokens();
  await writeNote(page, 'Mine as well');
  await page.goto('./#/sync');
  await page.getByRole('button', { name: 'Sign in to Dropbox (local demo)' }).click();
  await agree(page, 'Allow', 1);
  await expect(page.getByRole('heading', { name: 'Put your vault in Dropbox (local demo)?' })).toBeVisible();
  const other = dropbox.emulator.accounts()[1]?.id ?? '';
  await page.getByRole('button', { name: 'Don’t connect' }).click();
  await expect(page.getByRole('heading', { name: 'Where should your notes go?' })).toBeVisible();
  expect(dropbox.emulator.filePaths(other)).toEqual([]);
  await page.goto('./#/');
  await expect(row(page, 'Mine alone')).toBeVisible();
  await expect(row(page, 'Mine as well')).toBeVisible();
});

test('a full storage is told in words, and the note goes out once there is room', async ({
  page,
  dropbox,
  problems,
}) => {
  problems.allow(REFUSED);
  await visit(page);
  await connectFirst(page);
  await expectSynced(page);
  dropbox.emulator.setQuota(0);
  await writeNote(page, 'One too many');
  await expect(syncWords(page)).toHaveAccessibleName('Sync: Dropbox (local demo) is full');
  await syncWords(page).click();
  await expect(card(page, 'Dropbox (local demo) is full')).toContainText('Your notes are safe on this device.');
  dropbox.emulator.setQuota(1_000_000_000);
  await page.getByRole('button', { name: 'Sync now' }).click();
  await expectSynced(page);
  expect(packs(dropbox)).toHaveLength(1);
});

test('a wrong passphrase changes nothing, and the right one opens', async ({ page, newBrowser }) => {
  await visit(page);
  await writeNote(page, 'Behind the lock');
  await connectFirst(page);
  await expectSynced(page);
  const other = await (await newBrowser()).newPage();
  await visit(other);
  await writeNote(other, 'Local');
  await signIn(other);
  await unlock(other, { passphrase: `${PASSPHRASE}!` });
  await expect(other.getByText(/^That isn’t the passphrase of this vault/)).toBeVisible();
  await unlock(other);
  await other.getByRole('link', { name: 'Go to my notes' }).click();
  await expect(row(other, 'Behind the lock')).toBeVisible();
  await expect(row(other, 'Local')).toBeVisible();
});

test('a damaged pack, and one of a newer Satchel, are told of; everything else is there', async ({
  page,
  dropbox,
  newBrowser,
}) => {
  await visit(page);
  await writeNote(page, 'Sound');
  await connectFirst(page);
  await expectSynced(page);
  const [sound = ''] = packs(dropbox);
  await writeNote(page, 'Broken');
  await expect.poll(() => packs(dropbox).length).toBe(2);
  await expectSynced(page);
  const broken = packs(dropbox).find((path) => path !== sound) ?? '';
  await damage(dropbox, broken);
  await writeNewer(dropbox, sound);

  const other = await (await newBrowser()).newPage();
  await visit(other);
  await connectAnother(other);
  await openNote(other, 'Sound');
  await expectSynced(other);
  await expect(row(other, 'Broken')).toHaveCount(0);
  await syncWords(other).click();
  const aside = card(other, 'Worth knowing');
  await expect(aside).toContainText('1 object in the storage is damaged and couldn’t be read.');
  await expect(aside).toContainText('1 object was written by a newer Satchel.');
  // Neither was touched, and the browser that wrote the note still has it.
  expect(packs(dropbox)).toContain(broken);
  await expect(row(page, 'Broken')).toBeVisible();
});

test('a vault of a newer version is left alone, in words', async ({ page, dropbox, newBrowser }) => {
  await visit(page);
  await writeNote(page, 'From the future');
  await connectFirst(page);
  await expectSynced(page);
  await makeVaultNewer(dropbox);
  const there = dropbox.emulator.filePaths();

  const other = await (await newBrowser()).newPage();
  await visit(other);
  await writeNote(other, 'Local');
  await signIn(other);
  await expect(other.getByRole('heading', { name: 'This vault needs a newer Satchel' })).toBeVisible();
  await expect(other.getByText(/Nothing was changed there/)).toBeVisible();
  await other.goto('./#/');
  await expect(row(other, 'Local')).toBeVisible();
  await expect(rows(other)).toHaveCount(4);
  expect(dropbox.emulator.filePaths()).toEqual(there);
});
