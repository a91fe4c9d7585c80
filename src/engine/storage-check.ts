/** Checking and repairing the storage in use, told in the database as it goes on. */
import type { ConnectionRow } from '../cache/database.ts';
import { check } from '../vault/check.ts';
import type { Place } from '../vault/context.ts';
import { repair } from '../vault/repair.ts';
import { openInPlace } from '../vault/right-place.ts';
import { createSession } from '../vault/session.ts';
import type { Checking, CheckStep, StorageCheck } from './api.ts';
import { askToStop, begin, end, readCheck, tellStep } from './check-row.ts';
import { connected, openStorage } from './connections.ts';
import { follow } from './follow.ts';
import { CHECK, type Host, SESSION } from './host.ts';
import { troubleFrom } from './trouble.ts';

/** A person waits, and may end it. */
const PATIENCE = 4;
/** As often as people can see it, and as the database likes it. */
const TOLD_EVERY = 200;

type Task = NonNullable<StorageCheck['running']>['task'];
type Ended = Partial<Pick<StorageCheck, 'ended' | 'last'>>;

/** Fires when somebody, in whichever window, wants it to end, or the storage was left. */
function stopOf(host: Host, row: ConnectionRow, over: AbortSignal): AbortSignal {
  const stop = new AbortController();
  follow(
    () => readCheck(host.db, row.id),
    ({ running }) => {
      if (!running || running.stopping) stop.abort(new Error('somebody wanted it to end'));
    },
    over,
  );
  return stop.signal;
}

/** Tells how far it is: the latest step, and not more often than needed. */
function steps(host: Host, row: ConnectionRow, over: AbortSignal): (step: CheckStep) => void {
  let latest: CheckStep | null = null;
  let telling = false;
  const tell = async () => {
    telling = true;
    try {
      while (latest) {
        const step = latest;
        latest = null;
        await tellStep(host.db, row.id, step);
        await host.sleep(TOLD_EVERY, over);
      }
    } finally {
      telling = false;
    }
  };
  return (step) => {
    latest = step;
    // A step that could not be told is no reason to stop.
    if (!telling) void tell().catch(() => undefined);
  };
}

async function work(
  host: Host,
  row: ConnectionRow,
  task: Task,
  tell: (step: CheckStep) => void,
  signal: AbortSignal,
): Promise<Ended> {
  const storage = await openStorage(host, row, PATIENCE);
  const place: Place = { state: host.state, storage, storageId: row.id, deps: host.vault };
  if (task !== 'repair') {
    const report = await check(
      await openInPlace(place, row.accountId, signal),
      { full: task === 'full' },
      tell,
      signal,
    );
    return { last: { report, repair: null } };
  }
  const { last } = await readCheck(host.db, row.id);
  if (!last) return {};
  // Nothing is put before what is there was read (rule V8).
  const { closed } = await createSession(place, row.accountId).pull(signal);
  // A person has deleted the vault there: only a person's word for the whole of it brings it back.
  if (closed) return { ended: { kind: 'stopped' } };
  const ctx = await openInPlace(place, row.accountId, signal);
  try {
    const progress = (done: number, of: number) => tell({ phase: 'repairing', done, of });
    return { last: { ...last, repair: await repair(ctx, last.report.findings, progress, signal) } };
  } finally {
    // What the leader's session has in mind of this storage isn't so any more: it starts anew.
    await host.db.connections.update(row.id, { signedInAt: host.vault.now() });
  }
}

/** Runs the task, and writes down how it ended. */
async function run(host: Host, task: Task): Promise<void> {
  const over = new AbortController();
  await host.withLock(CHECK, async () => {
    const row = await connected(host);
    if (!row) return;
    await begin(host.db, row.id, task);
    const signal = stopOf(host, row, over.signal);
    try {
      const tell = steps(host, row, over.signal);
      await end(host.db, row.id, await host.withLock(SESSION, () => work(host, row, task, tell, signal), signal));
    } catch (error) {
      const trouble = troubleFrom(error, row.account, host.vault.now());
      await end(host.db, row.id, { ended: signal.aborted ? { kind: 'stopped' } : { kind: 'failed', trouble } });
    } finally {
      over.abort();
    }
  });
}

export function createStorageCheck(host: Host): Checking {
  return {
    checkStorage: ({ full }) => run(host, full ? 'full' : 'quick'),
    repairStorage: () => run(host, 'repair'),
    async stopChecking() {
      const row = await connected(host);
      if (row) await askToStop(host.db, row.id);
    },
  };
}

/** For the leader: a check whose window was closed is over, and says so. */
export function endStrayChecks(host: Host, signal: AbortSignal): void {
  const look = async () => {
    const row = await connected(host);
    return row && (await readCheck(host.db, row.id)).running ? row.id : null;
  };
  const tidy = (storage: string) =>
    // Whoever checks holds this lock; where the browser gives it to somebody else, nobody does any more.
    host.withLock(
      CHECK,
      async () => {
        if ((await readCheck(host.db, storage)).running)
          await end(host.db, storage, { ended: { kind: 'interrupted' } });
      },
      signal,
    );
  follow(look, (storage) => void (storage && tidy(storage).catch(() => undefined)), signal);
}
