/** One run: some devices, one storage, people, faults, all from one seed; then quiet, and the last questions. */
import './platform-random.ts';
import { openMemory } from '../../../backends/memory/client.ts';
import type { Bytes } from '../crypto.ts';
import type { Climate } from './climates.ts';
import { createClock } from './clock.ts';
import { createCourse, drawLuggage, newLife } from './course.ts';
import { type Databases, type Device, memoryDatabases, openCounted } from './device.ts';
import { type Dice, dice } from './dice.ts';
import { createGraves } from './graves.ts';
import { createHand } from './hand.ts';
import { EVERYTHING, type Less } from './less.ts';
import { createNetwork } from './network.ts';
import { createOracle } from './oracle.ts';
import { NEXT_YEAR } from './next-year.ts';
import { createPerson } from './person.ts';
import { comeToRest } from './quiet.ts';
import { createShadow } from './shadow.ts';
import { createStorageRules } from './storage-rules.ts';
import { type SimulatedStorage, STORAGES } from './storages.ts';
import { synchronousCompression, synchronousCrypto } from './synchronous.ts';
import { createTokens } from './tokens.ts';
import { must, type Rule, Violation } from './violation.ts';
import { CALM, CALM_SWITCHES, drawSwitches, drawWeather } from './weather.ts';
import type { World } from './world.ts';

const HOUR = 3600_000;
const DAY = 24 * HOUR;
/** Bytes that are fetched at first where that is to be little: less than most heads. */
const LITTLE = 1024;

export interface Outcome {
  readonly seed: number;
  readonly steps: number;
  readonly failure: { readonly rule: Rule; readonly message: string; readonly stack: string } | null;
}

export interface SimulateOptions {
  readonly databases?: Databases;
  /** Gets each line of what happens. */
  readonly trace?: (line: string) => void;
  readonly less?: Less;
  readonly climate?: Climate;
  readonly storage?: SimulatedStorage;
}

function failureOf(error: unknown): NonNullable<Outcome['failure']> {
  const violation = error instanceof Violation ? error : null;
  const cause = violation?.cause instanceof Error ? `\n${violation.cause.stack ?? ''}` : '';
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return { rule: violation?.rule ?? 'crash', message: violation?.message ?? String(error), stack: stack + cause };
}

/** Replaced as soon as there is a promise to reject. */
const ignore = (_error: unknown): void => undefined;

function createWorld(
  seed: number,
  {
    databases = memoryDatabases,
    trace: write,
    less = EVERYTHING,
    climate = {},
    storage = STORAGES.memory,
  }: SimulateOptions,
): { world: World; failed: Promise<never>; settings: { account: string } } {
  let fail = ignore;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);
  let busy = 0;
  const devices: Device[] = [];
  const clock = createClock({
    busy: () => busy > 0,
    async settled() {
      must(stranger.objects().size === 0, 'V9', () => 'something was put into another account');
      await world.oracle.look(devices);
    },
  });
  const start = clock.now();
  const trace: World['trace'] = write
    ? (line) => write(`${((clock.now() - start) / 1000).toFixed(3)} ${line()}`)
    : () => undefined;
  const weather = { ...drawWeather(dice(seed, 'weather')), ...climate.weather, ...storage.weather };
  for (const fault of less.without) weather[fault] = CALM[fault];
  const punctual = weather.jumps === 0 && weather.providerJumps === 0;
  const provider = storage.create({
    ...clock,
    random: dice(seed, 'storage').next,
    stamp: () => clock.now() + hand.ahead(),
    changed: (change) => shadow.changed(change),
  });
  const stranger = storage.create({ ...clock, random: dice(seed, 'stranger').next });
  const crept = { ms: 0 };
  const hand = createHand({ crept, clock, weather, provider, trace, fail, dice: (purpose) => dice(seed, purpose) });
  const deps = {
    crypto: synchronousCrypto(dice(seed, 'shadow').next),
    compression: synchronousCompression,
    ...NEXT_YEAR,
  };
  const shadow = createShadow(() => provider, deps, clock.now);
  const slack = () => 2 * DAY + crept.ms;
  const graves = createGraves(clock.now, slack);
  const rules = createStorageRules({
    shadow,
    punctual: () => punctual,
    full: hand.wasFull,
    graves,
    wiped: hand.wiped,
  });
  const settings = { account: '' };
  const world: World = {
    seed,
    clock,
    provider,
    stranger,
    get account() {
      return settings.account;
    },
    weather,
    shadow,
    hand,
    oracle: createOracle({ shadow, rules, graves, now: clock.now, slack }),
    database: () =>
      openCounted(databases, (change) => {
        busy += change;
      }),
    device: (name) => createDevice(world, name),
    devices,
    words: [] as Bytes[],
    trace,
    dice: (purpose) => dice(seed, purpose),
    mint: createTokens(),
    acts: { left: less.acts },
    crept,
    fail,
  };
  return { world, failed, settings };
}

async function createDevice(world: World, name: string): Promise<Device> {
  const device: Device = {
    name,
    network: createNetwork({
      provider: world.provider,
      stranger: world.stranger,
      weather: world.weather,
      dice: world.dice(`network of ${name}`),
      told: { record: (...page) => world.oracle.told(device).record(...page) },
      putting: (pack) => world.oracle.putting(device, pack),
      trace: (line) => world.trace(() => `${name} ${line()}`),
    }),
    deps: {
      crypto: synchronousCrypto(world.dice(`secrets of ${name}`).next),
      compression: synchronousCompression,
      now: () => world.clock.now() + device.ahead,
      ...(world.weather.headFirst > 0 && { whole: LITTLE }),
    },
    weak: world.dice(`power of ${name}`).chance(0.2),
    ahead: 0,
    state: await world.database(),
    life: undefined,
    joinsAt: 0,
    restored: false,
    touched: { docs: new Set(), rows: new Set(), tables: new Set() },
    held: new Map(),
    gone: new Set(),
  };
  return device;
}

/** When the devices' people connect the storage: often two within the same moments, and sometimes one comes late. */
function joining(luck: Dice, now: number, span: number): () => number {
  const together = luck.chance(0.2) ? now + luck.skewed(1, span / 2) : null;
  return () => together ?? now + luck.skewed(1, span / 2);
}

async function run(
  world: World,
  settings: { account: string },
  { less = EVERYTHING, climate = {} }: SimulateOptions,
): Promise<void> {
  const { clock, provider } = world;
  const luck = world.dice('plan');
  settings.account = (await openMemory(provider).about()).accountId;
  const switches = { ...drawSwitches(world.dice('switches')), ...climate.switches };
  Object.assign(provider.switches, less.prompt ? CALM_SWITCHES : switches);
  const span = Math.ceil(luck.skewed(HOUR, 24 * HOUR) * world.weather.pace * less.span);
  const until = clock.now() + span;
  const course = createCourse(world);
  const joinsAt = joining(luck, clock.now(), span);
  for (let count = Math.min(luck.between(2, 5), less.devices); count > 0; count--) {
    const device = await createDevice(world, String.fromCharCode(65 + world.devices.length));
    device.joinsAt = joinsAt();
    world.devices.push(device);
    const luggage = climate.luggage ?? drawLuggage(luck);
    if (luggage && !less.light) {
      const life = newLife({ ...world, weather: { ...CALM } }, device, luck, () => undefined);
      await createPerson(world, device, life, luck).bring(luggage.notes, luggage.text, luggage.tags);
    }
    course.start(device);
  }
  world.hand.start();
  await clock.sleep(until - clock.now());
  world.trace(() => 'quiet');
  course.stop();
  world.hand.stop();
  Object.assign(world.weather, CALM);
  Object.assign(provider.switches, CALM_SWITCHES);
  // What the dead programs had under way arrives, and every listing shows it.
  await clock.sleep(HOUR);
  const fresh = [await createDevice(world, 'by passphrase'), await createDevice(world, 'by words')] as const;
  await comeToRest(world, fresh);
}

export async function simulate(seed: number, options: SimulateOptions = {}): Promise<Outcome> {
  const { world, failed, settings } = createWorld(seed, options);
  let failure: Outcome['failure'] = null;
  try {
    await world.clock.drive(Promise.race([run(world, settings, options), failed]));
  } catch (error) {
    failure = failureOf(error);
    world.trace(() => `${failureOf(error).rule}: ${failureOf(error).message}`);
  }
  return { seed, steps: world.clock.steps(), failure };
}
