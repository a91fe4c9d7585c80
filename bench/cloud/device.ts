/** A device whose engine follows the cloud, as an open app does, with its own database. */
// Live queries look for the global one.
import 'fake-indexeddb/auto';
import { aws } from '../../backends/aws/connect.ts';
import type { ConnectionSettings } from '../../backends/provider.ts';
import { createDatabase, openDatabase } from '../../src/cache/database.ts';
import { createDexieState } from '../../src/cache/dexie-state.ts';
import { followStorage } from '../../src/engine/engine.ts';
import { createTestHost } from '../../src/engine/host.test-support.ts';
import type { Host } from '../../src/engine/host.ts';
import type { VaultDeps } from '../../src/vault/context.ts';
import { openCounted } from '../../src/vault/simulator/device.ts';
import { synchronousCompression, synchronousCrypto } from '../../src/vault/simulator/synchronous.ts';
import type { State } from '../../src/vault/state.ts';
import { randomFrom } from '../corpus.ts';
import { type found, type join, placeOf } from '../device.ts';
import type { World } from './world.ts';

export interface OpenDevice {
  readonly state: State;
  /** The app is opened. */
  start(): void;
  /** And closed. */
  stop(): Promise<void>;
}

/** As `placeOf` calls it. */
const STORAGE = 'bench';

let devices = 0;

/** Its vault's algorithms, in the world's time. */
export function depsOf(world: World): VaultDeps {
  const crypto = synchronousCrypto(randomFrom(1, -100 - devices++));
  return { crypto, compression: synchronousCompression, now: world.clock.now };
}

/** @param how makes the vault, or joins it. @param fill what the device holds before that */
export async function createOpenDevice(
  world: World,
  how: typeof found | typeof join,
  fill: (state: State) => Promise<void> = async () => undefined,
): Promise<OpenDevice> {
  const db = createDatabase(`bench-${devices++}`);
  await openDatabase(db);
  const state = await openCounted(async () => createDexieState(db), world.wait);
  await fill(state);
  const deps = depsOf(world);
  const settings = world.signIn();
  const storage = world.open(settings);
  const session = await how(placeOf(state, storage, deps));
  await session.sync();
  const { accountId, label } = await storage.about();
  await db.connections.put({
    id: STORAGE,
    state: 'connected',
    kind: 'aws',
    access: 'account',
    label: 'Cloud',
    config: {},
    ownClient: true,
    settings,
    accountId,
    account: label,
    signedInAt: deps.now(),
  });
  const random = randomFrom(1, -200 - devices);
  const host: Host = {
    ...createTestHost(db, {
      vault: deps,
      sleep: world.clock.sleep,
      random,
      providers: [{ ...aws, open: (_: unknown, own: ConnectionSettings, { save }) => world.open(own, save) }],
    }),
    state,
  };
  let stop = new AbortController();
  let following: Promise<void> = Promise.resolve();
  return {
    state,
    start() {
      stop = new AbortController();
      following = followStorage(host, stop.signal).catch(() => undefined);
    },
    async stop() {
      stop.abort(new Error('the app is closed'));
      await following;
    },
  };
}
