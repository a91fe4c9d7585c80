/**
 * A reader of what is truly stored, whatever listings say. It decodes each object once, as soon as it is there, and keeps the
 * documents that a fresh device would have from the intact objects alone: what is removed or damaged takes its share along.
 */
import * as Y from 'yjs';
import type { MemoryChange, MemoryProvider } from '../../../backends/memory/provider.ts';
import type { ObjectName } from '../../../backends/storage.ts';
import type { DocId } from '../../notes/ids.ts';
import { docFrom } from '../../notes/merge.ts';
import type { Element } from '../coverage.ts';
import type { Bytes } from '../crypto.ts';
import type { KeyRing } from '../keys.ts';
import { parseName, type VaultId } from '../names.ts';
import type { SealDeps } from '../object.ts';
import { decodePack, isPiece, isPurge, type StoredPack } from './stored.ts';
import { must } from './violation.ts';

/** What became of a pack. A vault that nobody here has opened yet hides its packs until somebody does. */
export interface PackChange {
  readonly kind: MemoryChange['kind'];
  readonly by: MemoryChange['by'];
  readonly pack: StoredPack;
  /** When it happened, by the simulator's clock. */
  readonly at: number;
}

export interface Shadow {
  /** To be told by the provider, as it happens. */
  changed(change: MemoryChange): void;
  /** Reads what changed since. */
  absorb(rings: ReadonlyMap<VaultId, KeyRing>): Promise<readonly PackChange[]>;
  /** What a fresh device would have. */
  doc(vault: VaultId, id: DocId): Y.Doc | undefined;
  docs(vault: VaultId): readonly DocId[];
  /** What the storage says of notes that were deleted for good, as it stands in the packs. */
  purges(vault: VaultId, id: DocId): readonly Bytes[];
  /** The push as it was sealed, though it may lie in the storage no more. */
  pack(element: Element): StoredPack | undefined;
  /** A pack that lies, or once lay, in the storage under this name. */
  named(name: ObjectName): StoredPack | undefined;
  /** The packs of a vault that lie in the storage and are what they were. */
  intact(vault: VaultId): Iterable<StoredPack>;
  isIntact(name: ObjectName): boolean;
  /** Whether anything lies there under this name. */
  exists(name: ObjectName): boolean;
  vaults(): readonly VaultId[];
}

interface Change extends MemoryChange {
  /** Of an object that was added. */
  readonly bytes: Bytes | undefined;
  readonly at: number;
}

/** One vault's share. */
interface Shelf {
  readonly packs: Map<ObjectName, StoredPack>;
  readonly holders: Map<DocId, Set<StoredPack>>;
  readonly mourners: Map<DocId, Set<StoredPack>>;
  /** Made when somebody asks. */
  readonly docs: Map<DocId, Y.Doc>;
}

function add(packs: Map<DocId, Set<StoredPack>>, doc: DocId, pack: StoredPack): void {
  const there = packs.get(doc);
  if (there) there.add(pack);
  else packs.set(doc, new Set([pack]));
}

function piecesOf(pack: StoredPack, id: DocId): Bytes[] {
  return pack.entries.filter((entry) => entry.doc === id && isPiece(entry)).map((entry) => entry.payload);
}

export function createShadow(provider: () => MemoryProvider, deps: SealDeps, now: () => number): Shadow {
  let changes: Change[] = [];
  const shelves = new Map<VaultId, Shelf>();
  /** All that were ever read, by name: an object that comes back under its name needs no second reading. */
  const known = new Map<ObjectName, StoredPack>();
  const pushes = new Map<Element, StoredPack>();
  const salts = new Set<string>();
  let last: Promise<unknown> = Promise.resolve();

  function shelfOf(vault: VaultId): Shelf {
    let shelf = shelves.get(vault);
    if (!shelf)
      shelves.set(vault, (shelf = { packs: new Map(), holders: new Map(), mourners: new Map(), docs: new Map() }));
    return shelf;
  }

  async function read(change: Change, ring: KeyRing): Promise<StoredPack> {
    const { name, at } = change;
    const before = known.get(name);
    if (before) return { ...before, since: at };
    const pack = await decodePack(deps, ring, name, change.bytes as Bytes, at);
    must(!salts.has(pack.salt), 'V2', () => `${name} uses a salt for the second time`);
    salts.add(pack.salt);
    known.set(name, pack);
    if (pack.element) pushes.set(pack.element, pack);
    return pack;
  }

  function shelve(pack: StoredPack): void {
    const shelf = shelfOf(pack.vault);
    shelf.packs.set(pack.name, pack);
    for (const { doc } of pack.entries.filter(isPurge)) add(shelf.mourners, doc, pack);
    for (const { doc, payload } of pack.entries.filter(isPiece)) {
      add(shelf.holders, doc, pack);
      const made = shelf.docs.get(doc);
      if (made) Y.applyUpdate(made, payload);
    }
  }

  function take(name: ObjectName, vault: VaultId): StoredPack | undefined {
    const shelf = shelves.get(vault);
    const pack = shelf?.packs.get(name);
    if (!shelf || !pack) return undefined;
    shelf.packs.delete(name);
    for (const { doc } of pack.entries) {
      for (const packs of [shelf.holders, shelf.mourners]) {
        packs.get(doc)?.delete(pack);
        if (packs.get(doc)?.size === 0) packs.delete(doc);
      }
      shelf.docs.get(doc)?.destroy();
      shelf.docs.delete(doc);
    }
    return pack;
  }

  async function absorb(rings: ReadonlyMap<VaultId, KeyRing>): Promise<readonly PackChange[]> {
    if (changes.length === 0) return [];
    const later: Change[] = [];
    const told: PackChange[] = [];
    const now = changes;
    changes = [];
    for (const change of now) {
      const parsed = parseName(change.name);
      // What a stranger laid there is none of the program's business.
      must(parsed !== null || change.by === 'owner', 'V1', () => `${change.name} is no name of ours`);
      if (parsed?.kind !== 'p') continue;
      const ring = rings.get(parsed.vault);
      if (!ring) {
        later.push(change);
        continue;
      }
      const { kind, by, at } = change;
      const was = take(change.name, parsed.vault);
      if (kind !== 'added') {
        if (was) told.push({ kind, by, at, pack: was });
        continue;
      }
      // What a stranger lays there under a name that isn't its own never counts.
      if (by === 'owner' && !known.has(change.name)) continue;
      const pack = await read(change, ring);
      shelve(pack);
      told.push({ kind, by, at, pack });
    }
    changes = [...later, ...changes];
    return told;
  }

  return {
    changed(change) {
      const bytes = change.kind === 'added' ? (provider().objects().get(change.name)?.bytes as Bytes) : undefined;
      changes.push({ ...change, bytes, at: now() });
    },
    absorb(rings) {
      const result = last.then(() => absorb(rings));
      last = result.catch(() => undefined);
      return result;
    },
    doc(vault, id) {
      const shelf = shelves.get(vault);
      const holders = shelf?.holders.get(id);
      if (!shelf || !holders) return undefined;
      const made = shelf.docs.get(id);
      if (made) return made;
      const doc = docFrom(
        [...holders].flatMap((pack) => piecesOf(pack, id)),
        1,
      );
      shelf.docs.set(id, doc);
      return doc;
    },
    docs: (vault) => [...(shelves.get(vault)?.holders.keys() ?? [])],
    purges: (vault, id) =>
      [...(shelves.get(vault)?.mourners.get(id) ?? [])].flatMap((pack) =>
        pack.entries.filter((entry) => entry.doc === id && isPurge(entry)).map((entry) => entry.payload),
      ),
    pack: (element) => pushes.get(element),
    named: (name) => known.get(name),
    intact: (vault) => shelves.get(vault)?.packs.values() ?? [],
    isIntact(name) {
      const vault = parseName(name)?.vault;
      return vault !== undefined && (shelves.get(vault)?.packs.has(name) ?? false);
    },
    exists: (name) => provider().objects().has(name),
    vaults: () => [...shelves.keys()],
  };
}
