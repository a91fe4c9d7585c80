import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './setup.mjs';

/**
 * Runs one of the project's TypeScript files in this process, through tsx. Needs the packages to be installed.
 * @param {string} file relative to the project
 * @param {string[]} [args]
 */
export async function runTypeScript(file, args = []) {
  const { register } = await import('tsx/esm/api');
  register();
  const path = join(root, file);
  process.argv = [process.execPath, path, ...args];
  await import(pathToFileURL(path).href);
}
