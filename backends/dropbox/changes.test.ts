/** Listing, from a new account on. */
import { describe, expect, it } from 'vitest';
import type { Cursor } from '../storage.ts';
import { objectName } from '../storage.ts';
import { A, B, bytes, cursorOf, failure, setting } from './setting.ts';

describe('listing', () => {
  it('finds a new account empty without a refused request, and sees the folder come to be', async () => {
    const { storage, log } = setting();
    const first = await storage.changes('log');
    expect(first).toMatchObject({ events: [], more: false });
    expect((await storage.changes('log', first.cursor)).events).toEqual([]);
    await storage.put(objectName('files/elsewhere'), bytes(1));
    expect((await storage.changes('log', first.cursor)).events).toEqual([]);
    await storage.put(A, bytes(1, 2, 3));
    expect((await storage.changes('log', first.cursor)).events).toMatchObject([
      { kind: 'added', name: 'log/a', size: 3 },
    ]);
    expect(log().filter((line) => !line.endsWith(' 200'))).toEqual([]);
  });

  it('goes on over an empty page that says there is more', async () => {
    const { emulator, storage } = setting();
    await storage.put(A, bytes(1));
    const { cursor } = await storage.changes('log');
    await storage.put(B, bytes(2));
    emulator.addFault({ route: 'files/list_folder/continue', fault: { kind: 'empty-page' } });
    const empty = await storage.changes('log', cursor);
    expect(empty).toMatchObject({ events: [], more: true });
    expect((await storage.changes('log', empty.cursor)).events).toMatchObject([{ name: 'log/b' }]);
  });

  it('passes over what a person has put into the folder', async () => {
    const { emulator, storage } = setting();
    await emulator.writeFile('/Log/Holiday (1).JPG', bytes(1));
    await emulator.writeFile('/log/sub/folder', bytes(1));
    await emulator.writeFile('/LOG/B', bytes(1, 2));
    expect((await storage.changes('log')).events).toMatchObject([{ kind: 'added', name: 'log/b', size: 2 }]);
  });

  it('starts over when the folder was deleted, and then finds it empty', async () => {
    const { emulator, storage } = setting();
    await storage.put(A, bytes(1));
    const cursor = await cursorOf(storage);
    emulator.removeFile('/log');
    expect((await failure(storage.changes('log', cursor))).kind).toBe('CursorExpired');
    expect((await storage.changes('log')).events).toEqual([]);
  });

  it('reports what went with a folder that was deleted and made again', async () => {
    const { emulator, storage } = setting();
    await storage.put(A, bytes(1));
    const cursor = await cursorOf(storage);
    emulator.removeFile('/log');
    await storage.put(B, bytes(2));
    const { events } = await storage.changes('log', cursor);
    expect(events.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['removed log/a', 'added log/b']);
  });

  it.each(['', 'at:', 'nonsense', 'at:nonsense'])('calls "%s" an expired cursor', async (text) => {
    const { storage } = setting();
    await storage.put(A, bytes(1));
    expect((await failure(storage.changes('log', text as Cursor))).kind).toBe('CursorExpired');
  });
});
