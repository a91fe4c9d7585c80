/** Opening the engine, and what may come in its way before and after. */
import { useSyncExternalStore } from 'react';
import type { LocalTrouble, Opening } from '../engine/api.ts';
import { openSatchel } from '../engine/page.ts';
import { openText } from './open-notes.ts';

export type Obstacle =
  /** Another window holds an older database open; opening goes on once it closes. */
  | { readonly kind: 'waiting' }
  /** Nothing more can be kept in this window. `text` is what was open, which may not be saved. */
  | { readonly kind: 'closed'; readonly trouble: LocalTrouble; readonly text: string };

let obstacle: Obstacle | null = null;
const listeners = new Set<() => void>();

function setObstacle(next: Obstacle | null): void {
  obstacle = next;
  for (const listener of listeners) listener();
}

/** Called once, at the start. */
export async function openEngine(): Promise<Opening> {
  const opening = await openSatchel({
    blocked: () => setObstacle({ kind: 'waiting' }),
    closed: (trouble) => setObstacle({ kind: 'closed', trouble, text: openText() }),
  });
  if (obstacle?.kind === 'waiting') setObstacle(null);
  return opening;
}

export function useObstacle(): Obstacle | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => obstacle,
  );
}
