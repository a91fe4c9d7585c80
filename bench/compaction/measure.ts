/** How short and how small the vault stays while devices write to it, and what that costs. */
import { openMemory } from '../../backends/memory/client.ts';
import { contentsOf, fill, mustEqual, rowsOf, type Size } from '../library.ts';
import { createMemoryState } from '../../src/vault/memory-state.ts';
import { loadDocs } from '../../src/vault/documents.ts';
import { stateOf } from '../../src/notes/merge.ts';
import type { State } from '../../src/vault/state.ts';
import type { Bytes } from '../../src/vault/crypto.ts';
import { openContext } from '../../src/vault/context.ts';
import { presentPacks, supersededAmong } from '../../src/vault/dominance.ts';
import { found, placeOf } from '../device.ts';
import { createMemory } from '../connection.ts';
import { type Device, createWorld, first, further, perform, rest, type World, wordsFrom } from './fleet.ts';
import { type Course, workload } from './workload.ts';

export interface Compaction {
  /** The most at any time: objects listed, and live packs. */
  readonly listed: number;
  readonly live: number;
  /** The most at any look, as a share of what the same notes take in a vault that was just made. */
  readonly stored: number;
  /** Bytes, without the first push. */
  readonly pushed: number;
  readonly compacted: number;
  /** Puts of pushes, and all requests of idle work. */
  readonly requests: number;
  readonly pushes: number;
  /** The most that a fresh device took, at any look, from connecting until everything was there. */
  readonly fresh: number;
  /** A device that came two years before the end, and then only at the end; null where the course is shorter. */
  readonly sleeper: { readonly requests: number; readonly bytes: number; readonly seconds: number } | null;
  /** Requests and bytes in with which all devices together followed the others. */
  readonly following: { readonly requests: number; readonly bytes: number };
}

export interface Plan {
  readonly size: Size;
  readonly course: Course;
  /** How many of the devices do idle work. */
  readonly compactors: number;
  /** How often a fresh device joins and a fresh vault is made to compare with. */
  readonly looks: number;
  readonly tell: (progress: string) => void;
}

/** Idle work also goes on between pushes: a device that is on all day looks and tidies up every quarter of an hour. Others come to push. */
const LOOKS_IN = 900_000;
const DAY = 86_400_000;
/** Days. */
const SLEEPS = 730;

function storedIn(world: World): number {
  return world.provider.used();
}

/** Bytes that all notes of a device take in a vault of their own. */
async function freshVault(state: State): Promise<number> {
  const copy = createMemoryState();
  const notes = await state.read(['notes'], (tx) => tx.notes.list());
  for (let at = 0; at < notes.length; at += 500) {
    const batch = notes.slice(at, at + 500);
    const docs = await state.read(['bodies'], (tx) =>
      loadDocs(
        tx,
        batch.map((row) => row.id),
      ),
    );
    const bodies = [...docs].map(([doc, { doc: loaded }]) => {
      const bytes = stateOf(loaded) as Bytes;
      loaded.destroy();
      return { doc, bytes };
    });
    await fill(copy, [{ notes: batch, bodies }]);
  }
  const provider = createMemory();
  await (await found(placeOf(copy, openMemory(provider)))).sync();
  return provider.used();
}

/** Live packs, as this device knows them. */
async function livePacks({ place }: Device): Promise<number> {
  const ctx = await openContext(place);
  if (!ctx) throw new Error('not connected');
  const rows = await place.state.read(['packs'], (tx) => presentPacks(ctx, tx));
  const superseded = supersededAmong(ctx, rows);
  return rows.filter((row) => !superseded.has(row)).length;
}

export async function measureCompaction({ size, course, compactors, looks, tell }: Plan): Promise<Compaction> {
  const world = createWorld();
  const state = createMemoryState();
  await fill(state, rowsOf(size));
  const devices: Device[] = [await first(world, state)];
  await devices[0]?.session.sync();
  while (devices.length < course.devices) {
    const device = await further(world);
    await device.session.sync();
    devices.push(device);
  }
  const notes = await state.read(['notes'], (tx) => tx.notes.list());
  notes.sort((a, b) => a.modified - b.modified || (a.id < b.id ? -1 : 1));
  const ids = notes.map((row) => row.id);
  const words = wordsFrom(course.seed);
  const result = {
    listed: 0,
    live: 0,
    stored: 0,
    pushed: 0,
    compacted: 0,
    requests: 0,
    pushes: 0,
    fresh: 0,
    sleeper: null as Compaction['sleeper'],
    following: { requests: 0, bytes: 0 },
  };
  const beginning = world.time;

  async function follow(device: Device): Promise<void> {
    const [requests, bytes] = [device.requests(), device.bytesIn()];
    await device.session.pull();
    result.following.requests += device.requests() - requests;
    result.following.bytes += device.bytesIn() - bytes;
  }

  async function tidy(device: Device): Promise<void> {
    if (devices.indexOf(device) >= compactors) return;
    const before = device.requests();
    result.compacted += (await rest(device)).written;
    result.requests += device.requests() - before;
  }

  async function look(): Promise<void> {
    for (const device of devices) await follow(device);
    const one = devices[0] as Device;
    const fresh = await further(world);
    await fresh.session.sync();
    result.fresh = Math.max(result.fresh, fresh.requests());
    const wanted = await contentsOf(one.place.state);
    for (const other of [...devices.slice(1), fresh])
      mustEqual('a device that followed', await contentsOf(other.place.state), wanted);
    const ratio = storedIn(world) / (await freshVault(one.place.state));
    result.stored = Math.max(result.stored, ratio);
    tell(
      `day ${Math.round((world.time - beginning) / DAY)}: ${world.provider.objects().size} objects, ${await livePacks(one)} live, ` +
        `stored ${ratio.toFixed(3)}, compacted ${(result.compacted / result.pushed).toFixed(2)}, fresh device ${fresh.requests()} requests`,
    );
  }

  let lastLook = 0;
  let sleeper: Device | null = null;
  let tick = beginning + LOOKS_IN;
  for (const step of workload(course, ids)) {
    const at = beginning + step.at;
    for (; tick < at; tick += LOOKS_IN) {
      world.time = tick;
      for (const device of devices.slice(0, compactors)) {
        await follow(device);
        await tidy(device);
      }
    }
    world.time = at;
    const device = devices[step.device] as Device;
    await follow(device);
    await perform(device, step, words);
    const [requests, bytes] = [device.requests(), device.bytesOut()];
    await device.session.push();
    result.requests += device.requests() - requests;
    result.pushed += device.bytesOut() - bytes;
    result.pushes++;
    result.listed = Math.max(result.listed, world.provider.objects().size);
    await tidy(device);
    result.listed = Math.max(result.listed, world.provider.objects().size);
    if (result.pushes % 5 === 0) result.live = Math.max(result.live, await livePacks(device));
    if (!sleeper && course.days > SLEEPS && step.at >= (course.days - SLEEPS) * DAY) {
      sleeper = await further(world);
      await sleeper.session.sync();
    }
    const due = Math.floor((step.at / (course.days * DAY)) * looks);
    if (due > lastLook) await look();
    lastLook = due;
  }
  await look();
  if (sleeper) {
    const [requests, bytes, began] = [sleeper.requests(), sleeper.bytesIn(), performance.now()];
    await sleeper.session.sync();
    const seconds = (performance.now() - began) / 1000;
    result.sleeper = { requests: sleeper.requests() - requests, bytes: sleeper.bytesIn() - bytes, seconds };
    mustEqual(
      'a device that slept',
      await contentsOf(sleeper.place.state),
      await contentsOf((devices[0] as Device).place.state),
    );
  }
  return result;
}
