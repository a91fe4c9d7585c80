/** What a person does with a note as a whole. Failures are said, never thrown. */
import type { ListedNote } from '../../engine/queries.ts';
import type { NotebookId } from '../../notes/ids.ts';
import { useSatchel } from '../satchel.tsx';
import { useStrings } from '../strings/catalogue.ts';
import { useToast } from '../ui/toasts.tsx';

interface NoteActions {
  readonly togglePinned: () => Promise<void>;
  /** Resolves to whether it is in the trash now. */
  readonly trash: () => Promise<boolean>;
  readonly restore: () => Promise<void>;
  readonly setNotebook: (notebook: NotebookId | null) => Promise<void>;
  readonly addTag: (tag: string) => Promise<void>;
  readonly removeTag: (tag: string) => Promise<void>;
}

export function useNoteActions(note: ListedNote): NoteActions {
  const { notes } = useSatchel();
  const t = useStrings();
  const toast = useToast();
  const { id } = note;

  const attempt = async (change: () => Promise<void>): Promise<boolean> => {
    try {
      await change();
      return true;
    } catch {
      toast({ text: t.note.couldNotSave });
      return false;
    }
  };

  return {
    togglePinned: async () => void (await attempt(() => notes.setPinned(id, !note.pinned))),
    trash: async () => {
      const done = await attempt(() => notes.trash(id));
      if (done) {
        const undo = (): void => void attempt(() => notes.restore(id));
        toast({ text: t.note.trashed, action: { label: t.note.undo, run: undo } });
      }
      return done;
    },
    restore: async () => {
      if (await attempt(() => notes.restore(id))) toast({ text: t.note.restored });
    },
    setNotebook: async (notebook) => void (await attempt(() => notes.setNotebook(id, notebook))),
    addTag: async (tag) => void (await attempt(() => notes.addTag(id, tag))),
    removeTag: async (tag) => void (await attempt(() => notes.removeTag(id, tag))),
  };
}
