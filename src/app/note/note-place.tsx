/** The quiet line above the text: which notebook the note is in, and its tags. */
import { ChevronDown, Hash, Notebook, Plus, X } from 'lucide-react';
import { lazy, Suspense, useRef, useState } from 'react';
import type { ListedNote } from '../../engine/queries.ts';
import { useLive } from '../satchel.tsx';
import { NotebookDialog, type NotebookTask } from '../shell/notebook-task.tsx';
import { useStrings } from '../strings/catalogue.ts';
import { Menu } from '../ui/menu.tsx';
import { RouteLink } from '../ui/route-link.tsx';
import { useNoteActions } from './note-actions.ts';
import './note-place.css';

/** In the menu of notebooks, the choice of none. */
const NONE = 'none';

const TagInput = lazy(() => import('./tag-input.tsx'));

export function NotePlace({ note }: { note: ListedNote }) {
  const t = useStrings();
  const sidebar = useLive((queries) => queries.sidebar(), []);
  const actions = useNoteActions(note);
  const [task, setTask] = useState<NotebookTask | null>(null);
  const [adding, setAdding] = useState(false);
  const addButton = useRef<HTMLButtonElement>(null);
  const { notebooks = [], tags = [] } = sidebar ?? {};
  const inTrash = note.trashedAt !== null;
  const notebook = notebooks.find(({ id }) => id === note.notebook);
  const doneAdding = (refocus: boolean): void => {
    setAdding(false);
    if (refocus) requestAnimationFrame(() => addButton.current?.focus());
  };

  return (
    <div className="note-place">
      {inTrash ? (
        notebook && (
          <span className="chip">
            <Notebook size={14} strokeWidth={1.9} aria-hidden />
            {notebook.name}
          </span>
        )
      ) : (
        <Menu
          align="start"
          trigger={
            <button
              type="button"
              className="chip chip-button"
              aria-label={t.note.notebookIs(notebook?.name ?? t.note.noNotebook)}
            >
              <Notebook size={14} strokeWidth={1.9} aria-hidden />
              <span className="chip-name">{notebook?.name ?? t.note.noNotebook}</span>
              <ChevronDown size={13} strokeWidth={2} aria-hidden />
            </button>
          }
          entries={[
            {
              kind: 'choice',
              label: t.note.notebook,
              value: notebook?.id ?? NONE,
              choices: [
                { value: NONE, name: t.note.noNotebook },
                ...notebooks.map(({ id, name, depth }) => ({ value: id, name, depth })),
              ],
              choose: (value) => void actions.setNotebook(notebooks.find(({ id }) => id === value)?.id ?? null),
            },
            { kind: 'separator' },
            {
              kind: 'action',
              icon: Plus,
              words: t.note.newNotebook,
              run: () => setTask({ kind: 'create', parent: null }),
            },
          ]}
        />
      )}
      {note.tags.map((tag) => (
        <span key={tag} className="chip chip-tag">
          <RouteLink className="chip-link" to={{ page: 'notes', view: { kind: 'tag', tag }, note: null }}>
            <Hash size={13} strokeWidth={1.9} aria-hidden />
            <span className="chip-name">{tag}</span>
          </RouteLink>
          {!inTrash && (
            <button
              type="button"
              className="chip-remove"
              aria-label={t.note.removeTag(tag)}
              title={t.note.removeTag(tag)}
              onClick={() => void actions.removeTag(tag)}
            >
              <X size={13} strokeWidth={2} aria-hidden />
            </button>
          )}
        </span>
      ))}
      {!inTrash && adding && (
        <Suspense>
          <TagInput
            known={tags.map(({ tag }) => tag).filter((tag) => !note.tags.includes(tag))}
            onAdd={(tag) => void actions.addTag(tag)}
            onDone={doneAdding}
          />
        </Suspense>
      )}
      {!inTrash && !adding && (
        <button ref={addButton} type="button" className="chip chip-button chip-add" onClick={() => setAdding(true)}>
          <Plus size={14} strokeWidth={1.9} aria-hidden />
          {t.note.addTag}
        </button>
      )}
      <NotebookDialog
        task={task}
        notebooks={notebooks}
        onDone={() => setTask(null)}
        onCreated={(id) => void actions.setNotebook(id)}
      />
    </div>
  );
}
