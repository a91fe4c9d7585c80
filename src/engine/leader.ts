/** The one engine on this device that follows the storage: syncs when something changed here, there, or long ago. */
import { liveQuery } from 'dexie';
import type { Storage } from '../../backends/storage.ts';
import type { ConnectionRow } from '../cache/database.ts';
import { forgetStorage } from '../vault/connect.ts';
import { createSession, type Session, type SyncReport } from '../vault/session.ts';
import type { Trouble } from './api.ts';
import { connected, openStorage } from './connections.ts';
import { type Host, LEADER, SESSION } from './host.ts';
import { createPauses } from './pauses.ts';
import { createReporter, type Reporter } from './status.ts';
import { troubleFrom } from './trouble.ts';
import { startWatch } from './watch.ts';

/** A pause in typing, after which what was typed is sent; and how long it is kept back for such a pause at the most. */
const SETTLE = 2_500;
const SETTLE_AT_MOST = 30_000;
/** Without any news the storage is asked all the same. */
const LONGEST_REST = 15 * 60_000;
/** After a failure: the first pause, which doubles up to the last. */
const FIRST_PAUSE = 5_000;
const LAST_PAUSE = 5 * 60_000;
/** While nothing can be reached, nobody is bothered by another try. */
const LAST_PAUSE_UNREACHED = 20_000;
const PATIENCE = 5;

/** Calls `wake` each time that the query's answer changes. */
function follow<Answer>(query: () => Promise<Answer>, wake: (answer: Answer) => void, signal: AbortSignal): void {
  // A query that fails once the database is closed has nothing left to tell.
  // An async function by form: only then does Dexie watch what is read after the first await.
  const subscription = liveQuery(async () => query()).subscribe({ next: wake, error: () => undefined });
  signal.addEventListener('abort', () => subscription.unsubscribe(), { once: true });
}

/** Leads as soon as no other engine does, until the signal fires. */
export async function lead(host: Host, signal: AbortSignal): Promise<void> {
  await host.withLock(
    LEADER,
    async () => {
      await host.withLock(SESSION, () => forgetStrays(host), signal);
      await followConnection(host, signal);
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
function followConnection(host: Host, signal: AbortSignal): Promise<void> {
  let key = '';
  let stop = new AbortController();
  const change = (row: ConnectionRow | undefined) => {
    const now = row ? `${row.id} ${row.accountId} ${row.signedInAt}` : '';
    if (key === now) return;
    key = now;
    stop.abort();
    stop = new AbortController();
    if (row) void runConnection(host, row, stop.signal);
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

interface Waker {
  call(): void;
  /** Until the next call, one since the last wait among them, or until the time is over. @returns whether there was a call. */
  wait(ms: number): Promise<boolean>;
}

function createWaker(host: Host, signal: AbortSignal): Waker {
  let wake: (() => void) | null = null;
  let called = false;
  return {
    call() {
      called = true;
      wake?.();
    },
    async wait(ms) {
      const woken = new AbortController();
      wake = () => woken.abort();
      if (called) woken.abort();
      signal.addEventListener('abort', wake, { once: true });
      await host.sleep(ms, woken.signal).catch(() => undefined);
      signal.removeEventListener('abort', wake);
      signal.throwIfAborted();
      const answer = called;
      wake = null;
      called = false;
      return answer;
    },
  };
}

function alarmTrouble(report: SyncReport): Trouble | null {
  if (report.alarm) return { kind: 'emptied', lost: report.alarm.lost, of: report.alarm.of };
  return report.tooLarge.length > 0 ? { kind: 'too-large', notes: report.tooLarge } : null;
}

async function runConnection(host: Host, row: ConnectionRow, signal: AbortSignal): Promise<void> {
  let reporter: Reporter | null = null;
  try {
    reporter = await createReporter(host, row);
    const told = reporter;
    const storage = await openStorage(host, row, PATIENCE);
    const session = createSession({ state: host.state, storage, storageId: row.id, deps: host.vault }, row.accountId, {
      receiving: (done, total) => told.progress(done, total),
      sending: (waiting) => void (waiting > 0 && told.phase('sending').catch(() => undefined)),
    });
    await keepInSync(host, row, storage, session, reporter, signal);
  } catch (error) {
    if (!signal.aborted)
      await reporter?.trouble(troubleFrom(error, row.account, host.vault.now())).catch(() => undefined);
  }
}

async function keepInSync(
  host: Host,
  row: ConnectionRow,
  storage: Storage,
  session: Session,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<void> {
  /** Something has to be done: sent, or asked there. */
  const work = createWaker(host, signal);
  /** A person said so, or the network came back. Nothing else cuts the pause after a failure short. */
  const urged = createWaker(host, signal);
  /** Whether the storage has to be listed, not only what waits here be sent. */
  const asked = { there: true };
  const askThere = () => {
    asked.there = true;
    work.call();
  };
  /** Whether the storage couldn't be reached, or somebody knows better than the watch what goes on. */
  let watchInDoubt = false;
  const urge = () => {
    watchInDoubt = true;
    askThere();
    urged.call();
  };
  signal.addEventListener('abort', host.nudge.listen(urge), { once: true });
  const count = () => host.db.outbox.count();
  follow(count, (rows) => rows > 0 && work.call(), signal);
  const watch = startWatch(host, storage, row.id, askThere, signal);
  const pauses = createPauses(FIRST_PAUSE);
  for (;;) {
    signal.throwIfAborted();
    const everything = asked.there;
    asked.there = false;
    const trouble = await syncOnce(host, row, session, reporter, everything, signal);
    if (trouble) {
      asked.there = true;
      watchInDoubt = true;
      // A new sign-in starts another runner; everything else is tried again after a while, or when a person says so.
      const wait = pauses.next(trouble.kind === 'unavailable' ? LAST_PAUSE_UNREACHED : LAST_PAUSE);
      await urged.wait(trouble.kind === 'rate-limited' ? Math.max(0, trouble.until - host.vault.now()) : wait);
      continue;
    }
    pauses.reset();
    if (watchInDoubt) watch.renew();
    watchInDoubt = false;
    if (!(await work.wait(LONGEST_REST))) asked.there = true;
    // What is typed in one go is sent in one go.
    for (const since = host.vault.now(); !asked.there && host.vault.now() - since < SETTLE_AT_MOST; ) {
      if (!(await work.wait(SETTLE))) break;
    }
  }
}

/** @returns what stands in the way, already told. */
async function syncOnce(
  host: Host,
  row: ConnectionRow,
  session: Session,
  reporter: Reporter,
  everything: boolean,
  signal: AbortSignal,
): Promise<Trouble | null> {
  try {
    await reporter.phase('checking');
    const report = await host.withLock(
      SESSION,
      async () => {
        // Left between the lock being asked for and being had: nothing of this storage may be written any more.
        if ((await connected(host))?.id !== row.id) return null;
        return everything ? session.sync(signal) : session.push(signal);
      },
      signal,
    );
    if (!report) return null;
    const trouble = alarmTrouble(report);
    if (trouble) await reporter.trouble(trouble);
    // To have sent nothing and asked nothing is no news of the storage.
    else if (everything || report.sent > 0) await reporter.synced();
    else await reporter.phase('idle');
    return trouble;
  } catch (error) {
    signal.throwIfAborted();
    const trouble = troubleFrom(error, row.account, host.vault.now());
    await reporter.trouble(trouble).catch(() => undefined);
    return trouble;
  }
}
