/** The opened engine, for every component, and what it tells live. */
import { useLiveQuery } from 'dexie-react-hooks';
import { createContext, use } from 'react';
import type { Satchel } from '../engine/api.ts';
import type { Queries } from '../engine/queries.ts';

export const SatchelContext = createContext<Satchel | null>(null);

export function useSatchel(): Satchel {
  const satchel = use(SatchelContext);
  if (!satchel) throw new Error('useSatchel is for components below SatchelContext');
  return satchel;
}

/** Undefined until the first answer; while `deps` change the old answer stays, so that nothing flickers. */
export function useLive<T>(query: (queries: Queries) => Promise<T>, deps: readonly unknown[]): T | undefined {
  const { queries } = useSatchel();
  // An async function by form: only then does Dexie watch what is read after the first await.
  return useLiveQuery(async () => query(queries), [queries, ...deps]);
}
