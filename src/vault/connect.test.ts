import { describe, expect, test } from 'vitest';
import type { ObjectName } from '../../backends/storage.ts';
import { LIBRARY, RESERVED } from '../notes/ids.ts';
import { createNotebook } from '../notes/library.ts';
import { createVault, forgetStorage, look, putBack, unlock } from './connect.ts';
import { between, CHEAP, createWorld, type Device, ENTROPY, note, PASSPHRASE, type World } from './examples/devices.ts';
import { outcome } from './examples/packs.ts';
import { nameOf, type VaultId } from './names.ts';
import { sealSlot, type SlotSecret } from './slots.ts';

const SECRETS = { passphrase: PASSPHRASE, entropy: ENTROPY, cost: CHEAP };
const BY_PASSPHRASE: SlotSecret = { kind: 'passphrase', passphrase: PASSPHRASE };
const BY_WORDS: SlotSecret = { kind: 'words', entropy: ENTROPY };

const vaultOf = async (device: Device) =>
  ((await device.rows('meta')).find(({ key }) => key === 'vault')?.value as { id: VaultId } | undefined)?.id;

async function fresh(world: World): Promise<Record<string, string>> {
  const device = world.device();
  await device.join();
  await device.sync();
  return device.texts();
}

/** The slot for this kind of secret, by its name. */
async function slotFor(world: World, kind: 'passphrase' | 'words'): Promise<ObjectName> {
  const name = world.names('k').find((each) =>
    Buffer.from(world.bytesOf(each))
      .toString('latin1')
      .includes(`dkind${kind === 'words' ? 'e' : 'j'}${kind}`),
  );
  return name as ObjectName;
}

describe('making a vault', () => {
  test('V31 writes a slot for each secret, each of which opens it, and sends what is here', async () => {
    const world = createWorld();
    const device = world.device();
    await device.write(note(1), 'before there was a vault');
    const vault = await device.createVault();
    expect(await look(device.place)).toEqual([{ id: vault, packs: 0, slots: 2 }]);
    await device.sync();
    for (const secret of [BY_PASSPHRASE, BY_WORDS]) {
      const other = world.device();
      await look(other.place);
      await unlock(other.place, vault, secret);
      await other.useAccount();
      await other.sync();
      expect(await other.texts()).toEqual({ [note(1)]: 'before there was a vault' });
    }
  });

  test('V31 relies on no slot that did not come back as it went', async () => {
    const world = createWorld();
    const device = world.device();
    between(device, (storage) => ({
      async get(name, range, signal) {
        const bytes = await storage.get(name, range, signal);
        bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
        return bytes;
      },
    }));
    expect(await outcome(() => createVault(device.place, SECRETS))).toBe('WrongSecret');
    expect(await vaultOf(device)).toBe(undefined);
  });

  test('V29 of two that are made at once the smallest id counts, and the other device changes nothing of its own', async () => {
    const world = createWorld();
    const [one, two] = [world.device(), world.device()];
    await two.write(note(2), 'two');
    const first = await one.createVault();
    // Seeded, so that it is known which of the two is smaller.
    let made = await createVault(two.place, SECRETS);
    const second = made.kind === 'created' ? made.vault : (await look(two.place)).find(({ id }) => id !== first)?.id;
    const [least] = [first, second as VaultId].sort();
    expect((await look(two.place))[0]?.id).toBe(least);
    expect(made).toEqual(least === first ? { kind: 'other-vault', vault: first } : { kind: 'created', vault: second });
    const third = world.device();
    made = await createVault(third.place, SECRETS);
    const all = (await look(third.place)).map(({ id }) => id);
    expect(all).toEqual(all.toSorted());
    expect(await vaultOf(third)).toBe(made.kind === 'created' ? all[0] : undefined);
    expect(await third.rows('outbox')).toEqual([]);
  });

  test('V29 what has no slot counts last: nobody can open it', async () => {
    const world = createWorld();
    const device = world.device();
    const vault = await device.createVault();
    await device.place.storage.put(`log/${'0'.repeat(32)}.p.${'0'.repeat(64)}` as ObjectName, Uint8Array.of(1));
    expect((await look(device.place)).map(({ id }) => id)).toEqual([vault, '0'.repeat(32)]);
  });

  test('V29 a vault that was never written to does not hide one that holds notes', async () => {
    const world = createWorld();
    const device = world.device();
    const vault = await device.createVault();
    await device.write(note(1), 'one');
    await device.sync();
    await device.place.storage.put(`log/${'0'.repeat(32)}.k.${'0'.repeat(64)}` as ObjectName, Uint8Array.of(1));
    expect((await look(world.device().place)).map(({ id }) => id)).toEqual([vault, '0'.repeat(32)]);
  });
});

async function locked(): Promise<[World, VaultId, Device]> {
  const world = createWorld();
  const maker = world.device();
  const vault = await maker.createVault();
  return [world, vault, world.device()];
}
const tried = async (device: Device, vault: VaultId, secret: SlotSecret) => {
  await look(device.place);
  return outcome(() => unlock(device.place, vault, secret));
};

/** Puts a slot of the test's own making in the place of the one for the passphrase. */
async function replaceSlot(
  world: World,
  vault: VaultId,
  device: Device,
  change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>,
) {
  const old = await slotFor(world, 'passphrase');
  const bytes = change(world.bytesOf(old).slice());
  world.provider.lose([old]);
  await device.place.storage.put(nameOf(vault, 'k', await device.place.deps.crypto.sha256(bytes)), bytes);
}

describe('unlocking', () => {
  test.each<[string, SlotSecret]>([
    ['passphrase', { kind: 'passphrase', passphrase: 'a kettle' }],
    ['words', { kind: 'words', entropy: ENTROPY.toReversed() }],
  ])('V31 with a wrong %s is told, and changes nothing', async (_, secret) => {
    const [, vault, device] = await locked();
    await device.write(note(1), 'mine');
    expect(await tried(device, vault, secret)).toBe('WrongSecret');
    expect([await vaultOf(device), await device.rows('outbox')]).toEqual([undefined, []]);
    expect(await tried(device, vault, BY_PASSPHRASE)).toBe('done');
  });

  test('V31 with a damaged slot is called damage and not a wrong passphrase, and the words still open', async () => {
    const [world, vault, device] = await locked();
    world.provider.corrupt(await slotFor(world, 'passphrase'), (bytes) => bytes.fill(7, 60, 70));
    expect(await tried(device, vault, BY_PASSPHRASE)).toBe('Damaged');
    expect(await tried(device, vault, BY_WORDS)).toBe('done');
  });

  test('V31 a slot that arrived damaged is not kept, and opens the next time', async () => {
    const [, vault, device] = await locked();
    let damage = true;
    between(device, (storage) => ({
      async get(name, range, signal) {
        const bytes = await storage.get(name, range, signal);
        return damage ? bytes.slice(0, 80) : bytes;
      },
    }));
    expect(await tried(device, vault, BY_PASSPHRASE)).toBe('Damaged');
    expect((await device.rows('slots')).map(({ bytes }) => bytes)).toEqual([null, null]);
    damage = false;
    expect(await tried(device, vault, BY_PASSPHRASE)).toBe('done');
  });

  test('V4 with a slot of a newer format is told so', async () => {
    const [world, vault, device] = await locked();
    await replaceSlot(world, vault, device, (bytes) => bytes.fill(2, 7, 8));
    expect(await tried(device, vault, BY_PASSPHRASE)).toBe('Newer');
    expect(await tried(device, vault, BY_WORDS)).toBe('done');
  });

  test("V1 a slot of another vault under this one's name gives no key", async () => {
    const [world, vault, device] = await locked();
    const ring = { current: '0101010101010101', keys: [{ id: '0101010101010101', raw: new Uint8Array(32) }] };
    const foreign = await sealSlot(world.deps.crypto, 'f'.repeat(32) as VaultId, ring, BY_PASSPHRASE, { cost: CHEAP });
    await replaceSlot(world, vault, device, () => foreign);
    expect(await tried(device, vault, BY_PASSPHRASE)).toBe('Foreign');
    expect(await vaultOf(device)).toBe(undefined);
  });

  test('V33 without a slot for this kind of secret it is the wrong secret; without any, damage', async () => {
    const [world, vault, device] = await locked();
    world.provider.lose([await slotFor(world, 'words')]);
    expect(await tried(device, vault, BY_WORDS)).toBe('WrongSecret');
    world.provider.lose(world.names('k'));
    expect(await tried(device, vault, BY_WORDS)).toBe('Damaged');
  });
});

test('V30 joining brings the notes of this device along, and doubles none', async () => {
  const world = createWorld();
  const one = world.device();
  await one.write(note(1), 'one');
  await one.createVault();
  await one.sync();
  const two = world.device();
  await two.write(note(2), 'two');
  await two.edit(LIBRARY, (doc) => createNotebook(doc, { id: 'ab'.repeat(16) as never, name: 'Work', parent: null }));
  await two.join();
  await two.sync();
  await one.sync();
  const both = { [note(1)]: 'one', [note(2)]: 'two' };
  expect([await one.texts(), await two.texts(), await fresh(world)]).toEqual([both, both, both]);
  // Joining once more is no reason to send everything again.
  const packs = world.names('p');
  await two.join();
  await two.restart().sync();
  expect(world.names('p')).toEqual(packs);
});

test('V30 joining another vault takes what is held along, and leaves what belonged to the old one', async () => {
  const [old, next] = [createWorld(1), createWorld(2)];
  const device = old.device();
  await device.createVault();
  for (let number = 1; number <= 60; number++)
    await device.write(note(number), `n${number} ${'x y z '.repeat(1500)}${Math.sin(number)}`);
  await device.sync();
  await device.write(note(1), ' unsent');

  const there = next.device();
  await there.write(note(100), 'there');
  await there.createVault();
  await there.sync();

  // The same device, now signed in elsewhere.
  const moved = next.device({ storageId: 'there' });
  const place = { ...moved.place, state: device.place.state };
  const [found] = await look(place);
  await unlock(place, found?.id as VaultId, BY_PASSPHRASE);
  Object.assign(moved.place, { state: device.place.state });
  await moved.useAccount();
  await moved.sync();
  const texts = await fresh(next);
  expect(Object.keys(texts)).toHaveLength(61);
  expect(texts[note(1)]).toContain('unsent');
  expect((await moved.rows('packs')).every((row) => row.storage === 'there')).toBe(true);
  const own = (await moved.rows('applied')).map(({ element }) => element);
  expect(own).toHaveLength(next.names('p').length);
});

test('V30 cards whose texts stayed in the vault that was left are not promised any more', async () => {
  const [old, next] = [createWorld(1), createWorld(2)];
  const writer = old.device();
  for (let number = 1; number <= 60; number++)
    await writer.write(note(number), Array.from({ length: 1500 }, () => old.random().toString(36)).join(' '));
  await writer.createVault();
  await writer.sync();
  const device = old.device();
  await device.join();
  between(device, (storage) => ({
    get(name, range, signal) {
      if (range?.start) throw new Error('the power went');
      return storage.get(name, range, signal);
    },
  }));
  await expect(device.sync()).rejects.toThrow('the power went');
  expect([(await device.rows('notes')).length, (await device.rows('pending')).length]).toEqual([60, 60]);
  await next.device().createVault();
  const place = { ...next.device({ storageId: 'there' }).place, state: device.place.state };
  await unlock(place, (await look(place))[0]?.id as VaultId, BY_PASSPHRASE);
  expect([await device.rows('notes'), await device.rows('pending'), await device.rows('packs')]).toEqual([[], [], []]);
});

describe('after a wipe', () => {
  test('V27 nothing is put back but by the person, and then everything, slots first', async () => {
    const world = createWorld();
    const device = world.device();
    await device.createVault();
    await device.write(note(1), 'one');
    await device.edit(LIBRARY, (doc) =>
      createNotebook(doc, { id: 'ab'.repeat(16) as never, name: 'Work', parent: null }),
    );
    await device.edit(RESERVED[77] as never, (doc) => doc.getMap('later').set('a', 1));
    await device.sync();
    const slots = world.names('k');
    world.provider.wipe();
    expect(await device.sync()).toMatchObject({ sent: 0, alarm: { lost: 1, of: 1 } });
    expect(world.provider.objects().size).toBe(0);
    const order: string[] = [];
    between(device, (storage) => ({
      put(name, bytes, signal) {
        order.push(name.split('.')[1] as string);
        return storage.put(name, bytes, signal);
      },
    }));
    await putBack(device.place);
    expect(await device.sync()).toMatchObject({ sent: 1, alarm: null });
    expect(order).toEqual(['k', 'k', 'p']);
    expect(world.names('k')).toEqual(slots);
    const other = world.device();
    await other.join();
    await other.sync();
    expect(await other.texts()).toEqual({ [note(1)]: 'one' });
    // Nothing is said of packs that have gone: nobody could ever find them.
    expect(await other.rows('missing')).toEqual([]);
    expect(new Set((await other.rows('bodies')).map(({ doc }) => doc))).toEqual(
      new Set([note(1), LIBRARY, RESERVED[77]]),
    );
  });

  test('V27 two devices that both put back double nothing', async () => {
    const world = createWorld();
    const [one, two] = [world.device(), world.device()];
    await one.createVault();
    await one.write(note(1), 'one ');
    await one.sync();
    await two.join();
    await two.sync();
    await two.write(note(1), 'two');
    await two.sync();
    world.provider.wipe();
    for (const device of [one, two]) expect((await device.sync()).alarm).not.toBe(null);
    for (const device of [one, two]) {
      await putBack(device.place);
      await device.sync();
    }
    await one.sync();
    expect(await one.texts()).toEqual({ [note(1)]: 'one two' });
    expect([await two.texts(), await fresh(world)]).toEqual([await one.texts(), await one.texts()]);
  });
});

test('V36 a storage that is forgotten takes no note and no edit with it', async () => {
  const world = createWorld();
  const device = world.device();
  const vault = await device.createVault();
  await device.write(note(1), 'sent');
  await device.sync();
  await device.write(note(1), ', sealed');
  const heal = between(device, () => ({
    async put() {
      throw new Error('offline');
    },
  }));
  await expect(device.session.push()).rejects.toThrow('offline');
  await device.write(note(2), 'waiting');
  heal();
  await forgetStorage(device.place);
  expect(await device.texts()).toEqual({ [note(1)]: 'sent, sealed', [note(2)]: 'waiting' });
  expect([await device.rows('packs'), await device.rows('uploads'), await vaultOf(device)]).toEqual([[], [], vault]);
  expect(new Set((await device.rows('outbox')).map(({ doc }) => doc))).toEqual(new Set([note(1), note(2)]));
  await device.restart().sync();
  expect(await fresh(world)).toEqual(await device.texts());
});
