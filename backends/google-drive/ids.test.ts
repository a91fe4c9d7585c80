/** An upload's id is fixed before it begins: nothing is made twice, whatever gets lost on the way. */
import { expect, it } from 'vitest';
import { A, B, bytes, failure, setting } from './setting.ts';

const lost = { route: 'files.upload', fault: { kind: 'drop', when: 'after' } } as const;

it('sends an upload again whose answer was lost, and finds it done', async () => {
  const { emulator, device, files, log } = setting();
  const { storage } = device();
  emulator.addFault(lost);
  expect((await failure(storage.put(A, bytes(1, 2)))).kind).toBe('Unavailable');
  log();
  await storage.put(A, bytes(1, 2));
  expect(log()).toEqual(['files.upload 409', 'files.get 200']);
  expect(files()).toHaveLength(1);
});

it('does so after a restart, too', async () => {
  const { emulator, device, files } = setting({ behaviour: { listLag: 60_000 } });
  const before = device();
  emulator.addFault(lost);
  await failure(before.storage.put(A, bytes(1, 2)));
  await device(before.settings()).storage.put(A, bytes(1, 2));
  expect(files().map(({ name }) => name)).toEqual(['a']);
});

it('says Taken when the upload that was lost had other bytes', async () => {
  const { emulator, device, files } = setting({ behaviour: { listLag: 60_000 } });
  const { storage } = device();
  emulator.addFault(lost);
  await failure(storage.put(A, bytes(1, 2)));
  expect((await failure(storage.put(A, bytes(3)))).kind).toBe('Taken');
  expect(files()).toHaveLength(1);
});

it('takes other ids when a profile was restored that had used its own already', async () => {
  const { device, files, log } = setting();
  const first = device();
  await first.storage.put(A, bytes(1));
  const old = first.settings();
  for (let index = 0; index < 3; index++) await first.storage.put(B, bytes(2)).then(() => first.storage.delete([B]));
  await first.storage.put(B, bytes(2));
  const restored = device(old);
  await restored.storage.about();
  log();
  await restored.storage.put(A, bytes(1));
  const { storage } = restored;
  const names = ['log/c', 'log/d', 'log/e'] as const;
  for (const name of names) await storage.put(name as typeof A, bytes(3));
  // The first id that is found used casts out those that were reserved with it.
  expect(log().filter((line) => line === 'files.upload 409')).toHaveLength(1);
  expect(files().map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd', 'e']);
});

it('asks for ids once for many uploads, and saves each before it is used', async () => {
  const { device, log } = setting();
  const saved: unknown[] = [];
  const { storage, settings } = device();
  for (let index = 0; index < 20; index++) {
    await storage.put(`log/x${index}` as typeof A, bytes(index));
    saved.push(Object.keys(settings()['pending'] as object));
  }
  expect(log().filter((line) => line.startsWith('files.generateIds'))).toHaveLength(1);
  expect(saved.every((keys, index) => (keys as string[]).includes(`log/x${index}`))).toBe(true);
  // What is done is forgotten with the next.
  expect(saved.at(-1)).toEqual(['log/x19']);
});

it('takes others in place of ids that Drive does not know any more', async () => {
  const { emulator, device, files, folders, log } = setting();
  const first = device();
  await first.storage.put(A, bytes(1));
  for (const [id, { used }] of emulator.world.reserved) if (!used) emulator.world.reserved.delete(id);
  log();
  await first.storage.put(B, bytes(2));
  expect(log()).toEqual(['files.upload 400', 'files.generateIds 200', 'files.upload 200']);
  for (const [id, { used }] of emulator.world.reserved) if (!used) emulator.world.reserved.delete(id);
  await first.storage.put('files/a' as typeof A, bytes(3));
  expect(files()).toHaveLength(3);
  expect(folders()).toHaveLength(3);
});

it('goes on when the settings cannot be saved', async () => {
  const { device, files } = setting();
  const { createKept } = await import('./settings.ts');
  const kept = createKept({ space: 'drive' }, () => Promise.reject(new Error('the disk is full')));
  await device(undefined, { kept }).storage.put(A, bytes(1));
  expect(files()).toHaveLength(1);
});

it('does without settings that make no sense', async () => {
  const { device } = setting();
  const nonsense = { space: 'nowhere', folders: [1, { role: 'x', id: 'y' }], ids: 'none', pending: { a: 1 } };
  const { storage } = device(nonsense);
  await storage.put(A, bytes(1));
  expect(await storage.get(A)).toEqual(bytes(1));
});
