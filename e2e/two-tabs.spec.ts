import type { Page } from '@playwright/test';
import { expect, test } from './fixtures/index.ts';
import {
  connectAnother,
  connectFirst,
  expectSynced,
  lines,
  list,
  openNote,
  typeAfter,
  visit,
  writeNote,
} from './fixtures/satchel.ts';

/** The browser's id of the tab whose engine follows the storage. */
async function leader(page: Page): Promise<string | undefined> {
  const { held = [] } = await page.evaluate(() => navigator.locks.query());
  return held.find(({ name }) => name === 'satchel-leader')?.clientId;
}

test('two tabs edit one note; when the leading one is closed, the other syncs on', async ({
  page,
  context,
  newBrowser,
}) => {
  await visit(page);
  await writeNote(page, 'Shared', 'first line');
  await connectFirst(page);
  await expectSynced(page);
  const first = await leader(page);
  expect(first).toBeDefined();

  const second = await context.newPage();
  await visit(second);
  await openNote(second, 'Shared');
  await openNote(page, 'Shared');
  await typeAfter(page, 'first line', ' of one');
  await expect(lines(second)).toHaveText(['Shared', 'first line of one']);
  await typeAfter(second, 'first line', ' and two');
  await expect(lines(page)).toHaveText(['Shared', 'first line of one and two']);

  // At the same time, in the same place.
  const before = page.getByRole('textbox', { name: 'Note text' });
  await before.press('Control+End');
  await second.getByRole('textbox', { name: 'Note text' }).press('Control+End');
  await Promise.all([page.keyboard.type(' aaaaa', { delay: 20 }), second.keyboard.type(' bbbbb', { delay: 20 })]);
  await expect
    .poll(async () => (await lines(page).allTextContents()).join('\n'))
    .toMatch(/^(?=.*a.*a.*a.*a.*a)(?=.*b.*b.*b.*b.*b)/s);
  const text = async (each: Page) => (await lines(each).allTextContents()).join('\n');
  await expect.poll(async () => (await text(page)) === (await text(second))).toBe(true);
  const letters = (await text(page)).slice('Shared\nfirst line of one and two'.length).replaceAll(' ', '');
  expect(letters.split('').toSorted().join('')).toBe('aaaaabbbbb');

  expect(await leader(second)).toBe(first);
  await page.close();
  await expect.poll(() => leader(second)).not.toBe(first);
  await expect.poll(() => leader(second)).toBeDefined();
  await typeAfter(second, 'first line', ' and on');
  await expectSynced(second);
  await expect(list(second).getByRole('link', { name: 'Shared' })).toHaveCount(1);

  const other = await (await newBrowser()).newPage();
  await visit(other);
  await connectAnother(other);
  await openNote(other, 'Shared');
  await expect(lines(other)).toHaveText(await lines(second).allTextContents());
  // What another browser writes reaches the tab that leads now.
  await typeAfter(other, 'first line', '!');
  await expect(lines(second).nth(1)).toHaveText(/ and on!$/);
});
