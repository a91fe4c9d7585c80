import { expect, test } from './fixtures/index.ts';
import {
  connectAnother,
  connectFirst,
  expectSynced,
  row,
  syncWords,
  unlock,
  visit,
  writeNote,
} from './fixtures/satchel.ts';
import { empty, packs } from './fixtures/vault.ts';

const REFUSED = /Failed to load resource: the server responded with a status of (400|401|409|429|503)/;
const DELETED = 'Your vault was deleted from Dropbox (local demo)';

test('a vault that is deleted stops every device with a word about it, keeps their notes, and can be put back', async ({
  page,
  dropbox,
  problems,
  newBrowser,
}) => {
  problems.allow(REFUSED);
  await visit(page);
  await writeNote(page, 'Mine to keep');
  await connectFirst(page);
  await expectSynced(page);
  const other = await (await newBrowser()).newPage();
  await visit(other);
  await connectAnother(other);
  await expect(row(other, 'Mine to keep')).toBeVisible();
  await expectSynced(other);

  await page.goto('./#/settings');
  await page.getByRole('button', { name: 'Delete the vault…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete the vault from Dropbox (local demo)?' });
  await expect(dialog).toContainText('Your notes stay on this device');
  await dialog.getByRole('button', { name: 'Delete the vault' }).click();
  await expect(dialog.getByText('That isn’t “delete”. Nothing was deleted.')).toBeVisible();
  await dialog.getByRole('textbox').fill('delete');
  await dialog.getByRole('button', { name: 'Delete the vault' }).click();
  for (const each of [page, other]) {
    await each.goto('./#/sync');
    await expect(syncWords(each)).toHaveAccessibleName(`Sync: ${DELETED}`);
  }
  // Only what tells why is left.
  expect(packs(dropbox)).toHaveLength(1);
  await expect(page.getByRole('region', { name: DELETED })).toContainText('Your notes are still on this device');
  await other.goto('./#/');
  await expect(row(other, 'Mine to keep')).toBeVisible();
  await writeNote(other, 'Written after');

  await other.goto('./#/sync');
  await other.getByRole('button', { name: 'Put my notes back' }).click();
  await expectSynced(other);
  await expect(syncWords(page)).toHaveAccessibleName(/^Sync: Synced/, { timeout: 60_000 });
  const fresh = await (await newBrowser()).newPage();
  await visit(fresh);
  await connectAnother(fresh);
  for (const title of ['Mine to keep', 'Written after']) await expect(row(fresh, title)).toBeVisible();
});

test('of two vaults that were made at once the app tells, and brings the notes of both together', async ({
  page,
  dropbox,
  problems,
  newBrowser,
}) => {
  problems.allow(REFUSED);
  await visit(page);
  await writeNote(page, 'Of the first');
  await connectFirst(page);
  await expectSynced(page);
  await page.goto('about:blank');
  // The second device makes its vault before the storage shows it the first.
  const putThere = await empty(dropbox);
  const other = await (await newBrowser()).newPage();
  await visit(other);
  await writeNote(other, 'Of the second');
  await connectFirst(other);
  await expectSynced(other);
  await putThere();

  await visit(page);
  for (const each of [page, other]) {
    await each.goto('./#/sync');
    await expectSynced(each);
    await each.getByRole('button', { name: 'Sync now' }).click();
  }
  const notice = { name: 'There are two vaults in Dropbox (local demo)' };
  await expect
    .poll(
      async () => (await page.getByRole('region', notice).count()) + (await other.getByRole('region', notice).count()),
    )
    .toBe(1);
  const loser = (await page.getByRole('region', notice).count()) > 0 ? page : other;
  const winner = loser === page ? other : page;
  await loser.getByRole('button', { name: 'Unlock the other vault' }).click();
  await unlock(loser);
  await expectSynced(loser);
  await winner.goto('./#/');
  for (const title of ['Of the first', 'Of the second']) await expect(row(winner, title)).toBeVisible();

  const left = loser.getByRole('region', { name: 'This device’s old vault is still in Dropbox (local demo)' });
  await left.getByRole('button', { name: 'Delete the old vault' }).click();
  await loser.getByRole('dialog').getByRole('button', { name: 'Delete the old vault' }).click();
  await expect(left).toHaveCount(0);
  await expectSynced(loser);
  const fresh = await (await newBrowser()).newPage();
  await visit(fresh);
  await connectAnother(fresh);
  for (const title of ['Of the first', 'Of the second']) await expect(row(fresh, title)).toBeVisible();
});
