/** Registers the service worker, and tells when a new version waits: never reloading by itself, nor over unsaved text. */
import { useEffect, useRef } from 'react';
import { Workbox } from 'workbox-window';
import { flushOpenNotes, openText } from '../open-notes.ts';
import { useStrings } from '../strings/catalogue.ts';
import { TakeText } from '../trouble/take-text.tsx';
import { useToast } from '../ui/toasts.tsx';

const HOUR = 3_600_000;

/** `unsaved`: this page can't be reloaded into the new version without losing words. */
type News = 'ready' | 'unsaved';

export function UpdateNotice() {
  const t = useStrings();
  const toast = useToast();
  const tell = useRef((_news: News, _reload: () => void) => {});
  useEffect(() => {
    tell.current = (news, reload) =>
      toast({
        text: t.update[news],
        action: { label: t.update.reload, run: reload },
        stays: true,
        ...(news === 'unsaved' && { more: <TakeText text={openText} /> }),
      });
  });
  useEffect(() => {
    // In development there's no build to serve offline. Without `serviceWorker` the page isn't served securely.
    if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
    return watchForUpdates((news, reload) => tell.current(news, reload));
  }, []);
  return null;
}

/**
 * @param tell is given the way to reload, which may lead to `unsaved` again
 * @returns the way to stop watching
 */
function watchForUpdates(tell: (news: News, reload: () => void) => void): () => void {
  const { serviceWorker } = navigator;
  const worker = new Workbox(new URL('service-worker.js', document.baseURI).href, { updateViaCache: 'none' });
  let accepted = false;

  const onceAllIsKept = async (go: () => void): Promise<void> => {
    if (await flushOpenNotes()) go();
    else tell('unsaved', () => void onceAllIsKept(go));
  };

  const accept = (): void => {
    accepted = true;
    worker.messageSkipWaiting();
  };
  worker.addEventListener('waiting', () => tell('ready', () => void onceAllIsKept(accept)));

  // A new version took over, here or by another tab's "Reload". This page still runs the old one, whose chunks
  // are gone from the cache: once all is kept it must be loaded again, in every tab. The first version ever takes
  // over a page that runs it already.
  let hadController = serviceWorker.controller !== null;
  const onTakeover = (): void => {
    const isFirst = !hadController && !accepted;
    hadController = true;
    if (!isFirst) void onceAllIsKept(() => location.reload());
  };
  serviceWorker.addEventListener('controllerchange', onTakeover);

  const lookForUpdate = (): void => void worker.update().catch(() => {});
  const onVisible = (): void => {
    if (document.visibilityState === 'visible') lookForUpdate();
  };
  // Without a network, or in a private window, there's no registering: the app runs all the same.
  worker
    .register()
    .then(() => document.addEventListener('visibilitychange', onVisible))
    .catch(() => {});
  const timer = setInterval(lookForUpdate, HOUR);

  return () => {
    serviceWorker.removeEventListener('controllerchange', onTakeover);
    document.removeEventListener('visibilitychange', onVisible);
    clearInterval(timer);
  };
}
