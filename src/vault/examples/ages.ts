/** Programs of several ages that share a vault, for tests of rule V4. */
import { expect } from 'vitest';
import type { ObjectName } from '../../../backends/storage.ts';
import { LIBRARY } from '../../notes/ids.ts';
import type { DeviceId } from '../coverage.ts';
import { createPackBuilder, type InlineEntry, type PackEntry } from '../pack.ts';
import { seal } from '../seal.ts';
import { createWorld, type Device, note, type World } from './devices.ts';

export const HOUR = 3_600_000;
/** Who writes what `putPack` puts. */
export const NEWER = 'e'.repeat(32) as DeviceId;

export const states = async (device: Device) => (await device.rows('packs')).map((row) => row.state).sort();

/** The same profile under a program of another age, from the next session on. */
export function update(device: Device, deps: Partial<Device['place']['deps']>): void {
  Object.assign(device.place, { deps: { ...device.place.deps, ...deps } });
  device.restart();
}

/** A pack by a program that knows more kinds of entries than this one. */
export async function putPack(
  device: Device,
  entries: readonly PackEntry[],
  inline: readonly InlineEntry[],
  sequence = 1,
): Promise<ObjectName> {
  const ctx = await device.context();
  const builder = createPackBuilder(ctx.deps, ctx.ring, ctx.vault);
  for (const entry of entries) await builder.add(entry);
  const pack = await builder.finish({ device: NEWER, sequence, covers: null, applied: new Set(), wants: [], inline });
  if (!pack) throw new Error('the pack is too large');
  await ctx.storage.put(pack.name, pack.bytes);
  return pack.name;
}

/** An old program and one that is a format ahead share a vault, and each has written to it. */
export async function twoAges(seed: number) {
  const world = createWorld(seed);
  const old = world.device();
  const ahead = world.device({ deps: { format: 2 } });
  await old.write(note(1), 'by the old one');
  await old.createVault();
  await old.sync();
  await ahead.join();
  await ahead.sync();
  await ahead.write(note(2), 'by the one ahead');
  await ahead.sync();
  world.time += HOUR;
  await old.sync();
  return { world, old, ahead };
}

/** All pushes that there are, in one pack, whose place it takes. */
export async function merge(world: World, device: Device): Promise<void> {
  const before = world.names('p');
  const covers = new Set((await device.rows('applied')).map((row) => row.element));
  const docs = [LIBRARY, ...(await device.rows('notes')).map((row) => row.id)];
  expect(await seal(await device.context(), { covers, docs })).toBe(null);
  world.provider.lose(before);
}
