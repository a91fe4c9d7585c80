import { describe, expect, test } from 'vitest';
import { type DeviceId, type Element, element } from './coverage.ts';
import { HOUR, merge, states, twoAges, update } from './examples/ages.ts';
import { createWorld, type Device, note, type World } from './examples/devices.ts';
import { agreeToFormat, formatToWrite, rememberDevices } from './formats.ts';
import type { ClocksRecord, DeviceRow } from './state.ts';

const DAY = 86_400_000;
const pushOf = (device: DeviceId, sequence: number) => element(device, sequence, '00'.repeat(8));

/** The format of each pack there is, in the order in which they were put. */
function written(world: World): number[] {
  return [...world.provider.objects()]
    .filter(([name]) => name.includes('.p.'))
    .sort(([, a], [, b]) => a.time - b.time)
    .map(([, { bytes }]) => bytes[7] as number);
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

/** Idle work until there is none to do now. @returns how many packs were merged and deleted */
async function rest(device: Device): Promise<{ merged: number; deleted: number }> {
  const sum = { merged: 0, deleted: 0 };
  for (;;) {
    const { merged, deleted, more } = await device.session.idle({ weak: false });
    sum.merged += merged;
    sum.deleted += deleted;
    if (!more) return sum;
  }
}

test('V4 V16 packs of a newer format are left alone when others are merged, until who reads them merges them', async () => {
  const { world, old, ahead } = await twoAges(15);
  await agreeToFormat(ahead.place, 2);
  for (let number = 1; number <= 9; number++) {
    await ahead.write(note(20 + number), 'in the new format');
    await ahead.sync();
  }
  const newer = world.names('p').filter((name) => world.bytesOf(name)[7] === 2);
  expect(newer).toHaveLength(9);
  const bytes = newer.map((name) => world.bytesOf(name));
  for (let number = 1; number <= 8; number++) {
    await old.write(note(40 + number), 'in the old format');
    await old.sync();
  }
  let merged = 0;
  for (let round = 0; round < 6; round++) {
    world.time += 7 * HOUR;
    await old.sync();
    merged += (await rest(old)).merged;
  }
  expect(merged).toBeGreaterThanOrEqual(8);
  expect(newer.map((name) => world.bytesOf(name))).toEqual(bytes);
  expect(await old.text(note(21))).toBe('');

  // The person thinks better of it, and what the one ahead merges is for both.
  await agreeToFormat(ahead.place, 1);
  for (let round = 0; round < 6; round++) {
    world.time += 7 * HOUR;
    await ahead.write(note(30), 'more. ');
    await ahead.sync();
    await rest(ahead);
  }
  await old.sync();
  expect(await old.texts()).toEqual(await ahead.texts());
  expect(await old.text(note(21))).toBe('in the new format');
  expect(world.names('p').filter((name) => newer.includes(name)).length).toBeLessThan(2);
});
