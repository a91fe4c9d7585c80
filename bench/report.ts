/** What was measured, as a table for people and for `results.md`. */
import { cpus, loadavg, totalmem } from 'node:os';
import { versions } from 'node:process';

export interface Row {
  readonly figure: string;
  /** What was hoped for; empty where a figure is only told. */
  readonly goal: string;
  readonly measured: string;
  /** Null where there is no goal, or where the size measured isn't the one that the goal is for. */
  readonly met: boolean | null;
}

export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
  /** What has to be known to read the rows. */
  readonly notes: readonly string[];
}

export function machine(): string {
  const processors = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown'}, ${gigabytes} GB, Node ${versions.node}`;
}

/** Processes that wanted a processor in the last minute: above the number of processors, times are those of a busy machine. */
export function load(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [below, above] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle] ?? 0, sorted[middle] ?? 0];
  return (below + above) / 2;
}

/** "2.1 s (1.9–2.4)" */
export function spread(values: readonly number[]): string {
  const text = `${median(values).toFixed(2)} s`;
  if (values.length < 2) return text;
  return `${text} (${Math.min(...values).toFixed(2)}–${Math.max(...values).toFixed(2)})`;
}

export function medianAtMost(values: readonly number[], bound: number): boolean {
  return median(values) <= bound;
}

export function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KB`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}

function verdict(met: boolean | null): string {
  if (met === null) return '';
  return met ? 'met' : '**not met**';
}

/** @param measured when and where, for the line below the title */
function markdown(section: Section, measured: string): string {
  const rows = section.rows.map(
    ({ figure, goal, measured, met }) => `| ${figure} | ${goal} | ${measured} | ${verdict(met)} |`,
  );
  const notes = section.notes.map((note) => `\n${note}\n`).join('');
  return `## ${section.title}\n\n${measured}\n\n| figure | goal | measured | |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n${notes}`;
}

/**
 * The page of results with these sections in place of those of the same title, which stay where they are; new ones come last.
 * @param page as it was, or empty
 */
export function renew(page: string, introduction: string, sections: readonly Section[], measured: string): string {
  const parts = new Map<string, string>();
  for (const part of page.split(/^(?=## )/m).slice(1)) parts.set(part.slice(3, part.indexOf('\n')), part.trimEnd());
  for (const section of sections) parts.set(section.title, markdown(section, measured).trimEnd());
  return `${introduction}\n\n${[...parts.values()].join('\n\n')}\n`;
}

/** For a terminal: the same without marks, in columns. */
export function plain(section: Section): string {
  const width = Math.max(...section.rows.map(({ figure }) => figure.length));
  const rows = section.rows.map(
    ({ figure, goal, measured, met }) =>
      `  ${figure.padEnd(width)}  ${measured}${goal === '' ? '' : `  [goal ${goal}${met === null ? '' : met ? ': met' : ': NOT MET'}]`}`,
  );
  return `${section.title}\n${rows.join('\n')}\n`;
}
