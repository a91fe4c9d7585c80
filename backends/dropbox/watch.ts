/**
 * Waiting for a change by long poll, which takes no token and may ask for a rest before the next. Where long polls
 * don't come through (a preflight or a proxy that refuses them), a calm timer stands in: it says "perhaps" once a
 * minute, and the listing that follows is the poll.
 */
import { fieldOf } from '../field-of.ts';
import { createRest } from '../rest.ts';
import type { Cursor } from '../storage.ts';
import { expiredCursor, readCursor } from './changes.ts';
import { DropboxFailure, failureOf } from './failure.ts';
import type { Transport } from './transport.ts';

export interface WatchDeps {
  readonly transport: Transport;
  readonly now: () => number;
  /** Rejects with the signal's reason when it fires. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

const ROUTE = 'files/list_folder/longpoll';
/** Dropbox adds up to 90 seconds; some networks end a silent connection after a few minutes. */
const TIMEOUT_SECONDS = 120;
const GRACE_SECONDS = 100;
const POLL_MS = 60_000;

type Poll =
  | { readonly kind: 'changes' | 'nothing'; readonly rest: number }
  | { readonly kind: 'failed'; readonly rest: number };

export function createWatch(deps: WatchDeps) {
  /** Before the next long poll. */
  const asked = createRest(deps.now);

  async function poll(cursor: string, signal: AbortSignal): Promise<Poll> {
    try {
      const response = await deps.transport({
        host: 'notify',
        route: ROUTE,
        headers: { 'Content-Type': 'application/json' },
        body: new TextEncoder().encode(JSON.stringify({ cursor, timeout: TIMEOUT_SECONDS })),
        withToken: false,
        patience: (TIMEOUT_SECONDS + GRACE_SECONDS) * 1000,
        signal,
      });
      if (!response.ok) throw await failureOf(ROUTE, response);
      // Some servers have sent this as text/plain, so the type isn't looked at.
      const answer: unknown = JSON.parse(await response.text());
      const backoff = fieldOf(answer, 'backoff');
      const changes = fieldOf(answer, 'changes');
      if (typeof changes !== 'boolean') return { kind: 'failed', rest: POLL_MS };
      return { kind: changes ? 'changes' : 'nothing', rest: typeof backoff === 'number' ? backoff * 1000 : 0 };
    } catch (error) {
      signal.throwIfAborted();
      const expired = expiredCursor(error);
      if (expired) throw expired;
      const asked = error instanceof DropboxFailure ? (error.retryAfter ?? 0) : 0;
      return { kind: 'failed', rest: Math.max(asked, POLL_MS) };
    }
  }

  return async (cursor: Cursor, signal: AbortSignal): Promise<void> => {
    const { own } = readCursor(cursor);
    for (;;) {
      const rest = asked.left();
      if (rest > 0) await deps.sleep(rest, signal);
      signal.throwIfAborted();
      const result = await poll(own, signal);
      if (result.kind === 'failed') {
        await deps.sleep(result.rest, signal);
        return;
      }
      asked.ask(result.rest);
      if (result.kind === 'changes') return;
    }
  };
}
