import { expect, test } from './fixtures/index.ts';
import { addTag, lines, list, row, sidebar, textOf, visit, write } from './fixtures/satchel.ts';

const MARKUP = '<img src=x onerror="globalThis.owned=1"><script>globalThis.owned=1</script>';
const LINES = [
  MARKUP,
  '![pixel](https://elsewhere.example/pixel.png)',
  '<iframe src="https://elsewhere.example/"></iframe>',
  '[click me](javascript:globalThis.owned=1)',
  '<javascript:globalThis.owned=1>',
  '[data](data:text/html,<script>globalThis.owned=1</script>)',
  '<style>body{background:url(https://elsewhere.example/)}</style>',
];

test('what a note says is only ever text: nothing runs, nothing is fetched, no link leads to a script', async ({
  page,
  context,
  app,
  problems,
}) => {
  // A picture that is opened by itself has no icon.
  problems.allow(/favicon\.ico/);
  const elsewhere: string[] = [];
  context.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(app.url).origin) elsewhere.push(request.url());
  });
  await visit(page);
  // Empty lines between them, or Markdown takes all for one block of HTML, with no links in it.
  const written = [...LINES, `[harmless](${app.url}icons/icon.svg)`].join('\n\n').split('\n');
  await write(page, written.join('\n'));
  await expect(lines(page)).toHaveCount(written.length);
  await expect(list(page).getByRole('link', { name: MARKUP })).toBeVisible();
  await addTag(page, '<script>owned=1</script>');
  await sidebar(page).getByRole('button', { name: 'Add a notebook' }).click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill(MARKUP);
  await page.getByRole('button', { name: 'Create notebook' }).click();
  await expect(list(page)).toHaveAccessibleName(`Notes: ${MARKUP}`);
  await page.getByRole('link', { name: /^All notes/ }).click();
  await list(page).getByRole('link', { name: MARKUP }).click();
  // Off every line, where marks may be shown as what they mean.
  await expect(textOf(page)).toBeVisible();

  // Where a link begins, just behind the edge of its line.
  const press = (text: string) =>
    lines(page)
      .filter({ hasText: text })
      .first()
      .click({ modifiers: ['Control'], position: { x: 24, y: 12 } });
  for (const text of ['click me', 'javascript:globalThis', 'data']) await press(text);
  expect(context.pages()).toHaveLength(1);
  // The same press on a link that does no harm opens it.
  const opened = context.waitForEvent('page');
  await press('harmless');
  await (await opened).close();

  await page.reload();
  await expect(lines(page)).toHaveCount(written.length);
  expect(await page.evaluate(() => Reflect.get(globalThis, 'owned'))).toBeUndefined();
  expect(await textOf(page).locator('img[src], script, iframe, style, a[href^="javascript"]').count()).toBe(0);
  expect(context.pages()).toHaveLength(1);
  expect(elsewhere).toEqual([]);
  await expect(row(page, 'Welcome to Satchel')).toBeVisible();
});
