import { deflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_OBJECT_BYTES } from '../../backends/storage.ts';
import { seededRandom } from '../../backends/seeded-random.ts';
import { bytesOf, hexOf, LIBRARY, type NotebookId } from '../notes/ids.ts';
import { encode } from './cbor.ts';
import { type DeviceId, element, encodeCoverage } from './coverage.ts';
import type { Bytes } from './crypto.ts';
import { note } from './examples/devices.ts';
import {
  cardOf,
  DEVICE,
  entryOf,
  FIXED,
  HEAD,
  lying,
  outcome,
  packOf,
  readWhole,
  ringFor,
  row,
  VAULT,
} from './examples/packs.ts';
import { blockStart, cipherOf, FIXED_HEADER, openBlock, readHeader, sealObject } from './object.ts';
import { STATE, UPDATE } from './entry-kinds.ts';
import { coverageOf, createPackBuilder, type PackEntry, type PackHead, readPack, tierOf } from './pack.ts';
import { synchronousCrypto } from './simulator/synchronous.ts';
import { platformCompression } from './compression.ts';

const deps = FIXED;
const ring = await ringFor(deps);
const random = seededRandom(7);
const noise = (length: number): Bytes => Uint8Array.from({ length }, () => Math.floor(random() * 256));
const text = (letters: string): Bytes => new TextEncoder().encode(letters);

async function headOf(prefix: Bytes): Promise<PackHead> {
  const head = await readPack(deps, ring, VAULT, prefix);
  if ('needs' in head) throw new Error(`needs ${head.needs} bytes`);
  return head;
}

/** Entry payloads by document, as a reader finds them over the rows. */
async function contents(bytes: Bytes): Promise<[string, number, string][]> {
  const { head, blocks } = await readWhole(deps, bytes);
  return head.rows.map((row) => [row.doc, row.kind, hexOf(blocks[row.block]?.[row.index] as Bytes)]);
}

const whole = (bytes: Bytes) => outcome(() => readWhole(deps, bytes));

test('V3 a pack gives back its entries, the newest first', async () => {
  const pack = await packOf(deps, [
    entryOf(note(1), text('old')),
    entryOf(note(2), text('newer'), { kind: STATE }),
    entryOf(note(3), text('newest'), { kind: 77, card: null }),
  ]);
  expect(await contents(pack.bytes)).toEqual([
    [note(3), 77, hexOf(text('newest'))],
    [note(2), STATE, hexOf(text('newer'))],
    [note(1), UPDATE, hexOf(text('old'))],
  ]);
});

test('V1 a pack is named by the hash of its bytes', async () => {
  const pack = await packOf(deps, [entryOf(note(1), text('x'))]);
  expect(pack.hash).toBe(hexOf(await deps.crypto.sha256(pack.bytes)));
  expect(pack.name).toBe(`log/${VAULT}.p.${pack.hash}`);
});

test('V2 the head binds device, sequence, coverage and everything else that its writer said', async () => {
  const applied = new Set([element('e'.repeat(32) as DeviceId, 9, '9'.repeat(16))]);
  const covers = new Set([element(DEVICE, 1, '1'.repeat(16)), element(DEVICE, 2, '2'.repeat(16))]);
  const inline = [{ doc: LIBRARY, kind: STATE, payload: text('notebooks') }];
  const said = { sequence: 12, covers, applied, wants: [note(4)], inline };
  const pack = await packOf(deps, [entryOf(note(1), text('x'))], said);
  const { manifest } = await headOf(pack.bytes);
  expect(manifest).toMatchObject({ device: DEVICE, ...said, kinds: [UPDATE, STATE], entries: 1, reads: 1, tier: 0 });
  expect(coverageOf(manifest, element(DEVICE, 12, pack.hash))).toEqual(covers);
});

test('V10 a push covers itself and nothing else', async () => {
  const pack = await packOf(deps, [entryOf(note(1), text('x'))]);
  const own = element(DEVICE, 1, pack.hash);
  expect(coverageOf((await headOf(pack.bytes)).manifest, own)).toEqual(new Set([own]));
});

test('V15 every part of a card comes through', async () => {
  const cards = [
    cardOf('Groß 😀', {
      excerpt: 'and more',
      tags: ['home', 'zoo'],
      notebook: 'ab'.repeat(16) as NotebookId,
      pinned: true,
      trashedAt: 5,
      created: 1_767_225_600_000,
      modified: 1_767_225_660_000,
      tasks: { open: 3, done: 4 },
    }),
    cardOf(''),
    null,
  ];
  const pack = await packOf(
    deps,
    cards.map((card, index) => entryOf(note(index + 1), text('x'), { card })),
  );
  expect((await headOf(pack.bytes)).rows.map(({ card }) => card)).toEqual(cards.toReversed());
});

test('V2 manifest, rows and body are these bytes before they are compressed', async () => {
  const pack = await packOf(
    deps,
    [entryOf(note(1), bytesOf('0a0b0c'), { card: cardOf('T', { tags: ['a'], tasks: { open: 1, done: 0 } }) })],
    {
      applied: new Set([element(DEVICE, 7, '7'.repeat(16))]),
      inline: [{ doc: LIBRARY, kind: STATE, payload: bytesOf('ee') }],
    },
  );
  const header = readHeader(pack.bytes);
  if ('needs' in header) throw new Error('cut');
  const cipher = await cipherOf(deps, ring, header);
  const plain: string[] = [];
  for (const [index, length] of header.lengths.entries()) {
    const start = blockStart(header, index);
    plain.push(hexOf(await openBlock(deps, cipher, header, index, pack.bytes.subarray(start, start + length), 1000)));
  }
  const device = Buffer.from(DEVICE).toString('hex');
  expect(plain).toEqual([
    [
      'ab',
      '6474696572',
      '00', // tier
      '656b696e6473',
      '820001', // kinds
      '657265616473',
      '01', // reads
      '6577616e7473',
      '80', // wants
      '66636f76657273',
      'f6', // covers
      `66646576696365`,
      `50${DEVICE}`, // device
      '66696e6c696e65',
      `818350${LIBRARY}0141ee`, // inline
      '676170706c696564',
      `a17820${device}818207487777777777777777`, // applied
      '67656e7472696573',
      '01', // entries
      '68696e666c61746564',
      '82182d05', // inflated
      '6873657175656e6365',
      '01', // sequence
    ].join(''),
    `818650${note(1)}00000048aabbccddeeff00118a615460816161f6f4f601020100`,
    '81430a0b0c',
  ]);
});

test('V3 entries fill blocks of 128 KB, each found where its row says', async () => {
  const entries = Array.from({ length: 40 }, (_, index) => entryOf(note(index), noise(10_000 + index)));
  const large = entryOf(note(100), noise(300_000));
  const pack = await packOf(deps, [...entries.slice(0, 20), large, ...entries.slice(20)]);
  const { head, blocks } = await readWhole(deps, pack.bytes);
  for (const [index, entry] of [...entries.slice(0, 20), large, ...entries.slice(20)].toReversed().entries()) {
    const found = head.rows[index];
    expect([found?.doc, hexOf(blocks[found?.block as number]?.[found?.index as number] as Bytes)]).toEqual([
      entry.doc,
      hexOf(entry.payload),
    ]);
  }
  const sizes = blocks.map((block) => block.reduce((sum, { length }) => sum + length, 0));
  expect(sizes.filter((size) => size > 128 * 1024)).toEqual([300_000]);
});

test('V3 any entries come back as they were', async () => {
  const entry = fc.record({
    doc: fc.nat(50).map(note),
    kind: fc.nat(300),
    size: fc.oneof(fc.nat(50), fc.nat(60_000)),
    letter: fc.nat(255),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 30 }), async (items) => {
      const entries = items.map(({ doc, kind, size, letter }) =>
        entryOf(doc, new Uint8Array(size).fill(letter), { kind }),
      );
      const pack = await packOf(deps, entries);
      expect(await contents(pack.bytes)).toEqual(
        entries.toReversed().map(({ doc, kind, payload }) => [doc, kind, hexOf(payload)]),
      );
    }),
    { numRuns: 40 },
  );
});

test('V3 of a beginning, as much is told as it holds, and how much more is needed', async () => {
  const entries = Array.from({ length: 700 }, (_, index) => entryOf(note(index), text(`${index}`)));
  const pack = await packOf(deps, entries);
  const header = readHeader(pack.bytes);
  if ('needs' in header) throw new Error('cut');
  const ends = header.lengths.map((_, index) => blockStart(header, index + 1));
  const pages = header.headBlocks - 1;
  expect(pages).toBeGreaterThan(1);

  expect(await readPack(deps, ring, VAULT, pack.bytes.slice(0, 10))).toEqual({ needs: FIXED_HEADER });
  expect(await readPack(deps, ring, VAULT, pack.bytes.slice(0, FIXED_HEADER))).toEqual({ needs: header.bytes.length });
  expect(await readPack(deps, ring, VAULT, pack.bytes.slice(0, header.bytes.length))).toEqual({ needs: ends[0] });
  expect((await headOf(pack.bytes.slice(0, ends[0]))).rows).toEqual([]);

  const newestFirst = entries.toReversed().map(({ doc }) => doc);
  let shown = 0;
  for (let page = 1; page <= pages; page++) {
    const end = ends[page] as number;
    const head = await headOf(pack.bytes.slice(0, end));
    expect(head.rows.map(({ doc }) => doc)).toEqual(newestFirst.slice(0, head.rows.length));
    expect([head.complete, head.headEnd, head.objectEnd]).toEqual([page === pages, ends[pages], pack.bytes.length]);
    // Not more than the first screens in the first page, and no page so long that a beginning tells nothing.
    expect(head.rows.length - shown).toBeGreaterThan(0);
    expect(head.rows.length - shown).toBeLessThanOrEqual(320);
    const before = await headOf(pack.bytes.slice(0, end - 1));
    expect([before.rows.length, before.complete]).toEqual([shown, false]);
    shown = head.rows.length;
  }
  expect(shown).toBe(700);
});

test('V2 a pack with any single bit flipped is refused, and told so', async () => {
  const pack = await packOf(deps, [entryOf(note(1), text('first')), entryOf(note(2), noise(40))]);
  const passed: string[] = [];
  for (let bit = 0; bit < pack.bytes.length * 8; bit++) {
    const flipped = pack.bytes.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    const came = await whole(flipped);
    if (!['Damaged', 'Newer', 'UnknownKey', 'Foreign'].includes(came)) passed.push(`${bit}: ${came}`);
  }
  expect(passed).toEqual([]);
});

test('V2 a pack cut anywhere is refused', async () => {
  const pack = await packOf(deps, [entryOf(note(1), text('first')), entryOf(note(2), noise(40))]);
  for (let length = 0; length < pack.bytes.length; length++)
    expect([length, await whole(pack.bytes.slice(0, length))]).toEqual([length, 'Damaged']);
});

test('V2 head and bodies of two packs can not be mixed, nor blocks of one exchanged', async () => {
  const other = { ...deps, crypto: synchronousCrypto(seededRandom(3)) };
  const entries = [entryOf(note(1), noise(100_000)), entryOf(note(2), noise(100_000))];
  const [one, two] = [await packOf(deps, entries), await packOf(other, entries)];
  expect(one.bytes.length).toBe(two.bytes.length);
  const header = readHeader(one.bytes);
  if ('needs' in header) throw new Error('cut');
  for (let index = 0; index < header.lengths.length; index++) {
    const [start, end] = [blockStart(header, index), blockStart(header, index + 1)];
    const mixed = one.bytes.slice();
    mixed.set(two.bytes.subarray(start, end), start);
    expect(await whole(mixed)).toBe('Damaged');
  }
  const [a, b, end] = [2, 3, 4].map((index) => blockStart(header, index)) as [number, number, number];
  expect(header.lengths[2]).toBe(header.lengths[3]);
  const exchanged = one.bytes.slice();
  exchanged.set(one.bytes.subarray(b, end), a);
  exchanged.set(one.bytes.subarray(a, b), b);
  expect(await whole(exchanged)).toBe('Damaged');
});

test('V1 a pack of another vault, or a slot, is no pack of this one', async () => {
  const body = [new Uint8Array(deflateRawSync(encode({})))];
  const foreign = await sealObject(deps, ring, 'ff'.repeat(16) as typeof VAULT, 'p', 1, body);
  expect(await whole(foreign)).toBe('Foreign');
  expect(await whole(await sealObject(deps, ring, VAULT, 'a', 1, body))).toBe('Damaged');
});

test.each<[string, () => Promise<Bytes>]>([
  ['counts more entries than it lists', () => lying(deps, { entries: 2 }, [[row()]], [[text('x')]])],
  ['counts fewer entries than it lists', () => lying(deps, { entries: 0 }, [[row()]], [[text('x')]])],
  ['counts other blocks than the header', () => lying(deps, { inflated: [1] }, [[row()]], [[text('x')]])],
  ['points past the last block', () => lying(deps, {}, [[row([2, 1])]], [[text('x')]])],
  ['names no document', () => lying(deps, {}, [[row([0, new Uint8Array(15)])]], [[text('x')]])],
  ['has a text where a number stands', () => lying(deps, {}, [[row([1, 'x'])]], [[text('x')]])],
  ['has half a digest', () => lying(deps, {}, [[row([4, new Uint8Array(4)])]], [[text('x')]])],
  ['has half a card', () => lying(deps, {}, [[row([5, ['title']])]], [[text('x')]])],
  ['lists no rows', () => lying(deps, { entries: 0 }, ['rows'], [[text('x')]])],
  ['has no device', () => lying(deps, { device: null }, [[row()]], [[text('x')]])],
  ['has a negative sequence', () => lying(deps, { sequence: -1 }, [[row()]], [[text('x')]])],
  [
    'covers half a hash',
    () => lying(deps, { covers: { [DEVICE]: [[1, new Uint8Array(7)]] } }, [[row()]], [[text('x')]]),
  ],
  ['had applied what is no coverage', () => lying(deps, { applied: [] }, [[row()]], [[text('x')]])],
  ['wants what is no document', () => lying(deps, { wants: [text('x')] }, [[row()]], [[text('x')]])],
  [
    'has inline entries without bytes',
    () => lying(deps, { inline: [[bytesOf(LIBRARY), 0]] }, [[row()]], [[text('x')]]),
  ],
  ['announces a page shorter than it is', () => lying(deps, { inflated: [10, 3] }, [[row()]], [[text('x')]])],
  ['announces a body shorter than it is', () => lying(deps, { inflated: [100, 2] }, [[row()]], [[text('x')]])],
  ['has a body that is no list', () => lying(deps, {}, [[row()]], [{ x: 1 }])],
  ['has a body of other things than bytes', () => lying(deps, {}, [[row()]], [['x']])],
])('V11 a pack whose head or body %s is damaged', async (_, make) => {
  expect(await whole(await make())).toBe('Damaged');
});

test('V4 what a newer program adds to the head is passed over', async () => {
  const bytes = await lying(
    deps,
    { colour: 'red' },
    [[[bytesOf(note(1)), UPDATE, 0, 0, new Uint8Array(8), null, 'more']]],
    [[text('x')]],
  );
  expect(await contents(bytes)).toEqual([[note(1), UPDATE, hexOf(text('x'))]]);
});

test('V2 a block of a megabyte a byte is stopped at what was announced, and no announcement goes past 16 MB', async () => {
  const bomb = new Uint8Array(17 * 1024 * 1024);
  const bytes = await lying(deps, { inflated: [100, 1000] }, [[row()]], [[bomb]]);
  expect(bytes.length).toBeLessThan(20_000);
  expect(await whole(bytes)).toBe('Damaged');
  const announced = await lying(deps, {}, [[row()]], [[bomb]]);
  expect((await headOf(announced)).manifest.inflated[1]).toBeGreaterThan(16 * 1024 * 1024);
  expect(await whole(announced)).toBe('Damaged');
});

async function fill(entries: Iterable<PackEntry>, compression = deps.compression) {
  const builder = createPackBuilder({ ...deps, compression }, ring, VAULT);
  for (const entry of entries) if (!(await builder.add(entry))) break;
  return { builder, pack: await builder.finish(HEAD) };
}

function* endless(size: number): Iterable<PackEntry> {
  for (let number = 1; ; number++) yield entryOf(note(number), noise(size), { card: cardOf(hexOf(noise(40))) });
}

test.each([200, 5_000, 131_000, 131_073, 900_000])(
  'V3 a pack full of entries of %i bytes that do not compress keeps to the bound of an object',
  async (size) => {
    const { builder, pack } = await fill(endless(size), platformCompression);
    expect(pack?.bytes.length).toBeLessThanOrEqual(MAX_OBJECT_BYTES);
    expect(pack?.bytes.length).toBeGreaterThan(MAX_OBJECT_BYTES - 1_100_000);
    expect((await headOf(pack?.bytes as Bytes)).manifest.entries).toBe(builder.entries);
  },
);

test('V3 an entry that fits into no object is refused by an empty pack when it is sealed, and by any other at once', async () => {
  const { pack } = await fill([entryOf(note(1), noise(MAX_OBJECT_BYTES))]);
  expect(pack).toBe(null);
  const { builder, pack: before } = await fill([
    entryOf(note(1), text('x')),
    entryOf(note(2), noise(MAX_OBJECT_BYTES)),
  ]);
  expect(builder.entries).toBe(1);
  expect(await contents(before?.bytes as Bytes)).toEqual([[note(1), UPDATE, hexOf(text('x'))]]);
});

test('V3 an entry that compresses into an object and is more than a reader inflates is refused, too', async () => {
  expect((await fill([entryOf(note(1), new Uint8Array(15 * 1024 * 1024))])).pack).not.toBe(null);
  expect((await fill([entryOf(note(1), new Uint8Array(16 * 1024 * 1024))])).pack).toBe(null);
});

test('V16 tiers grow by eight from a kilobyte', () => {
  expect([0, 1024, 1025, 8192, 8193, 65_536, 65_537, 4_000_000].map(tierOf)).toEqual([0, 0, 1, 1, 2, 2, 3, 4]);
});

test('V10 a coverage that is written takes eight bytes for a push', () => {
  const run = Array.from({ length: 1000 }, (_, index) => element(DEVICE, index, hexOf(noise(8))));
  expect(encode(encodeCoverage(run)).length).toBeLessThan(8 * 1000 + 50);
});
