/**
 * What happens to the storage without the program: its owner deletes objects, empties the folder, brings back an old copy of it;
 * disks rot, strangers lay things down, the account gets full, the provider's clock is set anew. And what people decide when the
 * program tells them of a loss.
 */
import type { MemoryObject } from '../../../backends/memory/provider.ts';
import { objectName, type ObjectName } from '../../../backends/storage.ts';
import { hexOf } from '../../notes/ids.ts';
import { parseName } from '../names.ts';
import type { Device } from './device.ts';
import type { Dice } from './dice.ts';
import type { World } from './world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export interface Hand {
  start(): void;
  /** From now on the storage is left alone, and has room. */
  stop(): void;
  /** ms by which the provider's clock is ahead. */
  readonly ahead: () => number;
  /** Whether something was taken away that people have to hear of. */
  readonly tookAway: () => boolean;
  /** Whether something lies there that isn't what it was, or never was anything. */
  readonly spoiled: () => boolean;
  readonly full: () => boolean;
  readonly wasFull: () => boolean;
  /** When everything was taken away and nobody has said yet that it shall be put back. */
  readonly wiped: () => number | null;
  /** The device tells its person of a great loss. @returns whether the person now says that all shall be put back. */
  alarm(device: Device): boolean;
  /** A person said so. */
  allow(): void;
}

/** Ms until something that happens so many times a day happens next. */
export function untilNext(dice: Dice, timesADay: number, pace: number): number {
  return ((-Math.log(1 - dice.next()) * DAY) / timesADay) * pace;
}

/** By how many ms a clock jumps: by days, or by years. */
export function drawJump(dice: Dice, crept: { ms: number }): number {
  const days = dice.chance(0.6) ? 3 : 800;
  const jump = dice.between(-days * DAY, days * DAY);
  if (Math.abs(jump) <= 1.1 * DAY) crept.ms += Math.abs(jump);
  return jump;
}

function flipped(bytes: Uint8Array<ArrayBuffer>, dice: Dice): Uint8Array<ArrayBuffer> {
  if (bytes.length === 0 || dice.chance(0.2)) return bytes.slice(0, dice.between(0, bytes.length + 1));
  const at = dice.between(0, bytes.length);
  bytes[at] = (bytes[at] as number) ^ dice.between(1, 256);
  return bytes;
}

function strange(objects: ReadonlyMap<ObjectName, MemoryObject>, dice: Dice): [ObjectName, MemoryObject] {
  const other = dice.pick([...objects]);
  const kind = dice.pick(['text', 'kind', 'vault', 'copy'] as const);
  const hash = hexOf(dice.bytes(32));
  if (!other || kind === 'text') return [objectName('log/read-me.txt'), { bytes: dice.bytes(9), time: 0 }];
  const [name, object] = other;
  const vault = parseName(name)?.vault ?? hexOf(dice.bytes(16));
  if (kind === 'kind') return [objectName(`log/${vault}.z.${hash}`), { bytes: dice.bytes(99), time: 0 }];
  if (kind === 'vault') return [objectName(`log/${hexOf(dice.bytes(16))}.p.${hash}`), object];
  return [objectName(`log/${vault}.p.${hash}`), object];
}

export function createHand(
  world: Pick<World, 'clock' | 'weather' | 'dice' | 'trace' | 'fail' | 'provider' | 'crept'>,
): Hand {
  const { clock, weather, provider } = world;
  const { pace } = weather;
  let running = true;
  let ahead = 0;
  let tookAway = false;
  let spoiled = false;
  let wasFull = false;
  let wipedAt: number | null = null;
  let decided: { device: Device; at: number } | null = null;

  const packs = () => [...provider.objects().keys()].filter((name) => parseName(name)?.kind === 'p');

  function nowAndThen(rate: number, purpose: string, act: (dice: Dice) => void | Promise<void>): void {
    if (rate === 0) return;
    const dice = world.dice(`${purpose} by hand`);
    const go = async () => {
      for (;;) {
        await clock.sleep(untilNext(dice, rate, pace));
        if (!running) return;
        await act(dice);
      }
    };
    go().catch(world.fail);
  }

  function deleteSome(dice: Dice): void {
    const there = packs();
    const names = new Set<ObjectName>();
    for (let count = dice.between(1, 4); count > 0 && there.length > 0; count--)
      names.add(there[dice.between(0, there.length)] as ObjectName);
    if (names.size === 0) return;
    tookAway = true;
    world.trace(() => `by hand: deleted ${[...names].join()}`);
    provider.lose([...names], { announced: dice.chance(0.8) });
  }

  function wipe(): void {
    if (provider.objects().size === 0) return;
    tookAway = true;
    wipedAt = clock.now();
    world.trace(() => 'by hand: emptied the folder');
    provider.wipe();
  }

  async function bringBack(dice: Dice): Promise<void> {
    const copy = new Map(provider.objects());
    world.trace(() => `by hand: copied the folder, ${copy.size} objects`);
    await clock.sleep(untilNext(dice, 4, pace));
    if (!running) return;
    tookAway = true;
    world.trace(() => 'by hand: brought back the copy of the folder');
    provider.restore(copy);
  }

  function rot(dice: Dice): void {
    const name = dice.pick(packs());
    if (name === undefined) return;
    spoiled = true;
    world.trace(() => `${name} rots`);
    provider.corrupt(name, (bytes) => flipped(bytes, dice));
  }

  function lay(dice: Dice): void {
    const [name, object] = strange(provider.objects(), dice);
    spoiled = true;
    world.trace(() => `by hand: laid down ${name}`);
    provider.restore(new Map([...provider.objects(), [name, object]]));
  }

  async function fill(dice: Dice): Promise<void> {
    wasFull = true;
    provider.switches.quota = provider.used() + dice.skewed(1, 100_000);
    world.trace(() => 'the account is full');
    await clock.sleep(dice.skewed(HOUR, 20 * DAY * Math.max(1, pace / 20)));
    provider.switches.quota = undefined;
    world.trace(() => 'the account has room again');
  }

  function jump(dice: Dice): void {
    ahead += drawJump(dice, world.crept);
    world.trace(() => `the provider's clock jumps: ${ahead} ms ahead`);
  }

  return {
    start() {
      nowAndThen(weather.handDeleted, 'deleted', deleteSome);
      nowAndThen(weather.wiped, 'wiped', wipe);
      nowAndThen(weather.oldCopy, 'restored', bringBack);
      nowAndThen(weather.rotted, 'rotted', rot);
      nowAndThen(weather.strangers, 'strange', lay);
      nowAndThen(weather.full, 'full', fill);
      nowAndThen(weather.providerJumps, 'provider clock', jump);
    },
    stop() {
      running = false;
      provider.switches.quota = undefined;
    },
    ahead: () => ahead,
    tookAway: () => tookAway,
    spoiled: () => spoiled,
    full: () => provider.switches.quota !== undefined,
    wasFull: () => wasFull,
    wiped: () => wipedAt,
    alarm(device) {
      const dice = world.dice(`decision ${clock.now()}`);
      // Whoever decided may have lost the device since.
      const late = decided !== null && clock.now() - decided.at > 2 * DAY * pace;
      if (!decided || late) {
        decided = { device, at: clock.now() + dice.skewed(10 * MINUTE, 2 * DAY * pace) };
        return false;
      }
      // Now and then two people say so.
      if (decided.device !== device && !dice.chance(0.05)) return false;
      return clock.now() >= decided.at;
    },
    allow() {
      wipedAt = null;
      decided = null;
    },
  };
}
