/** Vaults as people have them: opened for ever, and written the same way for ever. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { memorySettings, openMemory } from '../../../backends/memory/client.ts';
import { objectName } from '../../../backends/storage.ts';
import { platformCompression } from '../compression.ts';
import { look, unlock } from '../connect.ts';
import { webCrypto } from '../crypto.ts';
import type { SlotSecret } from '../slots.ts';
import { entropyOf } from '../words.ts';
import { createWorld, note } from './devices.ts';
import { outcome } from './packs.ts';
import { EXAMPLES } from './all.ts';
import { contents, type Example, makeTwoDevices, objectsIn, storedCompression } from './two-devices.ts';

const read = (name: string) => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as Example;

async function deviceOver(example: Example) {
  const world = createWorld(99);
  const storage = openMemory(world.provider, memorySettings(world.provider));
  for (const [name, base64] of Object.entries(example.objects))
    await storage.put(objectName(name), new Uint8Array(Buffer.from(base64, 'base64')));
  const device = world.device({ deps: { crypto: webCrypto, compression: platformCompression } });
  const open = async (secret: SlotSecret) => {
    const [there] = await look(device.place);
    if (!there) throw new Error('no vault is there');
    await unlock(device.place, there.id, secret);
  };
  await device.useAccount();
  return { world, device, open };
}

const FILES = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.json'));

test('every example is checked in, and says how it was made', () => {
  expect(FILES.toSorted()).toEqual(Object.keys(EXAMPLES).toSorted());
});

describe.each(FILES)('%s', (name) => {
  const example = read(name);

  test.each<[string, SlotSecret]>([
    ['the passphrase', { kind: 'passphrase', passphrase: example.passphrase }],
    ['the recovery words', { kind: 'words', entropy: entropyOf(example.words) as Uint8Array<ArrayBuffer> }],
  ])('V37 opens with %s, and every note is there as it was', async (_, secret) => {
    const { device, open } = await deviceOver(example);
    await open(secret);
    expect(await device.sync()).toMatchObject({ alarm: null, tooLarge: [] });
    expect(await contents(device)).toEqual({ notes: example.notes, notebooks: example.notebooks });
    expect((await device.rows('packs')).filter((row) => row.state !== 'applied').map((row) => row.state)).toEqual([
      'aside',
    ]);
    const aside = (await device.rows('aside')).map(({ doc, kind, bytes }) => ({
      document: doc,
      kind,
      payload: Buffer.from(bytes).toString('base64'),
    }));
    expect(aside.toSorted((a, b) => b.kind - a.kind)).toEqual(example.aside);
    expect(await device.rows('pending')).toEqual([]);
    const hidden = (await device.rows('purges')).map(({ doc }) => doc).filter((doc) => !(doc in example.notes));
    expect([...new Set(hidden)]).toEqual(example.purged ?? []);
  });

  test('V36 is read, written to and kept short like any other', async () => {
    const { world, device, open } = await deviceOver(example);
    await open({ kind: 'words', entropy: entropyOf(example.words) as Uint8Array<ArrayBuffer> });
    await device.sync();
    await device.write(note(1), 'Still in use.');
    expect(await device.sync()).toMatchObject({ alarm: null, sent: 1, tooLarge: [] });
    while ((await device.session.idle({ weak: false })).more);
    const { device: other, open: openOther } = await deviceOver({
      ...example,
      objects: objectsIn(world),
    });
    await openOther({ kind: 'passphrase', passphrase: example.passphrase });
    await other.sync();
    expect(await contents(other)).toEqual(await contents(device));
    expect(await other.text(note(1))).toBe(`${example.notes[note(1)]?.text}Still in use.`);
  });

  test('V31 does not open with another passphrase', async () => {
    const { device, open } = await deviceOver(example);
    expect(await outcome(() => open({ kind: 'passphrase', passphrase: 'a kettle' }))).toBe('WrongSecret');
    expect(await device.rows('meta')).not.toContainEqual(expect.objectContaining({ key: 'vault' }));
  });
});

test('the notes of the first examples are these', () => {
  for (const name of ['two-devices.json', 'two-devices-stored.json']) {
    const { notes, notebooks, aside, objects } = read(name);
    expect(Object.values(notes).map(({ text }) => text)).toEqual([
      '# Shopping\n\n- [ ] milk\n- [x] eggs\n- [ ] bread\n',
      'Ferry at 9:40, pier 3\nGlück auf 🚢',
      'To be thrown away',
      '',
    ]);
    expect(Object.values(notes).map(({ tags, pinned, trashedAt }) => [tags, pinned, trashedAt !== null])).toEqual([
      [['home'], false, false],
      [['été-2031'], true, false],
      [[], false, true],
      [[], false, false],
    ]);
    expect(notebooks.map((each) => `${'  '.repeat(each.depth)}${each.name}`)).toEqual(['Work', '  Travel']);
    expect(aside.map(({ kind }) => kind)).toEqual([9, 7]);
    expect(Object.keys(objects).map((object) => object.split('.')[1])).toEqual([
      'k',
      'k',
      'p',
      'p',
      'p',
      'p',
      'p',
      'p',
    ]);
  }
});

test('V2 the same people doing the same write the same bytes, up to compression', async () => {
  const kept = read('two-devices-stored.json');
  expect(await makeTwoDevices(kept.about, storedCompression)).toEqual(kept);
});
