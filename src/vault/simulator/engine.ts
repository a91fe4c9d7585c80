/** What the program does by itself: connects when its person wants to, syncs now and then, and copes with what goes wrong. */
import { isStorageError } from '../../../backends/storage.ts';
import { createVault, look, putBack, unlock } from '../connect.ts';
import type { Place } from '../context.ts';
import { isVaultError, OtherAccount } from '../errors.ts';
import type { VaultId } from '../names.ts';
import { createSession, type Session, type SyncReport } from '../session.ts';
import { readMeta, type State, type StorageId } from '../state.ts';
import { checkAndRepair } from './caretaker.ts';
import type { Device } from './device.ts';
import type { Dice } from './dice.ts';
import type { Life } from './life.ts';
import { must, Violation } from './violation.ts';
import type { World } from './world.ts';

const STORAGE: StorageId = 'storage';
const COST = { memory: 8, passes: 1, lanes: 1 };
export const PASSPHRASE = 'what everybody here types';

const MINUTE = 60_000;

export function placeOf(device: Device, life: Life): Place {
  return { state: life.state, storage: life.mortal(device.network.storage), storageId: STORAGE, deps: device.deps };
}

export async function ownVault(state: State): Promise<VaultId | undefined> {
  return (await state.read(['meta'], (tx) => readMeta(tx, 'vault')))?.id;
}

/** Joins the vault that is there, or makes one. */
export async function connect(world: World, device: Device, place: Place): Promise<void> {
  const first = (await look(place)).find((there) => there.slots > 0);
  let vault = first?.id;
  if (!vault) {
    const entropy = device.deps.crypto.random(16);
    world.words.push(entropy);
    const created = await createVault(place, { passphrase: PASSPHRASE, entropy, cost: COST });
    world.trace(() => `${device.name} made a vault: ${created.kind} ${created.vault}`);
    if (created.kind === 'created') return;
    vault = created.vault;
  }
  await unlock(place, vault, { kind: 'passphrase', passphrase: PASSPHRASE });
  world.trace(() => `${device.name} joined ${vault}`);
}

/** Two vaults were made at once: everybody goes to the one with the smallest id, by its person's hand (rule V29). */
export async function moveOn(world: World, device: Device, place: Place): Promise<boolean> {
  const own = await ownVault(place.state);
  const rows = await place.state.read(['slots'], (tx) => tx.slots.where('storage', [STORAGE]));
  const smallest = rows
    .filter((row) => row.present)
    .map((row) => row.vault)
    .sort()[0];
  if (!own || !smallest || smallest >= own) return false;
  await unlock(place, smallest, { kind: 'passphrase', passphrase: PASSPHRASE });
  world.trace(() => `${device.name} moved from ${own} to ${smallest}`);
  return true;
}

/** What a sync must never say. */
export function checkReport(world: World, device: Device, report: SyncReport): void {
  must(
    report.alarm === null || world.hand.tookAway() || world.hand.spoiled(),
    'V27',
    () => `${device.name} raised an alarm, though nothing has gone`,
  );
  must(report.tooLarge.length === 0, 'V5', () => `${device.name} couldn't send ${report.tooLarge.join()}`);
}

/** Its person wants back what has gone. */
export async function haveItPutBack(world: World, device: Device, place: Place): Promise<void> {
  world.trace(() => `${device.name} puts everything back, as its person says`);
  world.hand.allow();
  await putBack(place);
}

/** Tiers are few, and each is merged once. */
const MERGES = 12;

/** What the program does when nobody waits for it. @returns how many packs came and went. */
export async function beIdle(world: World, device: Device, session: Session, most: number): Promise<number> {
  let changes = 0;
  let merges = 0;
  for (let slice = 0; slice < most; slice++) {
    const report = await session.idle({ weak: device.weak });
    const { merged, deleted, healed, expired } = report;
    changes += merged + deleted + healed + expired;
    if (merged > 0) merges++;
    must(merges <= MERGES, 'V16', () => `${device.name} merges on and on, and has no fewer packs for it`);
    if (merged + deleted + healed + expired > 0)
      world.trace(
        () => `${device.name} merged ${merged} packs, deleted ${deleted}, healed ${healed}; ${expired} notes expired`,
      );
    if (!report.more) break;
  }
  return changes;
}

export interface EngineWishes {
  /** Somebody may open a note while its text is still on its way. */
  peek(): Promise<void>;
  /** Resolves when somebody has written something that could be sent. */
  written(): Promise<void>;
}

export async function runEngine(
  world: World,
  device: Device,
  life: Life,
  dice: Dice,
  person: EngineWishes,
): Promise<never> {
  const place = placeOf(device, life);
  let session: Session | null = null;
  const receiving = () => {
    if (dice.chance(0.3)) person.peek().catch(world.fail);
  };
  for (;;) {
    await Promise.race([life.sleep(dice.skewed(1000, 720 * MINUTE) * world.weather.pace), person.written()]);
    await life.sleep(dice.skewed(10, 10_000));
    if (world.clock.now() < device.joinsAt) continue;
    try {
      if (!(await ownVault(life.state))) await connect(world, device, place);
      session ??= createSession(place, world.account, { receiving });
      const report = await (dice.chance(0.3) ? session.push() : session.sync());
      checkReport(world, device, report);
      world.trace(() => `${device.name} synced: ${report.received} received, ${report.sent} sent`);
      if (report.alarm) {
        world.trace(() => `${device.name} raises an alarm: ${report.alarm?.lost} of ${report.alarm?.of} have gone`);
        if (world.hand.alarm(device)) await haveItPutBack(world, device, place);
      } else await world.oracle.synced(device);
      if (await moveOn(world, device, place)) session = null;
      else if (dice.chance(0.6)) {
        await life.sleep(dice.skewed(10, 100_000));
        await beIdle(world, device, session, dice.between(1, 8));
        if (dice.chance(world.hand.tookAway() || world.hand.spoiled() ? 0.1 : 0.01)) {
          session = null;
          await checkAndRepair(world, device, place, dice.chance(0.3));
        }
      }
    } catch (error) {
      world.trace(() => `${device.name} could not sync: ${error instanceof Error ? error.message : String(error)}`);
      await cope(error, world, device, life, dice);
    }
  }
}

async function cope(error: unknown, world: World, device: Device, life: Life, dice: Dice): Promise<void> {
  if (isStorageError(error, 'Unauthorized') || error instanceof OtherAccount) {
    await life.sleep(dice.skewed(MINUTE, 300 * MINUTE));
    // Whoever connects for the first time looks which account it is.
    device.network.signIn((await ownVault(life.state)) === undefined);
    return;
  }
  if (isStorageError(error, 'RateLimited')) return life.sleep(error.retryAfter ?? MINUTE);
  if (isStorageError(error, 'Unavailable')) return;
  // Its person is told so, and may wait for weeks before there is room.
  if (isStorageError(error, 'QuotaExceeded') && world.hand.wasFull()) return;
  // A slot that was cut or flipped on its way: the person is told so, and tries again.
  if (isVaultError(error, 'Damaged') || isVaultError(error, 'WrongSecret') || isVaultError(error, 'Newer')) return;
  if (isVaultError(error, 'Unreasonable')) return;
  throw error instanceof Violation
    ? error
    : new Violation('crash', `${device.name}: ${String(error)}`, { cause: error });
}
