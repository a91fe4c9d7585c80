/** Follows what the database says. */
import { liveQuery } from 'dexie';

/** Calls `tell` with the query's answer, and again each time that it changes, until the signal fires. */
export function follow<Answer>(
  query: () => Promise<Answer>,
  tell: (answer: Answer) => void,
  signal: AbortSignal,
): void {
  // A query that fails once the database is closed has nothing left to tell.
  // An async function by form: only then does Dexie watch what is read after the first await.
  const subscription = liveQuery(async () => query()).subscribe({ next: tell, error: () => undefined });
  signal.addEventListener('abort', () => subscription.unsubscribe(), { once: true });
}
