/** The feed is a hint and listings are the truth; and what this program wrote itself is known anyway. */
import { describe, expect, it } from 'vitest';
import type { Cursor } from '../storage.ts';
import { A, B, bytes, failure, follower, setting } from './setting.ts';

const MINUTE = 60_000;

describe('a listing', () => {
  it('of an account in which nothing was ever written is empty, makes nothing, and hears of the first object', async () => {
    const { device, folders, log } = setting();
    const reader = follower(device().storage);
    expect(await reader.read()).toEqual({});
    expect(log()).toEqual(['files.list 200', 'changes.getStartPageToken 200']);
    expect(folders()).toEqual([]);
    await device().storage.put(A, bytes(1));
    expect(await reader.read()).toEqual({ 'log/a': 1 });
  });

  it('is made again when it is not complete, or has pages that are empty or not to be had', async () => {
    const { emulator, device } = setting();
    await device().storage.put(A, bytes(1));
    await device().storage.put(B, bytes(1));
    const { storage } = device(undefined, { pageSize: 1 });
    emulator.addFault({ route: 'files.list', skip: 1, fault: { kind: 'incomplete-search' } });
    expect((await failure(follower(storage).read())).kind).toBe('Unavailable');
    emulator.addFault({ route: 'files.list', skip: 1, fault: { kind: 'empty-page' } });
    expect(await follower(storage).read()).toEqual({ 'log/a': 1, 'log/b': 1 });
    const first = await storage.changes('log');
    expect(first.more).toBe(true);
    emulator.resetPageTokens();
    expect((await failure(storage.changes('log', first.cursor))).kind).toBe('CursorExpired');
  });

  it('is asked for once when many calls need it', async () => {
    const { device, log } = setting();
    const first = device();
    const names = ['log/a', 'log/b', 'log/c'] as (typeof A)[];
    for (const name of names) await first.storage.put(name, bytes(1));
    const { storage } = device(first.settings());
    log();
    await Promise.all(names.map((name) => storage.get(name)));
    expect(log().filter((line) => line.startsWith('files.list'))).toHaveLength(1);
  });

  it('that shows nothing although there was something asks whether the folder is still there', async () => {
    const { emulator, device, files, log } = setting();
    const { storage } = device();
    await storage.put(A, bytes(1));
    emulator.person().remove(files()[0]?.id ?? '');
    log();
    expect((await failure(storage.get(A))).kind).toBe('NotFound');
    expect(log()).toContain('files.get 200');
  });
});

describe('the feed', () => {
  it('costs one request a call, and tells of one area to its readers', async () => {
    const { device, log } = setting();
    const { storage } = device();
    await storage.put(A, bytes(1));
    const reader = follower(storage);
    await reader.read();
    log();
    await device().storage.put('files/x' as typeof A, bytes(1));
    log();
    const page = await storage.changes('log', reader.cursor());
    expect(page.events).toEqual([]);
    expect(log()).toEqual(['changes.list 200']);
  });

  it('may come in pages, some of them empty', async () => {
    const { emulator, device } = setting();
    const { storage } = device();
    const reader = follower(storage);
    await reader.read();
    emulator.behave({ pageSize: 1 });
    const writer = device().storage;
    for (const name of ['log/a', 'log/b', 'log/c'] as (typeof A)[]) await writer.put(name, bytes(1));
    await writer.delete([B]);
    emulator.addFault({ route: 'changes.list', fault: { kind: 'empty-page' } });
    expect(await reader.read()).toEqual({ 'log/a': 1, 'log/c': 1 });
  });

  it('may lose changes: half an hour later a listing has them', async () => {
    const { emulator, device, clock } = setting();
    const writer = device().storage;
    await writer.put(A, bytes(1));
    const { storage } = device();
    const reader = follower(storage);
    await reader.read();
    clock.advance(5 * MINUTE);
    await reader.read();
    emulator.behave({ loseChanges: true });
    await writer.put(B, bytes(1));
    await writer.delete([A]);
    clock.advance(20 * MINUTE);
    expect(await reader.read()).toEqual({ 'log/a': 1 });
    clock.advance(11 * MINUTE);
    expect(await reader.read()).toEqual({ 'log/b': 1 });
  });

  it('does not tell what was made before it was first asked: a second look does, minutes after the first', async () => {
    const { device, clock } = setting({ behaviour: { listLag: 10_000 } });
    const writer = device().storage;
    await writer.put(A, bytes(1));
    clock.advance(MINUTE);
    await writer.put(B, bytes(1));
    const { storage } = device();
    const reader = follower(storage);
    expect(await reader.read()).toEqual({ 'log/a': 1 });
    clock.advance(MINUTE);
    expect(await reader.read()).toEqual({ 'log/a': 1 });
    const watching = storage.watch('log', reader.cursor(), new AbortController().signal);
    for (let minute = 0; minute < 5; minute++) {
      clock.advance(MINUTE);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    await watching;
    expect(await reader.read()).toEqual({ 'log/a': 1, 'log/b': 1 });
  });

  it('tells of what others deleted although this program has put it a moment before', async () => {
    const { device } = setting();
    const { storage } = device();
    const reader = follower(storage);
    await reader.read();
    await storage.put(A, bytes(1));
    await device().storage.delete([A]);
    expect(await reader.read()).toEqual({});
  });

  it('is put right by the journal of what was written here, while it and the listings are late', async () => {
    const { device, clock } = setting({ behaviour: { listLag: 30_000, changesLag: 30_000 } });
    const { storage } = device();
    const reader = follower(storage);
    await storage.put(A, bytes(1));
    await storage.put(B, bytes(1));
    expect(await reader.read()).toEqual({ 'log/a': 1, 'log/b': 1 });
    await storage.delete([A]);
    expect(await reader.read()).toEqual({ 'log/b': 1 });
    expect(await follower(storage).read()).toEqual({ 'log/b': 1 });
    clock.advance(MINUTE);
    expect(await reader.read()).toEqual({ 'log/b': 1 });
  });

  it('is not believed by the journal for ever', async () => {
    const { emulator, device, files, clock } = setting();
    const { storage } = device();
    await storage.put(A, bytes(1));
    emulator.behave({ loseChanges: true });
    emulator.person().remove(files()[0]?.id ?? '');
    expect(await follower(storage).read()).toEqual({ 'log/a': 1 });
    clock.advance(11 * MINUTE);
    expect(await follower(storage).read()).toEqual({});
  });
});

describe('a cursor', () => {
  it.each(['{}', '[]', 'null', '{"v":1,"area":"log","token":"1","full":0,"files":[["x","BAD NAME",1,1]]}'])(
    'that nobody gave out has expired: %s',
    async (text) => {
      const { device } = setting();
      const { storage } = device();
      expect((await failure(storage.changes('log', text as Cursor))).kind).toBe('CursorExpired');
      const watching = storage.watch('log', text as Cursor, new AbortController().signal);
      expect((await failure(watching)).kind).toBe('CursorExpired');
    },
  );

  it('of one area is none of the other', async () => {
    const { device } = setting();
    const { storage } = device();
    const { cursor } = await storage.changes('files');
    expect((await failure(storage.changes('log', cursor))).kind).toBe('CursorExpired');
  });
});

/** Moves the clock by a second at a time, with room for what that sets off. */
async function pass(clock: ReturnType<typeof setting>['clock'], seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    clock.advance(1000);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

describe('watching', () => {
  it('asks 35 times in a quiet hour, and hears of its own area alone', async () => {
    const { device, clock, log } = setting({ behaviour: { tokenLifetime: 100_000 } });
    const { storage } = device();
    await storage.put(A, bytes(1));
    const reader = follower(storage);
    await reader.read();
    await pass(clock, 200);
    await reader.read();
    log();
    const stop = new AbortController();
    const watching = storage.watch('log', reader.cursor(), stop.signal);
    await pass(clock, 3600);
    expect(log()).toHaveLength(35);
    await device().storage.put('files/x' as typeof A, bytes(1));
    await pass(clock, 240);
    let heard = false;
    void watching.then(() => (heard = true));
    await pass(clock, 1);
    expect(heard).toBe(false);
    await device().storage.put(B, bytes(1));
    await pass(clock, 240);
    await watching;
    expect(await reader.read()).toEqual({ 'log/a': 1, 'log/b': 1 });
  });

  it('hears of the folder that another device has just made, and of one that goes', async () => {
    const kit = setting();
    const { storage } = kit.device();
    const reader = follower(storage);
    await reader.read();
    const signal = new AbortController().signal;
    await kit.device().storage.put(A, bytes(1));
    await storage.watch('log', reader.cursor(), signal);
    expect(await reader.read()).toEqual({ 'log/a': 1 });
    kit.emulator.person().remove(kit.folders()[0]?.id ?? '');
    await storage.watch('log', reader.cursor(), signal);
    expect(await reader.read()).toEqual({});
  });
});
