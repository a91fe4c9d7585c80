/** Starting a note where the person is: in that notebook, with that tag, ready to type. */
import type { NoteId } from '../notes/ids.ts';
import type { View } from '../engine/queries.ts';
import { go } from './navigation.ts';
import { useSatchel } from './satchel.tsx';
import { useStrings } from './strings/catalogue.ts';
import { startTypingAhead, stopTypingAhead } from './typing-ahead.ts';
import { useToast } from './ui/toasts.tsx';

let typeAtOnce: NoteId | null = null;

/** True once, for the note that was just started: its editor takes the focus. */
export function takesFocus(id: NoteId): boolean {
  if (typeAtOnce !== id) return false;
  typeAtOnce = null;
  return true;
}

export function useNewNote(view: View): () => Promise<void> {
  const { notes } = useSatchel();
  const t = useStrings();
  const toast = useToast();
  const place: View = view.kind === 'trash' ? { kind: 'all' } : view;
  return async () => {
    startTypingAhead(t.note.editor);
    try {
      const id = await notes.create({
        ...(place.kind === 'notebook' && { notebook: place.id }),
        ...(place.kind === 'tag' && { tags: [place.tag] }),
      });
      if (place.kind === 'pinned') await notes.setPinned(id, true);
      typeAtOnce = id;
      go({ page: 'notes', view: place, note: id });
    } catch {
      stopTypingAhead();
      toast({ text: t.note.couldNotSave });
    }
  };
}
