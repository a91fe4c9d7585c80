import type { Locator, Page } from '@playwright/test';
import type { ServedEmulator } from '../backends/dropbox/emulator/serve.ts';
import { expect, NETWORK_AWAY, phone, test } from './fixtures/index.ts';
import { connectAnother, connectFirst, expectSynced, row, visit, write, writeNote } from './fixtures/satchel.ts';
import { damage, packs } from './fixtures/vault.ts';

const STORAGE = 'Storage: Dropbox (local demo)';

const storage = (page: Page): Locator => page.getByRole('region', { name: STORAGE });
/** What was found: a sentence each, without the objects. */
const sentences = (page: Page): Promise<string[]> => storage(page).locator('.check-text').allInnerTexts();

/** Writes a note and waits until it has gone out, in a pack of its own. @returns the pack */
async function writeAndSend(page: Page, dropbox: ServedEmulator, title: string): Promise<string> {
  const before = packs(dropbox);
  await writeNote(page, title);
  await expect.poll(() => packs(dropbox).length).toBe(before.length + 1);
  await expectSynced(page);
  return packs(dropbox).find((path) => !before.includes(path)) ?? '';
}

async function check(page: Page, depth: 'Quick' | 'Thorough', verdict: string): Promise<void> {
  await page.goto('./#/settings');
  await storage(page).getByRole('radio', { name: depth }).check({ force: true });
  await storage(page)
    .getByRole('button', { name: /^Check (now|again)$/ })
    .click();
  await expect(storage(page).getByText(new RegExp(`^${depth} check`))).toBeVisible();
  await expect(storage(page).getByRole('heading', { name: verdict })).toBeVisible();
}

/** Whoever downloads from now on waits. @returns how to let go */
function holdDownloads(dropbox: ServedEmulator): () => void {
  const held = new AbortController();
  const released = new Promise<void>((resolve) => held.signal.addEventListener('abort', () => resolve()));
  const fault = { kind: 'hold', moment: 'request', reached: () => undefined, released } as const;
  dropbox.emulator.addFault({ route: 'files/download', fault, times: 'always' });
  return () => {
    dropbox.emulator.clearFaults();
    held.abort();
  };
}

test('a check names in plain words what was flipped, removed and added, and a repair puts back what is here', async ({
  page,
  context,
  dropbox,
  problems,
  newBrowser,
}) => {
  // Several syncs one after the other, each after a pause in the typing.
  test.slow();
  problems.allow(NETWORK_AWAY, /status of 409/);
  await visit(page);
  await connectFirst(page);
  const flipped = await writeAndSend(page, dropbox, 'First');
  const removed = await writeAndSend(page, dropbox, 'Second');
  for (const title of ['Third', 'Fourth', 'Fifth']) await writeAndSend(page, dropbox, title);
  await check(page, 'Quick', 'Everything is in order');
  await expect(storage(page)).toContainText('All 5 notes could be restored from Dropbox (local demo) alone.');

  const other = await (await newBrowser()).newPage();
  await visit(other);
  await connectAnother(other);
  await expect(row(other, 'First')).toBeVisible();
  await expectSynced(other);
  await context.setOffline(true);
  const unseen = await writeAndSend(other, dropbox, 'Only in the other browser');
  await damage(dropbox, flipped);
  await damage(dropbox, unseen);
  dropbox.emulator.removeFile(removed);
  await dropbox.emulator.writeFile('/log/holiday.jpg', Uint8Array.of(1, 2, 3));
  await context.setOffline(false);
  await page.goto('./#/');
  await expectSynced(page);

  await check(page, 'Thorough', 'Not everything is as it should be');
  await expect(storage(page)).toContainText('3 of 5 notes could be restored from Dropbox (local demo) alone.');
  expect((await sentences(page)).toSorted()).toEqual([
    '1 file isn’t Satchel’s. It does no harm and was left alone.',
    '1 object is damaged, and this device hasn’t got what was in it. Open Satchel on your other devices and check there.',
    '1 object is damaged. This device still has what was in it.',
    '1 object is missing. This device still has what was in it.',
  ]);
  for (const title of ['First', 'Second']) await expect(storage(page).getByRole('link', { name: title })).toBeVisible();
  await storage(page).getByText('1 object is missing.').click();
  await expect(storage(page).getByText(removed.slice(1))).toBeVisible();
  await storage(page).getByText('1 file isn’t Satchel’s.').click();
  await expect(storage(page).getByText('log/holiday.jpg')).toBeVisible();
  await expect(storage(page).getByText(/^3 bytes/)).toBeVisible();

  await storage(page).getByRole('button', { name: 'Repair' }).click();
  await expect(storage(page).getByRole('heading', { name: 'Repaired as far as this device can' })).toBeFocused();
  expect((await sentences(page)).slice(0, 2)).toEqual([
    '2 were put back from this device.',
    '1 couldn’t be put back: this device hasn’t got it. Open Satchel on your other devices and check there.',
  ]);
  expect(dropbox.emulator.filePaths()).toContain('/log/holiday.jpg');
  const fresh = await (await newBrowser()).newPage();
  await visit(fresh);
  await connectAnother(fresh);
  for (const title of ['First', 'Second', 'Third', 'Fourth', 'Fifth']) await expect(row(fresh, title)).toBeVisible();
  await expect(row(fresh, 'Only in the other browser')).toHaveCount(0);

  await check(other, 'Thorough', 'Not everything is as it should be');
  await storage(other).getByRole('button', { name: 'Repair' }).click();
  await expect(storage(other).getByText('1 was put back from this device.')).toBeVisible();
  await page.goto('./#/');
  await expect(row(page, 'Only in the other browser')).toBeVisible();
  await check(page, 'Thorough', 'Everything is in order');
  await expect(storage(page)).toContainText('All 6 notes could be restored from Dropbox (local demo) alone.');
});

test('a check that may not read the storage says so, and what the last one found stays', async ({
  page,
  dropbox,
  problems,
}) => {
  problems.allow(/status of (400|401)/);
  await visit(page);
  await connectFirst(page);
  await expectSynced(page);
  await check(page, 'Quick', 'Everything is in order');
  dropbox.emulator.revokeTokens();
  await storage(page).getByRole('button', { name: 'Check again' }).click();
  const words = 'Dropbox (local demo) asks you to sign in again';
  await expect(storage(page).getByRole('heading', { name: words })).toBeVisible();
  await expect(storage(page).getByRole('heading', { name: 'Everything is in order' })).toBeVisible();
});

test('another window shows the check, and can stop it', async ({ page, context, dropbox }) => {
  await visit(page);
  await writeNote(page, 'Only');
  await connectFirst(page);
  await expectSynced(page);
  const second = await context.newPage();
  await visit(second);
  await second.goto('./#/settings');
  const letGo = holdDownloads(dropbox);
  await page.goto('./#/settings');
  await storage(page).getByRole('button', { name: 'Check now' }).click();
  await expect(storage(second).getByRole('progressbar')).toBeVisible();
  await storage(second).getByRole('button', { name: 'Stop' }).click();
  for (const each of [page, second])
    await expect(storage(each).getByText(/^That was stopped before it was through/)).toBeVisible();
  letGo();
});

test('a check ends with the window that asked for it, and the others say so', async ({ page, context, dropbox }) => {
  await visit(page);
  await writeNote(page, 'Only');
  await connectFirst(page);
  await expectSynced(page);
  const second = await context.newPage();
  await visit(second);
  await second.goto('./#/settings');
  const letGo = holdDownloads(dropbox);
  await storage(second).getByRole('button', { name: 'Check now' }).click();
  await page.goto('./#/settings');
  await expect(storage(page).getByRole('progressbar')).toBeVisible();
  await second.close();
  await expect(storage(page).getByText(/its window was closed/)).toBeVisible();
  letGo();
  await check(page, 'Thorough', 'Everything is in order');
});

test.describe('on a phone', () => {
  test.use(phone);

  test('a storage is checked, and repaired', async ({ page, dropbox }) => {
    await visit(page);
    await connectFirst(page);
    for (const title of ['First', 'Second']) {
      await write(page, title);
      await page.goto('./#/');
      await expect(row(page, title)).toBeVisible();
      await expectSynced(page);
    }
    await damage(dropbox, packs(dropbox)[0] ?? '');
    await check(page, 'Thorough', 'Not everything is as it should be');
    await storage(page).getByRole('button', { name: 'Repair' }).tap();
    await expect(storage(page).getByText(/were put back from this device|was put back from this device/)).toBeVisible();
  });
});
