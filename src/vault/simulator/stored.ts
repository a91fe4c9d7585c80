/** One pack as it truly lies in the storage, decoded whole. */
import type { ObjectName } from '../../../backends/storage.ts';
import { type DocId, hexOf } from '../../notes/ids.ts';
import { type Coverage, element, type Element } from '../coverage.ts';
import type { Bytes } from '../crypto.ts';
import { PURGE, STATE, UPDATE } from '../entry-kinds.ts';
import type { KeyRing } from '../keys.ts';
import { parseName, type VaultId } from '../names.ts';
import type { SealDeps } from '../object.ts';
import { bodyRange, coverageOf, packCipher, readBody, readPack } from '../pack.ts';
import { NEXT_KIND } from './next-year.ts';
import { must } from './violation.ts';

export interface StoredEntry {
  readonly doc: DocId;
  readonly kind: number;
  readonly payload: Bytes;
}

export interface StoredPack {
  readonly name: ObjectName;
  readonly vault: VaultId;
  /** The push that it is; null for a pack that holds what others pushed. */
  readonly element: Element | null;
  readonly device: string;
  readonly sequence: number;
  readonly covers: Coverage;
  /** Pushes that hold what this pack leaves out of what it covers. */
  readonly with: Coverage;
  readonly salt: string;
  readonly kinds: readonly number[];
  readonly format: number;
  /** The newest format that its writer reads. */
  readonly reads: number;
  /** By the simulator's clock. */
  readonly since: number;
  readonly entries: readonly StoredEntry[];
}

/** Whether the entry is a piece of a document. */
export function isPiece(entry: Pick<StoredEntry, 'kind'>): boolean {
  return entry.kind === UPDATE || entry.kind === STATE || entry.kind === NEXT_KIND;
}

export function isPurge(entry: Pick<StoredEntry, 'kind'>): boolean {
  return entry.kind === PURGE;
}

/** @throws {Violation} when the object isn't what an object has to be. */
export async function decodePack(
  deps: SealDeps,
  ring: KeyRing,
  name: ObjectName,
  bytes: Bytes,
  since: number,
): Promise<StoredPack> {
  const parsed = parseName(name);
  must(parsed !== null, 'V1', () => `${name} is no name of ours`);
  const { vault, hash } = parsed;
  must(
    hexOf(await deps.crypto.sha256(bytes)) === hash,
    'V1',
    () => `${name} was put with other bytes than its name says`,
  );
  const head = await readPack(deps, ring, vault, bytes);
  must('manifest' in head && head.complete, 'V3', () => `${name} has no whole head`);
  const cipher = await packCipher(deps, ring, head.header);
  const blocks: (readonly Bytes[])[] = [];
  for (let block = 0; block < head.header.lengths.length - head.header.headBlocks; block++) {
    const { start, end } = bodyRange(head.header, block);
    const key = { header: head.header, inflated: head.manifest.inflated };
    blocks.push(await readBody(deps, cipher, key, block, bytes.subarray(start, end)));
  }
  const { manifest } = head;
  const own = element(manifest.device, manifest.sequence, hash);
  const entries = head.rows.map((row) => {
    const payload = blocks[row.block]?.[row.index];
    must(payload !== undefined, 'V3', () => `the head of ${name} names an entry that is not there`);
    return { doc: row.doc, kind: row.kind, payload };
  });
  return {
    name,
    vault,
    element: manifest.covers === null ? own : null,
    device: manifest.device,
    sequence: manifest.sequence,
    covers: coverageOf(manifest, own),
    with: manifest.with,
    salt: hexOf(head.header.salt),
    kinds: manifest.kinds,
    format: head.header.format,
    reads: manifest.reads,
    since,
    entries: [...manifest.inline, ...entries],
  };
}
