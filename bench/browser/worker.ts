/** Two devices in one worker, each with an IndexedDB of its own, over a storage in the same worker that is some ms away. */
import { withLatency } from '../../backends/latency.ts';
import { openMemory } from '../../backends/memory/client.ts';
import { createDatabase, openDatabase } from '../../src/cache/database.ts';
import { createDexieState } from '../../src/cache/dexie-state.ts';
import { found, join, placeOf } from '../device.ts';
import { contentsOf, expectedContents, fill, mustEqual, newest, rowsOf, type Size } from '../library.ts';
import { createMemory, FIRST_SCREEN, throughInterface, watchList } from '../connection.ts';
import { sleep } from '../../backends/sleep.ts';

/** Seconds. */
export interface BrowserRun {
  readonly push: number;
  readonly pull: number;
  readonly firstScreen: number;
  readonly list: number;
}

async function freshDatabase(name: string) {
  const old = createDatabase(name);
  await old.delete();
  const db = createDatabase(name);
  await openDatabase(db);
  return db;
}

async function run(size: Size, latency: number): Promise<BrowserRun> {
  const provider = createMemory();
  const connect = () => throughInterface(withLatency(openMemory(provider), latency, sleep));
  const one = await freshDatabase('bench-one');
  const first = createDexieState(one);
  await fill(first, rowsOf(size));
  const pushing = await found(placeOf(first, connect().storage));
  let began = performance.now();
  await pushing.sync();
  const push = (performance.now() - began) / 1000;

  const other = await freshDatabase('bench-other');
  const connection = connect();
  const second = createDexieState(other);
  const { state, reached } = watchList(second, newest(size, FIRST_SCREEN), size.count, connection);
  const pulling = await join(placeOf(state, connection.storage));
  began = performance.now();
  await pulling.sync();
  const pull = (performance.now() - began) / 1000;
  mustEqual('the device that pulled', await contentsOf(second), await expectedContents(size));
  if (!reached.screen || !reached.list) throw new Error('the list never became complete');
  const [firstScreen, list] = [reached.screen, reached.list].map(({ at }) => (at - began) / 1000) as [number, number];
  for (const db of [one, other]) await db.delete();
  return { push, pull, firstScreen, list };
}

self.addEventListener('message', ({ data }: MessageEvent<{ readonly size: Size; readonly latency: number }>) => {
  run(data.size, data.latency).then(
    (result) => self.postMessage(result),
    (error: unknown) => self.postMessage({ error: error instanceof Error ? `${error.stack}` : String(error) }),
  );
});
