/** Deleting for good, taking back, and what other windows and devices make of it, on whole devices beside a stand-in for Dropbox. */
import { afterEach, expect, it, vi } from 'vitest';
import type { DropboxEmulator } from '../../backends/dropbox/emulator/emulator.ts';
import type { NoteId } from '../notes/ids.ts';
import { createDevice, createStandIn, type Device } from './device.test-support.ts';

const PASSPHRASE = 'correct horse battery staple';
const running: Device[] = [];

async function device(standIn: DropboxEmulator = createStandIn()): Promise<Device> {
  const made = await createDevice(standIn);
  running.push(made);
  return made;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});

const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 20 });

async function connected(standIn: DropboxEmulator): Promise<Device> {
  const each = await device(standIn);
  await each.signIn();
  const found = await each.engine.found();
  if (found?.kind === 'empty')
    await each.engine.createVault({ passphrase: PASSPHRASE, words: await each.engine.newWords() });
  else await each.engine.unlock({ kind: 'passphrase', text: PASSPHRASE });
  each.follow();
  return each;
}

async function type(each: Device, id: NoteId, text: string): Promise<void> {
  const open = await each.notes.open(id);
  if ('kind' in open) throw new Error(`not open: ${open.kind}`);
  open.text.insert(open.text.length, text);
  await open.close();
}

const trash = async (each: Device) =>
  (await each.queries.notes({ kind: 'trash' })).map(({ id, title, back }) => ({ id, title, back }));
const all = async (each: Device) => (await each.queries.notes({ kind: 'all' })).map(({ title }) => title);
const everythingSent = (each: Device) => until(async () => expect(await each.queries.waiting()).toBe(0));

it('notes of a device without any storage are deleted for good at once, and nothing of them is left', async () => {
  const each = await device();
  const [one, two] = [await each.notes.create({ text: 'One' }), await each.notes.create({ text: 'Two' })];
  await each.notes.trash(one);
  expect(await each.notes.purge([one])).toEqual({ purged: [one], kept: [] });
  expect([await trash(each), await all(each)]).toEqual([[], ['Two']]);
  expect(await each.notes.open(one)).toEqual({ kind: 'unknown' });
  expect(await each.host.db.bodies.where('doc').equals(one).count()).toBe(0);
  await expect(each.notes.restore(one), 'its toast may still offer that').rejects.toThrow('no such note');
  expect(await all(each)).toEqual(['Two']);
  await each.notes.purge([two]);
  expect(await all(each)).toEqual([]);
});

it('a note deleted for good on one device goes from the other, also while it is open there', async () => {
  const standIn = createStandIn();
  const laptop = await connected(standIn);
  const id = await laptop.notes.create({ text: 'Plan' });
  await everythingSent(laptop);
  const phone = await connected(standIn);
  await until(async () => expect(await all(phone)).toEqual(['Plan']));
  const open = await phone.notes.open(id);
  if ('kind' in open) throw new Error('not open');
  await laptop.notes.trash(id);
  await laptop.notes.purge([id]);
  expect(await trash(laptop)).toEqual([]);
  await phone.engine.syncNow();
  await until(async () => expect(await phone.queries.note(id)).toBeUndefined());
  await open.close();
  expect([await trash(phone), await all(phone)]).toEqual([[], []]);
});

it('words typed into a note that was deleted for good meanwhile bring it back, whole, and restoring ends that everywhere', async () => {
  const standIn = createStandIn();
  const laptop = await connected(standIn);
  const id = await laptop.notes.create({ text: 'Plan' });
  await everythingSent(laptop);
  const phone = await connected(standIn);
  await until(async () => expect(await all(phone)).toEqual(['Plan']));
  const open = await phone.notes.open(id);
  if ('kind' in open) throw new Error('not open');
  await laptop.notes.purge([id]);
  await everythingSent(laptop);
  await phone.engine.syncNow();
  await until(async () => expect(await phone.queries.note(id)).toBeUndefined());
  open.text.insert(4, ' B');
  await open.close();
  for (const each of [phone, laptop]) {
    await each.engine.syncNow();
    await until(async () => expect(await trash(each)).toEqual([{ id, title: 'Plan B', back: true }]));
  }
  await laptop.notes.restore(id);
  for (const each of [laptop, phone]) {
    await until(async () => expect([await all(each), await trash(each)]).toEqual([['Plan B'], []]));
  }
  await type(phone, id, ', in blue');
  await until(async () => expect(await all(laptop)).toEqual(['Plan B, in blue']));
});

it('words that are in memory only when a note is deleted for good are deleted with it', async () => {
  const each = await device();
  const id = await each.notes.create({ text: 'Plan' });
  const open = await each.notes.open(id);
  if ('kind' in open) throw new Error('not open');
  open.text.insert(4, ' B');
  await each.notes.purge([id]);
  await open.close();
  expect([await all(each), await trash(each)]).toEqual([[], []]);
});
