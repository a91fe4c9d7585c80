/**
 * A reader of what is truly stored, whatever listings say: it decodes each object once, as soon as it is there, and keeps the
 * documents that a fresh device would have from that storage alone.
 */
import * as Y from 'yjs';
import type { MemoryProvider } from '../../../backends/memory/provider.ts';
import type { ObjectName } from '../../../backends/storage.ts';
import { type DocId, hexOf } from '../../notes/ids.ts';
import { newDoc } from '../../notes/note.ts';
import { element, type Element } from '../coverage.ts';
import type { Bytes } from '../crypto.ts';
import type { KeyRing } from '../keys.ts';
import { parseName, type VaultId } from '../names.ts';
import type { SealDeps } from '../object.ts';
import { KNOWN_KINDS } from '../entry-kinds.ts';
import { bodyRange, packCipher, readBody, readPack } from '../pack.ts';
import { must } from './violation.ts';

export interface StoredPack {
  readonly name: ObjectName;
  readonly vault: VaultId;
  readonly element: Element;
  readonly device: string;
  readonly sequence: number;
  readonly entries: readonly { readonly doc: DocId; readonly payload: Bytes }[];
}

export interface Shadow {
  /** Reads what came since. @returns the packs that are new. */
  absorb(rings: ReadonlyMap<VaultId, KeyRing>): Promise<readonly StoredPack[]>;
  docs(vault: VaultId): ReadonlyMap<DocId, Y.Doc>;
  pack(element: Element): StoredPack | undefined;
  vaults(): readonly VaultId[];
}

export function createShadow(provider: MemoryProvider, deps: SealDeps): Shadow {
  /** Those whose vault nobody here has opened yet wait. */
  let unread: ObjectName[] = [];
  let seen = 0;
  const vaults = new Map<VaultId, Map<DocId, Y.Doc>>();
  const packs = new Map<Element, StoredPack>();
  const salts = new Set<string>();
  let last: Promise<unknown> = Promise.resolve();

  async function read(name: ObjectName, vault: VaultId, hash: string, ring: KeyRing): Promise<StoredPack> {
    const bytes = provider.objects().get(name)?.bytes as Bytes;
    must(hexOf(await deps.crypto.sha256(bytes)) === hash, 'V1', () => `${name} holds other bytes than its name says`);
    const head = await readPack(deps, ring, vault, bytes);
    must('manifest' in head && head.complete, 'V3', () => `${name} has no whole head`);
    const salt = hexOf(head.header.salt);
    must(!salts.has(salt), 'V2', () => `${name} uses a salt for the second time`);
    salts.add(salt);
    const cipher = await packCipher(deps, ring, head.header);
    const blocks: (readonly Bytes[])[] = [];
    for (let block = 0; block < head.header.lengths.length - head.header.headBlocks; block++) {
      const { start, end } = bodyRange(head.header, block);
      const key = { header: head.header, inflated: head.manifest.inflated };
      blocks.push(await readBody(deps, cipher, key, block, bytes.subarray(start, end)));
    }
    const { device, sequence, inline, kinds } = head.manifest;
    must(
      kinds.every((kind) => KNOWN_KINDS.includes(kind)),
      'V4',
      () => `${name} holds entries of an unknown kind`,
    );
    const entries = head.rows.map((row) => ({ doc: row.doc, payload: blocks[row.block]?.[row.index] as Bytes }));
    return {
      name,
      vault,
      element: element(device, sequence, hash),
      device,
      sequence,
      entries: [...inline.map(({ doc, payload }) => ({ doc, payload })), ...entries],
    };
  }

  async function absorb(rings: ReadonlyMap<VaultId, KeyRing>): Promise<readonly StoredPack[]> {
    const objects = provider.objects();
    if (objects.size > seen) {
      unread.push(...[...objects.keys()].slice(seen));
      seen = objects.size;
    }
    if (unread.length === 0) return [];
    const fresh: StoredPack[] = [];
    const later: ObjectName[] = [];
    for (const name of unread) {
      const parsed = parseName(name);
      must(parsed !== null, 'V1', () => `${name} is no name of ours`);
      if (parsed.kind !== 'p') continue;
      const ring = rings.get(parsed.vault);
      if (!ring) {
        later.push(name);
        continue;
      }
      const pack = await read(name, parsed.vault, parsed.hash, ring);
      packs.set(pack.element, pack);
      fresh.push(pack);
      let docs = vaults.get(parsed.vault);
      if (!docs) vaults.set(parsed.vault, (docs = new Map()));
      for (const { doc, payload } of pack.entries) {
        let whole = docs.get(doc);
        if (!whole) docs.set(doc, (whole = newDoc(1)));
        Y.applyUpdate(whole, payload);
      }
    }
    unread = later;
    return fresh;
  }

  return {
    absorb(rings) {
      const result = last.then(() => absorb(rings));
      last = result.catch(() => undefined);
      return result;
    },
    docs: (vault) => vaults.get(vault) ?? new Map<DocId, Y.Doc>(),
    pack: (element) => packs.get(element),
    vaults: () => [...vaults.keys()],
  };
}
