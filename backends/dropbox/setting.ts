/** A client on a stand-in in the same program, on a virtual clock: what the client's tests are made of. */
import type { ConnectionSettings } from '../provider.ts';
import type { Cursor, Storage } from '../storage.ts';
import { StorageError, objectName } from '../storage.ts';
import { createVirtualClock } from '../virtual-clock.ts';
import { createAccessTokens, readSettings } from './access-token.ts';
import { createDropboxStorage } from './client.ts';
import { createCommitQueue } from './commit-queue.ts';
import type { Timer } from '../deadline.ts';
import type { DropboxEmulator } from './emulator/emulator.ts';
import { asFetch, createDropboxEmulator } from './emulator/emulator.ts';
import type { Behaviour } from './emulator/world.ts';
import { DROPBOX_ENDPOINTS } from './transport.ts';

export const A = objectName('log/a');
export const B = objectName('log/b');
export const bytes = (...values: number[]) => new Uint8Array(values);

interface Setting {
  readonly emulator: DropboxEmulator;
  readonly storage: Storage;
  readonly saved: ConnectionSettings[];
  readonly clock: ReturnType<typeof createVirtualClock>;
  /** Every pause that the client made, in ms. */
  readonly pauses: number[];
  /** "files/upload header 200", from here on. */
  readonly log: () => string[];
}

interface Choice {
  readonly behaviour?: Partial<Behaviour>;
  readonly mode?: 'auto' | 'header' | 'url';
  readonly fetch?: (emulator: DropboxEmulator) => typeof fetch;
  /** Absent: time is never up. */
  readonly timer?: Timer;
  readonly settings?: (tokens: ReturnType<DropboxEmulator['signIn']>) => ConnectionSettings;
}

export function setting(choice: Choice = {}): Setting {
  const clock = createVirtualClock();
  const emulator = createDropboxEmulator({
    clock: { now: clock.now, wait: (ms, signal) => clock.sleep(ms, signal).catch(() => undefined) },
    ...(choice.behaviour && { behaviour: choice.behaviour }),
  });
  const tokens = emulator.signIn();
  const settings = readSettings(choice.settings?.(tokens) ?? { ...tokens }, 'local-demo');
  const saved: ConnectionSettings[] = [];
  const pauses: number[] = [];
  const fetch = choice.fetch?.(emulator) ?? asFetch(emulator);
  const save = async (renewed: ConnectionSettings) => void saved.push(renewed);
  const timer = choice.timer ?? (() => new AbortController().signal);
  const storage = createDropboxStorage({
    fetch,
    timer,
    now: clock.now,
    sleep(ms, signal) {
      pauses.push(ms);
      return clock.sleep(ms, signal);
    },
    endpoints: DROPBOX_ENDPOINTS,
    tokens: createAccessTokens({ fetch, now: clock.now, save, api: DROPBOX_ENDPOINTS.api, timer }, settings),
    account: 'ada',
    commits: createCommitQueue(undefined),
    mode: choice.mode ?? 'header',
  });
  const log = () => emulator.requests.map(({ route, mode, status }) => `${route} ${mode} ${status ?? 'none'}`);
  return { emulator, storage, saved, clock, pauses, log };
}

export async function failure(call: Promise<unknown>): Promise<StorageError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof StorageError)) throw new Error('expected a StorageError', { cause: error });
  return error;
}

export async function cursorOf(storage: Storage): Promise<Cursor> {
  return (await storage.changes('log')).cursor;
}
