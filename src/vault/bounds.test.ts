/** What somebody with the vault's key could write to fill other devices, and what people with much to write do write. */
import { describe, expect, test } from 'vitest';
import { bytesOf, hexOf } from '../notes/ids.ts';
import { addTag, newDoc } from '../notes/note.ts';
import { card } from '../notes/card.ts';
import * as bound from './bounds.ts';
import type { Cbor } from './cbor.ts';
import { platformCompression } from './compression.ts';
import { type Coverage, encodeCoverage, type DeviceId, element } from './coverage.ts';
import { type Bytes, webCrypto } from './crypto.ts';
import { note } from './examples/devices.ts';
import {
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
import { createPackBuilder } from './pack.ts';

/** The platform's own: some of these are megabytes. */
const deps = { crypto: { ...webCrypto, random: FIXED.crypto.random }, compression: platformCompression };
const came = (bytes: Bytes) => outcome(() => readWhole(deps, bytes));
const text = (length: number) => 'x'.repeat(length);

/** As a row holds it. */
const cardRow = (title: string, excerpt: string, tags: readonly string[]): Cbor =>
  row([5, [title, excerpt, tags, null, false, null, 1, 2, 0, 0]]);
const shown = (shownRow: Cbor) => lying(deps, {}, [[shownRow]], [[new Uint8Array(3)]]);
const saying = (manifest: Record<string, Cbor>) => lying(deps, manifest, [[row()]], [[new Uint8Array(3)]]);
const tagged = (count: number, length = 5) =>
  cardRow(
    '',
    '',
    Array.from({ length: count }, (_, index) => String(index).padStart(length, 'x')),
  );
const pushes = (count: number): Cbor => ({ [DEVICE]: [[1, new Uint8Array(count * 8)]] });
const documents = (count: number): Cbor => Array.from({ length: count }, () => bytesOf(note(1)));
const inlined = (count: number): Cbor => Array.from({ length: count }, () => [bytesOf(note(1)), 0, new Uint8Array(1)]);
/** 16 bytes that say the number. */
function idOf(number: number): Bytes {
  const id = new Uint8Array(16);
  new DataView(id.buffer).setUint32(12, number);
  return id;
}

/** A push of each of so many devices. */
const named = (count: number): Coverage =>
  new Set(Array.from({ length: count }, (_, at) => element(hexOf(idOf(at)) as DeviceId, 1, '00'.repeat(8))));

describe('V11 a pack is damaged beyond what any honest one says, and not before', () => {
  /** Where the bound alone would take seconds to read, much less is read that is still more than people have. */
  const MUCH = 10_000;

  test.each<[string, (much: number) => Promise<Bytes>, number, number?]>([
    ['a title', (much) => shown(cardRow(text(much), '', [])), bound.CARD_TEXT],
    ['an excerpt', (much) => shown(cardRow('', text(much), [])), bound.CARD_TEXT],
    ['a tag', (much) => shown(tagged(1, much)), bound.CARD_TEXT],
    ['tags', (much) => shown(tagged(much)), bound.CARD_TAGS],
    ['pushes that it covers', (much) => saying({ covers: pushes(much) }), bound.PUSHES, MUCH],
    ['pushes that it leaves to others', (much) => saying({ with: pushes(much), covers: {} }), bound.PUSHES, MUCH],
    ['pushes that its writer had', (much) => saying({ applied: pushes(much) }), bound.STATEMENTS, MUCH],
    ['pushes that its writers had', (much) => saying({ applied: pushes(much), covers: {} }), bound.PUSHES, MUCH],
    ['documents that it asks for', (much) => saying({ wants: documents(much) }), bound.WANTS, MUCH],
    ['kinds', (much) => saying({ kinds: Array.from({ length: much }, (_, kind) => kind) }), bound.KINDS],
    [
      'rows on a page',
      (much) => lying(deps, {}, [Array.from({ length: much }, () => row())], [[new Uint8Array(1)]]),
      bound.PAGE_ROWS,
    ],
    ['entries in the head', (much) => saying({ inline: inlined(much) }), bound.ENTRIES, MUCH],
    ['bytes of its blocks', (much) => saying({ inflated: [100, much - 100] }), bound.INFLATED],
  ])('%s', async (_, make, most, much = most) => {
    expect(await came(await make(much))).toBe('done');
    expect(await came(await make(most + 1))).toBe('Damaged');
  });

  test('devices', async () => {
    expect(await came(await saying({ covers: encodeCoverage(named(1000)) }))).toBe('done');
    expect(await came(await saying({ covers: encodeCoverage(named(bound.DEVICES + 1)) }))).toBe('Damaged');
  });
});

test('V3 of a note with more tags than a card has room for the card shows the first', async () => {
  const doc = newDoc(1);
  for (let number = 0; number < 300; number++) addTag(doc, `tag ${String(number).padStart(3, '0')}`);
  const whole = card(doc);
  const pack = await packOf(deps, [entryOf(note(1), new Uint8Array(3), { card: whole })]);
  const { head } = await readWhole(deps, pack.bytes);
  expect(head.rows[0]?.card).toEqual({ ...whole, tags: whole.tags.slice(0, bound.CARD_TAGS) });
});

test('V3 a pack of texts that compress to nothing is full when a reader would have to inflate too much', async () => {
  const builder = createPackBuilder(deps, await ringFor(deps), VAULT);
  const size = 100_000;
  let taken = 0;
  while (await builder.add(entryOf(note(taken + 1), new Uint8Array(size)))) taken++;
  expect(taken * size).toBeGreaterThan(100_000_000);
  const pack = await builder.finish(HEAD);
  expect(pack?.bytes.length).toBeLessThan(1_000_000);
  const { head, blocks } = await readWhole(deps, pack?.bytes as Bytes);
  expect(head.rows).toHaveLength(taken);
  expect(blocks.flat().every((payload) => payload.length === size)).toBe(true);
});
