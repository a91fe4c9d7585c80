/** A client on a cloud in memory, on a virtual clock: what the client's tests are made of. */
import type { ConnectionSettings } from '../provider.ts';
import { seededRandom } from '../seeded-random.ts';
import type { Cursor, Storage } from '../storage.ts';
import { objectName, StorageError } from '../storage.ts';
import { createVirtualClock } from '../virtual-clock.ts';
import { type AwsClientDeps, createAwsStorage } from './client.ts';
import { createMemoryCloud, type MemoryCloud, type MemoryCloudOptions } from './memory/cloud.ts';
import type { AwsSettings } from './settings.ts';

export const A = objectName('log/a');
export const B = objectName('log/b');
export const bytes = (...values: number[]) => new Uint8Array(values);
/** As many bytes, each kind of them different from the next. */
export const many = (length: number, seed = 0) => new Uint8Array(length).map((_, index) => (index * 31 + seed) % 251);

type Answer = (send: () => Promise<Response>, request: Request) => Promise<Response>;

interface Choice extends MemoryCloudOptions {
  /** How far this device's clock is ahead of the cloud's, in ms. */
  readonly ahead?: number;
  /** In place of what the cloud would answer, to requests whose line in the log begins so: "PUT api/v1/objects". */
  readonly instead?: Readonly<Record<string, Answer>>;
  readonly settings?: (settings: AwsSettings) => AwsSettings;
  /** Time stands still; else it jumps to the next sleeper whenever nothing is at work. */
  readonly still?: boolean;
  readonly deps?: Partial<AwsClientDeps>;
}

export interface Setting {
  readonly cloud: MemoryCloud;
  readonly storage: Storage;
  /** Another device of the same person. */
  readonly other: () => Storage;
  readonly saved: ConnectionSettings[];
  readonly clock: ReturnType<typeof createVirtualClock>;
  /** Every pause that the client made, in ms. */
  readonly pauses: number[];
  /** "PUT api/v1/objects 201", from here on. */
  readonly log: string[];
  readonly instead: Record<string, Answer>;
}

/** "https://api.cloud.example/v1/objects/log/a" → "api/v1/objects" */
function placeOf({ url, headers, method }: Request): string {
  const { host, pathname } = new URL(url);
  const action = headers.get('X-Amz-Target')?.split('.')[1];
  const [service] = host.split('.');
  return action ?? `${method} ${service}${service === 'api' ? pathname.split('/').slice(0, 3).join('/') : ''}`;
}

export function setting(choice: Choice = {}): Setting {
  const clock = choice.still ? createVirtualClock(undefined, () => undefined) : createVirtualClock();
  const cloud = createMemoryCloud({ now: clock.now, sleep: clock.sleep, random: seededRandom(1) }, choice);
  const { ahead = 0 } = choice;
  const instead: Record<string, Answer> = { ...choice.instead };
  const log: string[] = [];
  const saved: ConnectionSettings[] = [];
  const pauses: number[] = [];
  const send = cloud.fetch();

  const device = (settings: AwsSettings) =>
    createAwsStorage(settings, {
      async fetch(input, init) {
        const request = new Request(input, init);
        const place = placeOf(request);
        const onward = () => send(request.clone());
        try {
          const response = await (instead[place] ?? onward)(onward, request);
          log.push(`${place} ${response.status}`);
          return response;
        } catch (error) {
          log.push(`${place} none`);
          throw error;
        }
      },
      now: () => clock.now() + ahead,
      async sleep(ms, signal) {
        pauses.push(ms);
        await clock.sleep(ms, signal);
      },
      async save(settings) {
        saved.push(settings);
      },
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      openSocket: cloud.openSocket,
      timer: () => new AbortController().signal,
      ...choice.deps,
    });
  const signedIn = () => {
    const settings = cloud.signIn('ada@demo.example');
    const { tokens } = settings;
    return { ...settings, tokens: { ...tokens, expiresAt: tokens.expiresAt + ahead } };
  };
  return {
    cloud,
    storage: device(choice.settings?.(signedIn()) ?? signedIn()),
    other: () => device(signedIn()),
    saved,
    clock,
    pauses,
    log,
    instead,
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

export async function cursorOf(storage: Storage): Promise<Cursor> {
  return (await storage.changes('log')).cursor;
}
