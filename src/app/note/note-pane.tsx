/** The note that is open: its toolbar, its notebook and tags, its text. */
import { ArrowLeft, CloudDownload, FileQuestionMark, RefreshCw } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import type { OpenNote } from '../../engine/api.ts';
import type { NoteId } from '../../notes/ids.ts';
import { useDocumentTitle } from '../document-title.ts';
import { goUp } from '../navigation.ts';
import { takesFocus } from '../new-note.ts';
import type { Route } from '../routes.ts';
import { useLive } from '../satchel.tsx';
import { useStrings } from '../strings/catalogue.ts';
import { PurgeDialog, type PurgeTask } from '../trash/purge-task.tsx';
import { TrashBanner } from '../trash/trash-banner.tsx';
import { UnsavedBanner } from '../trouble/unsaved-banner.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { NotePlace } from './note-place.tsx';
import { NoteToolbar } from './note-toolbar.tsx';
import { type Opening, useOpenNote } from './use-open-note.ts';
import './note-pane.css';

const loadEditor = () => import('./editor/editor.tsx');
const Editor = lazy(loadEditor);

/** Fetches the editor before it is needed, so that the first note opens at once. */
export const warmEditor = (): void => void loadEditor().catch(() => {});

interface NotePaneProps {
  readonly id: NoteId;
  readonly route: Route & { readonly page: 'notes' };
  /** The pane is all there is in the window: it has a way back, and takes the focus. */
  readonly alone: boolean;
}

export function NotePane({ id, route, alone }: NotePaneProps) {
  const t = useStrings();
  const pane = useRef<HTMLElement>(null);
  const [focusEditor] = useState(() => takesFocus(id));
  const [purging, setPurging] = useState<PurgeTask | null>(null);
  const looked = useLive(async (queries) => ({ note: await queries.note(id) }), [id]);
  const listed = looked?.note;
  const { opening, trouble, again } = useOpenNote(id, listed?.here ?? true);
  const title = listed?.title || t.list.untitled;
  useDocumentTitle(title);
  const trashedAt = listed?.trashedAt ?? null;
  const up = (): void => goUp(route);
  // Deleted for good while it was open, in another window or on another device.
  const gone = opening.kind === 'open' && looked !== undefined && !listed;

  useEffect(() => {
    if (alone && !focusEditor) pane.current?.focus({ preventScroll: true });
  }, [alone, focusEditor]);

  return (
    <article className="note-pane" ref={pane} tabIndex={-1} aria-label={t.note.label(title)}>
      {alone ? <h1 className="visually-hidden">{title}</h1> : <h2 className="visually-hidden">{title}</h2>}
      <div className="note-bar">
        {alone && <IconButton icon={ArrowLeft} label={t.note.backToList} className="flips" onClick={up} />}
        {listed && (
          <NoteToolbar
            note={listed}
            opened={opening.kind === 'open' ? opening.note : null}
            onGone={up}
            onPurge={() => setPurging({ kind: 'note', note: listed })}
          />
        )}
      </div>
      {trouble && <UnsavedBanner trouble={trouble} />}
      {listed && trashedAt !== null && (
        <TrashBanner note={listed} trashedAt={trashedAt} onPurge={() => setPurging({ kind: 'note', note: listed })} />
      )}
      {opening.kind === 'open' && !gone ? (
        <div className="note-sheet">
          {listed && <NotePlace note={listed} />}
          <Suspense fallback={<TextWhileLoading note={opening.note} />}>
            <Editor note={opening.note} readOnly={trashedAt !== null} takeFocus={focusEditor} />
          </Suspense>
        </div>
      ) : (
        <NotHere opening={opening.kind === 'open' ? { kind: 'unknown' } : opening} onAgain={again} onUp={up} />
      )}
      <PurgeDialog task={purging} onClose={() => setPurging(null)} onGone={up} />
    </article>
  );
}

/** The plain text in the place and size that the editor will have, so that nothing moves when it comes. */
function TextWhileLoading({ note }: { note: OpenNote }) {
  return (
    <div className="editor editor-loading" dir="auto">
      {note.text.toJSON().slice(0, 4000)}
    </div>
  );
}

interface NotHereProps {
  readonly opening: Exclude<Opening, { readonly kind: 'open' }>;
  readonly onAgain: () => void;
  readonly onUp: () => void;
}

function NotHere({ opening, onAgain, onUp }: NotHereProps): ReactNode {
  const t = useStrings();
  const status = useLive((queries) => queries.status(), []);
  const tryAgain = (
    <Button icon={RefreshCw} onClick={onAgain}>
      {t.app.tryAgain}
    </Button>
  );
  switch (opening.kind) {
    case 'opening':
      return null;
    case 'unknown':
      return (
        <EmptyState icon={FileQuestionMark} title={t.note.unknownTitle} body={t.note.unknownBody}>
          <Button onClick={onUp}>{t.note.backToList}</Button>
        </EmptyState>
      );
    case 'away':
      return (
        <EmptyState
          icon={CloudDownload}
          title={t.note.awayTitle}
          body={status ? t.note.awayBody(status.label) : t.note.awayBodyPlain}
        >
          {tryAgain}
        </EmptyState>
      );
    case 'failed':
      return (
        <EmptyState icon={FileQuestionMark} title={t.trouble.failedTitle} body={t.trouble.failedBody}>
          {tryAgain}
        </EmptyState>
      );
  }
}
