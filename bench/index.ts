/** `npm run bench`: what Satchel costs, in requests, bytes, seconds and memory. Every run ends with a comparison of all notes. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cloudFunctionSection, cloudLoadSection, cloudRequestsSection } from './cloud/sections.ts';
import { compactionSection, yearsSection } from './compaction/sections.ts';
import { load, machine, plain, renew, type Section } from './report.ts';
import { browserSection, largeSection, type Plan, requestsSection, storedSection, timesSection } from './sections.ts';

const SECTIONS: Readonly<Record<string, (plan: Plan) => Promise<Section[]>>> = {
  requests: requestsSection,
  stored: storedSection,
  times: timesSection,
  browser: browserSection,
  large: largeSection,
  compaction: compactionSection,
  years: yearsSection,
  'cloud-requests': cloudRequestsSection,
  'cloud-function': cloudFunctionSection,
  'cloud-load': cloudLoadSection,
};
/** What --quick leaves out. */
const SLOW: ReadonlySet<string> = new Set(['browser', 'large', 'years', 'cloud-function', 'cloud-load']);

const USAGE = `Measures first push and pull, idle and small syncs, stored bytes, memory, what years of use make of a vault, a cloud.
  npm run bench                        everything, 10,000 and 100,000 notes; writes bench/results.md
  npm run bench -- --quick             1,000 notes, in seconds; writes nothing
  npm run bench -- --only=times,large  some of it: ${Object.keys(SECTIONS).join(', ')}; the rest of results.md stays
  npm run bench -- --runs=5            of each time (3)`;

const SEED = 1;
const RESULTS = fileURLToPath(new URL('results.md', import.meta.url));
const INTRODUCTION = `# What Satchel costs

Written by \`npm run bench\`; the corpus is \`bench/corpus.ts\`, seed ${SEED}. In each run, every note of the second device was
compared with the corpus in the end. A load above the number of processors means that other programs ran beside: seconds are
then longer than on a quiet machine, and processor time is the better measure.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      runs: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const runs = Number(values.runs ?? (values.quick ? 1 : 3));
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs takes a whole number from 1.\n${USAGE}`);
  const names = values.only?.split(',') ?? Object.keys(SECTIONS).filter((name) => !values.quick || !SLOW.has(name));
  const unknown = names.find((name) => !Object.hasOwn(SECTIONS, name));
  if (unknown !== undefined) throw new Error(`There is no section "${unknown}".\n${USAGE}`);

  const plan: Plan = {
    size: { seed: SEED, count: values.quick ? 1000 : 10_000 },
    largeSize: { seed: SEED, count: values.quick ? 10_000 : 100_000 },
    runs,
    full: !values.quick,
    tell: (progress) => console.error(`… ${progress}`),
  };
  console.log(`${machine()}; load ${load()}\n`);
  for (const name of names) {
    const measured = `${new Date().toISOString().slice(0, 10)}; ${machine()}; load of the machine before it began ${load()}.`;
    const sections = (await SECTIONS[name]?.(plan)) ?? [];
    for (const section of sections) console.log(plain(section));
    if (values.quick) continue;
    const page = existsSync(RESULTS) ? await readFile(RESULTS, 'utf8') : '';
    await writeFile(RESULTS, renew(page, INTRODUCTION, sections, measured));
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
  process.exitCode = 1;
}
