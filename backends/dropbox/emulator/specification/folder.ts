/** Where the official specification is: in the folder that SPECS_DIR names. The project holds no copy of it. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Specification } from './stone.ts';
import { parseStone } from './stone.ts';

export const SPECS_MISSING =
  'SPECS_DIR is not set: put the .stone files of github.com/dropbox/dropbox-api-spec into $SPECS_DIR/dropbox';

export function hasSpecification(): boolean {
  return process.env['SPECS_DIR'] !== undefined;
}

export function readSpecification(): Specification {
  const folder = join(process.env['SPECS_DIR'] ?? '', 'dropbox');
  const names = readdirSync(folder).filter((name) => name.endsWith('.stone'));
  return parseStone(names.map((name) => readFileSync(join(folder, name), 'utf8')));
}
