/** Two files of one name are one object. */
import { describe, expect, it } from 'vitest';
import { DEMO_CLIENT_ID } from './emulator/emulator.ts';
import { A, bytes, failure, follower, setting } from './setting.ts';

/** An account with one object, of which another file is put beside it. */
async function planted(...content: number[]) {
  const kit = setting();
  const { storage } = kit.device();
  await storage.put(A, bytes(1, 2));
  const plant = () => {
    const [first] = kit.files();
    return kit.emulator.person().plant(DEMO_CLIENT_ID, 'a', bytes(...content), first?.parents[0] ?? '');
  };
  return { ...kit, storage, plant };
}

describe('a spare of the same content', () => {
  it('is removed by who lists it, and the one that was first stays', async () => {
    const { files, plant, device } = await planted(1, 2);
    const [first] = files();
    plant();
    plant();
    expect(await follower(device().storage).read()).toEqual({ 'log/a': 2 });
    expect(files().map(({ id }) => id)).toEqual([first?.id]);
  });

  it('stays where it cannot be removed, and disturbs nobody', async () => {
    const { emulator, files, plant, device } = await planted(1, 2);
    plant();
    const refused = { kind: 'error', status: 403, reason: 'userRateLimitExceeded' } as const;
    emulator.addFault({ route: 'files.delete', fault: refused });
    const { storage } = device();
    const reader = follower(storage);
    expect(await reader.read()).toEqual({ 'log/a': 2 });
    expect(files()).toHaveLength(2);
    expect(await storage.get(A)).toEqual(bytes(1, 2));
  });

  it('takes the place of the first when that goes', async () => {
    const { emulator, files, plant, device } = await planted(1, 2);
    const { storage } = device();
    const reader = follower(storage);
    await reader.read();
    const twin = plant();
    emulator.person().remove(files()[0]?.id ?? '');
    expect(await storage.get(A)).toEqual(bytes(1, 2));
    expect(await reader.read()).toEqual({ 'log/a': 2 });
    expect(files().map(({ id }) => id)).toEqual([twin.id]);
  });
});

describe('a twin of another content', () => {
  it('is kept, and never read while the first is there', async () => {
    const { files, plant, device, storage } = await planted(7, 7, 7);
    plant();
    for (const one of [storage, device().storage]) {
      expect(await follower(one).read()).toEqual({ 'log/a': 2 });
      expect(await one.get(A)).toEqual(bytes(1, 2));
      expect((await failure(one.put(A, bytes(7, 7, 7)))).kind).toBe('Taken');
      await one.put(A, bytes(1, 2));
    }
    expect(files()).toHaveLength(2);
  });

  it('goes with the object when that is deleted', async () => {
    const { files, plant, storage } = await planted(7, 7, 7);
    plant();
    await storage.delete([A]);
    expect(files()).toEqual([]);
    expect((await failure(storage.get(A))).kind).toBe('NotFound');
  });

  it('is not what its own writer reads', async () => {
    const { device, files } = setting();
    const [one, other] = [device(), device()];
    await one.storage.put('log/x' as typeof A, bytes(0));
    await other.storage.put('log/y' as typeof A, bytes(0));
    // The other one has listed everything before, and doesn't know of it.
    await one.storage.put(A, bytes(1));
    await other.storage.put(A, bytes(2, 2));
    expect(files()).toHaveLength(4);
    expect(await other.storage.get(A)).toEqual(bytes(1));
    expect(await one.storage.get(A)).toEqual(bytes(1));
  });

  it('yields to one that was made before it, also for a reader who saw it alone', async () => {
    const { device, files, clock } = setting({ behaviour: { listLag: 5000, changesLag: 5000 } });
    const [one, other] = [device(), device()];
    await one.storage.put('log/x' as typeof A, bytes(0));
    clock.advance(60_000);
    // Neither listing shows what the other has just put.
    await one.storage.put(A, bytes(1));
    await other.storage.put(A, bytes(2, 2));
    expect(files()).toHaveLength(3);
    const reader = follower(other.storage);
    await reader.read();
    clock.advance(60_000);
    expect(await reader.read()).toEqual({ 'log/a': 1, 'log/x': 1 });
    expect(await other.storage.get(A)).toEqual(bytes(1));
    expect((await failure(other.storage.put(A, bytes(2, 2)))).kind).toBe('Taken');
  });
});
