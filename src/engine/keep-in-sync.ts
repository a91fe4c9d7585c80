/** Keeps this device and one storage in step: syncs when something changed here, there, or long ago, and rests in between. */
import type { Storage } from '../../backends/storage.ts';
import type { ConnectionRow } from '../cache/database.ts';
import type { Session, SyncReport } from '../vault/session.ts';
import type { Trouble } from './api.ts';
import { createBell } from './bell.ts';
import { connected } from './connections.ts';
import { follow } from './follow.ts';
import { type Host, SESSION } from './host.ts';
import { createPauses } from './pauses.ts';
import type { Reporter } from './status.ts';
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
/** However long a provider wants to be left alone; timers can't wait for more than 24 days. */
const LAST_PAUSE_TOLD = 24 * 3600_000;

/** What is to be kept in step. */
export interface Following {
  readonly row: ConnectionRow;
  readonly storage: Storage;
  readonly session: Session;
  readonly reporter: Reporter;
}

/** Until the signal fires. Rejects then with its reason. */
export async function keepInSync(host: Host, following: Following, signal: AbortSignal): Promise<never> {
  const { row, storage } = following;
  const { now } = host.vault;
  const bell = createBell(host.sleep, signal);
  const pauses = createPauses(FIRST_PAUSE);
  const wanted = {
    /** The storage has to be listed, not only what waits here be sent. */
    ask: true,
    send: false,
    /** A person said so, or the network came back. Nothing else cuts the pause after a failure short. */
    urged: false,
  };
  const somethingIsWanted = () => wanted.ask || wanted.send;
  let edits = 0;
  /** Whether the storage couldn't be reached, or somebody may know better than the watch how things are. */
  let watchInDoubt = false;

  const ask = () => {
    wanted.ask = true;
    bell.ring();
  };
  const urge = () => {
    wanted.urged = true;
    watchInDoubt = true;
    ask();
  };
  const waiting = (rows: number) => {
    wanted.send = rows > 0;
    if (wanted.send) edits++;
    bell.ring();
  };
  signal.addEventListener('abort', host.nudge.listen(urge), { once: true });
  follow(() => host.db.outbox.count(), waiting, signal);
  const watch = startWatch(host, storage, row.id, ask, signal);

  /** What is typed in one go is sent in one go. */
  async function settle(): Promise<void> {
    const since = now();
    for (let left = SETTLE_AT_MOST; left > 0 && !wanted.ask; ) {
      const before = edits;
      if (!(await bell.rest(Math.min(SETTLE, left), () => wanted.ask || edits > before))) return;
      // A clock that was put back mustn't keep back what was typed.
      left = SETTLE_AT_MOST - Math.abs(now() - since);
    }
  }

  function pauseAfter(trouble: Trouble): number {
    if (trouble.kind === 'unavailable') return pauses.next(LAST_PAUSE_UNREACHED);
    if (trouble.kind !== 'rate-limited') return pauses.next(LAST_PAUSE);
    // Those who ask for no time at all are left alone all the same.
    return Math.max(pauses.next(LAST_PAUSE_UNREACHED), Math.min(LAST_PAUSE_TOLD, trouble.until - now()));
  }

  for (;;) {
    signal.throwIfAborted();
    const everything = wanted.ask;
    Object.assign(wanted, { ask: false, send: false, urged: false });
    const trouble = await syncOnce(host, following, everything, signal);
    if (trouble) {
      wanted.ask = true;
      watchInDoubt = true;
      // A new sign-in starts another runner; everything else is tried again after a while, or when a person says so.
      await bell.rest(pauseAfter(trouble), () => wanted.urged);
      continue;
    }
    pauses.reset();
    if (watchInDoubt) watch.renew();
    watchInDoubt = false;
    do {
      if (!(await bell.rest(LONGEST_REST, somethingIsWanted))) wanted.ask = true;
      await settle();
    } while (!somethingIsWanted());
  }
}

function alarmTrouble(report: SyncReport): Trouble | null {
  if (report.alarm) return { kind: 'emptied', lost: report.alarm.lost, of: report.alarm.of };
  return report.tooLarge.length > 0 ? { kind: 'too-large', notes: report.tooLarge } : null;
}

/** @returns what stands in the way, already told. */
async function syncOnce(
  host: Host,
  { row, session, reporter }: Following,
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
