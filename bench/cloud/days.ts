/** What people do with the cloud, and what it costs: opening the app, leaving it open, writing for a day, coming for the first time. */
import type { NoteId } from '../../src/notes/ids.ts';
import { createMemoryState } from '../../src/vault/memory-state.ts';
import { found, join, placeOf } from '../device.ts';
import { contentsOf, edit, expectedContents, fill, mustEqual, newest, rowsOf, type Size } from '../library.ts';
import { type Bill, between } from './bill.ts';
import { createOpenDevice, depsOf } from './device.ts';
import { createWorld, type World } from './world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** What the engine does after its start is over by then. */
const SETTLED = 20 * MINUTE;
/** Amazon ends a socket after so long. */
const SOCKET_LASTS = 2 * HOUR;

async function inWorld<Result>(sockets: boolean, live: (world: World) => Promise<Result>): Promise<Result> {
  const world = await createWorld({ sockets });
  try {
    return await live(world);
  } finally {
    await world.close();
  }
}

async function billOf(world: World, work: () => Promise<void>): Promise<Bill> {
  const before = world.bill();
  await work();
  return between(before, world.bill());
}

export interface Idle {
  /** The first minute of an app that is opened, on a device that has everything. */
  readonly start: Bill;
  /** An hour of one that nobody touches and that has no news. */
  readonly hour: Bill;
}

export function measureIdle(size: Size, sockets: boolean): Promise<Idle> {
  return inWorld(sockets, (world) => world.clock.drive(idle(world)));

  async function idle(world: World): Promise<Idle> {
    const device = await createOpenDevice(world, found, (state) => fill(state, rowsOf(size)));
    const { sleep } = world.clock;
    // As opened before: the upkeep that follows the vault's making is over.
    device.start();
    await sleep(HOUR);
    await device.stop();
    await sleep(HOUR);
    const start = await billOf(world, async () => {
      device.start();
      await sleep(MINUTE);
    });
    await sleep(SETTLED);
    const hour = await billOf(world, () => sleep(HOUR));
    await device.stop();
    return { start, hour };
  }
}

export interface Day {
  readonly pushes: number;
  readonly hours: number;
  readonly bill: Bill;
}

/** One device writes, another one is open all the while. In the end both hold the same. */
export function measureDay(size: Size, pushes: number, hours: number): Promise<Day> {
  return inWorld(true, (world) => world.clock.drive(day(world)));

  async function day(world: World): Promise<Day> {
    const { sleep, now } = world.clock;
    const writer = await createOpenDevice(world, found, (state) => fill(state, rowsOf(size)));
    const reader = await createOpenDevice(world, join);
    writer.start();
    reader.start();
    await sleep(SETTLED);
    const notes = newest(size, size.count);
    const bill = await billOf(world, async () => {
      let cutAt = now() + SOCKET_LASTS;
      for (let push = 0; push < pushes; push++) {
        await edit(writer.state, [notes[push % notes.length] as NoteId], now());
        await sleep((hours * HOUR) / pushes);
        if (now() < cutAt) continue;
        world.cutSockets();
        cutAt += SOCKET_LASTS;
      }
    });
    mustEqual('the device that followed', await contentsOf(reader.state), await contentsOf(writer.state));
    await writer.stop();
    await reader.stop();
    return { pushes, hours, bill };
  }
}

export interface First {
  /** From asking whose account it is to the last pack. */
  readonly upload: Bill;
  readonly joining: Bill;
}

/** Nothing in it waits for time to pass; without a clock, packs of 4 MB may take as long as they like. */
export function measureFirst(size: Size): Promise<First> {
  return inWorld(true, async (world) => {
    const first = createMemoryState();
    await fill(first, rowsOf(size));
    const upload = await billOf(world, async () => {
      const session = await found(placeOf(first, world.open(world.signIn()), depsOf(world)));
      await session.sync();
    });
    const second = createMemoryState();
    const joining = await billOf(world, async () => {
      const session = await join(placeOf(second, world.open(world.signIn()), depsOf(world)));
      await session.sync();
    });
    mustEqual('the fresh device', await contentsOf(second), await expectedContents(size));
    return { upload, joining };
  });
}
