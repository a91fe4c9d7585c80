import type { Page, Request } from '@playwright/test';
import { connectAccount, REFUSED, signInTo, test } from './fixtures/cloud.ts';
import { storageOf, textsThere } from './fixtures/fresh-device.ts';
import { expect, NETWORK_AWAY } from './fixtures/index.ts';
import { noise } from './fixtures/many-notes.ts';
import {
  expectSynced,
  lines,
  list,
  openNote,
  row,
  syncWords,
  textOf,
  typeAfter,
  unlock,
  visit,
  writeNote,
} from './fixtures/satchel.ts';

const ANNA = 'anna@example.com';
const HOUR = 3_600_000;
/** While nobody answers; nothing of signing in. */
const UNREACHED = /^Sync: (Checking…|. notes? waiting|Can’t reach .*)$/;

/** Starts a note with a text that nobody types. */
async function paste(page: Page, text: string): Promise<void> {
  await list(page).getByRole('button', { name: 'New note' }).click();
  await expect(textOf(page)).toBeFocused();
  await textOf(page).evaluate((editor, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    editor.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

async function join(page: Page): Promise<void> {
  await visit(page);
  await signInTo(page, ANNA);
  await unlock(page);
  await page.getByRole('link', { name: 'Go to my notes' }).click();
}

/** As when the device was asleep for so long: its tokens are that much older. The app must not be running in the page. */
async function ageTokens(page: Page, ms: number): Promise<number> {
  return page.evaluate(async (age) => {
    const opening = indexedDB.open('satchel');
    await new Promise((resolve) => opening.addEventListener('success', resolve));
    const tx = opening.result.transaction('connections', 'readwrite');
    const connections = tx.objectStore('connections');
    const asking = connections.getAll();
    let left = 0;
    asking.addEventListener('success', () => {
      const [row] = asking.result;
      row.settings.tokens.expiresAt -= age;
      left = row.settings.tokens.expiresAt - Date.now();
      connections.put(row);
    });
    await new Promise((resolve) => tx.addEventListener('complete', resolve));
    opening.result.close();
    return left;
  }, ms);
}

test.describe('after a night', () => {
  let night = 0;
  test.use({ cloudOptions: { now: () => Date.now() + night } });

  test('the app starts offline with a token that has expired: still signed in, and what is written goes out once it is online', async ({
    page,
    context,
    cloud,
    problems,
  }) => {
    problems.allow(NETWORK_AWAY, REFUSED, /WebSocket connection to/, /favicon\.ico/);
    await visit(page);
    await connectAccount(page, cloud, ANNA);
    await writeNote(page, 'In the evening');
    await expectSynced(page);
    await page.reload();
    await expectSynced(page);

    await context.setOffline(true);
    await page.goto('./manifest.webmanifest');
    night = 8 * HOUR;
    expect(await ageTokens(page, night)).toBeLessThan(0);
    await page.goto('./');
    await openNote(page, 'In the evening');
    await typeAfter(page, 'In the evening', ', edited offline');
    await writeNote(page, 'In the morning');
    await expect(syncWords(page)).toHaveAccessibleName(UNREACHED);
    await page.reload();
    await expect(row(page, 'In the evening, edited offline')).toBeVisible();
    await expect(syncWords(page)).toHaveAccessibleName(UNREACHED);

    await context.setOffline(false);
    await expectSynced(page);
    const storage = await storageOf(page);
    expect(await textsThere(storage)).toEqual(['In the evening, edited offline', 'In the morning']);
  });
});

test('an open note follows by the socket: nobody asks until the cloud has said that there is something', async ({
  page: anna,
  cloud,
  newBrowser,
}) => {
  // Two browsers, each stretching a passphrase.
  test.slow();
  const ben = await (await newBrowser()).newPage();
  const heard: string[] = [];
  ben.on('websocket', (socket) => {
    heard.push('open');
    socket.on('framereceived', ({ payload }) => heard.push(payload.toString()));
  });
  ben.on('request', (request: Request) => {
    if (request.url().includes('/v1/changes/log') && request.method() === 'GET') heard.push('asked');
  });
  await visit(anna);
  await connectAccount(anna, cloud, ANNA);
  await writeNote(anna, 'Journey', 'We leave on Monday.');
  await expectSynced(anna);
  await join(ben);
  await openNote(ben, 'Journey');
  await expectSynced(ben);
  await expect.poll(() => heard).toContain('open');
  // From the moment on that there is something to be told.
  anna.on('request', (request: Request) => {
    if (request.method() === 'PUT') heard.length = 0;
  });
  await typeAfter(anna, 'We leave on Monday.', ' Bring water.');
  await expect(lines(ben)).toHaveText(['Journey', 'We leave on Monday. Bring water.']);
  expect(heard.slice(0, 2)).toEqual([JSON.stringify({ changed: 'log' }), 'asked']);
});

test.describe('with a bound', () => {
  test.use({ cloudOptions: { limits: { bytes: 800_000 } } });

  test('large notes go up and down by temporary credentials that expire, the connection is cut before one is registered, and a full cloud is told in words', async ({
    page,
    cloud,
    newBrowser,
    problems,
  }) => {
    // Two browsers, each stretching a passphrase.
    test.slow();
    problems.allow(NETWORK_AWAY, REFUSED, /status of 507/);
    await visit(page);
    await connectAccount(page, cloud, ANNA);
    await expectSynced(page);

    let cuts = 0;
    await page.route('**/register', (route) => (cuts++ === 0 ? route.abort('connectionreset') : route.continue()));
    const first = `First\n${noise(420_000)}`;
    await paste(page, first);
    await expect.poll(() => cuts).toBeGreaterThan(1);
    await expectSynced(page);

    cloud.expireCredentials();
    const second = `Second\n${noise(420_000)}`;
    const refused = page.waitForResponse((response) => response.status() === 400, { timeout: 0 });
    await paste(page, second);
    expect(await (await refused).text()).toContain('ExpiredToken');
    await expect(row(page, 'Second')).toBeVisible();
    await expectSynced(page);

    const other = await (await newBrowser()).newPage();
    await join(other);
    await openNote(other, 'First');
    await expectSynced(other);
    const storage = await storageOf(page);
    expect(await textsThere(storage)).toEqual([first, second]);
    cloud.expireCredentials();
    expect(await textsThere(storage)).toEqual([first, second]);

    await paste(page, `Third\n${noise(420_000)}`);
    await expect(syncWords(page)).toHaveAccessibleName('Sync: Satchel cloud (this computer) is full');
    await syncWords(page).click();
    await expect(page.getByText(/There is no room left in Satchel cloud/)).toBeVisible();
    await expect(page.getByText(/Your notes are safe on this device/)).toBeVisible();
    expect((await storage.about()).used).toBeLessThanOrEqual(800_000);
  });
});
