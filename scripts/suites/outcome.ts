/** What a suite of checks comes to, and how several add up. */

export interface Result {
  /** How many checks passed. */
  readonly passed: number;
  /** The checks that failed, by name. */
  readonly failed: readonly string[];
  /** The checks that did not run, by name. */
  readonly skipped: readonly string[];
}

export interface Outcome extends Result {
  readonly suite: string;
}

export interface Suite {
  readonly name: string;
  /** Whether it uses all processors by itself. */
  readonly alone: boolean;
  run(): Promise<Result>;
}

/** @param strict whether a skipped check counts as failed */
export function addUp(
  outcomes: readonly Outcome[],
  strict: boolean,
): { passed: number; failed: number; lines: readonly string[] } {
  let passed = 0;
  let failed = 0;
  const lines: string[] = [];
  for (const outcome of outcomes) {
    passed += outcome.passed;
    failed += outcome.failed.length + (strict ? outcome.skipped.length : 0);
    lines.push(...outcome.failed.map((name) => `failed   ${outcome.suite}: ${name}`));
    lines.push(...outcome.skipped.map((name) => `skipped  ${outcome.suite}: ${name}`));
  }
  if (passed + failed === 0) return { passed, failed: 1, lines: [...lines, 'failed   no check ran'] };
  if (strict && lines.some((line) => line.startsWith('skipped')))
    lines.push('With CI set, skipped checks count as failed.');
  return { passed, failed, lines };
}

/** A tool that has one verdict. */
export function verdict(name: string, ok: boolean): Result {
  return { passed: ok ? 1 : 0, failed: ok ? [] : [name], skipped: [] };
}

/** Reads a runner's own last line, `N passed, N failed`; undefined when it isn't there. */
export function readLastLine(output: string, name: string): Result | undefined {
  const match = /^(\d+) passed, (\d+) failed$/.exec(output.trimEnd().split('\n').at(-1) ?? '');
  if (!match) return undefined;
  const failed = Array.from({ length: Number(match[2]) }, (_, index) => `${name} (${index + 1})`);
  return { passed: Number(match[1]), failed, skipped: [] };
}
