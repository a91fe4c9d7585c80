/** One note in the list: title, when and how it begins, and its marks. */
import { CircleCheck, CloudDownload, Hash, Pin, Undo2 } from 'lucide-react';
import { memo } from 'react';
import type { ListedNote, View } from '../../engine/queries.ts';
import type { NoteId } from '../../notes/ids.ts';
import { fullDate, shortDate } from '../dates.ts';
import { useLanguageTag, useStrings } from '../strings/catalogue.ts';
import { RouteLink } from '../ui/route-link.tsx';

interface NoteRowProps {
  readonly note: ListedNote;
  readonly view: View;
  readonly now: number;
  readonly open: boolean;
  readonly tabStop: boolean;
  readonly onVisit: (id: NoteId) => void;
}

export const NoteRow = memo(function NoteRow({ note, view, now, open, tabStop, onVisit }: NoteRowProps) {
  const t = useStrings();
  const language = useLanguageTag();
  const date = note.trashedAt ?? note.modified;
  return (
    <RouteLink
      className="note-row"
      to={{ page: 'notes', view, note: note.id }}
      data-note-id={note.id}
      aria-current={open ? 'true' : undefined}
      tabIndex={tabStop ? 0 : -1}
      dir="auto"
      onFocus={() => onVisit(note.id)}
    >
      <span className="note-row-head">
        <span className={note.title ? 'note-row-title' : 'note-row-title note-row-untitled'}>
          {note.title || t.list.untitled}
        </span>
        {note.pinned && (
          <>
            <Pin size={14} strokeWidth={2} aria-hidden />
            <span className="visually-hidden">{t.list.pinned}</span>
          </>
        )}
      </span>
      <span className="note-row-text">
        <time dateTime={new Date(date).toISOString()} title={fullDate(language, date)}>
          {shortDate(language, date, now)}
        </time>{' '}
        <span className="note-row-excerpt">{note.here || note.excerpt ? note.excerpt || t.list.noText : ''}</span>
      </span>
      <Marks note={note} />
    </RouteLink>
  );
});

function Marks({ note }: { note: ListedNote }) {
  const t = useStrings();
  const { tasks, tags, sample, here, back } = note;
  const total = tasks.open + tasks.done;
  if (total === 0 && tags.length === 0 && !sample && here && !back) return null;
  return (
    <span className="note-row-marks">
      {!here && (
        <span className="mark">
          <CloudDownload size={13} strokeWidth={1.9} aria-hidden />
          {t.list.onItsWay}
        </span>
      )}
      {back && (
        <span className="mark mark-back">
          <Undo2 size={13} strokeWidth={1.9} aria-hidden />
          {t.trash.backMark}
        </span>
      )}
      {sample && <span className="mark mark-sample">{t.list.sample}</span>}
      {total > 0 && (
        <span className="mark" title={t.list.tasks(tasks.done, total)}>
          <CircleCheck size={13} strokeWidth={1.9} aria-hidden />
          <span aria-hidden>{t.list.tasksShort(tasks.done, total)}</span>
          <span className="visually-hidden">{t.list.tasks(tasks.done, total)}</span>
        </span>
      )}
      {tags.length > 0 && <span className="visually-hidden">{t.list.tagged(tags.join(', '))}</span>}
      {tags.map((tag) => (
        <span key={tag} className="mark" aria-hidden>
          <Hash size={12} strokeWidth={1.9} />
          {tag}
        </span>
      ))}
    </span>
  );
}
