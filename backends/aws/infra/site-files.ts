/** The files of the built site, in the order and with the headers that they are uploaded with. */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { type AppConfig, cacheControl, contentType } from '../../../scripts/app-handler.ts';

export interface SiteFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly cacheControl: string;
}

/** What is fetched first and names the rest: it may be there only when the rest is. */
const LAST = ['config.json', 'index.html', 'service-worker.js'];

function rank(name: string): number {
  return LAST.indexOf(name);
}

/** @param config takes the place of the build's own config.json */
export async function siteFiles(dist: string, config: AppConfig): Promise<readonly SiteFile[]> {
  const entries = await readdir(dist, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dist, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
  if (!names.includes('index.html')) throw new Error(`There is no built app in ${dist}: run npm run build`);
  const ordered = [...new Set([...names, 'config.json'])].toSorted(
    (a, b) => rank(a) - rank(b) || a.localeCompare(b, 'en'),
  );
  return Promise.all(
    ordered.map(async (name) => ({
      name,
      bytes: name === 'config.json' ? Buffer.from(JSON.stringify(config)) : await readFile(join(dist, name)),
      contentType: contentType(name),
      cacheControl: cacheControl(name),
    })),
  );
}

export interface Uploaded {
  readonly name: string;
  /** ms since 1970 */
  readonly time: number;
}

/** A page that was opened before the upload may still ask for a file of the build that it came from. */
const KEPT_MS = 30 * 86_400_000;

/** The names of earlier builds' files that no page needs any more. */
export function outdated(there: readonly Uploaded[], files: readonly SiteFile[], now: number): readonly string[] {
  const current = new Set(files.map(({ name }) => name));
  return there.filter(({ name, time }) => !current.has(name) && now - time > KEPT_MS).map(({ name }) => name);
}
