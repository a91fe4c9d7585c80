/** People's stories, told in a real browser. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureChromium, INSTALL_COMMAND } from '../browser.ts';
import { command } from './command.ts';
import { type Result, type Suite, verdict } from './outcome.ts';

/** The part of Playwright's JSON report that is read here. https://playwright.dev/docs/test-reporters#json-reporter */
export interface PlaywrightReport {
  readonly errors: readonly { readonly message?: string }[];
  readonly suites?: readonly PlaywrightSuite[];
}
interface PlaywrightSuite {
  readonly title: string;
  readonly suites?: readonly PlaywrightSuite[];
  readonly specs: readonly {
    readonly title: string;
    readonly tests: readonly { readonly status: 'expected' | 'unexpected' | 'flaky' | 'skipped' }[];
  }[];
}

export const stories: Suite = {
  name: 'stories',
  alone: true,
  run: async () => {
    const chromium = ensureChromium();
    if (!chromium) {
      console.error(`The stories need a Chromium, and none could be installed. Get one with: ${INSTALL_COMMAND}`);
      return verdict('there is no browser to tell them in', false);
    }
    const folder = await mkdtemp(join(tmpdir(), 'satchel-stories-'));
    try {
      const file = join(folder, 'report.json');
      const { ok, hung } = await command('playwright', ['test', '--reporter=list,json'], {
        live: true,
        env: {
          PLAYWRIGHT_JSON_OUTPUT_FILE: file,
          ...(chromium.executablePath && { SATCHEL_CHROMIUM: chromium.executablePath }),
        },
      });
      if (hung) return verdict('the stories did not come to an end', false);
      return readPlaywrightReport(JSON.parse(await readFile(file, 'utf8')) as PlaywrightReport, ok);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

/** @param ok whether the runner itself ended well */
export function readPlaywrightReport(report: PlaywrightReport, ok: boolean): Result {
  const told = (report.suites ?? []).flatMap((suite) => specsOf(suite, []));
  const named = (...statuses: string[]) =>
    told.filter(({ status }) => statuses.includes(status)).map(({ name }) => name);
  const errors = report.errors.map(({ message }) => message?.split('\n')[0] ?? 'an error outside any story');
  // A story that passed at the second try only is not one to rely on.
  const failed = [...named('unexpected', 'flaky'), ...errors];
  if (!ok && failed.length === 0) failed.push('the runner reports an error outside any story');
  return { passed: named('expected').length, failed, skipped: named('skipped') };
}

function specsOf(suite: PlaywrightSuite, above: readonly string[]): readonly { name: string; status: string }[] {
  const path = [...above, suite.title];
  return [
    ...suite.specs.flatMap(({ title, tests }) =>
      tests.map(({ status }) => ({ name: [...path, title].join(' › '), status })),
    ),
    ...(suite.suites ?? []).flatMap((inner) => specsOf(inner, path)),
  ];
}
