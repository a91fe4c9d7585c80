/**
 * One open line to the cloud, over which it says that something in an area has changed, and no more than that.
 *
 * An address to open it at holds a one-time ticket in place of a token: addresses end up in logs. The line stays open
 * between two waits, and what was heard meanwhile is counted, so that a wait after it needs no question.
 */
import type { Area } from '../storage.ts';
import { AREAS } from '../storage.ts';
import { fieldOf } from '../field-of.ts';

/** As much of the browser's WebSocket as is used. */
export interface PlainSocket {
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  send(text: string): void;
  close(): void;
}

export type OpenSocket = (address: string) => PlainSocket;

export interface Line {
  /** How often something was said about the area, on this line. */
  heard(area: Area): number;
  isOpen(): boolean;
  /** Resolves when more was heard of the area than so much, when the line has ended, and when the signal fires. */
  news(area: Area, beyond: number, signal: AbortSignal): Promise<void>;
  /** Keeps the line from being ended for its silence. */
  stir(): void;
  close(): void;
}

function areaIn(data: unknown): Area | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const changed = fieldOf(JSON.parse(data), 'changed');
    return AREAS.find((area) => area === changed);
  } catch {
    return undefined;
  }
}

/** @returns undefined when the line can't be opened, or the signal fires meanwhile. */
export function openLine(open: OpenSocket, address: string, signal: AbortSignal): Promise<Line | undefined> {
  const heard: Record<Area, number> = { log: 0, files: 0 };
  let state: 'opening' | 'open' | 'closed' = 'opening';
  const waiting = new Set<() => void>();
  const look = () => {
    for (const wake of waiting) wake();
  };

  return new Promise((resolve) => {
    let socket: PlainSocket;
    try {
      socket = open(address);
    } catch {
      // A policy of the page's that doesn't allow it.
      resolve(undefined);
      return;
    }
    const end = () => {
      state = 'closed';
      signal.removeEventListener('abort', end);
      socket.close();
      look();
      resolve(undefined);
    };
    signal.addEventListener('abort', end);
    socket.addEventListener('error', end);
    socket.addEventListener('close', end);
    socket.addEventListener('message', ({ data }) => {
      const area = areaIn(data);
      if (area === undefined) return;
      heard[area]++;
      look();
    });
    socket.addEventListener('open', () => {
      if (state === 'closed') return;
      state = 'open';
      // From here on the line outlives the wait that opened it.
      signal.removeEventListener('abort', end);
      resolve({
        heard: (area) => heard[area],
        isOpen: () => state === 'open',
        news: (area, beyond, until) =>
          new Promise((settle) => {
            const wake = () => {
              if (state === 'open' && heard[area] <= beyond && !until.aborted) return;
              waiting.delete(wake);
              until.removeEventListener('abort', wake);
              settle();
            };
            waiting.add(wake);
            until.addEventListener('abort', wake);
            wake();
          }),
        stir() {
          if (state === 'open') socket.send('{"action":"stir"}');
        },
        close: end,
      });
    });
  });
}
