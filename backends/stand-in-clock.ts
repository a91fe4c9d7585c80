/** Time and chance, handed to the stand-ins of providers, so that one can run on a virtual clock and repeat itself. */
export interface EmulatorClock {
  /** ms since 1970. */
  now(): number;
  /** Resolves after `ms`, or as soon as the signal fires. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

export type RandomBytes = (length: number) => Uint8Array;

export const systemClock: EmulatorClock = {
  now: () => Date.now(),
  wait: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', done);
    }),
};

export const systemRandom: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length));

export function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
