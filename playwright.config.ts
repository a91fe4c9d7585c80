import { defineConfig } from '@playwright/test';
import { findChromium, INSTALL_COMMAND } from './scripts/browser.ts';

const chromium = findChromium();
if (!chromium) throw new Error(`The stories need a Chromium. Get one with: ${INSTALL_COMMAND}`);

const ci = Boolean(process.env['CI']);

export default defineConfig({
  testDir: 'e2e',
  globalSetup: './e2e/fixtures/build.ts',
  fullyParallel: true,
  forbidOnly: ci,
  // A story that passes at the second try hides a fault in the story or in the app.
  retries: 0,
  workers: 2,
  timeout: 120_000,
  // They only end what hangs: no story depends on how fast the machine is.
  expect: { timeout: 30_000 },
  reporter: 'list',
  use: {
    browserName: 'chromium',
    launchOptions: { ...chromium, args: [...chromium.args] },
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    trace: 'retain-on-failure',
    actionTimeout: 30_000,
  },
});
