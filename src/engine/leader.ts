/** The one engine on this device that follows the storage: which one it is, and which connection it follows. */
import type { ConnectionRow } from '../cache/database.ts';
import { forgetStorage } from '../vault/connect.ts';
import { createSession } from '../vault/session.ts';
import { connected, openStorage } from './connections.ts';
import { follow } from './follow.ts';
import { type Host, LEADER, SESSION } from './host.ts';
import { keepInSync } from './keep-in-sync.ts';
import { createReporter, type Reporter } from './status.ts';
import { endStrayChecks } from './storage-check.ts';
import { troubleFrom } from './trouble.ts';

const PATIENCE = 5;

/**
 * Leads as soon as no other engine does, until the signal fires.
 * @param open opens the storage of a connection.
 */
export async function lead(host: Host, signal: AbortSignal, open: typeof openStorage = openStorage): Promise<void> {
  await host.withLock(
    LEADER,
    async () => {
      await host.withLock(SESSION, () => forgetStrays(host), signal);
      signal.throwIfAborted();
      endStrayChecks(host, signal);
      await followConnection(host, open, signal);
    },
    signal,
  );
}

/** A tab that was closed while it left a storage may have left packs behind that were never sent: they are sealed anew. */
async function forgetStrays(host: Host): Promise<void> {
  const known = new Set((await host.db.connections.toArray()).map((row) => row.id));
  const rows = await host.state.read(['uploads', 'packs'], async (tx) => [
    ...(await tx.uploads.list()),
    ...(await tx.packs.list()),
  ]);
  for (const storage of new Set(rows.map((row) => row.storage))) {
    if (!known.has(storage)) await forgetStorage({ state: host.state, storageId: storage, deps: host.vault });
  }
}

/** Keeps a runner for the connection in use; another connection, or new tokens after a new sign-in, start it anew. */
function followConnection(host: Host, open: typeof openStorage, signal: AbortSignal): Promise<void> {
  let key = '';
  let stop = new AbortController();
  const change = (row: ConnectionRow | undefined) => {
    const now = row ? `${row.id} ${row.accountId} ${row.signedInAt}` : '';
    if (key === now) return;
    key = now;
    stop.abort();
    stop = new AbortController();
    if (row) void runConnection(host, open, row, stop.signal);
  };
  follow(() => connected(host), change, signal);
  return new Promise((resolve) => {
    signal.addEventListener(
      'abort',
      () => {
        stop.abort();
        resolve();
      },
      { once: true },
    );
  });
}

async function runConnection(
  host: Host,
  open: typeof openStorage,
  row: ConnectionRow,
  signal: AbortSignal,
): Promise<void> {
  let reporter: Reporter | null = null;
  try {
    reporter = await createReporter(host, row);
    const told = reporter;
    const storage = await open(host, row, PATIENCE);
    const session = createSession({ state: host.state, storage, storageId: row.id, deps: host.vault }, row.accountId, {
      receiving: (done, total) => told.progress(done, total),
      sending: (waiting) => void (waiting > 0 && told.phase('sending').catch(() => undefined)),
    });
    await keepInSync(host, { row, storage, session, reporter }, signal);
  } catch (error) {
    if (!signal.aborted)
      await reporter?.trouble(troubleFrom(error, row.account, host.vault.now())).catch(() => undefined);
  }
}
