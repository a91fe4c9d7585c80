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
    new Image().src = 'https://elsewhere.example/pixel.png';
  });
  await problems.expect(/a planted error/);
  await problems.expect(/nobody caught this/);
  await problems.expect(/Content-Security-Policy violation: img-src forbids https:\/\/elsewhere\.example/);
  problems.allow(/elsewhere\.example/);
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

test('no text becomes markup, and no foreign address becomes a worker', async ({ page, problems }) => {
  await page.goto('./');
  const tried = await page.evaluate(() => {
    const outcome = (attempt: () => unknown) => {
      try {
        attempt();
        return 'done';
      } catch (error) {
        return error instanceof Error ? error.name : 'thrown';
      }
    };
    const element = document.createElement('div');
    return [
      outcome(() => (element.innerHTML = '<img src=x onerror=alert(1)>')),
      outcome(() => new Worker('https://elsewhere.example/worker.js')),
      outcome(() => new Worker('./before-paint.js')),
    ];
  });
  expect(tried).toEqual(['TypeError', 'TypeError', 'done']);
  await problems.expect(/Content-Security-Policy violation: require-trusted-types-for/);
  problems.allow(/TrustedHTML|TrustedScriptURL/);
});
