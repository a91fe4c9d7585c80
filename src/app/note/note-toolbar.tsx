/** The note's actions: pinning, and the rest behind a menu. */
import { Copy, Ellipsis, Pin, RotateCcw, Trash2 } from 'lucide-react';
import type { OpenNote } from '../../engine/api.ts';
import type { ListedNote } from '../../engine/queries.ts';
import { shortDate, timeAgo } from '../dates.ts';
import { useNow } from '../now.ts';
import { useLanguageTag, useStrings } from '../strings/catalogue.ts';
import { IconButton } from '../ui/button.tsx';
import { Menu, type MenuEntry } from '../ui/menu.tsx';
import { useToast } from '../ui/toasts.tsx';
import { useNoteActions } from './note-actions.ts';

const WEEK_MS = 7 * 24 * 3_600_000;

interface NoteToolbarProps {
  readonly note: ListedNote;
  readonly opened: OpenNote | null;
  /** The note was moved to the trash. */
  readonly onGone: () => void;
  /** To be asked whether the note, which is in the trash, is to be deleted for good. */
  readonly onPurge: () => void;
}

export function NoteToolbar({ note, opened, onGone, onPurge }: NoteToolbarProps) {
  const t = useStrings();
  const toast = useToast();
  const actions = useNoteActions(note);
  const inTrash = note.trashedAt !== null;

  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(opened?.text.toJSON() ?? '');
      toast({ text: t.note.copied });
    } catch {
      toast({ text: t.note.copyFailed });
    }
  };
  const trash = async (): Promise<void> => {
    if (await actions.trash()) onGone();
  };

  const trashEntries: readonly MenuEntry[] = [
    { kind: 'separator' },
    inTrash
      ? { kind: 'action', icon: Trash2, words: t.trash.purgeAsk, danger: true, run: onPurge }
      : { kind: 'action', icon: Trash2, words: t.note.trash, danger: true, run: () => void trash() },
  ];

  return (
    <>
      <Edited modified={note.modified} />
      <div className="note-actions" role="toolbar" aria-label={t.note.toolbar}>
        {!inTrash && (
          <IconButton
            icon={Pin}
            label={note.pinned ? t.note.unpin : t.note.pin}
            aria-pressed={note.pinned}
            onClick={() => void actions.togglePinned()}
          />
        )}
        {inTrash ? (
          <IconButton icon={RotateCcw} label={t.note.restore} onClick={() => void actions.restore()} />
        ) : (
          <IconButton icon={Trash2} label={t.note.trash} onClick={() => void trash()} />
        )}
        <Menu
          trigger={<IconButton icon={Ellipsis} label={t.note.more} />}
          entries={[
            { kind: 'action', icon: Copy, words: t.note.copyText, disabled: !opened, run: () => void copy() },
            ...trashEntries,
          ]}
        />
      </div>
    </>
  );
}

function Edited({ modified }: { modified: number }) {
  const t = useStrings();
  const language = useLanguageTag();
  const now = useNow();
  // Days are only counted while people still count them.
  const when = now - modified > WEEK_MS ? shortDate(language, modified, now) : timeAgo(language, modified, now);
  return <p className="note-edited">{when === null ? t.note.editedNow : t.note.edited(when)}</p>;
}
