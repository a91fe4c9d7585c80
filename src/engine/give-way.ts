/** Makes room for another version of the app. */
import type { Database } from '../cache/database.ts';

/**
 * An update of the app needs the database to itself: this engine's work is over, and the page is reloaded by its person.
 * @returns fires when that happens. The database is closed then, and stays so.
 */
export function giveWay(db: Database): AbortSignal {
  const stop = new AbortController();
  db.on('versionchange', () => {
    stop.abort(new Error('another version of the app took over'));
    db.close();
    // Dexie's own answer would be to open it again at the next write.
    return false;
  });
  return stop.signal;
}
