import { expect, test } from './fixtures/index.ts';

test('the watch sees errors in the console, errors nobody caught, and violations of the policy', async ({
  page,
  problems,
}) => {
  await page.goto('./');
  await page.evaluate(() => {
    console.error('a planted error');
    setTimeout(() => {
      throw new Error('nobody caught this');
    });
    const script = document.createElement('script');
    script.textContent = 'globalThis.ran = true';
    document.body.append(script);
  });
  await problems.expect(/a planted error/);
  await problems.expect(/nobody caught this/);
  await problems.expect(/Content-Security-Policy violation: script-src-elem forbids inline/);
  problems.allow(/inline script/);
  expect(await page.evaluate(() => 'ran' in globalThis)).toBe(false);
});

test('no page or worker may connect to anybody who is not in the configuration', async ({ page, problems }) => {
  await page.goto('./');
  const refused = await page.evaluate(() =>
    fetch('https://elsewhere.example/').then(
      () => 'sent',
      () => 'refused',
    ),
  );
  expect(refused).toBe('refused');
  await problems.expect(/Content-Security-Policy violation: connect-src forbids https:\/\/elsewhere\.example/);
  problems.allow(/elsewhere\.example/);
});
