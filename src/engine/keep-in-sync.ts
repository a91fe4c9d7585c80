/** Keeps this device and one storage in step: syncs when something changed here, there, or long ago, and rests in between. */
import type { Storage } from '../../backends/storage.ts';
import type { ConnectionRow } from '../cache/database.ts';
import type { Session, SyncReport } from '../vault/session.ts';
import type { Trouble } from './api.ts';
import { createBell } from './bell.ts';
import { connected } from './connections.ts';
import { type Host, SESSION } from './host.ts';
import { createPauses } from './pauses.ts';
import type { Reporter } from './status.ts';
import { troubleFrom } from './trouble.ts';
import { followTyping } from './typing.ts';
import { createUpkeep } from './upkeep.ts';
import { startWatch } from './watch.ts';

/** Without any news the storage is asked all the same. */
const LONGEST_REST = 15 * 60_000;
/** After a failure: the first pause, which doubles up to the last. */
const FIRST_PAUSE = 5_000;
const LAST_PAUSE = 5 * 60_000;
/** While nothing can be reached, nobody is bothered by another try. */
const LAST_PAUSE_UNREACHED = 20_000;
/** However long a provider wants to be left alone; timers can't wait for more than 24 days. */
const LAST_PAUSE_TOLD = 24 * 3600_000;

/** Read and send, only read, or only send. */
type Task = 'sync' | 'pull' | 'push';

/** What is to be kept in step. */
export interface Following {
  readonly row: ConnectionRow;
  readonly storage: Storage;
  readonly session: Session;
  readonly reporter: Reporter;
}

/** Until the signal fires. Rejects then with its reason. */
export async function keepInSync(host: Host, following: Following, signal: AbortSignal): Promise<never> {
  signal.throwIfAborted();
  const bell = createBell(host.sleep, signal);
  const typing = followTyping(host, () => bell.ring(), signal);
  const pauses = createPauses(FIRST_PAUSE);
  const upkeep = createUpkeep(host, following.row.id, following.session);
  /** The storage has something to tell, or hasn't been asked for long. */
  let asked = false;
  /** A person said so, or the network came back. Nothing else cuts the pause after a failure short. */
  let urged = false;
  /** Whether the storage couldn't be reached, or somebody may know better than the watch how things are. */
  let watchInDoubt = false;

  const ask = () => {
    asked = true;
    bell.ring();
  };
  const urge = () => {
    urged = true;
    watchInDoubt = true;
    bell.ring();
  };
  signal.addEventListener('abort', host.nudge.listen(urge), { once: true });
  const watch = startWatch(host, following.storage, following.row.id, ask, signal);

  /** Rests until there is something to do. */
  async function nextTask(): Promise<Task> {
    for (;;) {
      const settlesIn = typing.settlesIn();
      if (urged) return 'sync';
      // What others wrote is read at once; what is typed here in one go is sent in one go.
      if (asked) return settlesIn === null || settlesIn === 0 ? 'sync' : 'pull';
      if (settlesIn === 0) return 'push';
      const seen = typing.edits();
      const upkeepIn = settlesIn === null ? upkeep.beginsIn() : null;
      const rest = settlesIn ?? upkeepIn ?? LONGEST_REST;
      const rung = await bell.rest(rest, () => urged || asked || typing.edits() > seen);
      if (rung || settlesIn !== null) continue;
      if (upkeepIn === null) return 'sync';
      await upkeep.work(signal);
    }
  }

  function pauseAfter(trouble: Trouble): number {
    if (trouble.kind === 'unavailable') return pauses.next(LAST_PAUSE_UNREACHED);
    if (trouble.kind !== 'rate-limited') return pauses.next(LAST_PAUSE);
    // Those who ask for no time at all are left alone all the same.
    const told = Math.min(LAST_PAUSE_TOLD, trouble.until - host.vault.now());
    return Math.max(told, pauses.next(LAST_PAUSE_UNREACHED));
  }

  for (let task: Task = 'sync'; ; ) {
    signal.throwIfAborted();
    urged = false;
    if (task !== 'push') asked = false;
    if (task !== 'pull') typing.taken();
    const trouble = await perform(task, host, following, signal);
    if (trouble) {
      watchInDoubt = true;
      // A new sign-in starts another runner; everything else is tried again after a while, or when a person says so.
      const pause = pauseAfter(trouble);
      // What another device may end by putting something there is looked at again when there is news.
      const first = othersMayEnd(trouble) ? Math.min(FIRST_PAUSE, pause) : pause;
      if (!(await bell.rest(first, () => urged)) && pause > first) await bell.rest(pause - first, () => urged || asked);
      task = 'sync';
      continue;
    }
    pauses.reset();
    upkeep.renew();
    if (watchInDoubt) watch.renew();
    watchInDoubt = false;
    task = await nextTask();
  }
}

function othersMayEnd({ kind }: Trouble): boolean {
  return kind === 'emptied' || kind === 'closed';
}

function alarmTrouble(report: SyncReport): Trouble | null {
  if (report.closed) return { kind: 'closed', left: report.closed.left };
  if (report.alarm) return { kind: 'emptied', lost: report.alarm.lost, of: report.alarm.of };
  return report.tooLarge.length > 0 ? { kind: 'too-large', notes: report.tooLarge } : null;
}

/** @returns what stands in the way, already told. */
async function perform(
  task: Task,
  host: Host,
  { row, session, reporter }: Following,
  signal: AbortSignal,
): Promise<Trouble | null> {
  try {
    await reporter.phase('checking');
    const report = await host.withLock(
      SESSION,
      async () => {
        // Left between the lock being asked for and being had: nothing of this storage may be written any more.
        if ((await connected(host))?.id !== row.id) return null;
        return session[task](signal);
      },
      signal,
    );
    if (!report) return null;
    const trouble = alarmTrouble(report);
    if (trouble) await reporter.trouble(trouble);
    // To have sent nothing and asked nothing is no news of the storage.
    else if (task !== 'push' || report.sent > 0) await reporter.synced();
    else await reporter.phase('idle');
    return trouble;
  } catch (error) {
    signal.throwIfAborted();
    const trouble = troubleFrom(error, row.account, host.vault.now());
    await reporter.trouble(trouble).catch(() => undefined);
    return trouble;
  }
}
