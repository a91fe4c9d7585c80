/** Over a note in the trash: why it's there, and the two things that can be done with it. */
import { RotateCcw, Trash2 } from 'lucide-react';
import type { ListedNote } from '../../engine/queries.ts';
import { fullDate } from '../dates.ts';
import { useNoteActions } from '../note/note-actions.ts';
import { useLanguageTag, useStrings } from '../strings/catalogue.ts';
import { Button } from '../ui/button.tsx';

interface TrashBannerProps {
  readonly note: ListedNote;
  readonly trashedAt: number;
  readonly onPurge: () => void;
}

export function TrashBanner({ note, trashedAt, onPurge }: TrashBannerProps) {
  const t = useStrings();
  const language = useLanguageTag();
  const { restore } = useNoteActions(note);
  return (
    <div className={note.back ? 'banner banner-back' : 'banner'}>
      <p>{note.back ? t.trash.back : t.note.inTrash(fullDate(language, trashedAt))}</p>
      <div className="banner-actions">
        <Button icon={Trash2} onClick={onPurge}>
          {t.trash.purge}
        </Button>
        <Button icon={RotateCcw} onClick={() => void restore()}>
          {t.note.restore}
        </Button>
      </div>
    </div>
  );
}
