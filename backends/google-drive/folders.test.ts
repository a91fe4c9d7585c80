/** Folders are made once, found by other devices, and may be renamed, moved, thrown away and wiped by people. */
import { describe, expect, it } from 'vitest';
import { DEMO_CLIENT_ID } from './emulator/emulator.ts';
import { A, B, bytes, failure, follower, setting } from './setting.ts';

const folderNamed = (kit: ReturnType<typeof setting>, name: string) =>
  kit.folders().find((folder) => folder.name === name)?.id ?? '';

describe('making folders', () => {
  it('takes a request each, and no more when they are there', async () => {
    const { device, log, folders } = setting();
    const { storage } = device();
    await storage.put(A, bytes(1));
    expect(log()).toEqual([
      'files.list 200',
      'files.generateIds 200',
      'files.create 200',
      'files.create 200',
      'files.upload 200',
    ]);
    await storage.put(B, bytes(2));
    expect(log()).toEqual(['files.upload 200']);
    await storage.put('files/c' as typeof A, bytes(3));
    expect(folders().map(({ name }) => name)).toEqual(['Satchel', 'log', 'files']);
  });

  it('leaves one of each when the answers are lost', async () => {
    const { emulator, device, folders, files } = setting();
    const { storage } = device();
    for (let time = 0; time < 3; time++) {
      emulator.addFault({ route: 'files.create', fault: { kind: 'drop', when: 'after' } });
      await storage.put(A, bytes(1)).catch(() => undefined);
    }
    await storage.put(A, bytes(1));
    expect(folders().map(({ name }) => name)).toEqual(['Satchel', 'log']);
    expect(files()).toHaveLength(1);
  });

  it('needs no folder around those of the areas where people see none', async () => {
    const { device, folders } = setting({ space: 'appDataFolder' });
    await device().storage.put(A, bytes(1));
    expect(folders().map(({ name, space }) => [name, space])).toEqual([['log', 'appDataFolder']]);
  });

  it('does it once for many calls', async () => {
    const { device, folders } = setting();
    const { storage } = device();
    const names = ['log/a', 'log/b', 'files/a', 'files/b', 'log/c'] as (typeof A)[];
    await Promise.all(names.map((name) => storage.put(name, bytes(1))));
    expect(folders().map(({ name }) => name)).toEqual(['Satchel', 'log', 'files']);
  });
});

describe('two devices', () => {
  it('use the same folders, the second by finding them', async () => {
    const { device, folders } = setting();
    await device().storage.put(A, bytes(1));
    const { storage } = device();
    expect(await follower(storage).read()).toEqual({ 'log/a': 1 });
    await storage.put(B, bytes(2, 2));
    expect(folders()).toHaveLength(2);
  });

  it('that make folders at once read those of both', async () => {
    const { device, folders, files, clock } = setting({ behaviour: { listLag: 10_000, nameLag: 10_000 } });
    const [one, other] = [device(), device()];
    const [reader, second] = [follower(one.storage), follower(other.storage)];
    await reader.read();
    await one.storage.put(A, bytes(1));
    await other.storage.put(B, bytes(2, 2));
    await second.read();
    expect(folders()).toHaveLength(4);
    clock.advance(4 * 60_000);
    const both = { 'log/a': 1, 'log/b': 2 };
    expect(await reader.read()).toEqual(both);
    expect(await second.read()).toEqual(both);
    expect(await one.storage.get(B)).toEqual(bytes(2, 2));
    expect(await follower(device().storage).read()).toEqual(both);
    await one.storage.delete([A, B]);
    expect(files()).toEqual([]);
  });
});

describe('a person', () => {
  it('may rename and move the folders', async () => {
    const kit = setting();
    const { storage } = kit.device();
    const reader = follower(storage);
    await storage.put(A, bytes(1));
    await reader.read();
    const person = kit.emulator.person();
    const [root, log] = [folderNamed(kit, 'Satchel'), folderNamed(kit, 'log')];
    person.rename(root, 'My bag');
    person.rename(log, 'Do not touch');
    person.move(log, 'root');
    await storage.put(B, bytes(2));
    const both = { 'log/a': 1, 'log/b': 1 };
    expect(await reader.read()).toEqual(both);
    expect(await follower(kit.device().storage).read()).toEqual(both);
    expect(kit.folders()).toHaveLength(2);
  });

  it('who puts the folder into the trash is told so, nothing is told as removed, and out of it all goes on', async () => {
    const kit = setting();
    const first = kit.device();
    const reader = follower(first.storage);
    await first.storage.put(A, bytes(1));
    await reader.read();
    const root = folderNamed(kit, 'Satchel');
    kit.emulator.person().trash(root);
    const again = kit.device(first.settings());
    for (const call of [
      () => reader.read(),
      () => reader.read(),
      () => first.storage.changes('log'),
      () => first.storage.put(A, bytes(1)),
      () => first.storage.put(B, bytes(2)),
      () => again.storage.get(A),
      () => again.storage.put(A, bytes(1)),
    ]) {
      const error = await failure(call());
      expect(error.kind).toBe('Unavailable');
      expect(error.message).toMatch(/is in the trash/);
    }
    kit.emulator.person().trash(root, false);
    await first.storage.put(B, bytes(2));
    expect(await reader.read()).toEqual({ 'log/a': 1, 'log/b': 1 });
    expect(kit.folders()).toHaveLength(2);
    expect(kit.files().map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it.each(['drive', 'appDataFolder'] as const)(
    'who wipes everything in %s leaves a place to begin anew',
    async (space) => {
      const kit = setting({ space });
      const { storage } = kit.device();
      const reader = follower(storage);
      await storage.put(A, bytes(1));
      await storage.put('files/a' as typeof A, bytes(1));
      expect(await reader.read()).toEqual({ 'log/a': 1 });
      const person = kit.emulator.person();
      if (space === 'appDataFolder') person.wipeAppData(DEMO_CLIENT_ID);
      else person.remove(folderNamed(kit, 'Satchel'));
      expect(kit.files()).toEqual([]);
      expect(await reader.read()).toEqual({});
      expect((await failure(storage.get(A))).kind).toBe('NotFound');
      await storage.put(A, bytes(1));
      await storage.put('files/a' as typeof A, bytes(1));
      expect(await reader.read()).toEqual({ 'log/a': 1 });
      expect(await storage.get('files/a' as typeof A)).toEqual(bytes(1));
    },
  );

  it('who puts one of two folders into the trash is told so as well, and nothing is told as removed', async () => {
    const kit = setting({ behaviour: { listLag: 10_000 } });
    const [one, other] = [kit.device(), kit.device()];
    await one.storage.put(A, bytes(1));
    await other.storage.put(B, bytes(2));
    kit.clock.advance(4 * 60_000);
    const reader = follower(one.storage);
    const both = { 'log/a': 1, 'log/b': 1 };
    expect(await reader.read()).toEqual(both);
    const second = kit.folders().filter(({ name }) => name === 'Satchel')[1]?.id ?? '';
    kit.emulator.person().trash(second);
    for (let time = 0; time < 2; time++) expect((await failure(reader.read())).message).toMatch(/is in the trash/);
    kit.emulator.person().trash(second, false);
    expect(await reader.read()).toEqual(both);
  });

  it('who wiped everything while a device was putting finds its object in a new folder', async () => {
    const kit = setting();
    const { storage } = kit.device();
    await storage.put(A, bytes(1));
    kit.emulator.person().remove(folderNamed(kit, 'Satchel'));
    await storage.put(B, bytes(2));
    expect(await follower(kit.device().storage).read()).toEqual({ 'log/b': 1 });
    await storage.put(A, bytes(1));
    expect(await storage.get(A)).toEqual(bytes(1));
  });

  it('who deletes the folder of one area loses nothing of the other', async () => {
    const kit = setting();
    const { storage } = kit.device();
    await storage.put(A, bytes(1));
    await storage.put('files/a' as typeof A, bytes(1));
    kit.emulator.person().remove(folderNamed(kit, 'files'));
    await storage.put('files/b' as typeof A, bytes(2));
    expect(await follower(storage).read()).toEqual({ 'log/a': 1 });
    expect(await follower(storage, 'files').read()).toEqual({ 'files/b': 1 });
  });

  it('who signs in to another account is told so, and nothing is made there', async () => {
    const kit = setting();
    const first = kit.device();
    await first.storage.put(A, bytes(1));
    const other = kit.emulator.accounts()[1]?.id ?? '';
    const { accessToken } = kit.emulator.signIn({ account: other });
    const tokens = { current: async () => accessToken, renew: async () => undefined };
    const { storage } = kit.device(first.settings(), { tokens });
    const calls = [() => storage.changes('log'), () => storage.put(B, bytes(2)), () => storage.get(A)];
    for (const call of calls) {
      const error = await failure(call());
      expect(error.kind).toBe('Unauthorized');
      expect(error.message).toMatch(/another Google account/);
    }
    expect(kit.emulator.person(other).files(DEMO_CLIENT_ID)).toEqual([]);
  });

  it('may throw away or rename a single object, which is then gone, and can be put again', async () => {
    const kit = setting();
    const { storage } = kit.device();
    const reader = follower(storage);
    await reader.read();
    await storage.put(A, bytes(1));
    await storage.put(B, bytes(2));
    await reader.read();
    const [a, b] = kit.files();
    kit.emulator.person().trash(a?.id ?? '');
    kit.emulator.person().rename(b?.id ?? '', 'Copy of b');
    expect(await reader.read()).toEqual({});
    await storage.put(A, bytes(1));
    await storage.put(B, bytes(2));
    expect(await reader.read()).toEqual({ 'log/a': 1, 'log/b': 1 });
  });
});
