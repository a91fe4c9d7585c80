import type { Page } from '@playwright/test';
import { expect, test } from './fixtures/index.ts';
import { visit } from './fixtures/satchel.ts';

/** 0, black, to 255, white. */
async function brightness(page: Page): Promise<number> {
  return page.evaluate(() => {
    const context = document.createElement('canvas').getContext('2d');
    if (!context) throw new Error('no canvas to measure a colour with');
    context.fillStyle = getComputedStyle(document.documentElement).backgroundColor;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    return (red + green + blue) / 3;
  });
}

test('light and dark follow the system until somebody chooses, and the choice stays', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await visit(page, './#/settings');
  await expect.poll(() => brightness(page)).toBeGreaterThan(200);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(() => brightness(page)).toBeLessThan(60);

  await page.getByRole('radio', { name: 'Light' }).check({ force: true });
  await expect.poll(() => brightness(page)).toBeGreaterThan(200);
  await page.reload();
  await expect(page.getByRole('radio', { name: 'Light' })).toBeChecked();
  expect(await brightness(page)).toBeGreaterThan(200);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.getByRole('radio', { name: 'Dark' }).check({ force: true });
  await expect.poll(() => brightness(page)).toBeLessThan(60);
});
