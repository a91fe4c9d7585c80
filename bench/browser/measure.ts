/** First push and first pull in a real Chromium: IndexedDB through Dexie, in a worker, with the platform's own streams and keys. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { build, preview } from 'vite';
import { findChromium } from '../../scripts/browser.ts';
import type { Size } from '../library.ts';
import type { BrowserRun } from './worker.ts';

export interface InBrowser {
  readonly version: string;
  readonly runs: readonly BrowserRun[];
}

/** @returns null when no Chromium is here. */
export async function measureInBrowser(
  size: Size,
  latency: number,
  runs: number,
  tell: (progress: string) => void,
): Promise<InBrowser | null> {
  const found = findChromium();
  if (!found) return null;
  const root = fileURLToPath(new URL('.', import.meta.url));
  const outDir = await mkdtemp(join(tmpdir(), 'satchel-bench-'));
  const shared = { root, configFile: false, logLevel: 'error' } as const;
  await build({ ...shared, build: { outDir, emptyOutDir: true }, worker: { format: 'es' } });
  const server = await preview({ ...shared, build: { outDir }, preview: { host: '127.0.0.1', port: 0 } });
  const browser = await chromium.launch({ ...found, args: [...found.args] });
  try {
    const [url] = server.resolvedUrls?.local ?? [];
    if (url === undefined) throw new Error('the page is not served');
    const results: BrowserRun[] = [];
    for (let run = 1; run <= runs; run++) {
      tell(`Chromium, ${latency} ms a request, run ${run} of ${runs}`);
      const page = await browser.newPage();
      await page.goto(url);
      await page.waitForFunction('typeof measure === "function"');
      results.push(await page.evaluate(([size, latency]) => measure(size, latency), [size, latency] as const));
      await page.close();
    }
    return { version: browser.version(), runs: results };
  } finally {
    await browser.close();
    await server.close();
    await rm(outDir, { recursive: true });
  }
}
