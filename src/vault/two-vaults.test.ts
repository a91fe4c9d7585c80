import { expect, test } from 'vitest';
import type { ObjectName } from '../../backends/storage.ts';
import { createVault, look, unlock } from './connect.ts';
import { between, CHEAP, createWorld, type Device, ENTROPY, note, PASSPHRASE, type World } from './examples/devices.ts';
import type { VaultId } from './names.ts';
import { leftThere, removeLeft, vaultThatCounts } from './two-vaults.ts';

const SECRETS = { passphrase: PASSPHRASE, entropy: ENTROPY, cost: CHEAP };

/** Makes a vault without seeing any other: what its listings show of others is taken out. */
async function madeBlindly(world: World): Promise<Device> {
  const device = world.device();
  await device.useAccount();
  const own = new Set<string>();
  const sees = between(device, (storage) => ({
    put(name, bytes, signal) {
      own.add(name);
      return storage.put(name, bytes, signal);
    },
    async changes(area, cursor, signal) {
      const page = await storage.changes(area, cursor, signal);
      return { ...page, events: page.events.filter(({ name }) => own.has(name)) };
    },
  }));
  expect((await createVault(device.place, SECRETS)).kind).toBe('created');
  sees();
  return device;
}

const vaultOf = async (device: Device) => (await device.context()).vault;

/** Two devices, each with a vault of its own in one storage; the one whose vault counts comes first. */
async function twoVaults(world: World): Promise<[Device, Device]> {
  const devices = [await madeBlindly(world), await madeBlindly(world)];
  for (const [index, device] of devices.entries()) {
    await device.write(note(index + 1), `note ${index + 1}`);
    await device.sync();
  }
  const ids = await Promise.all(devices.map(vaultOf));
  return ((ids[0] as VaultId) < (ids[1] as VaultId) ? devices : devices.toReversed()) as [Device, Device];
}

/** As when the person unlocks the one that counts. */
async function moveTo(device: Device, vault: VaultId): Promise<void> {
  await look(device.place);
  await unlock(device.place, vault, { kind: 'passphrase', passphrase: PASSPHRASE });
  device.restart();
}

test('V29 the device whose vault doesn’t count learns of the other one, and only it', async () => {
  const world = createWorld();
  const [winner, loser] = await twoVaults(world);
  for (const device of [winner, loser]) {
    world.time += 24 * 3600_000;
    await device.sync();
  }
  expect(await vaultThatCounts(await winner.context())).toBe(null);
  expect(await vaultThatCounts(await loser.context())).toBe(await vaultOf(winner));
});

test('V29 one that is half made, or that has been left to its slots’ owner, counts for nobody', async () => {
  const world = createWorld();
  const device = world.device();
  await device.createVault();
  await device.place.storage.put(`log/${'0'.repeat(32)}.k.${'0'.repeat(64)}` as ObjectName, Uint8Array.of(1));
  await device.sync();
  world.time += 24 * 3600_000;
  await device.sync();
  expect(await vaultThatCounts(await device.context())).toBe(null);
});

test('V29 moving takes everything along, and what is left of the old one goes only when the person says so', async () => {
  const world = createWorld();
  const [winner, loser] = await twoVaults(world);
  const counts = await vaultOf(winner);
  const old = await vaultOf(loser);
  await loser.write(note(5), 'not sent');
  await moveTo(loser, counts);
  expect(await removeLeft(await loser.context())).toBe('waiting');
  await loser.sync();
  await winner.sync();
  expect(await winner.texts()).toEqual(await loser.texts());
  expect(Object.keys(await winner.texts())).toHaveLength(3);
  expect(await leftThere(await loser.context())).toEqual({ vault: old, remaining: null });
  expect(world.names('p').filter((name) => name.includes(old))).toHaveLength(1);
  // The other device of the vault that counts has read nothing of it, and offers nothing.
  expect(await leftThere(await winner.context())).toBe(null);

  expect(await removeLeft(await loser.context())).toBe(null);
  expect(await leftThere(await loser.context())).toBe(null);
  const rest = world.names('p').filter((name) => name.includes(old));
  expect(rest).toHaveLength(1);
  expect(await winner.sync()).toMatchObject({ closed: null, alarm: null });
  expect(await loser.sync()).toMatchObject({ closed: null, alarm: null });
  const fresh = world.device();
  expect(await fresh.join()).toBe(counts);
  await fresh.sync();
  expect(await fresh.texts()).toEqual(await winner.texts());
});

test('V29 a second device of the old one, asleep meanwhile, is told that it was deleted, and brings its notes along', async () => {
  const world = createWorld();
  const [winner, loser] = await twoVaults(world);
  const counts = await vaultOf(winner);
  const old = await vaultOf(loser);
  const asleep = world.device();
  await asleep.useAccount();
  await look(asleep.place);
  await unlock(asleep.place, old, { kind: 'passphrase', passphrase: PASSPHRASE });
  await asleep.sync();
  await asleep.write(note(9), 'written in its sleep');
  await loser.sync();
  await moveTo(loser, counts);
  await loser.sync();
  expect(await removeLeft(await loser.context())).toBe(null);
  expect(await asleep.sync()).toMatchObject({ closed: { left: 0 }, sent: 0 });
  expect(await vaultThatCounts(await asleep.context())).toBe(counts);
  await moveTo(asleep, counts);
  expect(await asleep.sync()).toMatchObject({ closed: null, alarm: null });
  await winner.sync();
  expect((await winner.texts())[note(9)]).toBe('written in its sleep');
});

test('V29 nothing is removed of which this device has not read everything', async () => {
  const world = createWorld();
  const [winner, loser] = await twoVaults(world);
  const counts = await vaultOf(winner);
  const old = await vaultOf(loser);
  const second = world.device();
  await second.useAccount();
  await look(second.place);
  await unlock(second.place, old, { kind: 'passphrase', passphrase: PASSPHRASE });
  await second.sync();
  await moveTo(loser, counts);
  await loser.sync();
  await second.write(note(9), 'written to the old one');
  await second.sync();
  const before = world.provider.objects().size;
  expect(await removeLeft(await loser.context())).toBe('unread');
  expect(world.provider.objects().size).toBe(before);
});

test('V29 nor is a vault of which something couldn’t be read when it was left', async () => {
  const world = createWorld();
  const [winner, loser] = await twoVaults(world);
  const counts = await vaultOf(winner);
  const second = world.device();
  await second.useAccount();
  await look(second.place);
  await unlock(second.place, await vaultOf(loser), { kind: 'passphrase', passphrase: PASSPHRASE });
  await second.sync();
  await second.write(note(9), 'of the second');
  await second.sync();
  const unread = between(loser, (storage) => ({
    async get(name, range, signal) {
      const bytes = await storage.get(name, range, signal);
      bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
      return bytes;
    },
  }));
  await loser.sync();
  unread();
  await moveTo(loser, counts);
  await loser.sync();
  expect(await removeLeft(await loser.context())).toBe('unread');
});

test('V29 a removal that was interrupted is gone on with', async () => {
  const world = createWorld();
  const [winner, loser] = await twoVaults(world);
  const old = await vaultOf(loser);
  await moveTo(loser, await vaultOf(winner));
  await loser.sync();
  const power = between(loser, () => ({
    async delete() {
      throw new Error('the power went');
    },
  }));
  await expect(removeLeft(await loser.context())).rejects.toThrow('the power went');
  power();
  expect(await removeLeft(await loser.context())).toBe(null);
  expect(world.names('p').filter((name) => name.includes(old))).toHaveLength(1);
});
