/** The page of the browser's measurement: starts the worker, as the app does, and hands its answer on. */
import type { Size } from '../library.ts';
import type { BrowserRun } from './worker.ts';

declare global {
  var measure: (size: Size, latency: number) => Promise<BrowserRun>;
}

globalThis.measure = (size, latency) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<BrowserRun | { readonly error: string }>) => {
      worker.terminate();
      if ('error' in data) reject(new Error(data.error));
      else resolve(data);
    });
    worker.addEventListener('error', ({ message }) => reject(new Error(message)));
    worker.postMessage({ size, latency });
  });
