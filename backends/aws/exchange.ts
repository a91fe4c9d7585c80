/** Sends one request and waits for its answer, and no longer than is sensible. Nothing is cached, no cookie goes along. */
import { deadline, type Timer } from '../deadline.ts';
import { StorageError } from '../storage.ts';

export interface Exchange {
  readonly fetch: typeof fetch;
  /** Absent: the device's own. */
  readonly timer?: Timer;
}

export interface Message {
  /** For people, for example "PUT objects": an address may hold a name. */
  readonly service: string;
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>> | Headers;
  readonly body?: Uint8Array<ArrayBuffer> | string;
  /** ms until the whole answer has to be there. */
  readonly patience: number;
  readonly signal: AbortSignal | undefined;
}

/** The error's own words stay out: some runtimes write the request into them. */
function unreachable(service: string, error: unknown): StorageError {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  const why = typeof code === 'string' && /^[A-Z_]+$/.test(code) ? ` (${code})` : '';
  return new StorageError('Unavailable', `Satchel cloud: ${service} cannot be reached${why}`);
}

/** @throws {StorageError} `Unavailable` when no answer came; the signal's reason when it fired. */
export async function exchange(deps: Exchange, message: Message): Promise<Response> {
  // A browser's own fetch must not be called as a method of something else.
  const { fetch, timer } = deps;
  const { service, url, method, headers, body, patience } = message;
  message.signal?.throwIfAborted();
  // Goes on after the answer's head has come: its body may hang as well.
  const { signal, isOver } = deadline(patience, message.signal, timer);
  try {
    return await fetch(url, {
      method,
      headers: headers instanceof Headers ? headers : { ...headers },
      ...(body !== undefined && { body }),
      cache: 'no-store',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      redirect: 'error',
      signal,
    });
  } catch (error) {
    message.signal?.throwIfAborted();
    if (isOver())
      throw new StorageError('Unavailable', `Satchel cloud: ${service} had no answer in ${patience / 1000} seconds`);
    throw unreachable(service, error);
  }
}

/** The answer's JSON; undefined when it isn't any. @throws the stream's own error when it breaks off */
export async function jsonOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
