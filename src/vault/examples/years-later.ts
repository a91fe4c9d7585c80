/**
 * The second of the example vaults: how one looks that two devices have kept for a while. The same each time it is made, as long as
 * merging goes on as it did.
 */
import { type NotebookId, LIBRARY, notebookId, type NoteId } from '../../notes/ids.ts';
import { createNotebook } from '../../notes/library.ts';
import { addTag, initNote, restore, setTrashed, textOf, touch } from '../../notes/note.ts';
import type { Compression } from '../compression.ts';
import { type Element, partsOf } from '../coverage.ts';
import type { Bytes } from '../crypto.ts';
import { nameOf } from '../names.ts';
import { sealObject } from '../object.ts';
import { ARGON_COST } from '../passphrase.ts';
import { purgeNotes } from '../purging.ts';
import { seal } from '../seal.ts';
import { newWords } from '../words.ts';
import { createWorld, type Device, ENTROPY, note, PASSPHRASE, type World } from './devices.ts';
import { base64, contents, type Example, objectsIn, stretch, writeAsNewerProgram } from './two-devices.ts';

const HOUR = 3_600_000;
const GARDEN: NotebookId = notebookId(new Uint8Array(16).fill(0xc1));

/** Idle work until there is none to do now. */
async function rest(device: Device): Promise<void> {
  while ((await device.session.idle({ weak: false })).more);
}

/** Both sync, and do what nobody waits for. */
async function meet(world: World, devices: readonly Device[], hours: number): Promise<void> {
  world.time += hours * HOUR;
  for (const device of [...devices, ...devices]) await device.sync();
  for (const device of devices) await rest(device);
}

async function append(world: World, device: Device, id: NoteId, text: string): Promise<void> {
  await device.edit(id, (doc) => {
    textOf(doc).insert(textOf(doc).length, text);
    touch(doc, world.time);
  });
}

/** Deletes a note for good on one device, while the other, not knowing, writes on in it. */
async function purgeWhileOther(world: World, one: Device, other: Device, id: NoteId): Promise<void> {
  await append(world, other, id, 'Written when it was gone already.\n');
  await purgeNotes(one.place, [id], { good: true });
}

/** What will one day be a part of an attached file. Nobody reads it yet, and everybody leaves it alone. */
async function putChunk(device: Device): Promise<void> {
  const ctx = await device.context();
  const block = await ctx.deps.compression.deflate(new TextEncoder().encode('a picture of a heron'));
  const bytes = await sealObject(ctx.deps, ctx.ring, ctx.vault, 'a', 1, [block]);
  await ctx.storage.put(nameOf(ctx.vault, 'a', ctx.deps.crypto.random(32)), bytes);
}

/** The device's pushes that aren't merged yet, oldest first. */
async function ownPushes(device: Device): Promise<Element[]> {
  const own = (await device.context()).applied;
  const id = (await device.rows('meta')).find(({ key }) => key === 'device')?.value as { readonly id: string };
  const merged = new Set((await device.rows('packs')).flatMap((row) => (row.covers.length > 1 ? row.covers : [])));
  const pushes = [...own].filter((item) => partsOf(item).device === id.id && !merged.has(item));
  return pushes.sort((a, b) => partsOf(a).sequence - partsOf(b).sequence);
}

export async function makeYearsLater(about: string, compression: Compression): Promise<Example> {
  const world = createWorld(20350404);
  const deps = { crypto: { ...world.deps.crypto, stretch }, compression };
  const [phone, laptop] = [world.device({ deps }), world.device({ deps })];
  const both = [phone, laptop];
  const add = (device: Device, id: NoteId, text: string) =>
    device.edit(id, (doc) => initNote(doc, { now: world.time, text, notebook: GARDEN }));

  await phone.createVault(ARGON_COST);
  await phone.edit(LIBRARY, (doc) => createNotebook(doc, { id: GARDEN, name: 'Garden', parent: null }));
  for (const [index, text] of ['# Log\n\n', '# Seeds\n\n', 'Compost\n', 'Wasps\n', 'Fence\n'].entries())
    await add(phone, note(index + 1), text);
  await phone.sync();
  await laptop.join();

  // Two years of small pushes, merged and merged again.
  for (let week = 1; week <= 104; week++) {
    await append(world, week % 3 === 0 ? laptop : phone, note(week % 4 === 0 ? 2 : 1), `- week ${week}\n`);
    await meet(world, both, 7 * 24);
  }
  await laptop.edit(note(2), (doc) => {
    addTag(doc, 'To buy');
    textOf(doc).delete(0, '# Seeds'.length);
    textOf(doc).insert(0, '# Saatgut');
  });
  await meet(world, both, 7);

  // Notes deleted for good: seen by all, written in meanwhile, and written in meanwhile and then taken back.
  await phone.edit(note(3), (doc) => setTrashed(doc, world.time));
  await meet(world, both, 7);
  await purgeNotes(phone.place, [note(3)], { good: false });
  await purgeWhileOther(world, phone, laptop, note(4));
  await purgeWhileOther(world, phone, laptop, note(5));
  await meet(world, both, 7);
  const answered = (await laptop.rows('purges')).filter(({ doc }) => doc === note(5)).map(({ id }) => id.slice(-16));
  await laptop.edit(note(5), (doc) => restore(doc, world.time, answered));
  await meet(world, both, 7);

  // Somebody deletes a file of the vault's folder. A day later a device has mended that.
  await add(phone, note(6), 'Only in the pack that is lost');
  const before = new Set(world.names('p'));
  await phone.sync();
  await laptop.sync();
  world.provider.lose(world.names('p').filter((name) => !before.has(name)));
  for (let round = 0; round < 6; round++) await meet(world, both, 7);

  // A pack that couldn't be put back as one: a part of it is left to a push that holds it whole.
  await append(world, laptop, note(1), 'Left to another push.\n');
  await append(world, laptop, note(6), ', and in another');
  await laptop.sync();
  await laptop.place.state.write(['outbox'], (tx) => tx.outbox.put({ doc: note(1), bytes: null }));
  await laptop.sync();
  const [lost, left] = (await ownPushes(laptop)).slice(-2) as [Element, Element];
  await seal(await laptop.context(), { covers: new Set([lost]), with: new Set([left]), docs: [note(6)] });
  world.provider.lose(world.names('p').filter((name) => name.includes(partsOf(lost).hash)));
  await putChunk(laptop);
  for (const device of both) await device.sync();

  // Merged a moment ago: what they were is still there.
  for (let line = 1; line <= 9; line++) {
    await append(world, phone, note(2), `- bag ${line}\n`);
    await phone.sync();
  }
  await rest(phone);

  const newer = await writeAsNewerProgram(laptop);
  world.time += HOUR;
  for (const device of [...both, ...both]) await device.sync();

  const shown = await contents(laptop);
  const purged = new Set((await laptop.rows('purges')).map(({ doc }) => doc as string));
  return {
    about,
    passphrase: PASSPHRASE,
    words: newWords({ ...deps.crypto, random: (): Bytes => ENTROPY }).join(' '),
    objects: objectsIn(world),
    ...shown,
    aside: newer.map(({ document, kind, payload }) => ({ document, kind, payload: base64(payload) })),
    purged: [...purged].filter((id) => !(id in shown.notes)),
  };
}
