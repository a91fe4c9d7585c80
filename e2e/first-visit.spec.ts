import type { Page } from '@playwright/test';
import { expect, NETWORK_AWAY, test } from './fixtures/index.ts';
import type { AppServer } from './fixtures/app-server.ts';
import { lines, list, openNote, row, rows, typeAfter, visit, write, writeNote } from './fixtures/satchel.ts';

test('what is typed at the first visit is there after a reload, the last letter too', async ({ page }) => {
  await visit(page);
  await write(page, 'First words\nand more');
  await page.reload();
  await expect(lines(page)).toHaveText(['First words', 'and more']);
  await expect(row(page, 'First words')).toBeVisible();
});

test('words typed before the editor is there are in the note', async ({ page }) => {
  await visit(page);
  await list(page).getByRole('button', { name: 'New note' }).click();
  await page.keyboard.type('Faster than the page');
  await expect(lines(page)).toHaveText(['Faster than the page']);
  await expect(row(page, 'Faster than the page')).toBeVisible();
});

test('with the server stopped the app opens, and what is typed then survives another reload', async ({
  page,
  app,
  problems,
}) => {
  problems.allow(NETWORK_AWAY);
  await visit(page);
  await writeNote(page, 'Before', 'one');
  await app.stop();
  await page.reload();
  await expect(lines(page)).toHaveText(['Before', 'one']);
  await typeAfter(page, 'one', ' two');
  await writeNote(page, 'Without a server', 'three');
  await page.reload();
  await expect(lines(page)).toHaveText(['Without a server', 'three']);
  await openNote(page, 'Before');
  await expect(lines(page)).toHaveText(['Before', 'one two']);
});

/** From pressing "reload" to the notes, however slow the machine; a network's own timeouts are longer. */
const SOON = 8_000;

interface Story {
  readonly page: Page;
  readonly app: AppServer;
}

const states: readonly { name: string; enter: (story: Story) => Promise<void> }[] = [
  { name: 'online', enter: async () => {} },
  { name: 'offline', enter: ({ page }) => page.context().setOffline(true) },
  { name: 'online, but the server is down', enter: ({ app }) => app.stop() },
  { name: 'online, but the server never answers', enter: async ({ app }) => app.hang() },
];

for (const { name, enter } of states) {
  test(`${name}: the notes are there at once, and a new one can be written and kept`, async ({
    page,
    app,
    problems,
  }) => {
    problems.allow(NETWORK_AWAY);
    await visit(page);
    await writeNote(page, 'Kept');
    await enter({ page, app });
    await page.reload({ timeout: SOON });
    await expect(row(page, 'Kept')).toBeVisible({ timeout: SOON });
    await expect(lines(page)).toHaveText(['Kept'], { timeout: SOON });
    await writeNote(page, 'Written now');
    // Every page of the app is there, not only those that were visited before.
    for (const address of ['settings', 'sync', 'connect']) {
      await page.goto(`./#/${address}`);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(/Settings|Sync|Connect a storage/);
    }
    await page.goto('./#/');
    await page.reload({ timeout: SOON });
    await expect(rows(page)).toHaveText([/^Written now/, /^Kept/, /^Welcome/, /^Writing/, /^How/]);
  });
}
