/**
 * What must hold of every change in the storage: a merged pack holds what it says (V18), and a pack that a device deletes has one
 * single dominator (V19) that has lain there for an hour (V20) and leaves nothing behind (V37). What the owner's hand or a
 * rotten disk takes away is written down, since nobody is to blame for it.
 */
import * as Y from 'yjs';
import type { DocId } from '../../notes/ids.ts';
import { docFrom } from '../../notes/merge.ts';
import { STATE } from '../entry-kinds.ts';
import type { VaultId } from '../names.ts';
import { contains, sameBytes } from './contents.ts';
import type { Graves } from './graves.ts';
import type { PackChange, Shadow } from './shadow.ts';
import { isPiece, isPurge, type StoredEntry, type StoredPack } from './stored.ts';
import { must } from './violation.ts';

const HOUR = 3600_000;
/** What a device read whole may rot, or be deleted by hand, before its deletions arrive. */
const IN_BETWEEN = HOUR;

export interface StorageRules {
  judge(changes: readonly PackChange[]): void;
  /** Whether the storage lacks a part of the document by nobody's fault. */
  injured(vault: VaultId, doc: DocId): boolean;
}

export interface StorageRulesDeps {
  readonly shadow: Shadow;
  /** Whether the provider's clock and the devices' can be relied upon in this run. */
  readonly punctual: () => boolean;
  /** Whether the storage is full: then nobody waits an hour. */
  readonly full: () => boolean;
  readonly graves: Graves;
}

export function createStorageRules({ shadow, punctual, full, graves }: StorageRulesDeps): StorageRules {
  /** What of each document the owner took away, or what rotted, as long as nobody has put it back. */
  const wounds = new Map<string, readonly StoredEntry[]>();
  /** The packs that it was in. */
  const lost = new Map<VaultId, { readonly pack: StoredPack; readonly at: number }[]>();

  function injure({ pack, at }: PackChange): void {
    for (const entry of pack.entries) {
      const key = `${pack.vault} ${entry.doc}`;
      wounds.set(key, [...(wounds.get(key) ?? []), entry]);
    }
    lost.set(pack.vault, [...(lost.get(pack.vault) ?? []), { pack, at }]);
  }

  function injured(vault: VaultId, doc: DocId): boolean {
    const key = `${vault} ${doc}`;
    const there = shadow.doc(vault, doc);
    const open = (wounds.get(key) ?? []).filter((entry) =>
      isPiece(entry)
        ? !there || !contains(there, entry.payload)
        : isPurge(entry) && !shadow.purges(vault, doc).some((other) => sameBytes(other, entry.payload)),
    );
    if (open.length === 0) wounds.delete(key);
    else wounds.set(key, open);
    return open.length > 0;
  }

  function holdsWhatItCovers(pack: StoredPack): void {
    const own = new Map<DocId, Uint8Array[]>();
    const add = ({ entries }: StoredPack) => {
      for (const { doc, payload } of entries.filter(isPiece)) {
        const pieces = own.get(doc);
        if (pieces) pieces.push(payload);
        else own.set(doc, [payload]);
      }
    };
    add(pack);
    for (const item of pack.with) {
      const push = shadow.pack(item);
      if (push) add(push);
    }
    const docs = new Map<DocId, Y.Doc>();
    const unproven = new Set(pack.covers);
    const check = (other: StoredPack) => {
      for (const { doc: id, payload } of other.entries.filter(isPiece)) {
        if (graves.released(id, payload, shadow.doc(pack.vault, id))) continue;
        let doc = docs.get(id);
        if (!doc) docs.set(id, (doc = docFrom(own.get(id) ?? [], 1)));
        const whole = doc;
        must(
          contains(whole, payload),
          'V18',
          () => `${pack.name} says that it covers ${other.name}, and lacks its part of ${id}`,
        );
      }
      for (const { doc, payload } of other.entries.filter(isPurge))
        must(
          pack.entries.some((entry) => isPurge(entry) && entry.doc === doc && sameBytes(entry.payload, payload)),
          'V18',
          () => `${pack.name} says that it covers ${other.name}, and not that ${doc} was deleted for good`,
        );
      for (const item of other.covers) unproven.delete(item);
    };
    for (const other of shadow.intact(pack.vault)) if (other.name !== pack.name && covered(other, pack)) check(other);
    for (const item of unproven) {
      const push = shadow.pack(item);
      if (push) check(push);
    }
    for (const doc of docs.values()) doc.destroy();
  }

  function hasDominator(pack: StoredPack, at: number): void {
    const present = [...shadow.intact(pack.vault)];
    const just = (lost.get(pack.vault) ?? []).filter((loss) => at - loss.at < IN_BETWEEN).map((loss) => loss.pack);
    const dominators = [...present, ...just].filter((other) => dominates(other, pack));
    must(dominators.length > 0, 'V19', () => `${pack.name} was deleted, and no single pack stands for it`);
    if (!punctual() || full()) return;
    must(
      dominators.some((other) => at - other.since >= HOUR),
      'V20',
      () => `${pack.name} was deleted for a pack that hasn't lain there for an hour`,
    );
  }

  function leavesNothing(pack: StoredPack, at: number): void {
    if ((lost.get(pack.vault) ?? []).some((loss) => at - loss.at < IN_BETWEEN && dominates(loss.pack, pack))) return;
    for (const { doc: id, payload } of pack.entries.filter(isPiece)) {
      const doc = shadow.doc(pack.vault, id);
      if (graves.released(id, payload, doc)) continue;
      must(
        doc !== undefined && contains(doc, payload),
        'V37',
        () => `${pack.name} was deleted, and with it went what no other pack has of ${id}`,
      );
    }
    for (const { doc, payload } of pack.entries.filter(isPurge))
      must(
        shadow.purges(pack.vault, doc).some((other) => sameBytes(other, payload)),
        'V37',
        () => `${pack.name} was deleted, and with it went that ${doc} had been deleted for good`,
      );
  }

  return {
    judge(changes) {
      for (const change of changes) {
        const { kind, by, pack, at } = change;
        if (by === 'owner') {
          if (kind !== 'added') injure(change);
        } else if (kind === 'removed') {
          // Content first: that is what it is all about.
          leavesNothing(pack, at);
          hasDominator(pack, at);
        } else if (kind === 'added' && pack.element === null) {
          holdsWhatItCovers(pack);
          holdsNoDeletedText(pack);
        }
      }
    },
    injured,
  };
}

/** Whether everything that `pack` stands for is said to be in `other`. */
function covered(pack: StoredPack, other: StoredPack): boolean {
  for (const item of pack.covers) if (!other.covers.has(item)) return false;
  return true;
}

/** Rule V19. */
function dominates(other: StoredPack, pack: StoredPack): boolean {
  if (other.name === pack.name || other.vault !== pack.vault || !covered(pack, other)) return false;
  for (const item of other.with) if (!pack.with.has(item) && !other.covers.has(item)) return false;
  return other.covers.size > pack.covers.size || other.name < pack.name;
}

/** V17: nobody gets deleted text back, and nobody has to carry it. */
function holdsNoDeletedText(pack: StoredPack): void {
  for (const { kind, payload, doc } of pack.entries.filter(isPiece)) {
    must(kind === STATE, 'V17', () => `${pack.name} was merged, and holds a mere update of ${doc}`);
    const { structs, ds } = Y.decodeUpdate(payload);
    for (const struct of structs) {
      if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentString)) continue;
      const { client, clock } = struct.id;
      const deleted = ds.clients.get(client)?.some((range) => range.clock <= clock && clock < range.clock + range.len);
      must(!deleted, 'V17', () => `${pack.name} was merged, and keeps deleted text of ${doc}`);
    }
  }
}
