/** Asks what a change to a notebook needs: a name, a place, or a yes. */
import { CornerDownRight } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { NotebookId } from '../../notes/ids.ts';
import { go } from '../navigation.ts';
import { useSatchel } from '../satchel.tsx';
import { useStrings } from '../strings/catalogue.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import type { NotebookDialogProps, NotebookTask } from './notebook-task.tsx';
import type { ListedNotebook } from './notebook-row.tsx';
import './notebook-dialog.css';

export default function NotebookDialog({ task, notebooks, onDone, onCreated }: NotebookDialogProps) {
  // The last task stays while the dialog fades, so that it doesn't empty under the eyes.
  const [shown, setShown] = useState(task);
  if (task && task !== shown) setShown(task);
  const title = useTitle(shown);
  const { description } = useRemoval(shown);
  return (
    <Dialog open={task !== null} onClose={onDone} title={title} {...(description !== null && { description })}>
      {shown?.kind === 'create' && <NameForm task={shown} onDone={onDone} onCreated={onCreated} />}
      {shown?.kind === 'rename' && <NameForm task={shown} onDone={onDone} onCreated={undefined} />}
      {shown?.kind === 'move' && <Places moved={shown.notebook} notebooks={notebooks} onDone={onDone} />}
      {shown?.kind === 'remove' && <Removal removed={shown.notebook} onDone={onDone} />}
    </Dialog>
  );
}

function useTitle(task: NotebookTask | null): string {
  const { notebook } = useStrings();
  switch (task?.kind) {
    case undefined:
      return '';
    case 'create':
      return task.parent ? notebook.newInsideTitle(task.parent.name) : notebook.newTitle;
    case 'rename':
      return notebook.renameTitle(task.notebook.name);
    case 'move':
      return notebook.moveTitle(task.notebook.name);
    case 'remove':
      return notebook.removeTitle(task.notebook.name);
  }
}

function useRemoval(task: NotebookTask | null): { description: string | null } {
  const t = useStrings();
  return { description: task?.kind === 'remove' ? t.notebook.removeBody(task.notebook.notes) : null };
}

interface NameFormProps {
  readonly task: NotebookTask & { readonly kind: 'create' | 'rename' };
  readonly onDone: () => void;
  readonly onCreated: ((id: NotebookId) => void) | undefined;
}

function NameForm({ task, onDone, onCreated }: NameFormProps) {
  const t = useStrings();
  const { notes } = useSatchel();
  const [name, setName] = useState(task.kind === 'rename' ? task.notebook.name : '');
  const [error, setError] = useState<string | null>(null);

  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const wanted = name.trim();
    if (wanted === '') return setError(t.notebook.nameMissing);
    try {
      if (task.kind === 'rename') {
        await notes.renameNotebook(task.notebook.id, wanted);
        return onDone();
      }
      const id = await notes.createNotebook(wanted, task.parent?.id ?? null);
      onDone();
      if (onCreated) onCreated(id);
      else go({ page: 'notes', view: { kind: 'notebook', id }, note: null });
    } catch {
      setError(t.note.couldNotSave);
    }
  };

  return (
    <form className="dialog-form" onSubmit={(event) => void save(event)}>
      <Field
        label={t.notebook.name}
        value={name}
        placeholder={t.notebook.namePlaceholder}
        error={error}
        autoComplete="off"
        maxLength={200}
        onChange={(event) => {
          setName(event.target.value);
          setError(null);
        }}
      />
      <div className="dialog-actions">
        <Button onClick={onDone}>{t.app.cancel}</Button>
        <Button look="primary" type="submit">
          {task.kind === 'rename' ? t.notebook.save : t.notebook.create}
        </Button>
      </div>
    </form>
  );
}

interface PlacesProps {
  readonly moved: ListedNotebook;
  readonly notebooks: readonly ListedNotebook[];
  readonly onDone: () => void;
}

/** Every place it can go to: not where it is, not itself, not inside itself. */
function Places({ moved, notebooks, onDone }: PlacesProps) {
  const t = useStrings();
  const { notes } = useSatchel();
  const [failed, setFailed] = useState(false);
  const within = new Set<NotebookId>([moved.id]);
  for (const { id, parent } of notebooks) if (parent && within.has(parent)) within.add(id);

  const moveTo = async (parent: NotebookId | null): Promise<void> => {
    try {
      await notes.moveNotebook(moved.id, { parent });
      onDone();
    } catch {
      setFailed(true);
    }
  };

  return (
    <>
      <ul className="places">
        <li>
          <button type="button" className="place" disabled={moved.parent === null} onClick={() => void moveTo(null)}>
            <CornerDownRight size={16} strokeWidth={1.8} aria-hidden />
            {t.notebook.topLevel}
          </button>
        </li>
        {notebooks
          .filter(({ id }) => !within.has(id))
          .map(({ id, name, depth }) => (
            <li key={id} style={{ '--depth': depth }}>
              <button type="button" className="place" disabled={moved.parent === id} onClick={() => void moveTo(id)}>
                <CornerDownRight size={16} strokeWidth={1.8} aria-hidden />
                {name}
              </button>
            </li>
          ))}
      </ul>
      {failed && <p role="alert">{t.note.couldNotSave}</p>}
      <div className="dialog-actions">
        <Button onClick={onDone}>{t.app.cancel}</Button>
      </div>
    </>
  );
}

function Removal({ removed, onDone }: { removed: ListedNotebook; onDone: () => void }) {
  const t = useStrings();
  const { notes } = useSatchel();
  const [failed, setFailed] = useState(false);
  const remove = async (): Promise<void> => {
    try {
      await notes.removeNotebook(removed.id);
      onDone();
    } catch {
      setFailed(true);
    }
  };
  return (
    <>
      {failed && <p role="alert">{t.note.couldNotSave}</p>}
      <div className="dialog-actions">
        <Button onClick={onDone}>{t.app.cancel}</Button>
        <Button look="danger" onClick={() => void remove()}>
          {t.notebook.removeConfirm}
        </Button>
      </div>
    </>
  );
}
