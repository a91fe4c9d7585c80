/** `node scripts/run.mjs backends/aws/infra/costs-cli.ts`: writes the computed costs into docs/deploy-aws.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { costTables } from './costs.ts';
import { project } from './programs.ts';

const file = join(project, 'docs/deploy-aws.md');
const [before = '', rest = ''] = readFileSync(file, 'utf8').split('<!-- costs -->\n');
const [, after = ''] = rest.split('<!-- end of costs -->');
if (after === '') throw new Error(`${file} has no place for the costs`);
writeFileSync(file, `${before}<!-- costs -->\n\n${costTables()}\n\n<!-- end of costs -->${after}`);
console.log(costTables());
