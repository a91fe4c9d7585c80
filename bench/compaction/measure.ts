/** How short and how small the vault stays while devices write to it, and what that costs. */
import type * as Y from 'yjs';
import { openMemory } from '../../backends/memory/client.ts';
import { contentsOf, fill, mustEqual, rowsOf, type Size } from '../library.ts';
import { createMemoryState } from '../../src/vault/memory-state.ts';
import { loadDocs } from '../../src/vault/documents.ts';
import { hexOf, type NoteId } from '../../src/notes/ids.ts';
import { snapshotDigestInput, stateOf } from '../../src/notes/merge.ts';
import type { State } from '../../src/vault/state.ts';
import type { Bytes } from '../../src/vault/crypto.ts';
import { type Context, openContext } from '../../src/vault/context.ts';
import { createDominance, presentPacks, supersededAmong } from '../../src/vault/dominance.ts';
import { tierOf } from '../../src/vault/pack.ts';
import { found, placeOf } from '../device.ts';
import { createMemory } from '../connection.ts';
import {
  clientIdsFrom,
  type Device,
  createWorld,
  first,
  further,
  perform,
  rest,
  type World,
  wordsFrom,
} from './fleet.ts';
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
  /** What fresh devices took, from connecting until everything was there: at the looks, every month, and whenever more was listed than ever. */
  readonly fresh: readonly { readonly requests: number; readonly listed: number }[];
  /** A device that came two years before the end, and then only at the end; null where the course is shorter. */
  readonly sleeper: Sleeper | null;
  /** Merged packs by their size tier: how many, and their bytes. */
  readonly tiers: ReadonlyMap<number, { readonly packs: number; readonly bytes: number }>;
  /** Requests and bytes in with which all devices together followed the others. */
  readonly following: { readonly requests: number; readonly bytes: number };
}

interface Sleeper {
  readonly requests: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Notes that were changed or begun while it slept, of how many, and the bytes that they take in a vault of their own. */
  readonly changed: number;
  readonly notes: number;
  readonly alone: number;
  /** Bytes that lie in the storage. */
  readonly stored: number;
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

/** A device that is on all day hears of each push by its watch, and tidies up ten seconds later, as the engine does. Others come to push. */
const QUIET = 10_000;
/** It also looks when nothing happens: what has to wait is done then. */
const LOOKS_IN = 1_800_000;
const DAY = 86_400_000;
/** Days. */
const SLEEPS = 730;
const MONTH = 30;
/** From so many listed objects on a fresh device joins whenever there are more than ever before. */
const MANY = 30;

function storedIn(world: World): number {
  return world.provider.used();
}

/** The notes' documents, some at a time. */
async function* documents(state: State) {
  const notes = await state.read(['notes'], (tx) => tx.notes.list());
  for (let at = 0; at < notes.length; at += 500) {
    const batch = notes.slice(at, at + 500);
    const ids = batch.map((row) => row.id);
    yield { batch, docs: await state.read(['bodies'], (tx) => loadDocs(tx, ids)) };
  }
}

/** Bytes that notes of a device take in a vault of their own. */
async function freshVault(state: State, which: (id: NoteId) => boolean = () => true): Promise<number> {
  const copy = createMemoryState();
  for await (const { batch, docs } of documents(state)) {
    const notes = batch.filter(({ id }) => which(id));
    const bodies = notes.map(({ id }) => ({ doc: id, bytes: stateOf((docs.get(id) as { doc: Y.Doc }).doc) as Bytes }));
    for (const { doc } of docs.values()) doc.destroy();
    await fill(copy, [{ notes, bodies }]);
  }
  const provider = createMemory();
  await (await found(placeOf(copy, openMemory(provider)))).sync();
  return provider.used();
}

/** What of each note a device has. */
async function digests(state: State): Promise<Map<NoteId, string>> {
  const found = new Map<NoteId, string>();
  for await (const { batch, docs } of documents(state)) {
    for (const { id } of batch) found.set(id, hexOf(snapshotDigestInput((docs.get(id) as { doc: Y.Doc }).doc)));
    for (const { doc } of docs.values()) doc.destroy();
  }
  return found;
}

/** Live packs, as a device knows them. */
function countLive(): (device: Device) => Promise<number> {
  // Reading all that a device has applied takes longer than all else here, and is only asked for where a pack leaves a part to others.
  const contexts = new Map<Device, Context>();
  const dominates = createDominance();
  return async (device) => {
    const { state } = device.place;
    let ctx = contexts.get(device);
    const isOld = async (old: Context) =>
      (await state.read(['packs'], (tx) => presentPacks(old, tx))).some((row) =>
        row.with.some((item) => !old.applied.has(item)),
      );
    if (!ctx || (await isOld(ctx))) ctx = (await openContext(device.place)) ?? undefined;
    if (!ctx) throw new Error('not connected');
    contexts.set(device, ctx);
    const known = ctx;
    const rows = await state.read(['packs'], (tx) => presentPacks(known, tx));
    const superseded = supersededAmong(known, rows, dominates);
    return rows.filter((row) => !superseded.has(row)).length;
  };
}

async function wakeUp(sleeper: Device, world: World): Promise<Sleeper> {
  const { state } = sleeper.place;
  const before = await digests(state);
  const [requests, bytes, began] = [sleeper.requests(), sleeper.bytesIn(), performance.now()];
  await sleeper.session.sync();
  const seconds = (performance.now() - began) / 1000;
  const took = { requests: sleeper.requests() - requests, bytes: sleeper.bytesIn() - bytes, seconds };
  const after = await digests(state);
  const changed = new Set([...after].filter(([id, digest]) => before.get(id) !== digest).map(([id]) => id));
  const alone = await freshVault(state, (id) => changed.has(id));
  return { ...took, changed: changed.size, notes: after.size, alone, stored: storedIn(world) };
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
  const clientIds = clientIdsFrom(course.seed);
  const livePacks = countLive();
  const tiers = new Map<number, { packs: number; bytes: number }>();
  const result = {
    tiers,
    listed: 0,
    live: 0,
    stored: 0,
    pushed: 0,
    compacted: 0,
    requests: 0,
    pushes: 0,
    fresh: [] as { requests: number; listed: number }[],
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
    for (const bytes of await rest(device)) {
      const tier = tierOf(bytes);
      const { packs, bytes: before } = tiers.get(tier) ?? { packs: 0, bytes: 0 };
      tiers.set(tier, { packs: packs + 1, bytes: before + bytes });
      result.compacted += bytes;
    }
    result.requests += device.requests() - before;
  }

  async function joinFresh(): Promise<Device> {
    const fresh = await further(world);
    await fresh.session.sync();
    result.fresh.push({ requests: fresh.requests(), listed: world.provider.objects().size });
    return fresh;
  }

  async function count(device: Device): Promise<void> {
    result.live = Math.max(result.live, await livePacks(device));
    const listed = world.provider.objects().size;
    if (listed <= result.listed) return;
    result.listed = listed;
    if (listed >= MANY) await joinFresh();
  }

  async function look(): Promise<void> {
    for (const device of devices) await follow(device);
    const one = devices[0] as Device;
    const fresh = await joinFresh();
    const wanted = await contentsOf(one.place.state);
    for (const other of [...devices.slice(1), fresh])
      mustEqual('a device that followed', await contentsOf(other.place.state), wanted);
    const ratio = storedIn(world) / (await freshVault(one.place.state));
    result.stored = Math.max(result.stored, ratio);
    tell(`${await standing()}, stored ${ratio.toFixed(3)}, fresh device ${fresh.requests()} requests`);
  }

  async function standing(): Promise<string> {
    return (
      `day ${Math.round((world.time - beginning) / DAY)}: ${world.provider.objects().size} objects, ` +
      `${await livePacks(devices[0] as Device)} live, at most ${result.listed} and ${result.live}, ` +
      `compacted ${(result.compacted / result.pushed).toFixed(3)}, ${(result.requests / result.pushes).toFixed(3)} requests a push`
    );
  }

  let lastLook = 0;
  let lastMonth = 0;
  let sleeper: Device | null = null;
  let tick = beginning + LOOKS_IN;
  for (const step of workload(course, ids)) {
    const at = beginning + step.at;
    for (; tick < at; tick += LOOKS_IN) {
      world.time = Math.max(world.time, tick);
      for (const device of devices.slice(0, compactors)) {
        await follow(device);
        await tidy(device);
        await count(device);
      }
    }
    world.time = Math.max(world.time, at);
    const device = devices[step.device] as Device;
    await follow(device);
    await perform(device, step, words, clientIds);
    const [requests, bytes] = [device.requests(), device.bytesOut()];
    await device.session.push();
    result.requests += device.requests() - requests;
    result.pushed += device.bytesOut() - bytes;
    result.pushes++;
    await count(device);
    world.time = Math.max(world.time, at + QUIET);
    for (const other of new Set([device, ...devices.slice(0, compactors)])) {
      if (other !== device) await follow(other);
      await tidy(other);
      await count(other);
    }
    if (!sleeper && course.days > SLEEPS && step.at >= (course.days - SLEEPS) * DAY) {
      sleeper = await further(world, 'platform');
      await sleeper.session.sync();
    }
    const due = Math.floor((step.at / (course.days * DAY)) * looks);
    if (due > lastLook) await look();
    lastLook = due;
    const month = Math.floor(step.at / DAY / MONTH);
    if (month > lastMonth) {
      const fresh = await joinFresh();
      tell(`${await standing()}, fresh device ${fresh.requests()} requests`);
    }
    lastMonth = month;
  }
  await look();
  if (sleeper) {
    result.sleeper = await wakeUp(sleeper, world);
    mustEqual(
      'a device that slept',
      await contentsOf(sleeper.place.state),
      await contentsOf((devices[0] as Device).place.state),
    );
  }
  return result;
}
