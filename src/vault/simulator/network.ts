/** A device's way to the storage, and what happens to requests and answers on it. */
import { openMemory, memorySettings } from '../../../backends/memory/client.ts';
import type { MemoryProvider } from '../../../backends/memory/provider.ts';
import { type Storage, StorageError } from '../../../backends/storage.ts';
import type { ConnectionSettings } from '../../../backends/provider.ts';
import type { Dice } from './dice.ts';
import type { Told } from './oracle.ts';
import type { Weather } from './weather.ts';

export interface NetworkDeps {
  readonly provider: MemoryProvider;
  readonly weather: Weather;
  readonly dice: Dice;
  /** Hears of each page of a listing that reached the device. */
  readonly told: Told;
  readonly trace: (line: () => string) => void;
}

export interface Network {
  readonly storage: Storage;
  /** The cable is pulled, or put in again. */
  setOffline(offline: boolean): void;
  signIn(): void;
}

export function createNetwork(deps: NetworkDeps): Network {
  const { provider, weather, dice, trace } = deps;
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
    put: (name, bytes, signal) => request(`put ${name} (${bytes.length})`, (to) => to.put(name, bytes, signal)),
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
      const page = await request(`changes since ${cursor ?? 'the beginning'}`, (from) =>
        from.changes(area, cursor, signal),
      );
      deps.told.record(
        cursor,
        page.events.flatMap((event) => (event.kind === 'added' ? [event.name] : [])),
        page.cursor,
      );
      if (page.events.length === 0 || !dice.chance(weather.repeated)) return page;
      return { ...page, events: [...page.events, ...page.events.filter(() => dice.chance(0.5))] };
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
    signIn() {
      settings = memorySettings(provider);
    },
  };
}
