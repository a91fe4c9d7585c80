/** The whole app: the notes, or what keeps them from being shown. */
import { Suspense, use, useEffect } from 'react';
import type { Opening } from '../engine/api.ts';
import { warmEditor } from './note/note-pane.tsx';
import { useObstacle } from './opening.ts';
import { SatchelContext } from './satchel.tsx';
import { Shell } from './shell/shell.tsx';
import { ClosedPage, LocalTroublePage } from './trouble/local-trouble-page.tsx';
import { warmMenus } from './ui/menu.tsx';
import { Toasts } from './ui/toasts.tsx';
import { UpdateNotice } from './updates/update-notice.tsx';

export function App({ opening }: { opening: Promise<Opening> }) {
  const obstacle = useObstacle();
  return (
    <Toasts>
      <UpdateNotice />
      {obstacle?.kind === 'closed' ? (
        <ClosedPage trouble={obstacle.trouble} text={obstacle.text} />
      ) : (
        <Suspense fallback={obstacle && <LocalTroublePage trouble={{ kind: 'blocked' }} />}>
          <Opened opening={opening} />
        </Suspense>
      )}
    </Toasts>
  );
}

function Opened({ opening }: { opening: Promise<Opening> }) {
  const opened = use(opening);
  useEffect(() => {
    // Safari has no requestIdleCallback.
    if ('requestIdleCallback' in window) requestIdleCallback(warm);
    else setTimeout(warm, 500);
  }, []);
  if (opened.kind === 'trouble') return <LocalTroublePage trouble={opened.trouble} />;
  return (
    <SatchelContext value={opened.satchel}>
      <Shell />
    </SatchelContext>
  );
}

/** Once the list is there: what the next click needs. */
function warm(): void {
  warmEditor();
  warmMenus();
}
