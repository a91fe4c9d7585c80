import { expect, test } from './fixtures/index.ts';
import {
  connectAnother,
  connectFirst,
  expectSynced,
  openNote,
  row,
  rows,
  syncWords,
  textOf,
  visit,
  writeNote,
} from './fixtures/satchel.ts';
import { empty, packs } from './fixtures/vault.ts';

const REFUSED = /Failed to load resource: the server responded with a status of (400|401|409|429|503)/;
const GONE = 'Sync: Your notes are gone from Dropbox (local demo)';

test('a folder that was wiped by hand takes no note from any device, and is filled again when a person says so', async ({
  page,
  dropbox,
  problems,
  newBrowser,
}) => {
  problems.allow(REFUSED);
  await visit(page);
  await writeNote(page, 'Precious');
  await connectFirst(page);
  await expectSynced(page);
  const other = await (await newBrowser()).newPage();
  await visit(other);
  await connectAnother(other);
  await expect(row(other, 'Precious')).toBeVisible();
  await writeNote(other, 'Of the other one');
  await expectSynced(other);
  await expect(row(page, 'Of the other one')).toBeVisible();

  await empty(dropbox);
  for (const each of [page, other]) await expect(syncWords(each)).toHaveAccessibleName(GONE);
  await syncWords(page).click();
  await expect(page.getByRole('region', { name: 'Your notes are gone from Dropbox (local demo)' })).toContainText(
    'Nothing is sent or deleted until you decide.',
  );
  // Both keep what they have and stop; what is written meanwhile waits.
  await page.goto('./#/');
  await writeNote(page, 'Written meanwhile');
  for (const each of [page, other]) {
    await expect(row(each, 'Precious')).toBeVisible();
    await expect(row(each, 'Of the other one')).toBeVisible();
  }
  expect(dropbox.emulator.filePaths()).toEqual([]);

  await page.goto('./#/sync');
  await page.getByRole('button', { name: 'Put my notes back' }).click();
  await expectSynced(page);
  expect(packs(dropbox).length).toBeGreaterThan(0);
  // Nobody touches the other one: it sees by itself that all is there again.
  await expect(syncWords(other)).toHaveAccessibleName(/^Sync: Synced/, { timeout: 60_000 });
  await expect(row(other, 'Written meanwhile')).toBeVisible();

  const fresh = await (await newBrowser()).newPage();
  await visit(fresh);
  await connectAnother(fresh);
  for (const title of ['Precious', 'Of the other one', 'Written meanwhile'])
    await expect(row(fresh, title)).toBeVisible();
  await expectSynced(fresh);
  await openNote(fresh, 'Precious');
  await expect(textOf(fresh)).toContainText('Precious');
  await expect(rows(fresh)).toHaveCount(6);
});
