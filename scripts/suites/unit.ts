/** The unit tests, beside the code that they test. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from './command.ts';
import { type Result, type Suite, verdict } from './outcome.ts';

/** The part of Vitest's JSON report that is read here. https://vitest.dev/guide/reporters#json-reporter */
export interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

export const unit: Suite = {
  name: 'unit',
  alone: true,
  run: () => runVitest('the unit tests'),
};

/** @param what is run, in words */
export async function runVitest(what: string, ...args: readonly string[]): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'satchel-unit-'));
  try {
    const file = join(folder, 'report.json');
    const reporters = ['--reporter=minimal', '--reporter=json', `--outputFile.json=${file}`];
    const { ok, hung } = await command('vitest', ['run', ...args, ...reporters], { live: true });
    if (hung) return verdict(`${what} did not come to an end`, false);
    return readVitestReport(JSON.parse(await readFile(file, 'utf8')) as VitestReport, ok);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** @param ok whether the runner itself ended well: an unhandled rejection fails it while every test passes */
export function readVitestReport(report: VitestReport, ok: boolean): Result {
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const named = (...statuses: string[]) =>
    tests.filter(({ status }) => statuses.includes(status)).map(({ fullName }) => fullName);
  const broken = report.testResults
    .filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0)
    .map(({ name }) => `${name} could not be read`);
  const failed = [...named('failed'), ...broken];
  if (!ok && failed.length === 0) failed.push('the runner reports an error outside any test');
  return { passed: named('passed').length, failed, skipped: named('skipped', 'pending', 'todo', 'disabled') };
}
