/** What lists show of notes, and who deletes them for good: V15, V22 to V24, V38. */
import type * as Y from 'yjs';
import { isDeepStrictEqual } from 'node:util';
import { card } from '../../notes/card.ts';
import type { DocId } from '../../notes/ids.ts';
import { answeredPurges } from '../../notes/note.ts';
import { decodePurge, purgeId } from '../purge.ts';
import type { NoteRow } from '../state.ts';
import type { Device } from './device.ts';
import { type Graves, TRASH_KEPT } from './graves.ts';
import { must } from './violation.ts';

export interface NoteRulesDeps {
  readonly graves: Graves;
  /** The simulator's clock. */
  readonly now: () => number;
  /** By how much clocks may have gone wrong without anybody having to doubt them, in ms. */
  readonly slack: () => number;
}

export interface NoteRules {
  /** A device has deleted a note for good. */
  dug(device: Device, id: DocId, doc: Y.Doc, payload: Uint8Array): Promise<void>;
  /** What lists show of a note is what it holds, and nothing of a note that was deleted for good. */
  shown(
    device: Device,
    id: DocId,
    doc: Y.Doc,
    row: NoteRow | undefined,
    buried: readonly Uint8Array[],
    state: { readonly held: boolean; readonly partial: boolean },
  ): void;
}

export function createNoteRules({ graves, now, slack }: NoteRulesDeps): NoteRules {
  /** When a note was first shown as lying in the trash since then, anywhere. */
  const trashed = new Map<string, number>();

  /** V22, V23: who deletes a note for good has all of it, and nobody does it by himself before the time has come. */
  async function dug(device: Device, id: DocId, doc: Y.Doc, payload: Uint8Array): Promise<void> {
    const pending = await device.state.read(['pending'], (tx) => tx.pending.where('doc', [id]));
    must(
      pending.length === 0 && graves.hidden(doc, [payload]),
      'V23',
      () => `${device.name} deleted ${id} for good and hadn't seen all of it`,
    );
    const { at, good } = decodePurge(payload);
    const since = trashed.get(`${id} ${at - TRASH_KEPT}`) ?? now();
    must(
      good || now() - since >= TRASH_KEPT - slack(),
      'V22',
      () =>
        `${device.name} deleted ${id} for good after ${((now() - since) / 86_400_000).toFixed(1)} days in the trash`,
    );
  }

  /** V15, V38: what lists show of a note is what it holds, and nothing of a note that was deleted for good. */
  function shown(
    device: Device,
    id: DocId,
    doc: Y.Doc,
    row: NoteRow | undefined,
    buried: readonly Uint8Array[],
    { held, partial }: { readonly held: boolean; readonly partial: boolean },
  ): void {
    if (graves.hidden(doc, buried)) {
      must(!row, 'V38', () => `${device.name} shows ${id}, which was deleted for good`);
      return;
    }
    if (!held) return;
    must(row?.here, 'V15', () => `${device.name} holds ${id} and shows it as away`);
    if (row.trashedAt !== null && !trashed.has(`${id} ${row.trashedAt}`)) trashed.set(`${id} ${row.trashedAt}`, now());
    if (partial) return;
    const { id: _, here: __, sample: ___, back, ...listed } = row;
    const own = card(doc);
    const answered = answeredPurges(doc);
    const open = buried.some((payload) => !answered.has(purgeId(payload)));
    must(back === open, 'V24', () => `${device.name} shows ${id} as ${back ? '' : 'not '}back from being deleted`);
    must(
      isDeepStrictEqual({ ...listed, trashedAt: null }, { ...own, trashedAt: null }) &&
        (back ? listed.trashedAt !== null : listed.trashedAt === own.trashedAt),
      'V15',
      () => `${device.name} shows another card of ${id} than it has`,
    );
  }

  return { dug, shown };
}
