/** What can be deleted for good, and the dialog that asks whether it is to be, fetched when it's first needed. */
import { lazy, Suspense, useState } from 'react';
import type { ListedNote } from '../../engine/queries.ts';

export type PurgeTask =
  | { readonly kind: 'note'; readonly note: ListedNote }
  | { readonly kind: 'trash'; readonly notes: readonly ListedNote[] };

export interface PurgeDialogProps {
  readonly task: PurgeTask | null;
  readonly onClose: () => void;
  /** Everything that was asked about is gone. */
  readonly onGone?: () => void;
}

const Dialog = lazy(() => import('./purge-dialog.tsx'));

export function PurgeDialog(props: PurgeDialogProps) {
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
