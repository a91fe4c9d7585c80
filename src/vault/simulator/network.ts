/** A device's way to the storage, and what happens to requests and answers on it. */
import { openMemory, memorySettings } from '../../../backends/memory/client.ts';
import type { MemoryProvider } from '../../../backends/memory/provider.ts';
import {
  type ChangesPage,
  type ObjectName,
  type Storage,
  StorageError,
  type StorageEvent,
} from '../../../backends/storage.ts';
import type { ConnectionSettings } from '../../../backends/provider.ts';
import type { Dice } from './dice.ts';
import type { Told } from './hearsay.ts';
import type { Weather } from './weather.ts';

export interface NetworkDeps {
  readonly provider: MemoryProvider;
  /** Somebody else's account with the same provider. */
  readonly stranger: MemoryProvider;
  readonly weather: Weather;
  readonly dice: Dice;
  /** Hears of each page of a listing that reached the device. */
  readonly told: Told;
  /** Hears of each object that the device sends. */
  readonly putting: (name: ObjectName) => void;
  readonly trace: (line: () => string) => void;
}

export interface Network {
  readonly storage: Storage;
  /** The cable is pulled, or put in again. */
  setOffline(offline: boolean): void;
  /** @param certainly to the account that the vault lies in; else, now and then, to somebody else's. */
  signIn(certainly?: boolean): void;
}

/** A listing that leaves something out. What it leaves out is seen again in a full listing, if ever. */
function withHoles({ events, ...page }: ChangesPage, dice: Dice): ChangesPage {
  const gone = dice.next();
  return { ...page, events: events.filter((event) => event.kind === 'removed' || !dice.chance(gone)) };
}

/** What may be told once more without telling something else. */
function lastOfEach(events: readonly StorageEvent[]): StorageEvent[] {
  return [...new Map(events.map((event) => [event.name, event])).values()];
}

/** There are two of some objects: what is true of one is told of the other as well. */
function doubled(events: readonly StorageEvent[], dice: Dice): StorageEvent[] {
  return events.flatMap((event) => {
    if (event.kind === 'removed' || !dice.chance(0.5)) return [event];
    const other = { ...event, time: event.time + dice.between(-100_000, 100_000) };
    return dice.chance(0.5) ? [event, other] : [other, { kind: 'removed', name: event.name } as const, event];
  });
}

export function createNetwork(deps: NetworkDeps): Network {
  const { weather, dice, trace } = deps;
  let { provider } = deps;
  let settings: ConnectionSettings = memorySettings(provider);
  let offline = false;

  async function request<Result>(what: string, send: (storage: Storage) => Promise<Result>): Promise<Result> {
    const fail = (kind: 'Unavailable' | 'RateLimited', why: string, options = {}): never => {
      trace(() => `${what}: ${why}`);
      throw new StorageError(kind, why, options);
    };
    if (offline) fail('Unavailable', 'offline');
    if (dice.chance(weather.unavailable)) fail('Unavailable', 'no answer, nothing done');
    if (dice.chance(weather.limited)) fail('RateLimited', 'too many requests', { retryAfter: dice.between(1, 60_000) });
    if (dice.chance(weather.loggedOut)) settings = { token: 'a token that was taken back' };
    if (dice.chance(weather.expired)) provider.expireCursors();
    const cut = dice.chance(weather.broken);
    const lost = dice.chance(weather.lostReply);
    let result: Result;
    try {
      result = await send(openMemory(provider, settings));
    } catch (error) {
      trace(() => `${what}: ${error instanceof StorageError ? error.kind : String(error)}`);
      throw error;
    }
    // A cut answer and a login page both reach the vault as this; that backends notice them is their own suite's matter.
    if (cut) fail('Unavailable', 'the answer was broken');
    if (lost) fail('Unavailable', 'done, but the answer was lost');
    trace(() => `${what}: done`);
    return result;
  }

  const storage: Storage = {
    put(name, bytes, signal) {
      deps.putting(name);
      return request(`put ${name} (${bytes.length})`, (to) => to.put(name, bytes, signal));
    },
    async get(name, range, signal) {
      const part = range ? ` from ${range.start} to ${range.end ?? 'the end'}` : '';
      const bytes = await request(`get ${name}${part}`, (from) => from.get(name, range, signal));
      if (bytes.length > 0 && dice.chance(weather.flipped)) {
        const at = dice.between(0, bytes.length);
        bytes[at] = (bytes[at] as number) ^ dice.between(1, 256);
        trace(() => `get ${name}: byte ${at} flipped on its way`);
      }
      return bytes;
    },
    async changes(area, cursor, signal) {
      const full = await request(`changes since ${cursor ?? 'the beginning'}`, (from) =>
        from.changes(area, cursor, signal),
      );
      const page = full.events.length > 0 && dice.chance(weather.partial) ? withHoles(full, dice) : full;
      deps.told.record(
        cursor,
        page.events.flatMap((event) => (event.kind === 'added' ? [event.name] : [])),
        page.cursor,
      );
      if (page.events.length === 0) return page;
      if (dice.chance(weather.doubled)) return { ...page, events: doubled(page.events, dice) };
      if (!dice.chance(weather.repeated)) return page;
      return { ...page, events: [...page.events, ...lastOfEach(page.events).filter(() => dice.chance(0.5))] };
    },
    delete: (names, signal) => request(`delete ${names.join()}`, (from) => from.delete(names, signal)),
    watch: (area, cursor, signal) => request('watch', (to) => to.watch(area, cursor, signal)),
    about: (signal) => request('about', (to) => to.about(signal)),
  };

  return {
    storage,
    setOffline(value) {
      offline = value;
    },
    signIn(certainly = false) {
      provider = !certainly && dice.chance(weather.otherAccount) ? deps.stranger : deps.provider;
      if (provider === deps.stranger) trace(() => 'signs in to another account');
      settings = memorySettings(provider);
    },
  };
}
