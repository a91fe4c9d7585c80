/** The frame: sidebar, list and note side by side where there is room, one after the other where there isn't. */
import { lazy, Suspense, useEffect, useEffectEvent, useState } from 'react';
import { useSidebarFits, useTwoPanesFit } from '../media.ts';
import { NoteList } from '../list/note-list.tsx';
import { useRoute } from '../navigation.ts';
import { useNewNote } from '../new-note.ts';
import { NotePane } from '../note/note-pane.tsx';
import { NothingOpen } from '../note/nothing-open.tsx';
import type { Route } from '../routes.ts';
import { useStrings } from '../strings/catalogue.ts';
import { SyncAnnouncer } from '../sync/sync-announcer.tsx';
import { isNewNoteKey } from './keys.ts';
import { Sidebar } from './sidebar.tsx';
import { UnknownPage } from './unknown-page.tsx';
import './shell.css';

const Drawer = lazy(() => import('./drawer.tsx'));
const SettingsPage = lazy(() => import('../settings/settings-page.tsx'));
const SyncPage = lazy(() => import('../sync/sync-page.tsx'));
const ConnectPage = lazy(() => import('../connect/connect-page.tsx'));

export function Shell() {
  const t = useStrings();
  const route = useRoute();
  const sidebarFits = useSidebarFits();
  const [drawer, setDrawer] = useState<'unused' | 'open' | 'closed'>('unused');
  const newNote = useNewNote(route.page === 'notes' ? route.view : { kind: 'all' });

  const onKey = useEffectEvent((event: KeyboardEvent): void => {
    if (!isNewNoteKey(event)) return;
    event.preventDefault();
    void newNote();
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => onKey(event);
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);

  return (
    <div className="shell" data-note={route.page === 'notes' && route.note ? 'open' : 'none'}>
      <a className="skip-link" href="#main" onClick={skipToMain}>
        {t.app.skipToNotes}
      </a>
      {sidebarFits ? (
        <Sidebar />
      ) : (
        drawer !== 'unused' && (
          <Suspense>
            <Drawer open={drawer === 'open'} onClose={() => setDrawer('closed')}>
              <Sidebar />
            </Drawer>
          </Suspense>
        )
      )}
      <main id="main" className="shell-main" tabIndex={-1}>
        <Page route={route} onMenu={sidebarFits ? null : () => setDrawer('open')} />
      </main>
      <SyncAnnouncer />
    </div>
  );
}

function Page({ route, onMenu }: { route: Route; onMenu: (() => void) | null }) {
  const twoPanes = useTwoPanesFit();
  switch (route.page) {
    case 'notes':
      return (
        <>
          <NoteList route={route} onMenu={onMenu} />
          {route.note ? (
            <NotePane key={route.note} id={route.note} route={route} alone={!twoPanes} />
          ) : (
            twoPanes && <NothingOpen view={route.view} />
          )}
        </>
      );
    case 'settings':
      return (
        <Suspense>
          <SettingsPage onMenu={onMenu} />
        </Suspense>
      );
    case 'sync':
      return (
        <Suspense>
          <SyncPage onMenu={onMenu} />
        </Suspense>
      );
    case 'connect':
      return (
        <Suspense>
          <ConnectPage onMenu={onMenu} />
        </Suspense>
      );
    case 'unknown':
      return <UnknownPage onMenu={onMenu} />;
  }
}

/** The address's `#` is taken by the routes, so the link moves the focus itself. */
function skipToMain(event: { preventDefault: () => void }): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
