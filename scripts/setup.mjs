/**
 * Makes a bare clone ready to run: checks the Node version and installs the packages when they are missing
 * or are not those of package-lock.json. Uses nothing but Node's own modules, as nothing else may be there.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const OLDEST_NODE = { major: 20, minor: 19 };

/** @typedef {{ version?: string, integrity?: string, link?: boolean, optional?: boolean, devOptional?: boolean, peer?: boolean }} LockedPackage */
/** @typedef {{ packages: Record<string, LockedPackage> }} Lock */

/**
 * Ends the process with words when Node is too old or the packages can't be installed.
 * @param {string} [folder] where package.json is, the project's own unless given
 */
export function setUp(folder = root) {
  const problem = nodeProblem(process.versions.node);
  if (problem) fail(problem);
  if (installedMatchesLock(folder)) return;
  console.log('Installing packages (only needed when they changed) …');
  if (install(folder, 'ci')) return;
  // npm ci refuses a lock file that lacks another platform's packages; npm install takes the same versions from it.
  console.log('Trying again with npm install …');
  if (!install(folder, 'install', '--no-save'))
    fail('Installing the packages failed; npm says why above. Is this machine online?');
}

/**
 * @param {string} folder
 * @param {string[]} how
 * @returns {boolean} whether it worked
 */
function install(folder, ...how) {
  const npm = npmCommand();
  const { status, error } = spawnSync(
    npm.command,
    [...npm.args, ...how, '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'],
    // Test browsers are looked for when tests run; see browser.ts.
    { cwd: folder, stdio: 'inherit', shell: npm.shell, env: { ...process.env, PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1' } },
  );
  if (error) fail(`npm could not be started (${error.message}). It comes with Node: https://nodejs.org`);
  return status === 0;
}

/**
 * What is wrong with this version of Node, in words, or undefined.
 * @param {string} version
 */
export function nodeProblem(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const oldest = OLDEST_NODE;
  if (major > oldest.major || (major === oldest.major && minor >= oldest.minor)) return undefined;
  return `Satchel needs Node ${oldest.major}.${oldest.minor} or newer; this is Node ${version}. Get one at https://nodejs.org`;
}

/**
 * npm notes what it installed in node_modules/.package-lock.json; it must agree with package-lock.json.
 * Optional packages (those for other platforms) may be absent.
 * @param {Lock} lock
 * @param {Lock} installed
 * @returns {string | undefined} the first difference, in words
 */
export function lockMismatch(lock, installed) {
  for (const [path, wanted] of Object.entries(lock.packages)) {
    if (path === '' || wanted.link) continue;
    const found = installed.packages[path];
    if (!found) {
      if (wanted.optional || wanted.devOptional || wanted.peer) continue;
      return `${path} is missing`;
    }
    if (found.version !== wanted.version || found.integrity !== wanted.integrity) return `${path} is another version`;
  }
  return undefined;
}

/** @param {string} folder */
function installedMatchesLock(folder) {
  const lock = readLock(join(folder, 'package-lock.json'));
  const installed = readLock(join(folder, 'node_modules/.package-lock.json'));
  if (!lock) return fail('package-lock.json is missing or broken; fetch it again with git.');
  return installed !== undefined && lockMismatch(lock, installed) === undefined;
}

/**
 * @param {string} path
 * @returns {Lock | undefined}
 */
function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The npm that runs us, else the one in the PATH (a script on Windows, which only a shell can start). */
function npmCommand() {
  const running = process.env['npm_execpath'];
  if (running && /npm-cli\.[cm]?js$/.test(running)) return { command: process.execPath, args: [running], shell: false };
  return { command: 'npm', args: [], shell: process.platform === 'win32' };
}

/**
 * @param {string} words
 * @returns {never}
 */
function fail(words) {
  console.error(words);
  process.exit(1);
}
