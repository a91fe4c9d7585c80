/** `npm run screenshots`: builds the app, fills it with notes, and takes the pictures of docs/images. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright';
import { build } from 'vite';
import { serveDropboxEmulator } from '../backends/dropbox/emulator/serve.ts';
import { findChromium, INSTALL_COMMAND } from './browser.ts';
import { dropboxConfig } from './demo-storage.ts';
import { root } from './root.ts';
import { NOTES } from './screenshots/notes.ts';
import { serveApp } from './serve.ts';

const IMAGES = join(root, 'docs', 'images');
const DAY = 86_400_000;
const PASSPHRASE = 'seven otters juggle warm lanterns';

const DESKTOP: BrowserContextOptions = { viewport: { width: 1100, height: 700 }, reducedMotion: 'reduce' };
const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 780 },
  isMobile: true,
  hasTouch: true,
  reducedMotion: 'reduce',
};

async function main(): Promise<void> {
  const found = findChromium();
  if (!found) throw new Error(`The pictures need a Chromium. Get one with: ${INSTALL_COMMAND}`);
  if (!process.env['SATCHEL_BUILT']) await build({ root, logLevel: 'warn' });
  await mkdir(IMAGES, { recursive: true });
  const dropbox = await serveDropboxEmulator();
  // People see the service's own name.
  const config = { dropbox: { ...dropboxConfig(dropbox)['dropbox'], clientId: 'local-demo', label: 'Dropbox' } };
  const app = await serveApp({ dist: join(root, 'dist'), config });
  const browser = await chromium.launch({ ...found, args: [...found.args] });
  try {
    await onDesktop(browser, app.url);
    await onPhone(browser, app.url);
  } finally {
    await browser.close();
    await app.close();
    await dropbox.close();
  }
}

async function onDesktop(browser: Browser, url: string): Promise<void> {
  const page = await open(browser, DESKTOP, url);
  await putExamplesAway(page);
  await fill(page);
  await openNote(page, 'A week in Lisbon');
  await shoot(page, 'desktop-light', 'light');
  await shoot(page, 'desktop-dark', 'dark');
  await page.goto(`${url}#/connect`);
  await page.getByRole('button', { name: 'Connect Dropbox' }).waitFor();
  await shoot(page, 'connect', 'light');
  await connect(page);
  await page.getByRole('link', { name: 'See the sync page' }).click();
  await page.getByRole('heading', { name: /^Synced/ }).waitFor();
  await shoot(page, 'sync', 'light');
  await page.context().close();
}

/** The same notes, fetched from the storage. */
async function onPhone(browser: Browser, url: string): Promise<void> {
  const page = await open(browser, PHONE, url);
  await signIn(page, url);
  await page.getByRole('textbox', { name: 'Passphrase' }).fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await page.getByRole('link', { name: 'Go to my notes' }).click();
  await page.getByRole('link', { name: /^Sync: Synced/ }).waitFor();
  await row(page, 'A week in Lisbon').waitFor();
  await page.mouse.move(0, 0);
  await shoot(page, 'phone-list', 'light');
  await openNote(page, 'Lemon drizzle cake');
  await shoot(page, 'phone-note', 'light');
  await page.context().close();
}

async function open(browser: Browser, options: BrowserContextOptions, url: string): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

async function putExamplesAway(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'List actions' }).click();
  await page.getByRole('menuitem', { name: 'Move the examples to the trash' }).click();
  await page.getByRole('button', { name: 'Dismiss' }).click();
}

async function fill(page: Page): Promise<void> {
  const now = Date.now();
  for (const note of NOTES) {
    await page.clock.setFixedTime(now - note.daysAgo * DAY);
    await page.getByRole('button', { name: 'New note' }).first().click();
    await page.getByRole('article', { name: 'Note: Untitled' }).waitFor();
    await paste(page, note.text);
    await page.getByRole('article', { name: `Note: ${note.title}` }).waitFor();
    if (note.notebook !== undefined) await putInto(page, note.notebook);
    for (const tag of note.tags) {
      await page.getByRole('button', { name: 'Add tag' }).click();
      await page.getByRole('combobox', { name: 'Tag' }).fill(tag);
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: `Remove tag ${tag}` }).waitFor();
    }
    if (note.pinned) await page.getByRole('button', { name: 'Pin', exact: true }).click();
  }
  await page.clock.setFixedTime(now);
  await page.goto(`${page.url().split('#')[0]}#/`);
  await page.reload();
}

async function paste(page: Page, text: string): Promise<void> {
  await editorIn(page).evaluate((element, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

/** Not the plain field that stands in for it while it is loaded. */
const editorIn = (page: Page) =>
  page.getByRole('textbox', { name: 'Note text, in Markdown' }).and(page.locator('[contenteditable]'));

async function putInto(page: Page, notebook: string): Promise<void> {
  await page.getByRole('button', { name: 'Notebook: No notebook' }).click();
  await page.getByRole('menuitemradio').first().waitFor();
  const choice = page.getByRole('menuitemradio', { name: notebook });
  if (await choice.isVisible()) await choice.click();
  else {
    await page.getByRole('menuitem', { name: 'New notebook…' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill(notebook);
    await page.getByRole('button', { name: 'Create notebook' }).click();
  }
  await page.getByRole('button', { name: `Notebook: ${notebook}` }).waitFor();
}

async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(`${url}#/connect`);
  await page.getByRole('button', { name: 'Connect Dropbox' }).click();
  await page.getByRole('button', { name: 'Allow' }).click();
}

async function connect(page: Page): Promise<void> {
  await signIn(page, page.url().split('#')[0] ?? '');
  await page.getByRole('textbox', { name: 'Passphrase' }).fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Continue' }).click();
  const items = page.getByRole('list', { name: 'Recovery words' }).getByRole('listitem');
  await items.last().waitFor();
  const words = (await items.allInnerTexts()).map((text) => text.replace(/[\d\s]/g, ''));
  await page.getByRole('button', { name: 'I’ve kept them safe' }).click();
  for (const [index, word] of words.entries()) {
    const field = page.getByRole('textbox', { name: `Word ${index + 1}`, exact: true });
    if (await field.isVisible()) await field.fill(word);
  }
  await page.getByRole('button', { name: 'Create my vault' }).click();
}

const row = (page: Page, title: string) => page.getByRole('listitem').getByRole('link', { name: title });

async function openNote(page: Page, title: string): Promise<void> {
  await row(page, title).click();
  await editorIn(page).waitFor();
}

async function shoot(page: Page, name: string, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  // Colours fade from one scheme to the other.
  await page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)));
  await page.screenshot({ path: join(IMAGES, `${name}.png`), caret: 'hide' });
  console.log(`docs/images/${name}.png`);
}

await main();
