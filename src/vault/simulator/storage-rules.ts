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
import { contains, isThereAgain, sameBytes } from './contents.ts';
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
  /** When everything was taken away, as long as nobody has said that it shall be put back. */
  readonly wiped: () => number | null;
}

export function createStorageRules({ shadow, punctual, full, graves, wiped }: StorageRulesDeps): StorageRules {
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
        ? !there || !isThereAgain(there, entry.payload)
        : isPurge(entry) && !shadow.purges(vault, doc).some((other) => sameBytes(other, entry.payload)),
    );
    if (open.length === 0) wounds.delete(key);
    else wounds.set(key, open);
    return open.length > 0;
  }

  function holdsWhatItCovers(pack: StoredPack): void {
    const own = new Map<DocId, Uint8Array[]>();
    const mourned: StoredEntry[] = [];
    const add = ({ entries }: StoredPack) => {
      mourned.push(...entries.filter(isPurge));
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
    for (const item of pack.covers) {
      const push = shadow.pack(item);
      if (!push) continue;
      for (const { doc: id, payload } of push.entries.filter(isPiece)) {
        // After a loss nobody need put back the text of a note that was deleted for good: whoever writes on in it has all of it.
        if (pack.with.size > 0 ? graves.buried(id, payload) : graves.released(id, payload)) continue;
        let doc = docs.get(id);
        if (!doc) docs.set(id, (doc = docFrom(own.get(id) ?? [], 1)));
        const whole = doc;
        must(
          contains(whole, payload),
          'V18',
          () => `${pack.name} says that it covers ${push.name}, and lacks its part of ${id}`,
        );
      }
      for (const { doc, payload } of push.entries.filter(isPurge))
        must(
          mourned.some((entry) => entry.doc === doc && sameBytes(entry.payload, payload)),
          'V18',
          () => `${pack.name} says that it covers ${push.name}, and not that ${doc} was deleted for good`,
        );
    }
    for (const doc of docs.values()) doc.destroy();
  }

  /** V27: what a person emptied is put back when a person says so. */
  function isAskedFor(pack: StoredPack, at: number): void {
    const since = wiped();
    // A merge that was under way may still arrive.
    if (since === null || at - since < IN_BETWEEN) return;
    const gone = (lost.get(pack.vault) ?? []).filter((loss) => loss.at === since);
    must(
      !gone.some((loss) => covered(loss.pack, pack)),
      'V27',
      () => `${pack.name} puts back what was emptied, and nobody has said so`,
    );
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
    const putBack = [...shadow.intact(pack.vault)].some((other) => other.with.size > 0 && dominates(other, pack));
    for (const { doc: id, payload } of pack.entries.filter(isPiece)) {
      if (putBack ? graves.buried(id, payload) : graves.released(id, payload)) continue;
      const doc = shadow.doc(pack.vault, id);
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
          isAskedFor(pack, at);
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
