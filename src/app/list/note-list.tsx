/** The list of a view: its name, a filter over titles, and the notes, of which only those in sight are in the page. */
import { Menu as MenuIcon, SquarePen } from 'lucide-react';
import { type KeyboardEvent, useDeferredValue, useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import type { ListedNote, View } from '../../engine/queries.ts';
import type { NoteId } from '../../notes/ids.ts';
import { useDocumentTitle } from '../document-title.ts';
import { useNewNote } from '../new-note.ts';
import { useNow } from '../now.ts';
import { pathOf, type Route } from '../routes.ts';
import { useLive } from '../satchel.tsx';
import { isFilterKey } from '../shell/keys.ts';
import { useStrings } from '../strings/catalogue.ts';
import { SyncIndicator } from '../sync/sync-indicator.tsx';
import { EmptyTrash, TrashKept } from '../trash/empty-trash.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { FilterBox } from './filter-box.tsx';
import { ListEmpty } from './list-empty.tsx';
import { ListItem, ListSize } from './list-item.tsx';
import { NoteRow } from './note-row.tsx';
import { SampleActions } from './sample-actions.tsx';
import { useViewName } from './view-name.ts';
import './note-list.css';

interface NoteListProps {
  readonly route: Route & { readonly page: 'notes' };
  /** Opens the sidebar where it isn't always there. */
  readonly onMenu: (() => void) | null;
}

export function NoteList({ route, onMenu }: NoteListProps) {
  const t = useStrings();
  const { view } = route;
  const viewPath = pathOf({ ...route, note: null });
  const viewName = useViewName(view);
  useDocumentTitle(route.note ? null : viewName.name);
  const newNote = useNewNote(view);
  const filterBox = useRef<HTMLInputElement>(null);
  // The filter belongs to the view in which it was typed.
  const [typed, setTyped] = useState({ viewPath, text: '' });
  const filter = useDeferredValue(typed.viewPath === viewPath ? typed.text : '');
  const listed = useLive(
    async (queries) => ({ viewPath, filter, notes: await queries.notes(view, filter || undefined) }),
    [viewPath, filter],
  );

  const inTrash = view.kind === 'trash' && listed !== undefined && listed.notes.length > 0;

  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      if (!isFilterKey(event)) return;
      event.preventDefault();
      filterBox.current?.focus();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);

  return (
    <section className="note-list" aria-label={t.list.label(viewName.name)}>
      <header className="list-head">
        <div className="list-title-line">
          {onMenu && <IconButton icon={MenuIcon} label={t.sidebar.open} onClick={onMenu} />}
          <h1>{viewName.name}</h1>
          {listed?.notes.some(({ sample }) => sample) && view.kind === 'all' && <SampleActions notes={listed.notes} />}
          {inTrash && <EmptyTrash />}
          {view.kind !== 'trash' && (
            <Button look="primary" icon={SquarePen} className="new-note" onClick={() => void newNote()}>
              <span className="new-note-words">{t.list.newNote}</span>
            </Button>
          )}
        </div>
        {onMenu && <SyncIndicator />}
        {inTrash && <TrashKept />}
        <FilterBox
          ref={filterBox}
          text={typed.viewPath === viewPath ? typed.text : ''}
          onChange={(text) => setTyped({ viewPath, text })}
        />
      </header>
      {listed && listed.notes.length === 0 ? (
        <ListEmpty view={view} filter={listed.filter} gone={viewName.gone} onNewNote={() => void newNote()} />
      ) : (
        listed && <Rows key={listed.viewPath} notes={listed.notes} view={view} open={route.note} />
      )}
    </section>
  );
}

interface RowsProps {
  readonly notes: readonly ListedNote[];
  readonly view: View;
  readonly open: NoteId | null;
}

/** One stop for the Tab key; the arrows go from note to note, and Enter opens. */
function Rows({ notes, view, open }: RowsProps) {
  const now = useNow();
  const list = useRef<VirtualizerHandle>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const [visited, setVisited] = useState<NoteId | null>(null);
  const indexOf = (id: NoteId | null): number => (id === null ? -1 : notes.findIndex((note) => note.id === id));
  const stop = Math.max(indexOf(visited), indexOf(visited) < 0 ? indexOf(open) : -1, 0);

  // Closing a note on a phone brings the list back: the focus goes to where the person left it.
  const lastOpen = useRef(open);
  useEffect(() => {
    const left = lastOpen.current;
    lastOpen.current = open;
    if (left === null || open !== null || document.activeElement !== document.body) return;
    rowOf(scroller.current, left)?.focus({ preventScroll: true });
  }, [open]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const to = { ArrowDown: stop + 1, ArrowUp: stop - 1, Home: 0, End: notes.length - 1 }[event.key];
    const note = to === undefined ? undefined : notes[to];
    if (to === undefined || !note || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    // The row must be in the page before it can take the focus.
    flushSync(() => setVisited(note.id));
    list.current?.scrollToIndex(to, { align: 'nearest' });
    rowOf(scroller.current, note.id)?.focus({ preventScroll: true });
  };

  return (
    // The keys are those of the links inside; the box itself takes no focus.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div className="list-scroller" ref={scroller} onKeyDown={onKeyDown}>
      <ListSize value={notes.length}>
        <Virtualizer ref={list} as="ul" item={ListItem} itemSize={88} keepMounted={[stop]} data={notes}>
          {(note, index) => (
            <NoteRow
              key={note.id}
              note={note}
              view={view}
              now={now}
              open={note.id === open}
              tabStop={index === stop}
              onVisit={setVisited}
            />
          )}
        </Virtualizer>
      </ListSize>
    </div>
  );
}

function rowOf(scroller: HTMLElement | null, id: NoteId): HTMLElement | null {
  return scroller?.querySelector<HTMLElement>(`[data-note-id="${id}"]`) ?? null;
}
