/** Clients on a stand-in in the same program, on a clock moved by hand: what the client's tests are made of. */
import { createHandClock, type HandClock } from '../hand-clock.ts';
import type { ConnectionSettings } from '../provider.ts';
import type { Area, Cursor, ObjectName, Storage } from '../storage.ts';
import { objectName, StorageError } from '../storage.ts';
import { createGoogleDriveStorage, type GoogleDriveDeps } from './client.ts';
import { asFetch, createDriveEmulator, DEMO_CLIENT_ID, type DriveEmulator } from './emulator/emulator.ts';
import type { Behaviour, DriveFile } from './emulator/world.ts';
import { createJournal } from './journal.ts';
import { createKept } from './settings.ts';

export const A = objectName('log/a');
export const B = objectName('log/b');
export const bytes = (...values: number[]) => new Uint8Array(values);

/** One program that is connected to the account. */
export interface Device {
  readonly storage: Storage;
  /** As they were saved last. */
  readonly settings: () => ConnectionSettings;
}

export interface Setting {
  readonly emulator: DriveEmulator;
  readonly clock: HandClock;
  /** Another program. @param from settings of a device; absent: somebody who has just signed in. */
  readonly device: (from?: ConnectionSettings, deps?: Partial<GoogleDriveDeps>) => Device;
  /** "files.list 200", from here on. */
  readonly log: () => string[];
  /** What lies in the account: files by their names, without folders. */
  readonly files: () => readonly DriveFile[];
  readonly folders: () => readonly DriveFile[];
}

interface Choice {
  readonly space?: 'drive' | 'appDataFolder';
  readonly behaviour?: Partial<Behaviour>;
}

export function setting({ space = 'drive', behaviour = {} }: Choice = {}): Setting {
  const clock = createHandClock();
  const emulator = createDriveEmulator({ clock, behaviour });
  let logged = 0;
  const now = () => clock.now();

  function device(from?: ConnectionSettings, deps: Partial<GoogleDriveDeps> = {}): Device {
    const { accessToken, accountId } = emulator.signIn();
    let settings: ConnectionSettings = from ?? { space, accountId };
    const storage = createGoogleDriveStorage({
      fetch: asFetch(emulator),
      now,
      async sleep(ms, signal) {
        await clock.wait(ms, signal);
        signal?.throwIfAborted();
      },
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      api: 'https://www.googleapis.com',
      tokens: { current: async () => accessToken, renew: async () => undefined },
      kept: createKept(settings, async (changed) => {
        settings = JSON.parse(JSON.stringify(changed)) as ConnectionSettings;
      }),
      journal: createJournal(now),
      timer: () => new AbortController().signal,
      ...deps,
    });
    return { storage, settings: () => settings };
  }

  const all = () => emulator.person().files(DEMO_CLIENT_ID);
  return {
    emulator,
    clock,
    device,
    log() {
      const lines = emulator.requests.slice(logged).map(({ route, status }) => `${route} ${status ?? 'none'}`);
      logged = emulator.requests.length;
      return lines;
    },
    files: () => all().filter((file) => file.content),
    folders: () => all().filter((file) => !file.content),
  };
}

export async function failure(call: Promise<unknown>): Promise<StorageError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof StorageError)) throw new Error('expected a StorageError', { cause: error });
  return error;
}

/** Follows an area as a reader does, from one call to the next. */
export function follower(storage: Storage, area: Area = 'log') {
  const sizes = new Map<ObjectName, number>();
  let cursor: Cursor | undefined;
  return {
    cursor: () => cursor ?? ('' as Cursor),
    /** Everything there is by now, by name. */
    async read(): Promise<Record<string, number>> {
      for (let more = true; more; ) {
        const page = await storage.changes(area, cursor);
        for (const event of page.events) {
          if (event.kind === 'added') sizes.set(event.name, event.size);
          else sizes.delete(event.name);
        }
        ({ cursor, more } = page);
      }
      return Object.fromEntries([...sizes].sort(([one], [other]) => (one < other ? -1 : 1)));
    },
  };
}
