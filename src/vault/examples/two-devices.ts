/** The example vaults: how two devices, and a third with a newer program, once wrote one. The same each time. */
import type { Doc } from 'yjs';
import { type Card, card } from '../../notes/card.ts';
import { type DocId, LIBRARY, type NotebookId, notebookId, type NoteId } from '../../notes/ids.ts';
import { createNotebook, type Notebook, notebooks, renameNotebook } from '../../notes/library.ts';
import { addTag, initNote, removeTag, setNotebook, setPinned, setTrashed, textOf, touch } from '../../notes/note.ts';
import type { Compression } from '../compression.ts';
import { type DeviceId, element } from '../coverage.ts';
import { type Crypto, webCrypto } from '../crypto.ts';
import { loadDocs } from '../documents.ts';
import { parseName } from '../names.ts';
import { createPackBuilder } from '../pack.ts';
import { ARGON_COST } from '../passphrase.ts';
import { synchronousCompression } from '../simulator/synchronous.ts';
import { newWords } from '../words.ts';
import { createWorld, type Device, ENTROPY, note, PASSPHRASE, type World } from './devices.ts';

export interface Example {
  readonly about: string;
  readonly passphrase: string;
  readonly words: string;
  /** Objects by name, base64. */
  readonly objects: Readonly<Record<string, string>>;
  /** What a reader finds in them: notes by id. */
  readonly notes: Readonly<Record<string, ExampleNote>>;
  /** In the order in which they are drawn. */
  readonly notebooks: readonly Pick<Notebook, 'id' | 'name' | 'parent' | 'depth'>[];
  /** Entries that no reader of format 1 applies. The payload in base64. */
  readonly aside: readonly { readonly document: string; readonly kind: number; readonly payload: string }[];
  /** Notes that were deleted for good and aren't shown. */
  readonly purged?: readonly string[];
}

/** `back`: deleted for good, and in the trash again. */
export interface ExampleNote extends Card {
  readonly text: string;
  readonly back?: true;
}

const MINUTE = 60_000;
const WORK: NotebookId = notebookId(new Uint8Array(16).fill(0xb1));
const TRAVEL: NotebookId = notebookId(new Uint8Array(16).fill(0xb2));
export const stretch: Crypto['stretch'] = (...secret) => webCrypto.stretch(...secret);
export const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

/** DEFLATE that compresses nothing: stored blocks alone, so that no platform's compressor is in the bytes. */
export const storedCompression: Compression = {
  async deflate(bytes) {
    const parts: number[] = [];
    for (let start = 0; start === 0 || start < bytes.length; start += 0xffff) {
      const block = bytes.subarray(start, start + 0xffff);
      const low = [block.length & 0xff, block.length >> 8] as const;
      parts.push(start + 0xffff >= bytes.length ? 1 : 0, ...low, ...low.map((byte) => byte ^ 0xff), ...block);
    }
    return Uint8Array.from(parts);
  },
  inflate: (bytes, limit) => synchronousCompression.inflate(bytes, limit),
};

/** A pack by a program that knows more than this one: an entry kind and a head field of its own. */
export async function writeAsNewerProgram(
  reader: Device,
): Promise<{ document: DocId; kind: number; payload: Uint8Array }[]> {
  const ctx = await reader.context();
  const entry = { doc: note(1), kind: 9, payload: Uint8Array.of(9, 8, 7), digest: new Uint8Array(8), card: null };
  const inline = { doc: `${'0'.repeat(30)}05` as DocId, kind: 7, payload: Uint8Array.of(1, 2) };
  const builder = createPackBuilder(ctx.deps, ctx.ring, ctx.vault);
  await builder.add(entry);
  const device = 'e'.repeat(32) as DeviceId;
  const known = element('f'.repeat(32) as DeviceId, 3, '0123456789abcdef');
  const head = { device, sequence: 4, covers: null, applied: new Set([known]), wants: [note(1)], inline: [inline] };
  const pack = await builder.finish(head);
  if (!pack) throw new Error('the pack is too large');
  await ctx.storage.put(pack.name, pack.bytes);
  return [entry, inline].map(({ doc, kind, payload }) => ({ document: doc, kind, payload }));
}

/** What a device holds, as an example says it. */
export async function contents(device: Device): Promise<Pick<Example, 'notes' | 'notebooks'>> {
  const rows = await device.rows('notes');
  const ids: DocId[] = rows.map((row) => row.id);
  const docs = await device.place.state.read(['bodies'], (tx) => loadDocs(tx, [...ids, LIBRARY]));
  const notes: Record<string, ExampleNote> = {};
  for (const { id, trashedAt, back } of rows) {
    const { doc } = docs.get(id) as { doc: Doc };
    notes[id] = { text: textOf(doc).toJSON(), ...card(doc), trashedAt, ...(back ? { back } : {}) };
  }
  const library = docs.get(LIBRARY);
  const drawn = library ? notebooks(library.doc) : [];
  return { notes, notebooks: drawn.map(({ id, name, parent, depth }) => ({ id, name, parent, depth })) };
}

/** What is stored, by name, in base64. */
export function objectsIn(world: World): Example['objects'] {
  const objects = [...world.provider.objects()].filter(([name]) => parseName(name) !== null);
  objects.sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(objects.map(([name, { bytes }]) => [name, base64(bytes)]));
}

export async function makeTwoDevices(about: string, compression: Compression): Promise<Example> {
  const world = createWorld(20310101);
  const deps = { crypto: { ...world.deps.crypto, stretch }, compression };
  const [phone, laptop] = [world.device({ deps }), world.device({ deps })];
  const add = (device: Device, id: NoteId, text: string, notebook: NotebookId | null = null) =>
    device.edit(id, (doc) => initNote(doc, { now: world.time, text, notebook }));
  const later = () => {
    world.time += 7 * MINUTE;
  };

  await add(phone, note(1), '# Groceries\n\n- [ ] milk\n- [x] eggs\n');
  await add(phone, note(2), 'Ferry at 9:40, pier 3\nGlück auf 🚢', TRAVEL);
  await phone.createVault(ARGON_COST);
  await phone.edit(LIBRARY, (doc) => {
    createNotebook(doc, { id: WORK, name: 'Work', parent: null });
    createNotebook(doc, { id: TRAVEL, name: 'Trips', parent: WORK });
  });
  await phone.sync();

  later();
  await laptop.join();
  await laptop.sync();
  await add(laptop, note(3), 'To be thrown away');
  await laptop.edit(note(2), (doc) => {
    addTag(doc, 'sea');
    addTag(doc, 'Été 2031');
    setPinned(doc, true);
  });

  // Both are offline, and both change the same note and the same notebook.
  later();
  await phone.edit(note(1), (doc) => {
    textOf(doc).insert(textOf(doc).length, '- [ ] bread\n');
    addTag(doc, 'home');
    touch(doc, world.time);
  });
  await phone.edit(LIBRARY, (doc) => renameNotebook(doc, TRAVEL, 'Travel'));
  later();
  await laptop.edit(note(1), (doc) => {
    textOf(doc).delete(2, 'Groceries'.length);
    textOf(doc).insert(2, 'Shopping');
    setNotebook(doc, WORK);
    touch(doc, world.time);
  });
  await laptop.edit(note(3), (doc) => setTrashed(doc, world.time));
  for (const device of [phone, laptop, phone]) await device.sync();

  later();
  const newer = await writeAsNewerProgram(laptop);
  await phone.edit(note(2), (doc) => removeTag(doc, 'sea'));
  await add(phone, note(4), '');
  for (const device of [phone, laptop]) await device.sync();

  return {
    about,
    passphrase: PASSPHRASE,
    words: newWords({ ...deps.crypto, random: () => ENTROPY }).join(' '),
    objects: objectsIn(world),
    ...(await contents(laptop)),
    aside: newer.map(({ document, kind, payload }) => ({ document, kind, payload: base64(payload) })),
  };
}
