/** What happens to a device's profile: it is lost, cloned, put back as it was, or loses what it wrote last. */
import { copyInto, type Device } from './device.ts';
import type { Dice } from './dice.ts';
import { untilNext } from './hand.ts';
import type { State } from '../state.ts';
import type { World } from './world.ts';

const MINUTE = 60_000;

export interface Profiles {
  /** From now on the device's profile is in fate's hands. */
  start(device: Device): void;
}

export interface ProfilesDeps {
  readonly running: () => boolean;
  /** Starts the program on the device. */
  readonly start: (device: Device) => void;
  /** A device has come to be. */
  readonly adopt: (device: Device) => void;
}

export function createProfiles(world: World, { running, start, adopt }: ProfilesDeps): Profiles {
  const { clock, weather } = world;

  async function copyOf(device: Device): Promise<State> {
    const copy = await world.database();
    await copyInto(device.state, copy);
    return copy;
  }

  /** The program dies, and starts again over another database. */
  async function replace(device: Device, state: State, trace: string): Promise<void> {
    const { life } = device;
    // Something else is being done to it.
    if (!life) return;
    device.life = undefined;
    life.kill();
    // What the dead program had under way in its database ends before the other takes its place.
    await clock.sleep(10_000);
    if (!running()) return;
    world.trace(() => `${device.name} ${trace}`);
    device.state = state;
    await world.oracle.begin(device);
    start(device);
  }

  function nowAndThen(device: Device, rate: number, purpose: string, act: (dice: Dice) => Promise<void>): void {
    if (rate === 0) return;
    const dice = world.dice(`${purpose} of ${device.name}`);
    const go = async () => {
      for (;;) {
        await clock.sleep(untilNext(dice, rate, weather.pace));
        if (!running()) return;
        await act(dice);
      }
    };
    go().catch(world.fail);
  }

  async function restore(device: Device, dice: Dice): Promise<void> {
    const copy = await copyOf(device);
    world.trace(() => `${device.name} is copied`);
    await clock.sleep(untilNext(dice, weather.restored, weather.pace));
    if (!running()) return;
    device.restored = true;
    await replace(device, copy, 'is restored from the copy');
  }

  /** Browsers keep what was written last in memory for a while; a crash takes it, whatever was uploaded since. */
  async function forget(device: Device, dice: Dice): Promise<void> {
    const copy = await copyOf(device);
    world.trace(() => `${device.name} keeps from now on nothing that it writes`);
    await clock.sleep(dice.skewed(1000, 10 * MINUTE));
    if (!running()) return;
    device.restored = true;
    await replace(device, copy, 'crashes and has forgotten what it wrote last');
  }

  async function evict(device: Device): Promise<void> {
    device.network.signIn(true);
    await replace(device, await world.database(), 'has lost its whole profile');
  }

  async function clone(device: Device, dice: Dice): Promise<void> {
    if (device.restored || !device.life) return;
    const twin = await world.device(`${device.name}'`);
    twin.joinsAt = clock.now();
    twin.ahead = device.ahead;
    twin.state = await copyOf(device);
    twin.restored = true;
    device.restored = true;
    await world.oracle.begin(twin);
    world.trace(() => `${device.name} is cloned: ${twin.name}`);
    world.devices.push(twin);
    await clock.sleep(dice.skewed(1, 10 * MINUTE));
    if (running()) adopt(twin);
  }

  return {
    start(device) {
      nowAndThen(device, weather.restored, 'copies', (dice) => restore(device, dice));
      nowAndThen(device, weather.relaxed, 'forgetting', (dice) => forget(device, dice));
      nowAndThen(device, weather.evicted, 'eviction', () => evict(device));
      nowAndThen(device, weather.cloned, 'cloning', (dice) => clone(device, dice));
    },
  };
}
