import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { setPinned, restore, setTrashed, textOf } from '../notes/note.ts';
import { sampleNotes } from '../notes/samples.ts';
import { fetchNote } from './bodies.ts';
import { putBack } from './connect.ts';
import type { Bytes } from './crypto.ts';
import { applyIncoming, CHANGING, loadDocs, outboxEverything, recordEdit } from './documents.ts';
import { PURGE } from './entry-kinds.ts';
import { between, createWorld, type Device, note, type World } from './examples/devices.ts';
import { unsend } from './identity.ts';
import { readPack } from './pack.ts';
import { decodePurge, encodePurge, purgeId, purgeRow } from './purge.ts';
import { purgeNotes } from './purging.ts';

const DOC = note(1);

const purge = (device: Device, ...notes: (typeof DOC)[]) => purgeNotes(device.place, notes, { good: true });

/** Two devices of one vault, each with all that the other has. */
async function pair(world: World): Promise<[Device, Device]> {
  const one = world.device();
  await one.createVault();
  await one.write(DOC, 'Milk');
  await one.write(note(2), 'Stays');
  await one.sync();
  const other = world.device();
  await other.join();
  await other.sync();
  return [one, other];
}

async function fresh(world: World): Promise<Device> {
  const device = world.device();
  await device.join();
  await device.sync();
  return device;
}

/** Until nobody has anything to tell any more. */
async function settle(world: World, ...devices: readonly Device[]): Promise<void> {
  for (let round = 0; round < 4; round++)
    for (const device of devices) {
      world.time += 1000;
      await device.sync();
    }
}

async function shown(device: Device): Promise<unknown> {
  const row = (await device.rows('notes')).find(({ id }) => id === DOC);
  return row && { title: row.title, back: row.back, inTrash: row.trashedAt !== null };
}

/** Every pack's entries, by note, as anybody with the keys can read them. */
async function entriesThere(world: World, device: Device): Promise<{ doc: string; kind: number; inHead: boolean }[]> {
  const ctx = await device.context();
  const all = [];
  for (const name of world.names('p')) {
    const head = await readPack(ctx.deps, ctx.ring, ctx.vault, world.bytesOf(name));
    if ('needs' in head) throw new Error('a pack without a head');
    all.push(...head.manifest.inline.map(({ doc, kind }) => ({ doc, kind, inHead: true })));
    all.push(...head.rows.map(({ doc, kind }) => ({ doc, kind, inHead: false })));
  }
  return all;
}

/** As an editor has it. */
async function openDocOf(device: Device): Promise<Y.Doc> {
  const loaded = await device.place.state.read(['bodies'], (tx) => loadDocs(tx, [DOC]));
  return loaded.get(DOC)?.doc ?? new Y.Doc();
}

function updateOf(doc: Y.Doc, change: (doc: Y.Doc) => void): Bytes {
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  change(doc);
  return updates[0] as Bytes;
}

/** As when its time has come; see expire.ts. */
async function forgetBodies(device: Device): Promise<void> {
  await device.place.state.write(['bodies'], async (tx) =>
    tx.bodies.delete((await tx.bodies.where('doc', [DOC])).map(({ n }) => n as number)),
  );
}

/** Forty notes in one pack that is too large to be fetched whole. */
async function largeVault(world: World): Promise<Device> {
  const device = world.device();
  await device.createVault();
  for (let number = 1; number <= 40; number++) {
    const text = Array.from({ length: 12_000 }, () => String.fromCharCode(97 + world.random() * 26)).join('');
    await device.write(note(number), `Note ${number}\n${text}`);
  }
  await device.sync();
  return device;
}

/** Heads alone can be had. @returns the way to have it whole again */
function withoutBodies(device: Device): () => void {
  return between(device, (storage) => ({
    get: async (name, range, signal) => {
      if (range && range.start > 0) throw new Error('the power went');
      return storage.get(name, range, signal);
    },
  }));
}

/** Takes the note back as the app does. */
async function takeBack(world: World, device: Device): Promise<void> {
  const purges = (await device.rows('purges')).map(({ payload }) => purgeId(payload));
  await device.edit(DOC, (doc) => restore(doc, world.time, purges));
}

describe('V23 a note that was deleted for good here', () => {
  test('is gone there too, and on every new device, and its text stays out of sight', async () => {
    const world = createWorld();
    const [one, other] = await pair(world);
    expect(await purge(one, DOC)).toEqual({ purged: [DOC], kept: [] });
    expect(Object.keys(await one.texts())).toEqual([note(2)]);
    await settle(world, one, other);
    expect(Object.keys(await other.texts())).toEqual([note(2)]);
    expect(Object.keys(await (await fresh(world)).texts())).toEqual([note(2)]);
    const purges = (await entriesThere(world, one)).filter(({ kind }) => kind === PURGE);
    expect(purges).toEqual([{ doc: DOC, kind: PURGE, inHead: true }]);
  });

  test('takes along nothing that was not sent yet', async () => {
    const world = createWorld();
    const one = world.device();
    await one.createVault();
    await one.sync();
    await one.write(DOC, 'Never meant to leave');
    await purge(one, DOC);
    await one.sync();
    expect(await entriesThere(world, one)).toEqual([{ doc: DOC, kind: PURGE, inHead: true }]);
    expect(await one.rows('outbox')).toEqual([]);
  });

  test('is known as such of a pack that holds nothing else of it, by its writer and by its readers', async () => {
    const world = createWorld();
    const [one, other] = await pair(world);
    await purge(one, DOC);
    await one.write(note(2), ' here');
    await settle(world, one, other);
    for (const device of [one, other, await fresh(world)]) {
      const contents = await device.rows('contents');
      expect(new Set(contents.map(({ docs, bare }) => `${docs.length / 16} ${bare.length / 16}`))).toEqual(
        new Set(['2 0', '2 1']),
      );
    }
  });

  test('is purged once, however often it is asked for', async () => {
    const world = createWorld();
    const [one] = await pair(world);
    expect(await purge(one, DOC, DOC)).toEqual({ purged: [DOC], kept: [] });
    expect(await purge(one, DOC, note(9))).toEqual({ purged: [], kept: [] });
    expect(await one.rows('purges')).toHaveLength(1);
  });
});

describe('V23 where nobody else can have it, the note is simply deleted', () => {
  test('before there is any vault', async () => {
    const world = createWorld();
    const device = world.device();
    await device.write(DOC, 'Milk');
    await device.write(note(2), 'Stays');
    expect(await purge(device, DOC)).toEqual({ purged: [DOC], kept: [] });
    expect(Object.keys(await device.texts())).toEqual([note(2)]);
    expect((await device.rows('bodies')).map(({ doc }) => doc)).toEqual([note(2)]);
    expect(await device.rows('purges')).toEqual([]);
    await device.createVault();
    await device.sync();
    expect((await entriesThere(world, device)).map(({ doc }) => doc)).toEqual([note(2)]);
  });

  test('while it is an example that nobody has changed', async () => {
    const world = createWorld();
    const device = world.device();
    await device.createVault();
    const [sample] = sampleNotes();
    if (!sample) throw new Error('no sample');
    await device.place.state.write(CHANGING, (tx) =>
      applyIncoming(tx, [{ id: 'sample', doc: sample.id, kind: 0, bytes: sample.update as Bytes }]),
    );
    await purge(device, sample.id);
    expect([await device.rows('notes'), await device.rows('bodies'), await device.rows('purges')]).toEqual([
      [],
      [],
      [],
    ]);
  });

  test('and what an editor still has open of it is whole when somebody goes on with it', async () => {
    const device = createWorld().device();
    await device.write(DOC, 'Milk');
    const open = await openDocOf(device);
    await purge(device, DOC);
    const update = updateOf(open, (doc) => textOf(doc).insert(4, ' and honey'));
    await device.place.state.write(CHANGING, (tx) => recordEdit(tx, DOC, open, update));
    expect(await device.texts()).toEqual({ [DOC]: 'Milk and honey' });
  });
});

describe('V23 only what is here whole can be deleted for good', () => {
  test('a note whose text is still there is fetched first, or stays', async () => {
    const world = createWorld();
    const one = await largeVault(world);
    const other = world.device();
    await other.join();
    const mend = withoutBodies(other);
    await expect(other.sync()).rejects.toThrow('the power went');
    mend();
    expect((await other.rows('notes')).find(({ id }) => id === DOC)).toMatchObject({ here: false });
    expect(await purge(other, DOC)).toEqual({ purged: [], kept: [{ id: DOC, reason: 'away' }] });
    expect(await purgeNotes(other.place, [DOC], { good: true, fetch: async () => false })).toMatchObject({
      purged: [],
    });
    const context = await other.context();
    const report = await purgeNotes(other.place, [DOC], { good: true, fetch: (doc) => fetchNote(context, doc) });
    expect(report).toEqual({ purged: [DOC], kept: [] });
    await settle(world, other, one);
    expect(await one.rows('notes')).toHaveLength(39);
    expect(await other.rows('notes')).toHaveLength(39);
  });

  test('a note of which a part is missing, unknown or unreadable stays', async () => {
    const world = createWorld();
    const [one] = await pair(world);
    const { state } = one.place;
    await state.write(['gaps'], (tx) => tx.gaps.put({ doc: DOC, asked: true }));
    expect((await purge(one, DOC)).kept).toEqual([{ id: DOC, reason: 'incomplete' }]);
    await state.write(['gaps', 'aside'], async (tx) => {
      await tx.gaps.delete([DOC]);
      await tx.aside.put({ id: 'x', pack: 'y', doc: DOC, kind: 77, bytes: new Uint8Array(1), reason: 'entry kind 77' });
    });
    expect((await purge(one, DOC)).kept).toEqual([{ id: DOC, reason: 'aside' }]);
    await state.write(['aside', 'bodies'], async (tx) => {
      await tx.aside.delete(['x']);
      await tx.bodies.put({ doc: DOC, bytes: Uint8Array.of(1, 1, 7, 200) });
    });
    expect((await purge(one, DOC, note(2))).kept).toEqual([{ id: DOC, reason: 'unreadable' }]);
    expect(Object.keys(await one.texts())).toEqual([DOC]);
    expect((await one.rows('purges')).map(({ doc }) => doc)).toEqual([note(2)]);
  });
});

describe('V24 a note that was edited elsewhere before that was known', () => {
  test.each([
    ['when the purge is heard of first', 0],
    ['when the edit is heard of first', 1],
  ])('is back, whole, in the trash of every device, %s', async (_, first) => {
    const world = createWorld();
    const [one, other] = await pair(world);
    // Never sent: it is purged together with the rest, and comes back with the rest.
    await one.write(DOC, ', bread');
    await purge(one, DOC);
    await other.edit(DOC, (doc) => textOf(doc).insert(0, 'Honey, '));
    await settle(world, ...(first === 0 ? [one, other] : [other, one]));
    const third = await fresh(world);
    for (const device of [one, other, third]) {
      expect(await shown(device)).toEqual({ title: 'Honey, Milk, bread', back: true, inTrash: true });
      expect(await device.rows('outbox')).toEqual([]);
      expect(await device.rows('gaps')).toEqual([]);
    }
    await takeBack(world, third);
    await settle(world, third, one, other);
    for (const device of [one, other, third, await fresh(world)])
      expect(await shown(device)).toEqual({ title: 'Honey, Milk, bread', back: false, inTrash: false });
    await one.write(DOC, ', salt');
    await settle(world, one, other);
    expect(await shown(other)).toEqual({ title: 'Honey, Milk, bread, salt', back: false, inTrash: false });
  });

  test('and taken back, before the device that deleted it heard of either, is whole all the same', async () => {
    const world = createWorld();
    const [one, other] = await pair(world);
    await one.write(DOC, ', bread');
    await purge(one, DOC);
    await one.sync();
    await other.edit(DOC, (doc) => textOf(doc).insert(0, 'Honey, '));
    await settle(world, other);
    await takeBack(world, other);
    await settle(world, other, one, other);
    for (const device of [one, other, await fresh(world)])
      expect(await shown(device)).toEqual({ title: 'Honey, Milk, bread', back: false, inTrash: false });
  });

  test('is whole even where its text was let go of', async () => {
    const world = createWorld();
    const [one, other] = await pair(world);
    await purge(one, DOC);
    await one.sync();
    await forgetBodies(one);
    await other.write(DOC, ' and honey');
    await settle(world, other, one);
    expect(await shown(one)).toEqual({ title: 'Milk and honey', back: true, inTrash: true });
  });

  test.each([
    ['and lies here still', false],
    ['and was let go of', true],
  ])('in an editor that still had it open is sent whole, when it was deleted here %s', async (_, letGo) => {
    const world = createWorld();
    const [one, other] = await pair(world);
    await one.write(DOC, ', bread');
    const open = await openDocOf(one);
    await purge(one, DOC);
    if (letGo) await forgetBodies(one);
    const update = updateOf(open, (doc) => textOf(doc).insert(11, ', honey'));
    await one.place.state.write(CHANGING, (tx) => recordEdit(tx, DOC, open, update));
    await one.sync();
    await other.sync();
    for (const device of [one, other])
      expect(await shown(device)).toEqual({ title: 'Milk, bread, honey', back: true, inTrash: true });
    expect(await other.rows('gaps')).toEqual([]);
  });

  test('by taking it out of the trash is back too', async () => {
    const world = createWorld();
    const [one, other] = await pair(world);
    await one.edit(DOC, (doc) => setTrashed(doc, world.time));
    await settle(world, one, other);
    await purge(one, DOC);
    await other.edit(DOC, (doc) => restore(doc, world.time));
    await settle(world, one, other);
    for (const device of [one, other]) expect(await shown(device)).toMatchObject({ back: true, inTrash: true });
  });

  test('only by deleting some of it stays gone', async () => {
    const world = createWorld();
    const [one, other] = await pair(world);
    await purge(one, DOC);
    await other.edit(DOC, (doc) => {
      textOf(doc).delete(0, 2);
      setPinned(doc, false);
    });
    await settle(world, other, one);
    for (const device of [one, other, await fresh(world)]) expect(await shown(device)).toBeUndefined();
  });

  test('is sent whole once by each device that had something of it', async () => {
    const world = createWorld();
    const [one, other] = await pair(world);
    await purge(one, DOC);
    await other.write(DOC, ' and honey');
    await settle(world, one, other);
    const packs = world.names('p').length;
    await settle(world, one, other, await fresh(world));
    expect(world.names('p').length - packs).toBeLessThanOrEqual(1);
  });

  test('goes again when it is deleted for good again', async () => {
    const world = createWorld();
    const [one, other] = await pair(world);
    await purge(one, DOC);
    await other.write(DOC, ' and honey');
    await settle(world, one, other);
    await purge(other, DOC);
    await settle(world, other, one);
    for (const device of [one, other, await fresh(world)]) expect(await shown(device)).toBeUndefined();
  });
});

describe('V38 nothing purged comes back', () => {
  test('as the card that an older pack shows of it, while its text is on its way', async () => {
    const world = createWorld();
    const one = await largeVault(world);
    await purge(one, DOC);
    world.time += 1000;
    await one.sync();
    const other = world.device();
    await other.join();
    const mend = withoutBodies(other);
    await expect(other.sync()).rejects.toThrow('the power went');
    mend();
    expect(new Set((await other.rows('notes')).map(({ here }) => here))).toEqual(new Set([false]));
    expect(await other.rows('notes')).toHaveLength(39);
    await other.sync();
    expect(Object.keys(await other.texts())).toHaveLength(39);
  });

  test('with a device that puts everything it has into the vault', async () => {
    const world = createWorld();
    const [one, other] = await pair(world);
    await purge(one, DOC);
    await settle(world, one, other);
    await other.place.state.write(CHANGING, (tx) => outboxEverything(tx));
    await settle(world, other, one);
    for (const device of [one, other, await fresh(world)]) expect(await shown(device)).toBeUndefined();
  });

  test('from a storage that was wiped and put back by one device alone', async () => {
    const world = createWorld();
    const [one, other] = await pair(world);
    await purge(one, DOC);
    await settle(world, one, other);
    world.provider.lose(world.names('p'));
    await one.sync();
    await putBack(one.place);
    await settle(world, one);
    expect(await shown(await fresh(world))).toBeUndefined();
    expect(await entriesThere(world, one)).toContainEqual({ doc: DOC, kind: PURGE, inHead: true });
  });

  test('when what was sealed has to be sealed again', async () => {
    const world = createWorld();
    const [one, other] = await pair(world);
    await purge(one, DOC);
    const stop = between(one, () => ({
      put: async () => {
        throw new Error('the power went');
      },
    }));
    await expect(one.sync()).rejects.toThrow('the power went');
    stop();
    expect(await one.rows('uploads')).toHaveLength(1);
    await unsend(one.place.state, { forgetDevice: true });
    await settle(world, one.restart() && one, other);
    for (const device of [one, other, await fresh(world)]) expect(await shown(device)).toBeUndefined();
  });

  test('with more purges than one head has room for', async () => {
    const world = createWorld();
    const [one] = await pair(world);
    await purge(one, DOC);
    const [row] = await one.rows('purges');
    const like = decodePurge(row?.payload as Bytes);
    await one.place.state.write(CHANGING, async (tx) => {
      for (let number = 10; number < 13_000; number++)
        await tx.purges.put(purgeRow(note(number), encodePurge({ ...like, at: number })));
      await outboxEverything(tx);
    });
    await one.sync();
    const there = (await entriesThere(world, one)).filter(({ kind }) => kind === PURGE);
    expect(new Set(there.map(({ doc }) => doc)).size).toBe(12_991);
    expect(there).toHaveLength(12_991);
    expect(world.names('p').length).toBeGreaterThan(2);
  });
});
