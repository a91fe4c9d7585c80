/** Asks before notes are deleted for good, and says what that does on other devices and in the storage. */
import { useState } from 'react';
import { useLive, useSatchel } from '../satchel.tsx';
import { useStrings } from '../strings/catalogue.ts';
import type { Strings } from '../strings/en.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useToast } from '../ui/toasts.tsx';
import type { PurgeDialogProps, PurgeTask } from './purge-task.tsx';

export default function PurgeDialog({ task, onClose, onGone }: PurgeDialogProps) {
  const t = useStrings();
  const toast = useToast();
  const satchel = useSatchel();
  const status = useLive((queries) => queries.status(), []);
  const [working, setWorking] = useState(false);
  const [failed, setFailed] = useState(false);
  // The last task stays while the dialog fades, so that it doesn't empty under the eyes.
  const [shown, setShown] = useState(task);
  if (task && task !== shown) {
    setShown(task);
    setFailed(false);
  }
  if (!shown) return null;

  const purge = async (): Promise<void> => {
    setWorking(true);
    try {
      const { purged, kept } = await satchel.notes.purge(notesOf(shown).map(({ id }) => id));
      const away = kept.filter(({ reason }) => reason === 'away').length;
      if (kept.length === 0) toast({ text: t.trash.purged(purged.length) });
      else if (away > 0) toast({ text: t.trash.keptAway(away) });
      else toast({ text: t.trash.keptUnread(kept.length) });
      onClose();
      if (kept.length === 0) onGone?.();
    } catch {
      setFailed(true);
    } finally {
      setWorking(false);
    }
  };

  return (
    <Dialog open={task !== null} onClose={onClose} title={titleOf(t, shown)} description={t.trash.purgeBody}>
      {status && (
        <ul className="dialog-list">
          <li>{t.trash.purgeDevices}</li>
          <li>{t.trash.purgeStorage(status.label)}</li>
          <li>{t.trash.purgeUnseen}</li>
        </ul>
      )}
      {failed && <p role="alert">{t.note.couldNotSave}</p>}
      <div className="dialog-actions">
        <Button onClick={onClose}>{t.app.cancel}</Button>
        <Button look="danger" disabled={working} onClick={() => void purge()}>
          {working ? t.trash.purging : shown.kind === 'trash' ? t.trash.empty : t.trash.purge}
        </Button>
      </div>
    </Dialog>
  );
}

function notesOf(task: PurgeTask) {
  return task.kind === 'note' ? [task.note] : task.notes;
}

function titleOf(t: Strings, task: PurgeTask): string {
  return task.kind === 'note'
    ? t.trash.purgeTitle(task.note.title || t.list.untitled)
    : t.trash.emptyTitle(task.notes.length);
}
