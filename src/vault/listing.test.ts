import { expect, test } from 'vitest';
import { objectName, type ObjectName, type Storage } from '../../backends/storage.ts';
import { createWorld, type Device, note, type World } from './examples/devices.ts';
import { outcome } from './examples/packs.ts';
import { FULL_LISTING_EVERY, list } from './listing.ts';
import { watchForLoss } from './loss.ts';
import type { VaultId } from './names.ts';
import type { AlarmRecord } from './state.ts';

/** A device with a vault of so many packs. */
async function vaultOf(count: number, world: World, device: Device = world.device()): Promise<[Device, VaultId]> {
  const vault = await device.createVault();
  for (let number = 1; number <= count; number++) {
    await device.write(note(number), `note ${number}`);
    await device.sync();
    world.time += 1000;
  }
  return [device, vault];
}

const present = async (device: Device) =>
  (await device.rows('packs')).filter((row) => row.present).map((row) => row.name);

/** As a sync does, but for what is read in between. */
async function listAndWatch(device: Device, vault: VaultId, options: { full: boolean }): Promise<AlarmRecord | null> {
  await list(device.place, options);
  return watchForLoss(device.place, vault);
}

test('V12 a listing of several pages names everything, and stands with each page', async () => {
  const world = createWorld();
  const [writer, vault] = await vaultOf(7, world);
  world.provider.switches.pageSize = 2;
  const reader = world.device();
  expect(await listAndWatch(reader, vault, { full: false })).toBe(null);
  expect((await present(reader)).sort()).toEqual(world.names('p'));
  expect((await reader.rows('slots')).map((row) => row.name).sort()).toEqual(world.names('k'));
  reader.resetCounts();
  await writer.write(note(8), 'more');
  await writer.sync();
  await list(reader.place, { full: false });
  expect(reader.counts()).toMatchObject({ changes: 1, total: 1 });
  expect(await present(reader)).toHaveLength(8);
});

test('V1 strangers, other kinds and other vaults are neither packs nor trouble', async () => {
  const world = createWorld();
  const [device, vault] = await vaultOf(1, world);
  const { storage } = world.device().place;
  for (const name of [
    'log/readme.txt',
    `log/${vault}.z.${'0'.repeat(64)}`,
    `log/${'9'.repeat(32)}.p.${'0'.repeat(64)}`,
  ])
    await storage.put(objectName(name), Uint8Array.of(1));
  expect(await device.sync()).toMatchObject({ received: 0, alarm: null });
  const states = Object.fromEntries((await device.rows('packs')).map((row) => [row.name.slice(4, 36), row.state]));
  expect(states).toEqual({ [vault]: 'applied', ['9'.repeat(32)]: 'listed' });
});

test('V12 a device stopped between two pages goes on where it was, and misses nothing', async () => {
  const world = createWorld();
  const [, vault] = await vaultOf(6, world);
  world.provider.switches.pageSize = 2;
  let calls = 0;
  const reader = world.device({
    wrap: (storage): Storage => ({
      ...storage,
      changes: (area, cursor, signal) => {
        if (++calls === 3) throw new Error('the power went');
        return storage.changes(area, cursor, signal);
      },
    }),
  });
  await expect(list(reader.place, { full: false })).rejects.toThrow('the power went');
  expect((await reader.rows('packs')).length).toBeLessThan(6);
  expect(await listAndWatch(reader, vault, { full: false })).toBe(null);
  expect((await present(reader)).sort()).toEqual(world.names('p'));
});

test('V12 a cursor that is no longer honoured means a full listing, and what has gone meanwhile is seen', async () => {
  const world = createWorld();
  const [device, vault] = await vaultOf(5, world);
  world.provider.lose([world.names('p')[0] as ObjectName], { announced: false });
  expect(await listAndWatch(device, vault, { full: false })).toBe(null);
  expect(await present(device)).toHaveLength(5);
  world.provider.expireCursors();
  await list(device.place, { full: false });
  expect(await present(device)).toHaveLength(4);
});

test('V27 every few hours everything is listed anew, as a feed may lose a message', async () => {
  const world = createWorld();
  const [device] = await vaultOf(5, world);
  world.provider.lose([world.names('p')[0] as ObjectName], { announced: false });
  world.time += FULL_LISTING_EVERY - 10_000;
  await list(device.place, { full: false });
  expect(await present(device)).toHaveLength(5);
  world.time += 10_000;
  await list(device.place, { full: false });
  expect(await present(device)).toHaveLength(4);
});

test('V27 when half of the packs have gone nothing is sent, until they are back', async () => {
  const world = createWorld();
  const [device] = await vaultOf(6, world);
  const lost = world.names('p').slice(0, 3);
  const kept = new Map(lost.map((name) => [name, world.bytesOf(name)]));
  world.provider.lose(lost);
  await device.write(note(1), ', changed');
  const before = world.names('p');
  expect(await device.sync()).toMatchObject({ sent: 0, alarm: { lost: 3, of: 6 } });
  expect(await device.session.push()).toMatchObject({ sent: 0, alarm: { lost: 3, of: 6 } });
  expect(await device.restart().sync()).toMatchObject({ sent: 0, alarm: { lost: 3, of: 6 } });
  expect(world.names('p')).toEqual(before);
  expect(Object.keys(await device.texts())).toHaveLength(6);

  for (const [name, bytes] of kept) await world.device().place.storage.put(name, bytes);
  expect(await device.sync()).toMatchObject({ sent: 1, alarm: null });
});

test('V27 fewer than half are no reason to stop', async () => {
  const world = createWorld();
  const [device] = await vaultOf(6, world);
  world.provider.lose(world.names('p').slice(0, 2));
  await device.write(note(1), ', changed');
  expect(await device.sync()).toMatchObject({ sent: 1, alarm: null });
});

test('V27 a listing that only lags raises no alarm: what it lacks can be read', async () => {
  const world = createWorld();
  let blind = false;
  const device = world.device({
    wrap: (storage): Storage => ({
      ...storage,
      async changes(area, cursor, signal) {
        const page = await storage.changes(area, cursor, signal);
        return blind ? { ...page, events: [] } : page;
      },
    }),
  });
  const [, vault] = await vaultOf(4, world, device);
  blind = true;
  expect(await listAndWatch(device, vault, { full: true })).toBe(null);
  expect(await present(device)).toHaveLength(4);
  world.provider.wipe();
  expect(await listAndWatch(device, vault, { full: true })).toEqual({ lost: 4, of: 4 });
});

test('V27 a device stopped between a listing and its alarm raises it the next time', async () => {
  const world = createWorld();
  let broken = false;
  const device = world.device({
    wrap: (storage): Storage => ({
      ...storage,
      get: (name, range, signal) => {
        if (broken) throw new Error('the power went');
        return storage.get(name, range, signal);
      },
    }),
  });
  await vaultOf(4, world, device);
  world.provider.wipe();
  broken = true;
  expect(await outcome(() => device.sync())).toContain('the power went');
  broken = false;
  await device.write(note(1), ', changed');
  expect(await device.restart().sync()).toMatchObject({ sent: 0, alarm: { lost: 4, of: 4 } });
  expect(world.names('p')).toEqual([]);
});

test('V27 a loss is seen although one of the packs that a listing lacks can still be read', async () => {
  const world = createWorld();
  let blind = false;
  const device = world.device({
    wrap: (storage): Storage => ({
      ...storage,
      async changes(area, cursor, signal) {
        const page = await storage.changes(area, cursor, signal);
        return blind ? { ...page, events: [] } : page;
      },
    }),
  });
  const [, vault] = await vaultOf(6, world, device);
  const names = world.names('p');
  world.provider.lose(names.slice(1));
  blind = true;
  expect(await listAndWatch(device, vault, { full: true })).toEqual({ lost: 5, of: 6 });
  expect(await present(device)).toEqual([names[0]]);
});

test('V22 a first sight by a clock that was far ahead begins anew once the clock is right', async () => {
  const world = createWorld();
  const [device] = await vaultOf(1, world);
  await list(device.place, { full: true });
  const right = world.time;
  const [row] = await device.rows('packs');
  if (!row?.listed) throw new Error('the pack was not seen');
  const ahead = { ...row, listed: { ...row.listed, local: right + 1e12 } };
  await device.place.state.write(['packs'], (tx) => tx.packs.put(ahead));
  await list(device.place, { full: true });
  expect((await device.rows('packs'))[0]?.listed?.local).toBe(right);
});
