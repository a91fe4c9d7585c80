/** A CPU profile, added up by what the program was doing. */
import type { Profiler } from 'node:inspector';

/** The first that fits a frame, from the innermost frame outwards, says what a sample was for. */
const WORK: readonly (readonly [name: string, place: RegExp])[] = [
  ['documents and cards', /node_modules\/(yjs|lib0)\/|\/src\/notes\/|@noble/],
  ['CBOR', /node_modules\/cborg\/|\/src\/vault\/cbor/],
  ['compression, main thread', /\/src\/vault\/compression|node:zlib|node:internal\/webstreams|node:internal\/blob/],
  ['sealing, main thread', /\/src\/vault\/crypto\.|node:internal\/crypto/],
  ['state', /\/src\/vault\/memory-state/],
  ['storage', /\/backends\//],
  ['vault', /\/src\/vault\//],
];

/** @returns seconds by name; `waiting` is when the main thread had nothing to do. */
export function whereItGoes(profile: Profiler.Profile): Record<string, number> {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map<number, number>();
  for (const node of profile.nodes) for (const child of node.children ?? []) parents.set(child, node.id);
  const names = new Map(profile.nodes.map((node) => [node.id, nameOf(node.id)]));

  function nameOf(id: number): string {
    const own = nodes.get(id)?.callFrame.functionName;
    if (own === '(idle)') return 'waiting';
    if (own === '(garbage collector)') return 'garbage collection';
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const url = nodes.get(at)?.callFrame.url ?? '';
      const work = WORK.find(([, place]) => place.test(url));
      if (work) return work[0];
    }
    return 'other';
  }

  const seconds: Record<string, number> = {};
  for (const [index, id] of (profile.samples ?? []).entries()) {
    const name = names.get(id) ?? 'other';
    seconds[name] = (seconds[name] ?? 0) + (profile.timeDeltas?.[index] ?? 0) / 1e6;
  }
  return seconds;
}
