/** Finds a Chromium for the stories: Playwright's own, else the system's, else one that is installed now. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright';
import { root } from './root.ts';

/** How Playwright is to launch it. Without a path: its own. */
export interface Chromium {
  readonly executablePath?: string;
  readonly args: readonly string[];
}

/** What the search looks at. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly exists: (path: string) => boolean;
  /** Where Playwright would have put its own. */
  readonly bundled: string;
  readonly isRoot: boolean;
}

const SYSTEM_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const SYSTEM_PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];
/** A distribution's build asks for updates and synchronisation of its own accord; Playwright's does not. */
const SYSTEM_FLAGS = [
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** A download that hangs must not hold up the suites. */
const INSTALL_MS = 10 * 60_000;

export const INSTALL_COMMAND = 'npx playwright install --with-deps chromium';

/** The Chromium that is here, if any. The environment variable SATCHEL_CHROMIUM names one by hand. */
export function findChromium(machine: Machine = thisMachine()): Chromium | undefined {
  const { env, exists, bundled, isRoot } = machine;
  // Chromium's sandbox refuses to run as root.
  const sandbox = isRoot ? ['--no-sandbox'] : [];
  const system = (executablePath: string) => ({ executablePath, args: [...sandbox, ...SYSTEM_FLAGS] });
  const chosen = env['SATCHEL_CHROMIUM'];
  if (chosen) return system(chosen);
  if (exists(bundled)) return { args: sandbox };
  const folders = (env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const candidates = SYSTEM_NAMES.flatMap((name) => [...folders, '/usr/bin'].map((folder) => join(folder, name)));
  const found = [...candidates, ...SYSTEM_PLACES].find((path) => exists(path));
  return found === undefined ? undefined : system(found);
}

/** The Chromium that is here, or one that is installed now; undefined when neither is to be had. */
export function ensureChromium(): Chromium | undefined {
  const here = findChromium();
  if (here) return here;
  console.log('No Chromium here. Installing the one that Playwright comes with …');
  run('npx', ['playwright', 'install', 'chromium']);
  const installed = findChromium();
  if (installed) return installed;
  if (thisMachine().isRoot && process.env['CI']) {
    console.log('Installing the system’s Chromium …');
    run('apt-get', ['update', '-qq']);
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium']);
  }
  return findChromium();
}

function thisMachine(): Machine {
  const isRoot = process.getuid?.() === 0;
  return { env: process.env, exists: existsSync, bundled: chromium.executablePath(), isRoot };
}

/** Whether it worked shows in whether a browser is found afterwards. */
function run(command: string, args: readonly string[]): void {
  spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
    timeout: INSTALL_MS,
  });
}
