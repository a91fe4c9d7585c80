/** A list with nothing in it says what it is for, and offers the one thing to do. */
import { BookX, Hash, NotebookPen, Notebook, Pin, SearchX, SquarePen, Trash2, type LucideIcon } from 'lucide-react';
import type { View } from '../../engine/queries.ts';
import { useStrings } from '../strings/catalogue.ts';
import type { Strings } from '../strings/en.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';

interface ListEmptyProps {
  readonly view: View;
  readonly filter: string;
  /** The notebook of this view isn't there any more. */
  readonly gone: boolean;
  readonly onNewNote: () => void;
}

export function ListEmpty({ view, filter, gone, onNewNote }: ListEmptyProps) {
  const t = useStrings();
  const { icon, title, body } = wordsFor(t, view, filter, gone);
  return (
    <EmptyState icon={icon} title={title} body={body}>
      {view.kind === 'all' && filter === '' && (
        <Button look="primary" icon={SquarePen} onClick={onNewNote}>
          {t.list.newNote}
        </Button>
      )}
    </EmptyState>
  );
}

function wordsFor(
  t: Strings,
  view: View,
  filter: string,
  gone: boolean,
): { icon: LucideIcon; title: string; body: string } {
  const { empty } = t.list;
  if (filter !== '') return { icon: SearchX, title: empty.filterTitle, body: empty.filterBody(filter) };
  if (gone) return { icon: BookX, title: empty.goneTitle, body: empty.goneBody };
  switch (view.kind) {
    case 'all':
      return { icon: NotebookPen, title: empty.allTitle, body: empty.allBody };
    case 'pinned':
      return { icon: Pin, title: empty.pinnedTitle, body: empty.pinnedBody };
    case 'trash':
      return { icon: Trash2, title: empty.trashTitle, body: empty.trashBody };
    case 'notebook':
      return { icon: Notebook, title: empty.notebookTitle, body: empty.notebookBody };
    case 'tag':
      return { icon: Hash, title: empty.tagTitle, body: empty.tagBody };
  }
}
