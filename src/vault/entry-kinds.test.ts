import { describe, expect, test } from 'vitest';
import type { ObjectName } from '../../backends/storage.ts';
import { hexOf, LIBRARY } from '../notes/ids.ts';
import { createNotebook, notebooks } from '../notes/library.ts';
import { addTag } from '../notes/note.ts';
import { element } from './coverage.ts';
import type { Bytes } from './crypto.ts';
import { loadDocs } from './documents.ts';
import { HOUR, merge, NEWER, putPack, states, twoAges, update } from './examples/ages.ts';
import { createWorld, type Device, note } from './examples/devices.ts';
import { understands } from './formats.ts';
import { createPackBuilder, type InlineEntry, type PackEntry } from './pack.ts';
import { seal } from './seal.ts';

const HOME = { name: 'home', parent: null };
const tags = async (device: Device) => (await device.rows('notes')).map((row) => row.tags);

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
  const strange = await putPack(old, [unknown], [inline]);
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
  expect(covers).not.toContain(element(NEWER, 1, strange.slice(-64)));
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
  const head = { device: NEWER, sequence: 0, covers, applied: new Set<never>(), wants: [] };
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

  test('teaches it to the one without also when the pack has gone meanwhile: it is here, word for word, and is sent again', async () => {
    const { world, old } = await beside(14);
    const strange = (await old.rows('packs')).find((row) => row.state === 'aside');
    world.provider.lose([strange?.name as ObjectName]);
    await old.sync();
    expect(await old.rows('aside')).toHaveLength(2);
    update(old, KINDS);
    world.time += 7 * HOUR;
    await old.sync();
    expect([await tags(old), await old.rows('aside')]).toEqual([[['ahead'], []], []]);
    const fresh = world.device();
    await fresh.join();
    await fresh.sync();
    expect(await tags(fresh)).toEqual([['ahead'], []]);
  });
});
