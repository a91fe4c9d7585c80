import { expect, test } from './fixtures/index.ts';
import {
  agree,
  connectFirst,
  expectSynced,
  makeVault,
  PASSPHRASE,
  row,
  rows,
  signIn,
  unlock,
  visit,
  writeNote,
} from './fixtures/satchel.ts';

const OTHERS_PASSPHRASE = 'nine herons borrow quiet ladders';

test('notes of a device go into a vault only after the person has said so', async ({ page, dropbox, newBrowser }) => {
  await visit(page);
  await writeNote(page, 'In the vault');
  await connectFirst(page);
  await expectSynced(page);
  const there = dropbox.emulator.filePaths();

  const other = await (await newBrowser()).newPage();
  await visit(other);
  await writeNote(other, 'On the other device');
  await signIn(other);
  await expect(
    other.getByText('The 1 note on this device will be merged into it. Nothing is overwritten.'),
  ).toBeVisible();
  await other.getByRole('textbox', { name: 'Passphrase' }).fill(PASSPHRASE);
  await other.getByRole('button', { name: 'Unlock' }).click();
  await expect(other.getByText(/^Tick the box to go on, or don’t connect/)).toBeVisible();
  await other.getByRole('button', { name: 'Don’t connect' }).click();
  await expect(other.getByRole('heading', { name: 'Where should your notes go?' })).toBeVisible();
  await other.goto('./#/');
  await expect(rows(other)).toHaveCount(4);
  await expect(row(other, 'In the vault')).toHaveCount(0);
  expect(dropbox.emulator.filePaths()).toEqual(there);

  await signIn(other);
  await unlock(other);
  await other.getByRole('link', { name: 'Go to my notes' }).click();
  for (const each of [page, other]) {
    await expect(row(each, 'In the vault')).toBeVisible();
    await expect(row(each, 'On the other device')).toBeVisible();
  }
});

test('a device that belongs to a vault is asked before it joins another one, and nothing crosses until it agrees', async ({
  page,
  dropbox,
  newBrowser,
}) => {
  await visit(page);
  await writeNote(page, 'Of the first vault');
  await connectFirst(page);
  await expectSynced(page);

  const other = await (await newBrowser()).newPage();
  await visit(other);
  await writeNote(other, 'Of the second vault');
  await signIn(other, 'Allow', 1);
  await makeVault(other, OTHERS_PASSPHRASE);
  await other.getByRole('link', { name: 'Go to my notes' }).click();
  await expectSynced(other);
  const [first = '', second = ''] = dropbox.emulator.accounts().map(({ id }) => id);
  const files = () => [dropbox.emulator.filePaths(first), dropbox.emulator.filePaths(second)];
  const before = files();

  // It signs in to the account where the first vault is, looks at the question, and goes back.
  await signIn(other);
  await expect(other.getByRole('heading', { name: 'This is another vault' })).toBeVisible();
  await expect(other.getByText(/its 1 note is put into this vault too/)).toBeVisible();
  await other.getByRole('textbox', { name: 'Passphrase' }).fill(PASSPHRASE);
  await other.getByRole('button', { name: 'Unlock' }).click();
  await expect(other.getByRole('checkbox', { name: 'Join this vault and bring my notes' })).toHaveAttribute(
    'aria-invalid',
    'true',
  );
  await other.getByRole('button', { name: 'Don’t connect' }).click();
  await other.goto('./#/sync');
  await expectSynced(other);
  expect(files()).toEqual(before);
  await other.goto('./#/');
  await expect(row(other, 'Of the first vault')).toHaveCount(0);

  // Then it agrees: what it has comes along, and the vault that it left stays as it was.
  await other.goto('./#/connect');
  await other.getByRole('button', { name: 'Connect Dropbox (local demo)' }).click();
  await agree(other);
  await unlock(other);
  await other.getByRole('link', { name: 'Go to my notes' }).click();
  for (const each of [page, other]) {
    await expect(row(each, 'Of the first vault')).toBeVisible();
    await expect(row(each, 'Of the second vault')).toBeVisible();
  }
  expect(dropbox.emulator.filePaths(second)).toEqual(before[1]);
});
