/** A trace told shortly: what doesn't matter is left out, and long names are given short ones. */

/** Requests that went well and said nothing, and the syncs that nothing came of. */
const DULL =
  /(?: (?:changes since|about|watch).*: done$| get .*: done$|synced: 0 received, 0 sent$|at quiet: 0 received, 0 sent$)/u;
const LONG = /log\/([0-9a-f]{32})\.([a-z])\.([0-9a-f]{64})|\b([0-9a-f]{32})\b/gu;

/** Gives each long name a short one, in order of appearance. */
function createShortNames(): (line: string) => string {
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  const short = (full: string, kind: string) => {
    let name = names.get(full);
    if (!name) {
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      names.set(full, (name = `${kind}${count}`));
    }
    return name;
  };
  const KINDS: Readonly<Record<string, string>> = { p: 'pack', k: 'slot' };
  return (line) =>
    line.replaceAll(LONG, (full, vault: string | undefined, kind: string | undefined) =>
      vault === undefined
        ? short(full, 'id')
        : `${short(full, KINDS[kind ?? ''] ?? 'object')} of ${short(vault, 'vault')}`,
    );
}

const two = (value: number) => String(value).padStart(2, '0');

function timeOf(seconds: number): string {
  const whole = Math.floor(seconds);
  const clock = `${two(Math.floor(whole / 3600) % 24)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return `day ${Math.floor(whole / 86_400) + 1} ${clock}`;
}

/** @param trace lines of `<seconds> <what>` */
export function storyOf(trace: readonly string[]): string[] {
  const shortened = createShortNames();
  const story: string[] = [];
  let left = 0;
  for (const line of trace) {
    if (DULL.test(line)) {
      left++;
      continue;
    }
    if (left > 0) story.push(`    (${left} requests that went well)`);
    left = 0;
    const space = line.indexOf(' ');
    story.push(`${timeOf(Number(line.slice(0, space)))}  ${shortened(line.slice(space + 1))}`);
  }
  return story;
}
