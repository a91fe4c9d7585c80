/** Waiting for the network, as far as a browser tells. */
import type { Host } from './host.ts';

/**
 * `navigator.onLine` may say online without a network, never the other way round for long: it only shortens a pause,
 * and the pause ends by itself all the same.
 */
const ASK_AGAIN = 30_000;

/**
 * Until somebody says that there is something to do, as the host does when the network is back, or for half a minute.
 * @throws the signal's reason
 */
export async function untilHurried(
  { nudge, sleep }: { readonly nudge: Pick<Host['nudge'], 'listen'>; readonly sleep: Host['sleep'] },
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  const hurried = new AbortController();
  const unlisten = nudge.listen(() => hurried.abort());
  try {
    await sleep(ASK_AGAIN, AbortSignal.any(signal ? [signal, hurried.signal] : [hurried.signal]));
  } catch (error) {
    if (!hurried.signal.aborted) throw error;
  } finally {
    unlisten();
  }
  signal?.throwIfAborted();
}
