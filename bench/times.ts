/** How long a first push and a first pull take, and where the time goes. */
import { Session as Inspector } from 'node:inspector/promises';
import { cpuUsage } from 'node:process';
import { openMemory } from '../backends/memory/client.ts';
import { withLatency } from '../backends/latency.ts';
import type { VaultDeps } from '../src/vault/context.ts';
import { createMemoryState } from '../src/vault/memory-state.ts';
import { contentsOf, expectedContents, fill, mustEqual, newest, rowsOf, type Size } from './library.ts';
import { found, join, placeOf, platform } from './device.ts';
import { createMemory, FIRST_SCREEN, throughInterface, watchList } from './connection.ts';
import { sleep } from '../backends/sleep.ts';
import { whereItGoes } from './profile.ts';

/** Seconds. */
export interface Run {
  readonly wall: number;
  /** Of all threads of the process together. */
  readonly cpu: number;
  /** During how much of the wall time at least one such call was under way. They overlap, with each other and with the main thread. */
  readonly under: Readonly<Record<'compressing' | 'sealing' | 'network', number>>;
  /** Of a pull: from its beginning. */
  readonly firstScreen?: number;
  readonly list?: number;
  /** Of a profiled run, which is slower: the main thread's time by what it did. */
  readonly mainThread?: Readonly<Record<string, number>>;
}

/** Time during which at least one of the calls that go through it is under way. */
function stopwatch() {
  let running = 0;
  let since = 0;
  let seconds = 0;
  return {
    seconds: () => seconds,
    async time<T>(call: () => Promise<T>): Promise<T> {
      if (running++ === 0) since = performance.now();
      try {
        return await call();
      } finally {
        if (--running === 0) seconds += (performance.now() - since) / 1000;
      }
    },
  };
}

function timed() {
  const [compressing, sealing, network] = [stopwatch(), stopwatch(), stopwatch()];
  const { crypto, compression } = platform;
  const deps: VaultDeps = {
    ...platform,
    crypto: {
      ...crypto,
      seal: (...args) => sealing.time(() => crypto.seal(...args)),
      open: (...args) => sealing.time(() => crypto.open(...args)),
      sha256: (...args) => sealing.time(() => crypto.sha256(...args)),
    },
    compression: {
      deflate: (...args) => compressing.time(() => compression.deflate(...args)),
      inflate: (...args) => compressing.time(() => compression.inflate(...args)),
    },
  };
  return {
    deps,
    network,
    under: () => ({
      compressing: compressing.seconds(),
      sealing: sealing.seconds(),
      network: network.seconds(),
    }),
  };
}

async function measure(
  watch: ReturnType<typeof timed>,
  profiled: boolean,
  work: () => Promise<unknown>,
): Promise<Run & { readonly began: number }> {
  const inspector = new Inspector();
  if (profiled) {
    inspector.connect();
    await inspector.post('Profiler.enable');
    await inspector.post('Profiler.start');
  }
  const before = cpuUsage();
  const began = performance.now();
  await work();
  const wall = (performance.now() - began) / 1000;
  const { user, system } = cpuUsage(before);
  const run = { began, wall, cpu: (user + system) / 1e6, under: watch.under() };
  if (!profiled) return run;
  const { profile } = await inspector.post('Profiler.stop');
  inspector.disconnect();
  return { ...run, mainThread: whereItGoes(profile) };
}

/** @param ms that each request takes more. @throws {Error} when the second device isn't equal to the first in the end */
async function measureOnce(size: Size, rows: ReturnType<typeof library>, ms: number, profiled: boolean) {
  const provider = createMemory();
  // A request's time is its way there and back, and what the storage does.
  const connect = (watch: ReturnType<typeof timed>) => {
    const far = withLatency(openMemory(provider), ms, sleep);
    const { network } = watch;
    return throughInterface({
      put: (...args) => network.time(() => far.put(...args)),
      get: (...args) => network.time(() => far.get(...args)),
      changes: (...args) => network.time(() => far.changes(...args)),
      delete: (...args) => network.time(() => far.delete(...args)),
      watch: (...args) => network.time(() => far.watch(...args)),
      about: (...args) => network.time(() => far.about(...args)),
    });
  };

  const first = createMemoryState();
  await fill(first, rows);
  const pushing = timed();
  const firstSession = await found(placeOf(first, connect(pushing).storage, pushing.deps));
  const beforePush = pushing.under();
  const push = await measure(pushing, profiled, () => firstSession.sync());

  const pulling = timed();
  const connection = connect(pulling);
  const second = createMemoryState();
  const { state, reached } = watchList(second, newest(size, FIRST_SCREEN), size.count, connection);
  const secondSession = await join(placeOf(state, connection.storage, pulling.deps));
  const beforePull = pulling.under();
  const pull = await measure(pulling, profiled, () => secondSession.sync());
  mustEqual('the device that pulled', await contentsOf(second), await expectedContents(size));
  if (!reached.screen || !reached.list) throw new Error('the list never became complete');
  return {
    push: { ...push, under: difference(push.under, beforePush) },
    pull: {
      ...pull,
      under: difference(pull.under, beforePull),
      firstScreen: (reached.screen.at - pull.began) / 1000,
      list: (reached.list.at - pull.began) / 1000,
    },
  };
}

function difference(now: Run['under'], before: Run['under']): Run['under'] {
  return {
    compressing: now.compressing - before.compressing,
    sealing: now.sealing - before.sealing,
    network: now.network - before.network,
  };
}

function library(size: Size) {
  return [...rowsOf(size)];
}

export interface Times {
  /** Additional ms of each request. */
  readonly latency: number;
  readonly push: readonly Run[];
  readonly pull: readonly Run[];
  /** One more run, under the profiler. */
  readonly profiled: { readonly push: Run; readonly pull: Run };
}

export async function measureTimes(
  size: Size,
  latencies: readonly number[],
  runs: number,
  tell: (progress: string) => void,
): Promise<Times[]> {
  const rows = library(size);
  const times: Times[] = [];
  for (const latency of latencies) {
    const push: Run[] = [];
    const pull: Run[] = [];
    for (let run = 1; run <= runs; run++) {
      tell(`${latency} ms a request, run ${run} of ${runs}`);
      const once = await measureOnce(size, rows, latency, false);
      push.push(once.push);
      pull.push(once.pull);
    }
    tell(`${latency} ms a request, under the profiler`);
    times.push({ latency, push, pull, profiled: await measureOnce(size, rows, latency, true) });
  }
  return times;
}
