import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type ObjectName, type Storage, StorageError } from '../../backends/storage.ts';
import { seededRandom } from '../../backends/seeded-random.ts';
import { bytesOf, hexOf, LIBRARY, type NoteId } from '../notes/ids.ts';
import { stateOf } from '../notes/merge.ts';
import { newDoc, textOf } from '../notes/note.ts';
import { createNotebook, notebooks } from '../notes/library.ts';
import { type DeviceId, element } from './coverage.ts';
import { loadDocs } from './documents.ts';
import { encode } from './cbor.ts';
import { between, createWorld, type Device, note, PASSPHRASE, type World } from './examples/devices.ts';
import { cardOf, HEAD, entryOf } from './examples/packs.ts';
import { forgetStorage, look, unlock } from './connect.ts';
import { nameOf } from './names.ts';
import { createPackBuilder, type PackEntry } from './pack.ts';
import { WHOLE } from './applying.ts';
import { fetchNote } from './bodies.ts';
import { FULL_LISTING_EVERY } from './listing.ts';
import { sealObject } from './object.ts';
import type { State, Tables } from './state.ts';

const random = seededRandom(11);
/** Text that doesn't compress to much less than half. */
const prose = (length: number) =>
  Array.from({ length }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join('');

async function pair(world: World): Promise<[Device, Device]> {
  const writer = world.device();
  await writer.createVault();
  const reader = world.device();
  await reader.join();
  await reader.sync();
  return [writer, reader];
}

/** One pack larger than WHOLE. */
async function largeVault(world: World, notes = 60): Promise<Device> {
  const writer = world.device();
  for (let number = 1; number <= notes; number++) {
    await writer.write(note(number), `Note ${number}\n${prose(14_000)}`);
    world.time += 1000;
  }
  await writer.createVault();
  await writer.sync();
  return writer;
}

const states = async (device: Device) => (await device.rows('packs')).map((row) => row.state);
const idOf = async (device: Device) => (await device.rows('meta')).find(({ key }) => key === 'device')?.value;
const only = (world: World) => world.names('p')[0] as ObjectName;

const row = (doc: NoteId, block: number, place: number) => [bytesOf(doc), 1, block, place, new Uint8Array(8), null];

/** A pack of the test's own making, put under its name or another. */
async function putPack(
  device: Device,
  entries: readonly PackEntry[],
  head: Partial<typeof HEAD> = {},
): Promise<ObjectName> {
  const ctx = await device.context();
  const builder = createPackBuilder(ctx.deps, ctx.ring, ctx.vault);
  for (const entry of entries) await builder.add(entry);
  const pack = await builder.finish({ ...HEAD, ...head });
  if (!pack) throw new Error('the pack is too large');
  await ctx.storage.put(pack.name, pack.bytes);
  return pack.name;
}

/** An edit that builds on another one. */
function secondEdit() {
  const doc = newDoc(78);
  textOf(doc).insert(0, 'first');
  const updates: Uint8Array<ArrayBuffer>[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(new Uint8Array(update)));
  textOf(doc).insert(5, ' second');
  return updates[0] as Uint8Array<ArrayBuffer>;
}

function stateWith(text: string) {
  const doc = newDoc(77);
  textOf(doc).insert(0, text);
  return stateOf(doc) as Uint8Array<ArrayBuffer>;
}

test('V11 a small pack is fetched whole, applied, and known from then on', async () => {
  const world = createWorld();
  const [writer, reader] = await pair(world);
  await writer.write(note(1), 'hello');
  await writer.edit(LIBRARY, (doc) =>
    createNotebook(doc, { id: 'ab'.repeat(16) as never, name: 'Work', parent: null }),
  );
  await writer.sync();
  reader.resetCounts();
  expect(await reader.sync()).toMatchObject({ received: 1, sent: 0 });
  expect(reader.counts()).toMatchObject({ changes: 1, get: 1, total: 2 });
  expect(await reader.texts()).toEqual({ [note(1)]: 'hello' });
  const library = await reader.place.state.read(['bodies'], (tx) => loadDocs(tx, [LIBRARY]));
  expect(notebooks(library.get(LIBRARY)?.doc as never).map(({ name }) => name)).toEqual(['Work']);
  const [row] = await reader.rows('applied');
  expect(row?.element).toBe((await writer.rows('applied'))[0]?.element);
  expect(await states(reader)).toEqual(['applied']);
});

/** A device whose reads fail from the n-th on, counted once `arm` was called. */
function failing(world: World, at: number) {
  let left = Number.POSITIVE_INFINITY;
  const device = world.device({
    wrap: (storage): Storage => ({
      ...storage,
      get: (name, range, signal) => {
        if (left-- <= 0) throw new Error('the power went');
        return storage.get(name, range, signal);
      },
    }),
  });
  return { device, arm: () => (left = at), disarm: () => (left = Number.POSITIVE_INFINITY) };
}

describe('a large pack', () => {
  test('V3 gives its cards first, the newest first, and then its bodies', async () => {
    const world = createWorld();
    const writer = await largeVault(world);
    expect(world.bytesOf(only(world)).length).toBeGreaterThan(WHOLE + 200_000);
    let cards = 0;
    let whole = 0;
    const reader = world.device({
      wrap: (storage): Storage => ({
        ...storage,
        async get(name, range, signal) {
          // When the bodies are asked for, every card is there and no text is.
          if (name === only(world) && (range?.start ?? 0) > 0) {
            const notes = await reader.rows('notes');
            cards = notes.filter(({ here }) => !here).length;
            whole = notes.filter(({ here }) => here).length;
          }
          return storage.get(name, range, signal);
        },
      }),
    });
    await reader.join();
    await reader.sync();
    expect([cards, whole]).toEqual([60, 0]);
    expect(await reader.texts()).toEqual(await writer.texts());
    expect(await reader.rows('pending')).toEqual([]);
    expect((await reader.rows('notes')).every(({ here }) => here)).toBe(true);
    expect(await states(reader)).toEqual(['applied']);
  });

  test.each([0, 1])('V12 is read on by a device that was stopped after %i reads', async (reads) => {
    const world = createWorld();
    const writer = await largeVault(world);
    const { device, arm, disarm } = failing(world, reads);
    await device.join();
    arm();
    await expect(device.sync()).rejects.toThrow('the power went');
    expect(await device.rows('applied')).toEqual([]);
    disarm();
    await device.restart().sync();
    expect(await device.texts()).toEqual(await writer.texts());
    expect([await states(device), await device.rows('pending')]).toEqual([['applied'], []]);
  });

  test('V12 is read on by a device that was stopped between two of its blocks', async () => {
    const world = createWorld();
    const writer = await largeVault(world, 130);
    const reader = world.device();
    await reader.join();
    // The power goes in the second transaction that deletes entries from the list of what is pending.
    const { state } = reader.place;
    const before: State = { ...state };
    let steps = 0;
    state.write = (tables, body) =>
      before.write(tables, async (tx) => {
        const pending = async () => (await (tx as Partial<Tables>).pending?.count()) ?? 0;
        const had = await pending();
        const result = await body(tx);
        if ((await pending()) < had && ++steps === 2) throw new Error('the power went');
        return result;
      });
    await expect(reader.sync()).rejects.toThrow('the power went');
    Object.assign(state, before);
    const left = (await reader.rows('pending')).length;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(130);
    expect([await states(reader), await reader.rows('applied')]).toEqual([['indexed'], []]);
    await reader.restart().sync();
    expect(await reader.texts()).toEqual(await writer.texts());
    expect([await states(reader), (await reader.rows('applied')).length]).toEqual([['applied'], 1]);
  });

  test('V3 gives one note by its range, before the rest', async () => {
    const world = createWorld();
    const writer = await largeVault(world);
    const { device, arm, disarm } = failing(world, 1);
    await device.join();
    arm();
    await expect(device.sync()).rejects.toThrow('the power went');
    disarm();
    expect(await device.texts()).toEqual({});
    device.resetCounts();
    expect(await fetchNote(await device.context(), note(7))).toBe(true);
    expect(await device.texts()).toEqual({ [note(7)]: await writer.text(note(7)) });
    expect(device.counts()).toMatchObject({ get: 1, total: 1 });
    expect(device.counts().bytesIn).toBeLessThan(140_000);
    expect((await device.rows('pending')).filter(({ doc }) => doc === note(7))).toEqual([]);
    // Only who reads the whole pack may say that it was applied.
    expect([await device.rows('applied'), await states(device)]).toEqual([[], ['indexed']]);
    expect(await fetchNote(await device.context(), note(7))).toBe(true);
    await device.restart().sync();
    expect(await device.texts()).toEqual(await writer.texts());
  });

  test('V20 that has gone meanwhile gives nothing, and breaks nothing', async () => {
    const world = createWorld();
    await largeVault(world);
    const { device, arm, disarm } = failing(world, 1);
    await device.join();
    arm();
    await expect(device.sync()).rejects.toThrow('the power went');
    disarm();
    world.provider.lose([only(world)], { announced: false });
    expect(await fetchNote(await device.context(), note(7))).toBe(false);
    expect(await device.restart().sync()).toMatchObject({ sent: 0 });
    expect(await device.rows('applied')).toEqual([]);
  });

  test('V2 with something behind it is damaged before anything of it is shown', async () => {
    const world = createWorld();
    const writer = await largeVault(world);
    const bytes = Uint8Array.from([...world.bytesOf(only(world)), 0]);
    world.provider.lose([only(world)]);
    const ctx = await writer.context();
    await ctx.storage.put(nameOf(ctx.vault, 'p', await ctx.deps.crypto.sha256(bytes)), bytes);
    const reader = world.device();
    await reader.join();
    await reader.sync();
    expect([await states(reader), await reader.rows('notes'), await reader.rows('applied')]).toEqual([
      ['damaged'],
      [],
      [],
    ]);
  });

  test('V15 shows none of its cards in the place of a note that is here', async () => {
    const world = createWorld();
    await largeVault(world);
    const { device, arm } = failing(world, 1);
    await device.write(note(7), 'Mine, and older');
    await device.edit(note(7), (doc) => doc.getMap('props').set('modified', 5));
    await device.join();
    arm();
    await expect(device.sync()).rejects.toThrow('the power went');
    const shown = await device.rows('notes');
    expect(shown.find(({ id }) => id === note(7))).toMatchObject({ title: 'Mine, and older', here: true });
    expect(shown.find(({ id }) => id === note(8))).toMatchObject({ title: 'Note 8', here: false });
  });

  test('V3 whose first part came cut is asked for the rest', async () => {
    const world = createWorld();
    const writer = await largeVault(world);
    let cuts = 2;
    const reader = world.device({
      wrap: (storage): Storage => ({
        ...storage,
        async get(name, range, signal) {
          const bytes = await storage.get(name, range, signal);
          return name === only(world) && cuts-- > 0 ? bytes.slice(0, cuts === 1 ? 100 : 60) : bytes;
        },
      }),
    });
    await reader.join();
    await reader.sync();
    expect(await reader.texts()).toEqual(await writer.texts());
  });
});

test('V12 cards of a head that was shown in part leave nothing pending once the pack came whole', async () => {
  const world = createWorld();
  const [writer, reader] = await pair(world);
  for (let number = 1; number <= 400; number++) await writer.write(note(number), prose(200));
  await writer.sync();
  const size = world.bytesOf(only(world)).length;
  expect(size).toBeLessThan(WHOLE);
  // The answer is cut within the head, and then the power goes.
  let calls = 0;
  const heal = between(reader, (storage) => ({
    async get(name, range, signal) {
      if (++calls > 1) throw new Error('the power went');
      return (await storage.get(name, range, signal)).slice(0, 60_000);
    },
  }));
  await expect(reader.sync()).rejects.toThrow('the power went');
  expect((await reader.rows('pending')).length).toBeGreaterThan(0);
  heal();
  await reader.restart().sync();
  expect([await states(reader), await reader.rows('pending')]).toEqual([['applied'], []]);
  expect(Object.keys(await reader.texts())).toHaveLength(400);
});

test('V12 a large pack that is known already leaves nothing pending when its storage is connected again', async () => {
  const world = createWorld();
  const writer = world.device();
  await writer.createVault();
  // A head of more than WHOLE, so that a part of it is shown.
  for (let number = 1; number <= 4000; number++) await writer.write(note(number), prose(160));
  await writer.sync();
  await forgetStorage(writer.place);
  await look(writer.place);
  await writer.restart().sync();
  expect([await writer.rows('pending'), await states(writer)]).toEqual([[], world.names('p').map(() => 'applied')]);
});

test('V11 a damaged pack counts as absent, stops nothing else, and is read again at the next full listing', async () => {
  const world = createWorld();
  const [writer, reader] = await pair(world);
  await writer.write(note(1), 'first');
  await writer.sync();
  const name = only(world);
  const good = world.bytesOf(name).slice();
  await writer.write(note(2), 'second');
  await writer.sync();
  world.provider.corrupt(name, (bytes) => {
    bytes[bytes.length - 5] = (bytes[bytes.length - 5] as number) ^ 1;
    return bytes;
  });
  await reader.sync();
  expect(await reader.texts()).toEqual({ [note(2)]: 'second' });
  expect((await states(reader)).sort()).toEqual(['applied', 'damaged']);
  expect((await reader.rows('applied')).length).toBe(1);

  world.provider.corrupt(name, () => good);
  reader.resetCounts();
  await reader.sync();
  expect(reader.counts().get).toBe(0);
  world.time += FULL_LISTING_EVERY;
  await reader.sync();
  expect(await reader.texts()).toEqual({ [note(1)]: 'first', [note(2)]: 'second' });
  expect(await states(reader)).toEqual(['applied', 'applied']);
});

test('V4 a pack of a newer format is told, left alone, and read again later', async () => {
  const world = createWorld();
  const [writer, reader] = await pair(world);
  await writer.write(note(1), 'first');
  await writer.sync();
  const bytes = Uint8Array.from([...world.bytesOf(only(world)).subarray(0, 7), 2, 1, 2, 3]);
  const { place } = reader;
  const name = nameOf((await reader.context()).vault, 'p', await place.deps.crypto.sha256(bytes));
  await place.storage.put(name, bytes);
  await reader.sync();
  expect((await reader.rows('packs')).find((row) => row.name === name)?.state).toBe('newer');
  expect(await reader.texts()).toEqual({ [note(1)]: 'first' });
  expect(world.bytesOf(name)).toEqual(bytes);
});

test('V10 an honest pack under another name is not taken for another push', async () => {
  const world = createWorld();
  const [writer, reader] = await pair(world);
  await writer.write(note(1), 'first');
  await writer.sync();
  const device = (await writer.rows('meta')).find(({ key }) => key === 'device');
  const copy = `${only(world).slice(0, -64)}${'0'.repeat(64)}` as ObjectName;
  await reader.place.storage.put(copy, world.bytesOf(only(world)));
  await reader.sync();
  await writer.sync();
  expect((await reader.rows('applied')).length).toBe(1);
  for (const each of [reader, writer]) expect((await states(each)).sort()).toEqual(['applied', 'damaged']);
  // Nor does the writer believe that there is another device of its id.
  expect((await writer.rows('meta')).find(({ key }) => key === 'device')).toEqual(device);
});

test('V2 a pack with something behind it is damaged, whatever the listing says of its size', async () => {
  const world = createWorld();
  const [writer, reader] = await pair(world);
  await writer.edit(LIBRARY, (doc) =>
    createNotebook(doc, { id: 'ab'.repeat(16) as never, name: 'Work', parent: null }),
  );
  await writer.sync();
  const name = only(world);
  world.provider.corrupt(name, (bytes) => Uint8Array.from([...bytes, 0]));
  between(reader, (storage) => ({
    async changes(area, cursor, signal) {
      const page = await storage.changes(area, cursor, signal);
      const events = page.events.map((event) =>
        event.kind === 'added' && event.name === name ? { ...event, size: event.size + 1 } : event,
      );
      return { ...page, events };
    },
  }));
  await reader.sync();
  expect([await states(reader), await reader.rows('applied')]).toEqual([['damaged'], []]);
  reader.resetCounts();
  await reader.sync();
  expect(reader.counts().get).toBe(0);
});

test('V4 entries of kinds not known here are kept word for word, and the pack is not called applied', async () => {
  const world = createWorld();
  const [writer, reader] = await pair(world);
  const known = entryOf(note(1), stateWith('known'), { kind: 1 });
  const unknown = entryOf(note(2), Uint8Array.of(1, 2, 3), { kind: 42 });
  await putPack(writer, [known, unknown]);
  await reader.sync();
  expect(await reader.texts()).toEqual({ [note(1)]: 'known' });
  expect(await reader.rows('aside')).toMatchObject([{ doc: note(2), kind: 42, bytes: Uint8Array.of(1, 2, 3) }]);
  expect([await states(reader), await reader.rows('applied')]).toEqual([['aside'], []]);
  // A later program may know them: they are judged anew, and stand there once.
  world.time += FULL_LISTING_EVERY;
  await reader.sync();
  expect([(await reader.rows('aside')).length, await states(reader)]).toEqual([1, ['aside']]);
});

test('V11 an entry that can not be applied is kept aside, and the others are applied', async () => {
  const world = createWorld();
  const [writer, reader] = await pair(world);
  await putPack(writer, [entryOf(note(1), Uint8Array.of(1, 1, 7, 200)), entryOf(note(2), stateWith('good'))]);
  await reader.sync();
  expect(await reader.texts()).toEqual({ [note(2)]: 'good' });
  expect((await reader.rows('aside')).map(({ doc }) => doc)).toEqual([note(1)]);
  expect(await reader.rows('applied')).toEqual([]);
});

test.each([
  ['a row names no entry', 5, 0],
  ['a row names no block', 0, 1],
])('V11 when %s the pack is damaged, and nothing of it is used', async (_, place, block) => {
  const world = createWorld();
  const [writer, reader] = await pair(world);
  const ctx = await writer.context();
  const parts = [[row(note(1), 0, 0), row(note(2), block, place)], [stateWith('good')]].map((part) => encode(part));
  const manifest = {
    device: new Uint8Array(16),
    sequence: 1,
    tier: 0,
    covers: null,
    applied: {},
    wants: [],
    inline: [],
    kinds: [1],
    entries: 2,
    inflated: parts.map(({ length }) => length),
    reads: 1,
  };
  const blocks = [encode(manifest), ...parts].map((part) => new Uint8Array(deflateRawSync(part)));
  const bytes = await sealObject(ctx.deps, ctx.ring, ctx.vault, 'p', 2, blocks);
  await ctx.storage.put(nameOf(ctx.vault, 'p', await ctx.deps.crypto.sha256(bytes)), bytes);
  await reader.sync();
  expect([await reader.texts(), await reader.rows('bodies'), await states(reader)]).toEqual([{}, [], ['damaged']]);
});

test('V4 a head that a newer program read and kept stops nobody', async () => {
  const world = createWorld();
  const writer = await largeVault(world);
  const reader = world.device();
  await reader.join();
  const cut = between(reader, (storage) => ({
    async get(name, range, signal) {
      if (range && range.start > 0) throw new StorageError('Unavailable', 'the network went');
      return storage.get(name, range, signal);
    },
  }));
  await expect(reader.sync()).rejects.toThrow('the network went');
  cut();
  const [pack] = await reader.rows('packs');
  if (!pack?.body) throw new Error('the head was not kept');
  const header = pack.body.header.slice();
  header[7] = 99;
  await reader.place.state.write(['packs'], (tx) => tx.packs.put({ ...pack, body: { ...pack.body, header } as never }));
  await reader.write(note(900), 'goes out all the same');
  expect(await reader.sync()).toMatchObject({ sent: 1 });
  expect(await states(reader)).toContain('newer');
  world.time += FULL_LISTING_EVERY;
  await reader.sync();
  expect(await reader.text(note(1))).toBe(await writer.text(note(1)));
});

test('V15 a card is shown until the note is here, and never in its place', async () => {
  const world = createWorld();
  const [writer, reader] = await pair(world);
  await reader.write(note(1), 'what is here');
  const entry = entryOf(note(1), stateWith('theirs'), { card: cardOf('a lie', { modified: 9e14 }) });
  await putPack(writer, [entry]);
  await reader.sync();
  expect((await reader.rows('notes'))[0]?.title).not.toBe('a lie');
  expect(await reader.text(note(1))).toContain('what is here');
  expect(await reader.text(note(1))).toContain('theirs');
});

test('V13 what others had and this device has not is noted, and no longer once it is there', async () => {
  const world = createWorld();
  const [writer, reader] = await pair(world);
  const missing = element('f'.repeat(32) as DeviceId, 3, '0123456789abcdef');
  await putPack(writer, [entryOf(note(1), stateWith('x'))], { applied: new Set([missing]) });
  await reader.sync();
  expect(await reader.rows('missing')).toEqual([{ element: missing, since: world.time }]);
  const covers = new Set([missing]);
  await putPack(writer, [entryOf(note(2), stateWith('y'))], { covers, sequence: 2 });
  await reader.sync();
  expect(await reader.rows('missing')).toEqual([]);
});

test('V14 a device that has the whole state answers who misses a part', async () => {
  const world = createWorld();
  const [writer, reader] = await pair(world);
  await reader.write(note(1), 'the whole');
  await reader.sync();
  await putPack(writer, [entryOf(note(2), stateWith('x'))], { wants: [note(1), note(9)] });
  await reader.sync();
  expect(world.names('p')).toHaveLength(3);
  const fresh = world.device();
  await fresh.join();
  await fresh.sync();
  expect(await fresh.text(note(1))).toBe('the whole');
});

test('V14 what is asked for before it is here is answered once it was read, and only once', async () => {
  const world = createWorld();
  const [writer] = await pair(world);
  await writer.write(note(1), 'the whole');
  await writer.sync();
  world.time += 1000;
  await putPack(writer, [entryOf(note(2), stateWith('x'))], { wants: [note(1), note(9)] });
  const late = world.device();
  await late.join();
  // The newest pack is read first, and it asks.
  expect(await late.sync()).toMatchObject({ received: 2, sent: 1 });
  const fresh = world.device();
  await fresh.join();
  await fresh.sync();
  expect(await fresh.text(note(1))).toBe('the whole');
  expect(await late.sync()).toMatchObject({ sent: 0 });
  expect(await late.restart().sync()).toMatchObject({ sent: 0 });
  expect((await late.rows('meta')).some(({ key }) => key === 'wants')).toBe(false);
});

test('V14 what is asked for is kept while what it asks for can’t be had yet', async () => {
  const world = createWorld();
  const [writer] = await pair(world);
  await writer.write(note(1), 'the whole');
  await writer.sync();
  const late = only(world);
  world.time += 1000;
  await putPack(writer, [entryOf(note(2), stateWith('x'))], { wants: [note(1)] });
  const reader = world.device();
  await reader.join();
  const heal = between(reader, (storage) => ({
    async get(name, range, signal) {
      if (name === late) throw new StorageError('NotFound', 'not yet');
      return storage.get(name, range, signal);
    },
  }));
  expect(await reader.sync()).toMatchObject({ sent: 0 });
  heal();
  expect(await reader.sync()).toMatchObject({ sent: 1 });
});

test('V14 a pack that is read anew with every full listing asks once', async () => {
  const world = createWorld();
  const [writer, reader] = await pair(world);
  await reader.write(note(1), 'the whole');
  await reader.sync();
  await putPack(writer, [entryOf(note(2), stateWith('x'), { kind: 77 })], { wants: [note(1)] });
  expect(await reader.sync()).toMatchObject({ sent: 1 });
  expect(await states(reader)).toContain('aside');
  world.time += FULL_LISTING_EVERY;
  expect(await reader.sync()).toMatchObject({ received: 1, sent: 0 });
});

test('V14 a device that misses a part itself answers nothing', async () => {
  const world = createWorld();
  const [writer] = await pair(world);
  await putPack(writer, [entryOf(note(1), secondEdit())]);
  world.time += 1000;
  await putPack(writer, [entryOf(note(2), stateWith('x'))], { wants: [note(1)] });
  const reader = world.device();
  await reader.join();
  await reader.sync();
  expect((await reader.rows('gaps')).map((row) => row.doc)).toEqual([note(1)]);
  // It asks as well, and that is all that it sends.
  const own = (await reader.rows('packs')).find((each) => each.put !== null)?.id;
  expect((await reader.rows('contents')).find((each) => each.id === own)?.docs).toHaveLength(0);
  expect((await reader.rows('meta')).some(({ key }) => key === 'wants')).toBe(false);
});

test('V8 a push under the own device id that is not known makes another device of this one, and loses nothing', async () => {
  const world = createWorld();
  const writer = world.device();
  await writer.createVault();
  await writer.write(note(1), 'one ');
  await writer.sync();
  // The profile is copied here, and the original goes on.
  const clone = world.device();
  for (const table of ['notes', 'bodies', 'applied', 'meta', 'packs', 'slots'] as const) {
    const rows = await writer.rows(table);
    await clone.place.state.write([table], (tx) =>
      (tx[table] as { putMany(rows: unknown): Promise<void> }).putMany(rows),
    );
  }
  await clone.useAccount();
  await writer.write(note(2), 'by the original');
  await writer.sync();
  await clone.write(note(3), 'by the clone');
  await clone.restart().sync();
  expect(await idOf(clone)).not.toMatchObject({ id: ((await idOf(writer)) as { id: string }).id });
  await writer.sync();
  for (const device of [writer, clone])
    expect(Object.keys(await device.texts()).sort()).toEqual([note(1), note(2), note(3)]);
  const fresh = world.device();
  await fresh.join();
  await fresh.sync();
  expect(await fresh.texts()).toEqual(await writer.texts());
});

test('V8 what a copied profile had sealed and not sent is sealed again by the new device', async () => {
  const world = createWorld();
  const writer = world.device();
  await writer.createVault();
  await writer.write(note(1), 'one');
  await writer.sync();
  const clone = world.device();
  for (const table of ['notes', 'bodies', 'applied', 'meta', 'packs', 'slots'] as const) {
    const rows = await writer.rows(table);
    await clone.place.state.write([table], (tx) =>
      (tx[table] as { putMany(rows: unknown): Promise<void> }).putMany(rows),
    );
  }
  await clone.useAccount();
  await clone.write(note(3), 'sealed, not sent');
  const heal = between(clone, () => ({
    async put() {
      throw new Error('offline');
    },
  }));
  await expect(clone.restart().sync()).rejects.toThrow('offline');
  expect(await clone.rows('uploads')).toHaveLength(1);
  heal();
  await writer.write(note(2), 'by the original');
  await writer.sync();
  await clone.restart().sync();
  expect([(await clone.rows('uploads')).length, (await clone.rows('outbox')).length]).toEqual([0, 0]);
  await writer.sync();
  expect(await writer.texts()).toEqual({
    [note(1)]: 'one',
    [note(2)]: 'by the original',
    [note(3)]: 'sealed, not sent',
  });
  // No sequence number stands twice under one device id.
  const numbers = (await writer.rows('applied')).map(({ element: item }) => item.split('/').slice(0, 2).join('/'));
  expect(new Set(numbers).size).toBe(numbers.length);
});

test('V33 a pack sealed with a key that is not on the ring stops nothing', async () => {
  const world = createWorld();
  const [writer, reader] = await pair(world);
  await writer.write(note(1), 'x');
  await writer.sync();
  const other = world.device();
  const made = createWorld(5);
  const stranger = made.device();
  await stranger.createVault();
  await unlock(other.place, (await look(other.place))[0]?.id as never, { kind: 'passphrase', passphrase: PASSPHRASE });
  const foreign = { ...(await writer.context()), ring: (await stranger.context()).ring };
  const builder = createPackBuilder(foreign.deps, foreign.ring, foreign.vault);
  await builder.add(entryOf(note(2), stateWith('y')));
  const pack = await builder.finish(HEAD);
  await foreign.storage.put(pack?.name as ObjectName, pack?.bytes as Uint8Array);
  await reader.sync();
  expect(await reader.texts()).toEqual({ [note(1)]: 'x' });
  expect((await states(reader)).sort()).toEqual(['applied', 'locked']);
  expect(hexOf(pack?.bytes.subarray(26, 34) as Uint8Array)).toBe(foreign.ring.current);
});

test('V11 an object that the storage refuses to give counts as damaged, and stops nothing else', async () => {
  const world = createWorld();
  const [writer, reader] = await pair(world);
  await writer.write(note(1), 'refused');
  await writer.sync();
  const refused = only(world);
  world.time += 1000;
  await writer.write(note(2), 'given');
  await writer.sync();
  const relenting = between(reader, (storage) => ({
    async get(name, range, signal) {
      if (name === refused) throw new StorageError('Rejected', 'restricted content');
      return storage.get(name, range, signal);
    },
  }));
  await reader.write(note(3), 'goes out all the same');
  expect(await reader.sync()).toMatchObject({ sent: 1, alarm: null });
  expect((await states(reader)).sort()).toEqual(['applied', 'applied', 'damaged']);
  expect(await reader.text(note(2))).toBe('given');
  expect(await reader.session.idle({ weak: false })).toMatchObject({ merged: 0 });
  relenting();
  world.time += FULL_LISTING_EVERY;
  await reader.sync();
  expect(await reader.text(note(1))).toBe('refused');
});

test('V31 a key slot that the storage refuses to give stops no sync', async () => {
  const world = createWorld();
  const [writer] = await pair(world);
  await writer.write(note(1), 'words');
  await writer.sync();
  const reader = world.device();
  await reader.join();
  const kept = new Set((await reader.rows('slots')).filter((slot) => slot.bytes).map((slot) => slot.name));
  between(reader, (storage) => ({
    async get(name, range, signal) {
      if (name.includes('.k.') && !kept.has(name)) throw new StorageError('Rejected', 'restricted content');
      return storage.get(name, range, signal);
    },
  }));
  expect(await reader.sync()).toMatchObject({ received: 1, alarm: null });
});
