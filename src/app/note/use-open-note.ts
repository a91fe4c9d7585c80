/** Opens a note for as long as it is shown, and closes it, written, when it isn't any more. */
import { useCallback, useEffect, useState } from 'react';
import type { LocalTrouble, NotOpen, OpenNote } from '../../engine/api.ts';
import type { NoteId } from '../../notes/ids.ts';
import { closeNote, noteIsOpen } from '../open-notes.ts';
import { useSatchel } from '../satchel.tsx';

export type Opening =
  | { readonly kind: 'opening' }
  | { readonly kind: 'open'; readonly note: OpenNote }
  | NotOpen
  | { readonly kind: 'failed' };

interface UseOpenNote {
  readonly opening: Opening;
  /** What keeps the words of this note from being saved. */
  readonly trouble: LocalTrouble | null;
  readonly again: () => void;
}

/**
 * One note for the life of the component: give it the id as its key.
 * @param here whether the text is on this device; when it arrives, a note that was away is opened.
 */
export function useOpenNote(id: NoteId, here: boolean): UseOpenNote {
  const { notes } = useSatchel();
  const [opening, setOpening] = useState<Opening>({ kind: 'opening' });
  const [trouble, setTrouble] = useState<LocalTrouble | null>(null);
  // Another object is another attempt.
  const [request, setRequest] = useState({ id });
  const [wasHere, setWasHere] = useState(here);
  if (here !== wasHere) {
    setWasHere(here);
    // A note that is open already stays open, whatever is learnt of where its text is.
    if (here && opening.kind !== 'open') setRequest({ id });
  }

  useEffect(() => {
    const lifetime = new AbortController();
    let close = (): void => {};
    const open = async (): Promise<void> => {
      const result = await notes.open(request.id);
      if (!('text' in result)) {
        if (!lifetime.signal.aborted) setOpening(result);
        return;
      }
      if (lifetime.signal.aborted) return result.close();
      noteIsOpen(result);
      const deafen = result.onTrouble(setTrouble);
      close = () => {
        deafen();
        void closeNote(result);
      };
      setOpening({ kind: 'open', note: result });
    };
    open().catch(() => {
      if (!lifetime.signal.aborted) setOpening({ kind: 'failed' });
    });
    return () => {
      lifetime.abort();
      close();
    };
  }, [notes, request]);

  const again = useCallback(() => {
    setOpening({ kind: 'opening' });
    setRequest({ id });
  }, [id]);
  return { opening, trouble, again };
}
