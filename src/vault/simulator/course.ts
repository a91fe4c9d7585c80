/** The course of a device's days: its program starts, dies and starts again; its profile and its clock are meddled with. */
import type { Device } from './device.ts';
import type { Dice } from './dice.ts';
import { runEngine } from './engine.ts';
import { drawJump, untilNext } from './hand.ts';
import { createLife, type Life } from './life.ts';
import { createNewerWriter, type NewerWriter } from './newer.ts';
import { NEXT_YEAR } from './next-year.ts';
import { createPerson, type Person } from './person.ts';
import { createProfiles } from './profiles.ts';
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
  if (roll < 0.006) return { notes: dice.between(280, 460), text: 20, tags: 20 };
  // Many body blocks, so that they are applied in several steps.
  if (roll < 0.012) return { notes: dice.between(9, 12), text: dice.between(120_000, 150_000), tags: 0 };
  // Packs of few notes that are just too long to be fetched whole.
  if (roll < 0.03) return { notes: dice.between(6, 12), text: dice.between(30_000, 60_000), tags: 0 };
  return null;
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

async function live(person: Person, written: () => void, life: Life, dice: Dice, pace: number): Promise<never> {
  for (;;) {
    await life.sleep(dice.skewed(2000, 12 * HOUR) * pace);
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
  const newer = new Map<Device, NewerWriter>();

  function start(device: Device): void {
    const dice = world.dice(`life of ${device.name} ${clock.now()} ${clock.steps()}`);
    const life = newLife(world, device, dice, () => {
      startAgain(device, life, dice.skewed(1000, 6 * HOUR) * weather.pace).catch(world.fail);
    });
    device.life = life;
    world.trace(() => `${device.name} starts`);
    const person = createPerson(world, device, life, dice);
    const bell = createBell();
    live(person, bell.ring, life, world.dice(`days of ${device.name} ${clock.steps()}`), weather.pace).catch(
      world.fail,
    );
    newer
      .get(device)
      ?.live(life, world.dice(`next year of ${device.name} ${clock.steps()}`))
      .catch(world.fail);
    runEngine(world, device, life, world.dice(`engine of ${device.name} ${clock.steps()}`), {
      peek: person.peek,
      written: bell.rung,
    }).catch(world.fail);
  }

  async function startAgain(device: Device, dead: Life, after: number): Promise<void> {
    await clock.sleep(after);
    if (running && device.life === dead) start(device);
  }

  async function meddle(device: Device, dice: Dice): Promise<void> {
    for (;;) {
      await clock.sleep(untilNext(dice, weather.jumps, weather.pace));
      if (!running) return;
      device.ahead += drawJump(dice, world.crept);
      world.trace(() => `${device.name}'s clock jumps: ${device.ahead} ms ahead`);
    }
  }

  async function leave(device: Device, dice: Dice): Promise<void> {
    for (;;) {
      await clock.sleep(untilNext(dice, weather.offline, weather.pace));
      if (!running) return;
      device.network.setOffline(true);
      world.trace(() => `${device.name} is offline`);
      await clock.sleep(dice.skewed(MINUTE, 12 * HOUR) * weather.pace);
      device.network.setOffline(false);
    }
  }

  /** Lies in a drawer for longer than anybody waits. */
  async function sleepLong(device: Device, dice: Dice): Promise<void> {
    await clock.sleep(untilNext(dice, 3, weather.pace));
    const { life } = device;
    if (!running || !life) return;
    device.life = undefined;
    life.kill();
    world.trace(() => `${device.name} is put into a drawer`);
    await clock.sleep(730 * DAY);
    if (!running || device.life) return;
    start(device);
  }

  const profiles = createProfiles(world, { running: () => running, start, adopt });

  function adopt(device: Device): void {
    start(device);
    profiles.start(device);
    if (weather.jumps > 0) meddle(device, world.dice(`clock of ${device.name}`)).catch(world.fail);
    if (weather.offline > 0) leave(device, world.dice(`travels of ${device.name}`)).catch(world.fail);
  }

  return {
    start(device) {
      if (weather.ahead > 0 && device === world.devices[0]) {
        device.deps = { ...device.deps, ...NEXT_YEAR };
        newer.set(device, createNewerWriter(world, device));
      }
      adopt(device);
      if (weather.asleep > 0 && device === world.devices[1])
        sleepLong(device, world.dice(`drawer of ${device.name}`)).catch(world.fail);
    },
    stop() {
      running = false;
      for (const device of world.devices) device.life?.kill();
    },
  };
}
