import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { type DocId, LIBRARY, RESERVED } from '../notes/ids.ts';
import { docFrom, stateOf } from '../notes/merge.ts';
import { newDoc, textOf } from '../notes/note.ts';
import { sampleNotes } from '../notes/samples.ts';
import type { Bytes } from './crypto.ts';
import { applyIncoming, CHANGING, loadDocs, outboxEverything, recordEdit } from './documents.ts';
import { createWorld, type Device, note } from './examples/devices.ts';

const piece = (id: string, bytes: Uint8Array, doc: DocId = note(1)) => ({ id, doc, kind: 0, bytes: bytes as Bytes });
const BROKEN = Uint8Array.of(1, 1, 7, 200);

/** Updates of one document, each of which builds on the one before. */
function history(...texts: string[]): Uint8Array[] {
  const doc = newDoc(5);
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  for (const text of texts) textOf(doc).insert(textOf(doc).length, text);
  return updates;
}

const apply = (device: Device, ...pieces: ReturnType<typeof piece>[]) =>
  device.place.state.write(CHANGING, (tx) => applyIncoming(tx, pieces));

test('V11 a broken piece is set aside and named, and nothing else is lost with it', async () => {
  const device = createWorld().device();
  const [one, two, three] = history('a', 'b', 'c') as [Uint8Array, Uint8Array, Uint8Array];
  const refused = await apply(
    device,
    piece('1', one),
    piece('x', BROKEN),
    piece('2', two),
    piece('y', BROKEN),
    piece('3', three),
  );
  expect(refused.map((each) => each.piece.id)).toEqual(['x', 'y']);
  expect(await device.texts()).toEqual({ [note(1)]: 'abc' });
});

test('V11 a document of broken pieces alone gets no card', async () => {
  const device = createWorld().device();
  expect(await apply(device, piece('x', BROKEN))).toHaveLength(1);
  expect([await device.rows('notes'), await device.rows('bodies')]).toEqual([[], []]);
});

test('V11 a piece on this device that can not be read stays where it is, and stops no other', async () => {
  const device = createWorld().device();
  await device.place.state.write(['bodies'], (tx) => tx.bodies.put({ doc: note(1), bytes: BROKEN }));
  await apply(device, piece('1', history('hello')[0] as Uint8Array));
  expect(await device.text(note(1))).toBe('hello');
  expect((await device.rows('bodies')).map(({ bytes }) => bytes)).toContainEqual(BROKEN);
});

test('V36 pieces make the same document in any order, and however often they come', async () => {
  const updates = history('one ', 'two ', 'three ', 'four');
  for (const order of [
    [0, 1, 2, 3],
    [3, 2, 1, 0],
    [2, 0, 2, 3, 1, 0],
  ]) {
    const device = createWorld().device();
    for (const [at, index] of order.entries()) await apply(device, piece(`${at}`, updates[index] as Uint8Array));
    expect(await device.texts()).toEqual({ [note(1)]: 'one two three four' });
    expect(await device.rows('gaps')).toEqual([]);
  }
});

test('V14 a document that waits for a piece is noted until it is there', async () => {
  const device = createWorld().device();
  const [one, two] = history('one ', 'two') as [Uint8Array, Uint8Array];
  await apply(device, piece('2', two));
  expect(await device.rows('gaps')).toEqual([{ doc: note(1), asked: false }]);
  expect(await device.text(note(1))).toBe('');
  await apply(device, piece('1', one));
  expect(await device.rows('gaps')).toEqual([]);
  expect(await device.text(note(1))).toBe('one two');
});

test('V15 a card is made from what is here', async () => {
  const device = createWorld().device();
  await apply(device, piece('1', history('# Title\nand more')[0] as Uint8Array));
  expect(await device.rows('notes')).toMatchObject([
    { id: note(1), title: 'Title', excerpt: 'and more', here: true, sample: false },
  ]);
});

test('V26 sample notes are known as such until they are changed, and then go out whole', async () => {
  const device = createWorld().device();
  const samples = sampleNotes();
  await apply(device, ...samples.map(({ id, update }) => piece(id, update, id)));
  expect((await device.rows('notes')).map(({ sample }) => sample)).toEqual(samples.map(() => true));
  await device.createVault();
  expect(await device.rows('outbox')).toEqual([]);
  const first = samples[0]?.id as ReturnType<typeof note>;
  await device.write(first, 'mine');
  expect(await device.rows('outbox')).toMatchObject([{ doc: first, bytes: null }]);
  expect((await device.rows('notes')).find(({ id }) => id === first)?.sample).toBe(false);
  await device.write(first, ' too');
  expect((await device.rows('outbox')).map(({ bytes }) => bytes === null)).toEqual([true, false]);
});

test('V5 an edit waits in the outbox only where there is a vault', async () => {
  const device = createWorld().device();
  await device.write(note(1), 'before');
  expect(await device.rows('outbox')).toEqual([]);
  await device.createVault();
  await device.write(note(1), ' and after');
  expect((await device.rows('outbox')).map(({ doc, bytes }) => [doc, bytes === null])).toEqual([
    [note(1), true],
    [note(1), false],
  ]);
});

test('V36 many small edits are folded, and no piece is lost that the editor had not seen', async () => {
  const device = createWorld().device();
  const stale = newDoc(9);
  for (let count = 0; count < 63; count++) {
    const updates: Uint8Array[] = [];
    stale.once('update', (update: Uint8Array) => updates.push(update));
    textOf(stale).insert(0, '.');
    await device.place.state.write(CHANGING, (tx) => recordEdit(tx, note(1), stale, updates[0] as Bytes));
  }
  // Written by another tab, and by another device: the editor's copy has neither.
  await device.place.state.write(['bodies'], async (tx) => {
    await tx.bodies.put({ doc: note(1), bytes: history('from elsewhere')[0] as Bytes });
    await tx.bodies.put({ doc: note(1), bytes: BROKEN });
  });
  const updates: Uint8Array[] = [];
  stale.once('update', (update: Uint8Array) => updates.push(update));
  textOf(stale).insert(0, '!');
  await device.place.state.write(CHANGING, (tx) => recordEdit(tx, note(1), stale, updates[0] as Bytes));
  const rows = await device.rows('bodies');
  expect(rows).toHaveLength(2);
  expect(rows.map(({ bytes }) => bytes)).toContainEqual(BROKEN);
  const text = await device.text(note(1));
  expect(text).toContain('from elsewhere');
  expect(text).toContain(`!${'.'.repeat(63)}`);
});

test('V27 everything on the device is whole states of its notes and reserved documents, oldest first, without samples', async () => {
  const world = createWorld();
  const device = world.device();
  const sample = sampleNotes()[0];
  await apply(device, piece('s', sample?.update as Uint8Array, sample?.id));
  world.time += 60_000;
  await device.write(note(2), 'newer');
  world.time -= 30_000;
  await device.write(note(1), 'older');
  const reserved = RESERVED[200] as DocId;
  for (const doc of [LIBRARY, reserved]) await device.edit(doc, (each) => each.getMap('x').set('a', 1));
  await device.place.state.write(CHANGING, (tx) => outboxEverything(tx));
  const rows = await device.rows('outbox');
  expect(rows.map(({ doc }) => doc)).toEqual([note(1), note(2), LIBRARY, reserved]);
  expect(rows.every(({ bytes }) => bytes === null)).toBe(true);
});

test('V7 a document is loaded with a client id of its own each time', async () => {
  const device = createWorld().device();
  await device.write(note(1), 'text');
  const load = () => device.place.state.read(['bodies'], (tx) => loadDocs(tx, [note(1)]));
  const ids = new Set<number>();
  for (let count = 0; count < 4; count++) ids.add((await load()).get(note(1))?.doc.clientID as number);
  const written = Y.decodeUpdate(stateOf(docFrom((await device.rows('bodies')).map(({ bytes }) => bytes)))).structs;
  expect(ids.size).toBe(4);
  expect(ids.has(written[0]?.id.client as number)).toBe(false);
});
