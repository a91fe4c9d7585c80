/** The course of a device's days: its program starts, dies and starts again; its profile and its clock are meddled with. */
import type { Device } from './device.ts';
import { copyInto } from './device.ts';
import type { Dice } from './dice.ts';
import { runEngine } from './engine.ts';
import { createLife, type Life } from './life.ts';
import { createPerson, type Person } from './person.ts';
import type { World } from './world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export interface Course {
  /** Starts the program; it starts again by itself after each death, until `stop`. */
  start(device: Device): void;
  stop(): void;
}

/** How much there is on the device before its person connects a storage. */
export interface Luggage {
  readonly notes: number;
  /** Characters in each. */
  readonly text: number;
  readonly tags: number;
}

export function drawLuggage(dice: Dice): Luggage | null {
  const roll = dice.next();
  // Heads of several pages, longer than what is fetched at first.
  if (roll < 0.01) return { notes: dice.between(280, 460), text: 20, tags: 20 };
  // Many body blocks.
  if (roll < 0.02) return { notes: dice.between(40, 120), text: dice.between(4000, 12_000), tags: 0 };
  // Packs of few notes that are just too long to be fetched whole.
  if (roll < 0.08) return { notes: dice.between(6, 12), text: dice.between(30_000, 60_000), tags: 0 };
  return null;
}

/** Ms until something that happens so many times a day happens next. */
function untilNext(dice: Dice, timesADay: number): number {
  return (-Math.log(1 - dice.next()) * DAY) / timesADay;
}

export function newLife(world: World, device: Device, dice: Dice, onDeath: () => void): Life {
  return createLife({
    clock: world.clock,
    dice,
    weather: world.weather,
    state: device.state,
    touched: device.touched,
    trace: (line) => world.trace(() => `${device.name} ${line()}`),
    onDeath,
  });
}

/** Rings for whoever waits at that moment. */
function createBell(): { ring: () => void; rung: () => Promise<void> } {
  let waiting: (() => void)[] = [];
  return {
    ring() {
      const all = waiting;
      waiting = [];
      for (const wake of all) wake();
    },
    rung: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
      }),
  };
}

async function live(person: Person, written: () => void, life: Life, dice: Dice): Promise<never> {
  for (;;) {
    await life.sleep(dice.skewed(2000, 12 * HOUR));
    for (let acts = dice.between(1, 6); acts > 0; acts--) {
      await person.act();
      // Some edits are sent while the next ones are made, others wait for the next sync.
      if (dice.chance(0.3)) written();
      await life.sleep(dice.skewed(500, 20_000));
    }
  }
}

export function createCourse(world: World): Course {
  const { clock, weather } = world;
  let running = true;

  function start(device: Device): void {
    const dice = world.dice(`life of ${device.name} ${clock.now()} ${clock.steps()}`);
    const life = newLife(world, device, dice, () => {
      startAgain(device, life, dice.skewed(1000, 6 * HOUR)).catch(world.fail);
    });
    device.life = life;
    world.trace(() => `${device.name} starts`);
    const person = createPerson(world, device, life, dice);
    const bell = createBell();
    live(person, bell.ring, life, world.dice(`days of ${device.name} ${clock.steps()}`)).catch(world.fail);
    runEngine(world, device, life, world.dice(`engine of ${device.name} ${clock.steps()}`), {
      peek: person.peek,
      written: bell.rung,
    }).catch(world.fail);
  }

  async function startAgain(device: Device, dead: Life, after: number): Promise<void> {
    await clock.sleep(after);
    if (running && device.life === dead) start(device);
  }

  /** An old copy of the profile takes its place, as after a crash or from a backup. */
  async function restore(device: Device, dice: Dice): Promise<void> {
    for (;;) {
      await clock.sleep(untilNext(dice, weather.restored));
      if (!running) return;
      const copy = await world.database();
      await copyInto(device.state, copy);
      world.trace(() => `${device.name} is copied`);
      await clock.sleep(untilNext(dice, weather.restored));
      if (!running) return;
      const life = device.life;
      device.life = undefined;
      life?.kill();
      // What the dead program had under way in its database ends before the copy takes its place.
      await clock.sleep(10_000);
      world.trace(() => `${device.name} is restored from the copy`);
      device.state = copy;
      device.restored = true;
      await world.oracle.begin(device);
      start(device);
    }
  }

  async function meddle(device: Device, dice: Dice): Promise<void> {
    for (;;) {
      await clock.sleep(untilNext(dice, weather.jumps));
      if (!running) return;
      device.ahead += dice.between(-3 * DAY, 3 * DAY);
      world.trace(() => `${device.name}'s clock jumps: ${device.ahead} ms ahead`);
    }
  }

  async function leave(device: Device, dice: Dice): Promise<void> {
    for (;;) {
      await clock.sleep(untilNext(dice, weather.offline));
      if (!running) return;
      device.network.setOffline(true);
      world.trace(() => `${device.name} is offline`);
      await clock.sleep(dice.skewed(MINUTE, 12 * HOUR));
      device.network.setOffline(false);
    }
  }

  return {
    start(device) {
      const dice = world.dice(`fate of ${device.name}`);
      start(device);
      if (weather.restored > 0) restore(device, world.dice(`copies of ${device.name}`)).catch(world.fail);
      if (weather.jumps > 0) meddle(device, dice).catch(world.fail);
      if (weather.offline > 0) leave(device, world.dice(`travels of ${device.name}`)).catch(world.fail);
    },
    stop() {
      running = false;
      for (const device of world.devices) device.life?.kill();
    },
  };
}
