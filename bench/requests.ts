/** How many requests a sync takes, by what they are for: over the storage interface, or as a provider's server sees them. */
import { counting } from '../backends/counting.ts';
import { openMemory } from '../backends/memory/client.ts';
import type { MemoryProvider } from '../backends/memory/provider.ts';
import { openDropbox } from '../backends/dropbox/connect.ts';
import { DEMO_CLIENT_ID } from '../backends/dropbox/emulator/emulator.ts';
import { serveDropboxEmulator } from '../backends/dropbox/emulator/serve.ts';
import { createMemoryState } from '../src/vault/memory-state.ts';
import {
  type Connection,
  createMemory,
  FIRST_SCREEN,
  type Reached,
  since,
  type Tally,
  throughInterface,
  watchList,
} from './connection.ts';
import { found, join, placeOf } from './device.ts';
import { contentsOf, edit, expectedContents, fill, mustEqual, newest, rowsOf, type Size } from './library.ts';

export interface Server {
  readonly open: () => Connection;
  readonly close: () => Promise<void>;
}

export async function memoryServer(provider: MemoryProvider = createMemory()): Promise<Server> {
  return { open: () => throughInterface(openMemory(provider)), close: async () => undefined };
}

/** The Dropbox stand-in on a port of this computer; what is counted are the HTTP requests that reach it. */
export async function dropboxServer(): Promise<Server> {
  const served = await serveDropboxEmulator();
  const { emulator, endpoints } = served;
  return {
    open() {
      const first = emulator.requests.length;
      const counted = counting(
        openDropbox(
          { clientId: DEMO_CLIENT_ID, endpoints },
          { clientId: DEMO_CLIENT_ID, ...emulator.signIn() },
          {
            fetch,
            now: () => Date.now(),
            randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
            save: async () => undefined,
          },
        ),
      );
      return {
        storage: counted.storage,
        tally() {
          const tally: Record<string, number> = {};
          for (const { route } of emulator.requests.slice(first)) tally[route] = (tally[route] ?? 0) + 1;
          return tally;
        },
        bytesIn: () => counted.counts().bytesIn,
      };
    },
    close: () => served.close(),
  };
}

export interface Requests {
  /** Asking whose account it is, looking what is there, making the vault with its two key slots, looking again. */
  readonly connecting: Tally;
  readonly firstPush: Tally;
  /** Asking whose account it is, looking what is there, fetching a key slot. */
  readonly joining: Tally;
  /** Bytes of that slot. */
  readonly joinedBytes: number;
  /** Of the first sync, from its beginning. */
  readonly firstScreen: Reached;
  readonly list: Reached;
  readonly firstPull: Tally;
  readonly idle: Tally;
  /** By number of changed notes. */
  readonly changed: ReadonlyMap<number, { readonly pusher: Tally; readonly receiver: Tally }>;
}

/** Two devices, from nothing to equal, with every note compared in the end. @throws {Error} when they aren't equal */
export async function measureRequests(server: Server, size: Size): Promise<Requests> {
  const one = server.open();
  const first = createMemoryState();
  await fill(first, rowsOf(size));
  const wanted = await expectedContents(size);
  mustEqual('the first device, filled', await contentsOf(first), wanted);
  const pushing = await found(placeOf(first, one.storage));
  const connecting = one.tally();
  await pushing.sync();
  const firstPush = since(one.tally(), connecting);

  const other = server.open();
  const second = createMemoryState();
  const { state, reached } = watchList(second, newest(size, FIRST_SCREEN), size.count, other);
  const pulling = await join(placeOf(state, other.storage));
  const joining = other.tally();
  const joinedBytes = other.bytesIn();
  await pulling.sync();
  const firstPull = since(other.tally(), joining);
  mustEqual('the second device', await contentsOf(second), wanted);
  if (!reached.screen || !reached.list) throw new Error('the list never became complete');

  const before = other.tally();
  await pulling.sync();
  const idle = since(other.tally(), before);

  const changed = new Map<number, { pusher: Tally; receiver: Tally }>();
  const ids = newest(size, size.count);
  for (const count of [1, 100]) {
    await edit(first, ids.slice(0, count), Date.now());
    // One after the other: a server can't tell the two connections apart.
    const mine = one.tally();
    await pushing.push();
    const pusher = since(one.tally(), mine);
    const theirs = other.tally();
    await pulling.sync();
    changed.set(count, { pusher, receiver: since(other.tally(), theirs) });
  }
  mustEqual('the second device after the changes', await contentsOf(second), await contentsOf(first));
  return {
    connecting,
    firstPush,
    joining,
    joinedBytes,
    firstScreen: { ...reached.screen, tally: since(reached.screen.tally, joining) },
    list: { ...reached.list, tally: since(reached.list.tally, joining) },
    firstPull,
    idle,
    changed,
  };
}
