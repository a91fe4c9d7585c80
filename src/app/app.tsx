/** The whole app, once the engine is open. */
import { use, useEffect } from 'react';
import type { Opening } from '../engine/api.ts';
import { warmEditor } from './note/note-pane.tsx';
import { SatchelContext } from './satchel.tsx';
import { Shell } from './shell/shell.tsx';
import { LocalTroublePage } from './trouble/local-trouble-page.tsx';
import { Toasts } from './ui/toasts.tsx';
import { UpdateNotice } from './updates/update-notice.tsx';

export function App({ opening }: { opening: Promise<Opening> }) {
  const opened = use(opening);
  useEffect(() => {
    // Safari has no requestIdleCallback.
    if ('requestIdleCallback' in window) requestIdleCallback(warmEditor);
    else setTimeout(warmEditor, 500);
  }, []);
  return (
    <Toasts>
      <UpdateNotice />
      {opened.kind === 'trouble' ? (
        <LocalTroublePage trouble={opened.trouble} />
      ) : (
        <SatchelContext value={opened.satchel}>
          <Shell />
        </SatchelContext>
      )}
    </Toasts>
  );
}
