/** What can be asked of a person about a notebook, and the dialog that asks, fetched when it's first needed. */
import { lazy, Suspense, useState } from 'react';
import type { NotebookId } from '../../notes/ids.ts';
import type { ListedNotebook } from './notebook-row.tsx';

export type NotebookTask =
  | { readonly kind: 'create'; readonly parent: ListedNotebook | null }
  | { readonly kind: 'rename'; readonly notebook: ListedNotebook }
  | { readonly kind: 'move'; readonly notebook: ListedNotebook }
  | { readonly kind: 'remove'; readonly notebook: ListedNotebook };

export interface NotebookDialogProps {
  readonly task: NotebookTask | null;
  readonly notebooks: readonly ListedNotebook[];
  readonly onDone: () => void;
  /** Called with a notebook that was made, in place of going there. */
  readonly onCreated?: (id: NotebookId) => void;
}

const Dialog = lazy(() => import('./notebook-dialog.tsx'));

export function NotebookDialog(props: NotebookDialogProps) {
  const [needed, setNeeded] = useState(false);
  if (props.task && !needed) setNeeded(true);
  return (
    needed && (
      <Suspense>
        <Dialog {...props} />
      </Suspense>
    )
  );
}
