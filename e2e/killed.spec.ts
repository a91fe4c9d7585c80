import { expect, test } from './fixtures/index.ts';
import { lines, visit, write } from './fixtures/satchel.ts';

test('a browser killed while somebody types comes back with all but the last second', async ({ newDevice }) => {
  const device = await newDevice();
  await visit(device.page);
  await write(device.page, 'Interrupted');
  await device.page.keyboard.press('Enter');

  const typed: { readonly word: string; readonly at: number }[] = [];
  const killing = new AbortController();
  const typing = (async () => {
    for (let number = 0; !killing.signal.aborted; number++) {
      const word = `word${number} `;
      await device.page.keyboard.type(word, { delay: 15 });
      typed.push({ word, at: performance.now() });
    }
  })().catch(() => {
    // The keyboard went with the browser.
  });
  await expect.poll(() => typed.length).toBeGreaterThan(20);
  const end = performance.now();
  killing.abort();
  await device.kill();
  await typing;

  await device.reopen();
  await visit(device.page);
  await device.page.getByRole('link', { name: 'Interrupted' }).click();
  await expect(lines(device.page)).toHaveCount(2);
  const all = typed.map(({ word }) => word).join('');
  const kept = (await lines(device.page).nth(1).textContent()) ?? '';
  const due = typed
    .filter(({ at }) => at < end - 1000)
    .map(({ word }) => word)
    .join('');
  expect(due.length).toBeGreaterThan(0);
  expect(kept.length).toBeGreaterThanOrEqual(due.length);
  // What was kept is the beginning of what was typed: nothing torn, nothing out of order.
  expect(`${all}word`.startsWith(kept) || kept.startsWith(all)).toBe(true);
});
