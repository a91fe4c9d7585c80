/** Registers the service worker, and tells when a new version waits: never reloading by itself, nor over unsaved text. */
import { useEffect, useRef } from 'react';
import { Workbox } from 'workbox-window';
import { flushOpenNotes } from '../open-notes.ts';
import { useStrings } from '../strings/catalogue.ts';
import { useToast } from '../ui/toasts.tsx';

const HOUR = 3_600_000;

export function UpdateNotice() {
  const t = useStrings();
  const toast = useToast();
  const offer = useRef((_reload: () => void) => {});
  useEffect(() => {
    offer.current = (reload) =>
      toast({ text: t.update.ready, action: { label: t.update.reload, run: reload }, stays: true });
  });
  useEffect(() => {
    // In development there's no build to serve offline. Without `serviceWorker` the page isn't served securely.
    if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
    return watchForUpdates((reload) => offer.current(reload));
  }, []);
  return null;
}

/** Returns the way to stop watching. */
function watchForUpdates(onReady: (reload: () => void) => void): () => void {
  const { serviceWorker } = navigator;
  const worker = new Workbox(new URL('service-worker.js', document.baseURI).href, { updateViaCache: 'none' });
  let accepted = false;

  worker.addEventListener('waiting', () =>
    onReady(() => {
      accepted = true;
      void flushOpenNotes().then(() => worker.messageSkipWaiting());
    }),
  );

  // A new version took over, here or by another tab's "Reload". This page still runs the old one, whose chunks
  // are gone from the cache: once all is written it must be loaded again, in every tab.
  const hadController = serviceWorker.controller !== null;
  const onTakeover = (): void => {
    if (!hadController && !accepted) return;
    void flushOpenNotes().then(() => location.reload());
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
