import type { Page } from '@playwright/test';
import { expect, NETWORK_AWAY, test } from './fixtures/index.ts';
import {
  connectAnother,
  connectFirst,
  expectSynced,
  lines,
  openNote,
  row,
  rows,
  typeAfter,
  visit,
  write,
  writeNote,
} from './fixtures/satchel.ts';
import { packs } from './fixtures/vault.ts';

/** A page of the app's own origin without the app in it. */
async function leaveApp(page: Page): Promise<void> {
  await page.goto('./manifest.webmanifest');
}

const withoutDatabase: readonly { name: string; take: () => void }[] = [
  {
    name: 'isn’t there',
    take: () => Object.defineProperty(globalThis, 'indexedDB', { value: undefined, configurable: true }),
  },
  {
    name: 'can’t be looked at',
    take: () =>
      Object.defineProperty(globalThis, 'indexedDB', {
        configurable: true,
        get() {
          throw new DOMException('denied', 'SecurityError');
        },
      }),
  },
  {
    name: 'can’t be opened',
    take: () => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('denied', 'InvalidStateError');
      };
    },
  },
];

for (const { name, take } of withoutDatabase) {
  test(`a window whose IndexedDB ${name} says so in words`, async ({ page }) => {
    await page.addInitScript(take);
    await page.goto('./');
    await expect(page.getByRole('heading', { name: 'There’s nowhere to keep your notes' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Reload' })).toBeVisible();
  });
}

test('a database of a newer Satchel is left alone, and a window that is in its way gives its text away', async ({
  page,
  context,
  problems,
}) => {
  // A page without the app in it has no icon either.
  problems.allow(/favicon\.ico/);
  await visit(page);
  await write(page, 'Still in memory');
  const newer = await context.newPage();
  await leaveApp(newer);
  await newer.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const request = indexedDB.open('satchel', 990);
        request.addEventListener('success', () => resolve(request.result.close()));
        request.addEventListener('error', () => reject(request.error));
      }),
  );
  await expect(page.getByRole('heading', { name: 'Satchel was updated in another tab' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Copy my text' })).toBeVisible();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download my text' }).click();
  const stream = await (await download).createReadStream();
  expect((await stream.toArray()).join('')).toBe('Still in memory');

  await page.getByRole('button', { name: 'Reload' }).click();
  await expect(page.getByRole('heading', { name: 'Your notes were saved by a newer Satchel' })).toBeVisible();
});

test('a full device keeps the text in the window, says so, and saves it once there is room', async ({
  newDevice,
  app,
}) => {
  const device = await newDevice();
  await visit(device.page);
  await writeNote(device.page, 'Before');
  // While the browser runs, it goes by what it found free some time ago.
  await device.close();
  await device.reopen();
  const { page, context } = device;
  const session = await context.newCDPSession(page);
  const { origin } = new URL(app.url);
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
  await visit(page);
  await openNote(page, 'Before');
  await typeAfter(page, 'Before', ' and after');
  const banner = page.getByRole('alert').filter({ hasText: 'This device is full.' });
  await expect(banner).toBeVisible();
  await expect(banner.getByRole('button', { name: 'Copy my text' })).toBeVisible();
  await expect(lines(page)).toHaveText(['Before and after']);
  await page.keyboard.type(' all');
  await session.send('Storage.overrideQuotaForOrigin', { origin });
  await expect(banner).toHaveCount(0);
  await expect(row(page, 'Before and after all')).toBeVisible();
  await page.reload();
  await expect(lines(page)).toHaveText(['Before and after all']);
});

test('a browser whose data was cleared beside a full vault refills, and nothing is deleted anywhere', async ({
  newDevice,
  newBrowser,
  app,
  dropbox,
  problems,
}) => {
  problems.allow(NETWORK_AWAY);
  const { page, context } = await newDevice();
  await visit(page);
  for (const title of ['One', 'Two', 'Three']) await writeNote(page, title, `body of ${title}`);
  await connectFirst(page);
  await expectSynced(page);
  const before = dropbox.emulator.filePaths();
  const other = await (await newBrowser()).newPage();
  await visit(other);
  await connectAnother(other);
  await expect(row(other, 'Three')).toBeVisible();

  await page.goto('about:blank');
  const session = await context.newCDPSession(page);
  await session.send('Storage.clearDataForOrigin', { origin: new URL(app.url).origin, storageTypes: 'all' });
  await visit(page);
  await expect(row(page, 'One')).toHaveCount(0);
  await connectAnother(page);
  for (const title of ['One', 'Two', 'Three']) {
    await openNote(page, title);
    await expect(lines(page)).toHaveText([title, `body of ${title}`]);
  }
  await expectSynced(page);
  expect(dropbox.emulator.filePaths()).toEqual(expect.arrayContaining([...before]));
  expect(packs(dropbox)).toHaveLength(before.filter((path) => path.includes('.p.')).length);
  await expectSynced(other);
  await expect(rows(other)).toHaveCount(6);
});
