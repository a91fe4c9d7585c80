import { describe, expect, test } from 'vitest';
import { hexOf, LIBRARY } from '../notes/ids.ts';
import { createNotebook, notebooks } from '../notes/library.ts';
import { addTag } from '../notes/note.ts';
import type { Bytes } from './crypto.ts';
import { type DeviceId, type Element, element } from './coverage.ts';
import { loadDocs } from './documents.ts';
import { createWorld, type Device, note, type World } from './examples/devices.ts';
import { agreeToFormat, formatToWrite, rememberDevices, understands } from './formats.ts';
import { createPackBuilder, type InlineEntry, type PackEntry } from './pack.ts';
import { seal } from './seal.ts';
import type { ClocksRecord, DeviceRow } from './state.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const HOME = { name: 'home', parent: null };

/** The format of each pack there is, in the order in which they were put. */
function written(world: World): number[] {
  return [...world.provider.objects()]
    .filter(([name]) => name.includes('.p.'))
    .sort(([, a], [, b]) => a.time - b.time)
    .map(([, { bytes }]) => bytes[7] as number);
}

const states = async (device: Device) => (await device.rows('packs')).map((row) => row.state).sort();

/** The same profile under a program of another age, from the next session on. */
function update(device: Device, deps: Partial<Device['place']['deps']>): void {
  Object.assign(device.place, { deps: { ...device.place.deps, ...deps } });
  device.restart();
}

/** A pack by a program that knows more kinds of entries than this one. */
async function putPack(
  device: Device,
  entries: readonly PackEntry[],
  inline: readonly InlineEntry[],
  sequence = 1,
): Promise<void> {
  const ctx = await device.context();
  const builder = createPackBuilder(ctx.deps, ctx.ring, ctx.vault);
  for (const entry of entries) await builder.add(entry);
  const writer = 'e'.repeat(32) as DeviceId;
  const pack = await builder.finish({ device: writer, sequence, covers: null, applied: new Set(), wants: [], inline });
  if (!pack) throw new Error('the pack is too large');
  await ctx.storage.put(pack.name, pack.bytes);
}

/** An old program and one that is a format ahead share a vault, and each has written to it. */
async function twoAges(seed: number) {
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

test('V4 two programs of different formats write one vault together, each losing nothing', async () => {
  const { world, old, ahead } = await twoAges(1);
  expect([written(world), await old.texts()]).toEqual([[1, 1], await ahead.texts()]);

  // The old one is silent. Until 90 days after its last pack it is written for.
  world.time += 89 * DAY;
  await ahead.write(note(3), 'after 89 days');
  await ahead.sync();
  world.time += 2 * DAY;
  await ahead.sync();
  await ahead.write(note(4), 'after 91 days');
  await ahead.sync();
  await ahead.write(note(5), 'and more');
  await ahead.sync();
  expect(written(world).slice(2)).toContain(2);
  expect(written(world).slice(0, 3)).toEqual([1, 1, 1]);
  const inNewFormat = written(world).filter((format) => format === 2).length;

  // It comes back: what is in the format that it reads it has, of the rest it says that it is there, and it goes on writing.
  await old.write(note(6), 'back again');
  await old.write(note(2), ', amended');
  expect(await old.sync()).toMatchObject({ alarm: null, sent: 1, tooLarge: [] });
  expect((await states(old)).filter((state) => state !== 'applied')).toEqual(Array(inNewFormat).fill('newer'));
  expect(Object.keys(await old.texts())).toEqual(expect.arrayContaining([note(1), note(2), note(3), note(6)]));
  expect(await old.rows('outbox')).toEqual([]);
  expect(written(world).at(-1)).toBe(1);

  // The one ahead reads it, and writes for it again.
  world.time += HOUR;
  await ahead.sync();
  expect(await ahead.text(note(2))).toBe('by the one ahead, amended');
  await ahead.write(note(7), 'for both');
  await ahead.sync();
  expect(written(world).at(-1)).toBe(1);
  world.time += HOUR;
  await old.sync();
  expect(await old.text(note(7))).toBe('for both');

  // Updated, the old one reads what it had left alone, without being told to.
  update(old, { format: 2 });
  world.time += 7 * HOUR;
  await old.sync();
  expect(await old.texts()).toEqual(await ahead.texts());
  expect(new Set(await states(old))).toEqual(new Set(['applied']));
  expect(Object.keys(await old.texts())).toHaveLength(7);
});

test.each([
  ['it finds it', true],
  ['it hears of it', false],
])('V4 an old program never calls missing what lies there in a newer format, when first %s', async (_, found) => {
  const { world, old, ahead } = await twoAges(2);
  await agreeToFormat(ahead.place, 2);
  await ahead.write(note(3), 'new format');
  await ahead.sync();
  world.time += HOUR;
  if (found) await old.sync();
  // A third one reads both formats, and tells what it has in the old one. Of the two the old one reads that first.
  const third = world.device({ deps: { format: 2 } });
  await third.join();
  await third.sync();
  await third.write(note(4), 'old format');
  await third.sync();
  expect(written(world)).toEqual([1, 1, 2, 1]);
  for (let round = 0; round < 2; round++) {
    await old.sync();
    expect([await states(old), await old.rows('missing')]).toEqual([['applied', 'applied', 'applied', 'newer'], []]);
    world.time += 7 * HOUR;
  }
  await third.write(note(5), 'more');
  await third.sync();
  await old.sync();
  expect(await old.rows('missing')).toEqual([]);
  update(old, { format: 2 });
  world.time += 7 * HOUR;
  await old.sync();
  expect(await old.texts()).toEqual(await third.texts());
});

test('V4 a new format is written as soon as all devices read it', async () => {
  const { world, old, ahead } = await twoAges(3);
  update(old, { format: 2 });
  await old.write(note(3), 'updated');
  await old.sync();
  // It doesn't need the other's word for what it reads itself, and the other has said so already.
  expect(written(world)).toEqual([1, 1, 2]);
  world.time += HOUR;
  await ahead.sync();
  await ahead.write(note(4), 'the same');
  await ahead.sync();
  expect(written(world)).toEqual([1, 1, 2, 2]);
  expect(await ahead.text(note(3))).toBe('updated');
});

test('V4 a new format is written when the person agreed, and none that the program does not write', async () => {
  const { world, old, ahead } = await twoAges(4);
  await agreeToFormat(ahead.place, 2);
  await ahead.write(note(3), 'agreed');
  await ahead.sync();
  expect(written(world)).toEqual([1, 1, 2]);
  await expect(agreeToFormat(ahead.place, 3)).rejects.toThrow(RangeError);
  await expect(agreeToFormat(ahead.place, 0)).rejects.toThrow(RangeError);
  await expect(agreeToFormat(old.place, 2)).rejects.toThrow(RangeError);
  expect(await formatToWrite(await old.context())).toBe(1);
});

test('V4 what was agreed for one vault says nothing of another', async () => {
  const { ahead } = await twoAges(5);
  await agreeToFormat(ahead.place, 2);
  const ctx = await ahead.context();
  expect(await formatToWrite(ctx)).toBe(2);
  expect(await formatToWrite({ ...ctx, vault: 'f'.repeat(32) as typeof ctx.vault })).toBe(1);
});

const FIRST = Date.UTC(2031, 0, 1);
const GOOD: ClocksRecord = { provider: FIRST + 100 * DAY, local: FIRST + 100 * DAY, skew: 0, doubt: null };
const DOUBT = { skew: 9 * DAY, since: { local: FIRST, provider: FIRST } };

describe('V4 the format to write', () => {
  test.each<[string, number, number, readonly Omit<DeviceRow, 'id'>[], Partial<ClocksRecord>]>([
    ['is the newest of a program alone', 3, 3, [], {}],
    ['is the least that anyone reads', 2, 3, [{ reads: 2, seen: FIRST + 50 * DAY }], {}],
    ['never is above the program', 2, 2, [{ reads: 9, seen: FIRST + 50 * DAY }], {}],
    ['never is below the first', 1, 2, [{ reads: 0, seen: FIRST + 50 * DAY }], {}],
    ['waits for who was seen 89 days ago', 1, 2, [{ reads: 1, seen: FIRST + 11 * DAY }], {}],
    ['does not wait for who was seen 90 days ago', 2, 2, [{ reads: 1, seen: FIRST + 10 * DAY }], {}],
    ['waits for all while clocks are doubted', 1, 2, [{ reads: 1, seen: FIRST }], { doubt: DOUBT }],
    ['waits for all while clocks were never compared', 1, 2, [{ reads: 1, seen: FIRST }], { skew: Number.NaN }],
    ['is not moved by a jump of the provider', 1, 2, [{ reads: 1, seen: FIRST + 50 * DAY }], { provider: FIRST * 2 }],
    ['is not moved by a jump of this device', 1, 2, [{ reads: 1, seen: FIRST }], { provider: FIRST + 80 * DAY }],
  ])('%s', async (_, expected, format, rows, clocks) => {
    const world = createWorld(6);
    const device = world.device({ deps: { format } });
    await device.createVault();
    world.time = FIRST + 100 * DAY;
    await device.place.state.write(['devices', 'meta'], async (tx) => {
      await tx.meta.put({ key: 'device', value: { id: 'd'.repeat(32), next: 5 } });
      await tx.meta.put({ key: 'clocks here', value: { ...GOOD, ...clocks } });
      // What this device's own program read before it was updated holds nothing back.
      await tx.devices.put({ id: 'd'.repeat(32) as DeviceId, reads: 1, seen: FIRST + 100 * DAY });
      await tx.devices.putMany(rows.map((row, index) => ({ ...row, id: String(index).repeat(32) as DeviceId })));
    });
    expect(await formatToWrite(await device.context())).toBe(expected);
  });

  test('V22 is the first until the clocks were compared, for who comes to others', async () => {
    const { world } = await twoAges(7);
    const fresh = world.device({ deps: { format: 2 } });
    world.time += 400 * DAY;
    await fresh.join();
    await fresh.sync();
    expect(await formatToWrite(await fresh.context())).toBe(1);
    await fresh.write(note(3), 'first words');
    await fresh.sync();
    await fresh.sync();
    expect(await formatToWrite(await fresh.context())).toBe(2);
  });
});

/** All pushes that there are, in one pack, whose place it takes. */
async function merge(world: World, device: Device): Promise<void> {
  const before = world.names('p');
  const covers = new Set((await device.rows('applied')).map((row) => row.element));
  const docs = [LIBRARY, ...(await device.rows('notes')).map((row) => row.id)];
  expect(await seal(await device.context(), { covers, docs })).toBe(null);
  world.provider.lose(before);
}

test('V4 a device whose pushes others have merged holds a new format back as long as one that is seen', async () => {
  const world = createWorld(8);
  const [merger, old] = [world.device({ deps: { format: 2 } }), world.device()];
  await merger.createVault();
  await merger.sync();
  await old.join();
  await old.write(note(1), 'a push that nobody will see alone');
  await old.sync();
  await merger.sync();
  await merge(world, merger);
  world.time += HOUR;

  const fresh = world.device({ deps: { format: 2 } });
  await fresh.join();
  await fresh.write(note(2), 'of a fresh device');
  await fresh.sync();
  expect(await fresh.rows('devices')).toContainEqual({
    id: (await old.rows('meta')).flatMap(({ key, value }) => (key === 'device' ? [(value as DeviceRow).id] : []))[0],
    reads: 0,
    seen: world.time - HOUR,
  });
  // It goes on for months in which the old one's pushes are always merged before they are seen.
  for (let month = 0; month < 5; month++) {
    world.time += 30 * DAY;
    await old.write(note(3), 'again. ');
    await old.sync();
    await merger.sync();
    await merge(world, merger);
    await fresh.sync();
    await fresh.write(note(2), 'again. ');
    await fresh.sync();
    await old.sync();
    expect(new Set(written(world))).toEqual(new Set([1]));
    expect(await old.texts()).toEqual(await fresh.texts());
  }
  // Merging the same once more says nothing new of anybody.
  for (let month = 0; month < 4; month++) {
    world.time += 30 * DAY;
    await merger.write(note(4), 'without the old one. ');
    await merger.sync();
    await merge(world, merger);
    await fresh.sync();
    await fresh.write(note(2), 'again. ');
    await fresh.sync();
    await merger.sync();
  }
  expect(written(world)).toContain(2);
  expect(await merger.texts()).toEqual(await fresh.texts());
});

describe('V4 what is remembered of a device', () => {
  const [A, B] = ['a'.repeat(32) as DeviceId, 'b'.repeat(32) as DeviceId];
  const pushOf = (device: DeviceId, sequence: number) => element(device, sequence, '00'.repeat(8));
  type Pack = readonly [time: number, device: DeviceId, reads: number, covers: readonly Element[] | null];

  test.each<[string, readonly Pack[], readonly DeviceRow[]]>([
    [
      'is what its newest pack says',
      [
        [5, A, 1, null],
        [6, A, 2, null],
        [4, A, 3, null],
      ],
      [{ id: A, reads: 2, seen: 6 }],
    ],
    [
      'is the least of two of one moment',
      [
        [5, A, 3, null],
        [5, A, 2, null],
        [5, A, 4, null],
      ],
      [{ id: A, reads: 2, seen: 5 }],
    ],
    [
      'is not known of one whose pushes were merged',
      [[5, A, 2, [pushOf(B, 1)]]],
      [
        { id: A, reads: 2, seen: 5 },
        { id: B, reads: 0, seen: 5 },
      ],
    ],
    [
      'is learnt from an older pack of its own',
      [
        [5, A, 2, [pushOf(B, 1)]],
        [4, B, 2, null],
      ],
      [
        { id: A, reads: 2, seen: 5 },
        { id: B, reads: 2, seen: 5 },
      ],
    ],
    [
      'stays, and it is seen, when a push of it is new',
      [
        [4, B, 2, null],
        [5, A, 2, [pushOf(B, 1)]],
      ],
      [
        { id: A, reads: 2, seen: 5 },
        { id: B, reads: 2, seen: 5 },
      ],
    ],
    [
      'is no later for an older pack',
      [
        [9, B, 2, null],
        [5, A, 2, [pushOf(B, 1)]],
      ],
      [
        { id: A, reads: 2, seen: 5 },
        { id: B, reads: 2, seen: 9 },
      ],
    ],
    [
      'is no later for a push that was here',
      [
        [4, B, 2, null],
        [5, A, 2, [pushOf(B, 7)]],
      ],
      [
        { id: A, reads: 2, seen: 5 },
        { id: B, reads: 2, seen: 4 },
      ],
    ],
  ])('%s', async (_, packs, expected) => {
    const { state } = createWorld(14).device().place;
    const applied = new Set([pushOf(B, 7)]);
    for (const [time, device, reads, covers] of packs) {
      const says = { device, reads, covers: covers && new Set(covers) };
      await state.write(['devices'], (tx) => rememberDevices(tx, { time }, says, applied));
    }
    expect(await state.read(['devices'], (tx) => tx.devices.list())).toEqual(expected);
  });
});

test('V4 of a device that went back to an older program its newest pack counts', async () => {
  const { world, old, ahead } = await twoAges(9);
  update(old, { format: 2 });
  await old.write(note(3), 'forth');
  await old.sync();
  await ahead.sync();
  expect(await formatToWrite(await ahead.context())).toBe(2);
  world.time += HOUR;
  update(old, { format: 1 });
  await old.write(note(3), ' and back');
  await old.sync();
  await ahead.sync();
  expect(await formatToWrite(await ahead.context())).toBe(1);
});

test('V4 entries of kinds that a program does not know stay as they are, whatever is merged beside them', async () => {
  const { world, old } = await twoAges(10);
  const unknown: PackEntry = {
    doc: note(1),
    kind: 9,
    payload: Uint8Array.of(9, 8, 7),
    digest: new Uint8Array(8),
    card: null,
  };
  const inline: InlineEntry = { doc: LIBRARY, kind: 7, payload: Uint8Array.of(1, 2) };
  const before = world.names('p');
  await putPack(old, [unknown], [inline]);
  const [strange] = world.names('p').filter((name) => !before.includes(name));
  if (!strange) throw new Error('nothing was put');
  const bytes = world.bytesOf(strange);
  await old.sync();
  const aside = async () => (await old.rows('aside')).map(({ doc, kind, bytes: kept }) => [doc, kind, hexOf(kept)]);
  const expected = [
    [note(1), 9, '090807'],
    [LIBRARY, 7, '0102'],
  ];
  expect([await states(old), await aside()]).toEqual([['applied', 'applied', 'aside'], expected]);
  // It doesn't count as read, so that no pack that takes its place can say that it holds it.
  const covers = new Set((await old.rows('applied')).map((row) => row.element));
  expect(covers).not.toContain(element('e'.repeat(32) as DeviceId, 1, strange.slice(-64)));
  expect(await seal(await old.context(), { covers, docs: [note(1), note(2), LIBRARY] })).toBe(null);
  world.provider.lose(before);
  world.time += 7 * HOUR;
  for (let round = 0; round < 2; round++) await old.sync();
  expect(await aside()).toEqual(expected);
  expect(world.bytesOf(strange)).toEqual(bytes);
  const fresh = world.device();
  await fresh.join();
  await fresh.sync();
  expect([await states(fresh), await fresh.texts()]).toEqual([['applied', 'aside'], await old.texts()]);
});

test('V4 a pack of which all is known but an entry kind is not taken for known', async () => {
  const { world, old } = await twoAges(11);
  const covers = new Set((await old.rows('applied')).map((row) => row.element));
  const ctx = await old.context();
  const builder = createPackBuilder(ctx.deps, ctx.ring, ctx.vault);
  const head = { device: 'e'.repeat(32) as DeviceId, sequence: 0, covers, applied: new Set<never>(), wants: [] };
  const inline = [{ doc: LIBRARY, kind: 7, payload: Uint8Array.of(1) }];
  const pack = await builder.finish({ ...head, inline });
  if (!pack) throw new Error('the pack is too large');
  await ctx.storage.put(pack.name, pack.bytes);
  world.time += HOUR;
  await old.sync();
  expect((await old.rows('aside')).map(({ kind, bytes }) => [kind, [...bytes]])).toEqual([[7, [1]]]);
  expect((await old.rows('packs')).find((row) => row.name === pack.name)?.state).toBe('aside');
});

describe('V4 a program with an entry kind of its own', () => {
  /** Kind 9 holds updates, so that what it means can be seen. */
  const KINDS = { kinds: [9] };

  async function beside(seed: number) {
    const world = createWorld(seed);
    const old = world.device();
    const ahead = world.device({ deps: KINDS });
    await old.write(note(1), 'old. ');
    await old.createVault();
    await old.sync();
    await ahead.join();
    await ahead.sync();
    // What the one ahead has to say of a note and of the notebooks, it says in its own kind.
    await ahead.edit(note(1), (doc) => addTag(doc, 'ahead'));
    await ahead.edit(LIBRARY, (doc) => createNotebook(doc, { ...HOME, id: 'b'.repeat(32) as never }));
    const waiting = await ahead.rows('outbox');
    const [tag, book] = waiting.map((row) => row.bytes as Bytes);
    await ahead.place.state.write(['outbox'], (tx) => tx.outbox.delete(waiting.map((row) => row.n as number)));
    const entry = { doc: note(1), kind: 9, payload: tag as Bytes, digest: new Uint8Array(8), card: null };
    await putPack(ahead, [entry], [{ doc: LIBRARY, kind: 9, payload: book as Bytes }]);
    await ahead.sync();
    world.time += HOUR;
    // Said in a pack that the old one reads before it reads what that is about.
    await ahead.write(note(2), 'ahead. ');
    await ahead.sync();
    await old.sync();
    expect(await old.rows('missing')).toEqual([]);
    return { world, old, ahead };
  }

  const tags = async (device: Device) => (await device.rows('notes')).map((row) => row.tags);

  test('and one without it go on together', async () => {
    const { world, old, ahead } = await beside(12);
    expect([await states(ahead), await states(old)]).toEqual([
      ['applied', 'applied', 'applied'],
      ['applied', 'applied', 'aside'],
    ]);
    expect([await tags(ahead), await tags(old)]).toEqual([
      [['ahead'], []],
      [[], []],
    ]);
    await old.write(note(1), 'more of the old. ');
    await old.sync();
    world.time += HOUR;
    await ahead.write(note(1), 'more of the one ahead. ');
    await ahead.sync();
    await old.sync();
    expect(await old.text(note(1))).toBe(await ahead.text(note(1)));
    expect(await old.rows('missing')).toEqual([]);

    // What the one ahead merges, it merges into a kind that both know.
    await merge(world, ahead);
    world.time += HOUR;
    await old.sync();
    expect(await tags(old)).toEqual([['ahead'], []]);
  });

  test('teaches it to the one without, by an update', async () => {
    const { world, old } = await beside(13);
    expect(await old.rows('aside')).toHaveLength(2);
    update(old, KINDS);
    world.time += 7 * HOUR;
    await old.sync();
    expect([await tags(old), await old.rows('aside'), await states(old)]).toEqual([
      [['ahead'], []],
      [],
      ['applied', 'applied', 'applied'],
    ]);
    const ctx = await old.context();
    const library = (await ctx.state.read(['bodies'], (tx) => loadDocs(tx, [LIBRARY]))).get(LIBRARY);
    expect(library && notebooks(library.doc).map(({ name }) => name)).toEqual(['home']);
    expect(understands(ctx.deps, { kinds: [0, 9] })).toBe(true);
    expect(understands({ ...ctx.deps, kinds: [] }, { kinds: [0, 9] })).toBe(false);
  });
});
