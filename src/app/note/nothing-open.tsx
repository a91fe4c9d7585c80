/** The note's place while no note is open. */
import { NotebookPen, SquarePen } from 'lucide-react';
import type { View } from '../../engine/queries.ts';
import { useNewNote } from '../new-note.ts';
import { newNoteKeys } from '../shell/keys.ts';
import { useStrings } from '../strings/catalogue.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import './note-pane.css';

export function NothingOpen({ view }: { view: View }) {
  const t = useStrings();
  const newNote = useNewNote(view);
  return (
    <div className="note-pane nothing-open">
      <EmptyState icon={NotebookPen} title={t.note.nothingOpenTitle} body={t.note.nothingOpenBody}>
        <Button icon={SquarePen} onClick={() => void newNote()}>
          {t.list.newNote}
        </Button>
        <kbd>{t.note.shortcut(newNoteKeys())}</kbd>
      </EmptyState>
    </div>
  );
}
