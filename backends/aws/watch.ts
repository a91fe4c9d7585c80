/**
 * Waiting for a change: by a line that the cloud speaks over (socket.ts), or, where there is none, by a calm "perhaps"
 * once a minute, so that the listing that follows is the poll.
 *
 * Before anything is waited for, one listing after the cursor makes sure that it hasn't happened yet, unless the line
 * was open, and silent, since that very cursor was given out.
 */
import { deadline, RPC_MS, type Timer } from '../deadline.ts';
import { createRest } from '../rest.ts';
import type { Area, ChangesPage, Cursor } from '../storage.ts';
import { isStorageError } from '../storage.ts';
import { type Line, openLine, type OpenSocket } from './socket.ts';

export interface WatchDeps {
  /** Absent: none can be opened here. */
  readonly openSocket?: OpenSocket;
  /** Where to open one, with a new ticket; undefined where the cloud has no sockets. */
  readonly ticket: (signal: AbortSignal) => Promise<string | undefined>;
  readonly changes: (area: Area, cursor: Cursor, signal: AbortSignal) => Promise<ChangesPage>;
  readonly now: () => number;
  /** Rejects with the signal's reason when it fires. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Absent: the device's own. */
  readonly timer?: Timer;
}

export interface Watch {
  (area: Area, cursor: Cursor, signal: AbortSignal): Promise<void>;
  /** How much the line has said of the area, to be asked before a listing is. */
  mark(area: Area): Mark;
  /** A listing was had that ends at the cursor. */
  listed(area: Area, cursor: Cursor, mark: Mark): void;
}

interface Mark {
  readonly line: Line | undefined;
  readonly heard: number;
}

const MINUTE = 60_000;
const POLL_MS = MINUTE;
/** Amazon ends a silent line after ten minutes, and any line after two hours. */
const STIR_EVERY_MS = 9 * MINUTE;
/** A line that nobody waits at is closed. */
const LINGER_MS = MINUTE / 2;
/** Between two tries to open a line: networks that let none through stay so for a while. */
const FIRST_RETRY_MS = MINUTE;
const LAST_RETRY_MS = 30 * MINUTE;
/** A minute that took so much longer was slept through, and a line doesn't survive that, though nobody tells. */
const SLEPT_MS = MINUTE;

export function createWatch(deps: WatchDeps): Watch {
  const { openSocket } = deps;
  let line: Line | undefined;
  let opening: Promise<Line | undefined> | undefined;
  let hasSockets = openSocket !== undefined;
  let retry = FIRST_RETRY_MS;
  const rest = createRest(deps.now);
  const listed = new Map<Area, { readonly cursor: Cursor; readonly mark: Mark }>();
  let waits = 0;

  async function open(signal: AbortSignal): Promise<Line | undefined> {
    if (!openSocket) return undefined;
    const address = await deps.ticket(signal);
    if (address === undefined) {
      hasSockets = false;
      return undefined;
    }
    const opened = await openLine(openSocket, address, deadline(RPC_MS, signal, deps.timer).signal);
    if (opened) retry = FIRST_RETRY_MS;
    return opened;
  }

  /** The line that is open, or a new one; undefined while none is to be had. */
  async function connected(signal: AbortSignal): Promise<Line | undefined> {
    if (line?.isOpen()) return line;
    line = undefined;
    if (!hasSockets || rest.left() > 0) return undefined;
    // Of several waits one opens it; when that one is given up, the others poll for once.
    opening ??= open(signal).finally(() => {
      opening = undefined;
    });
    try {
      line = await opening;
    } catch (error) {
      signal.throwIfAborted();
      if (isStorageError(error, 'Unauthorized')) throw error;
    }
    signal.throwIfAborted();
    if (!line && hasSockets) {
      rest.ask(retry);
      retry = Math.min(2 * retry, LAST_RETRY_MS);
    }
    return line;
  }

  async function hasChanged(area: Area, cursor: Cursor, signal: AbortSignal): Promise<boolean> {
    const page = await deps.changes(area, cursor, signal);
    return page.events.length > 0 || page.more;
  }

  /** Resolves when something was said of the area, and when the line has ended or is about to. */
  async function listen(to: Line, area: Area, heard: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    void to.news(area, heard, signal).then(() => over.abort());
    let stirred = deps.now();
    while (!over.signal.aborted) {
      const before = deps.now();
      // The news has come, or the wait is given up: either ends the sleep.
      await deps.sleep(MINUTE, over.signal).catch(() => undefined);
      signal.throwIfAborted();
      if (over.signal.aborted) return;
      if (deps.now() - before > MINUTE + SLEPT_MS) to.close();
      else if (deps.now() - stirred >= STIR_EVERY_MS) {
        to.stir();
        stirred = deps.now();
      }
    }
  }

  async function linger(left: Line): Promise<void> {
    await deps.sleep(LINGER_MS);
    if (waits === 0) left.close();
  }

  async function wait(area: Area, cursor: Cursor, signal: AbortSignal): Promise<void> {
    const now = await connected(signal);
    if (!now) {
      await deps.sleep(POLL_MS, signal);
      return;
    }
    const heard = now.heard(area);
    const known = listed.get(area);
    const isFresh = known?.cursor === cursor && known.mark.line === now && known.mark.heard === heard;
    if (!isFresh && (await hasChanged(area, cursor, signal))) return;
    await listen(now, area, heard, signal);
  }

  const watch = async (area: Area, cursor: Cursor, signal: AbortSignal) => {
    waits++;
    try {
      await wait(area, cursor, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (isStorageError(error, 'CursorExpired') || isStorageError(error, 'Unauthorized')) throw error;
      // The cloud can't be asked just now.
      const asked = isStorageError(error) ? (error.retryAfter ?? 0) : 0;
      await deps.sleep(Math.max(asked, POLL_MS), signal);
    } finally {
      waits--;
      if (waits === 0 && line?.isOpen()) void linger(line);
    }
  };
  return Object.assign(watch, {
    mark: (area: Area): Mark => ({ line, heard: line?.heard(area) ?? 0 }),
    listed(area: Area, cursor: Cursor, mark: Mark) {
      if (mark.line) listed.set(area, { cursor, mark });
    },
  });
}
