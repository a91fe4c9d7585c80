import { useNow } from '../now.ts';
import { useLive } from '../satchel.tsx';
import type { SyncState } from './status-words.ts';

/** Undefined until the database has answered. */
export function useSyncState(): SyncState | undefined {
  const now = useNow();
  const read = useLive(async (queries) => ({ status: await queries.status(), waiting: await queries.waiting() }), []);
  return read && { ...read, now };
}
