/** The way through CORS: header mode, URL-parameter mode, and when to change. */
import { describe, expect, it } from 'vitest';
import { objectName } from '../storage.ts';
import { browserFetch } from './emulator/browser-fetch.ts';
import type { DropboxEmulator } from './emulator/emulator.ts';
import { asFetch } from './emulator/emulator.ts';
import { A, B, bytes, failure, setting } from './setting.ts';

const browser = (emulator: DropboxEmulator) => browserFetch(asFetch(emulator), 'https://notes.example');
const inBrowser = () => setting({ mode: 'auto', fetch: browser });
const refuse = { kind: 'refuse-preflight' } as const;

/** A browser to which Dropbox exposes no headers. */
const hiding = (emulator: DropboxEmulator): typeof fetch => {
  const inner = browser(emulator);
  return async (input, init) => {
    const response = await inner(input, init);
    const headers = new Headers(response.headers);
    headers.delete('Dropbox-API-Result');
    headers.delete('Content-Range');
    return new Response(response.body, { status: response.status, headers });
  };
};

describe('the way through CORS', () => {
  it('does everything in header mode where preflights pass', async () => {
    const { storage, log } = inBrowser();
    await storage.put(A, bytes(1, 2, 3));
    expect(await storage.get(A, { start: 1, end: 9 })).toEqual(bytes(2, 3));
    await storage.changes('log');
    await storage.about();
    await storage.delete([A]);
    expect(log().every((line) => line.endsWith('header 200') || line.endsWith('header 206'))).toBe(true);
  });

  it('does everything in URL-parameter mode where preflights fail, and soon stops trying the other', async () => {
    const preflights: string[] = [];
    const { emulator, storage, log } = setting({
      mode: 'auto',
      fetch: (emulator) =>
        browserFetch((input, init) => {
          const request = new Request(input, init);
          if (request.method === 'OPTIONS') preflights.push(request.url);
          return emulator.fetch(request);
        }, 'https://notes.example'),
    });
    emulator.addFault({ route: '*', fault: refuse, times: 'always' });
    await storage.put(A, bytes(1, 2, 3));
    await storage.put(B, bytes(4));
    expect(preflights).toHaveLength(2);
    await storage.put(objectName('log/c'), bytes(5));
    expect(preflights).toHaveLength(2);
    expect(await storage.get(A)).toEqual(bytes(1, 2, 3));
    expect(await storage.get(A, { start: 1, end: 2 })).toEqual(bytes(2));
    const { cursor } = await storage.changes('log');
    await storage.delete([A, B]);
    await storage.watch('log', cursor, new AbortController().signal);
    await storage.about();
    expect(log().some((line) => line.includes(' header '))).toBe(false);
  });

  it('stays in header mode through a bad moment of the network', async () => {
    const { emulator, storage, log } = inBrowser();
    await storage.put(A, bytes(1));
    emulator.addFault({ route: 'files/upload', fault: { kind: 'drop', when: 'before' }, times: 3 });
    for (const _ of [1, 2, 3]) expect((await failure(storage.put(B, bytes(2)))).kind).toBe('Unavailable');
    await storage.put(B, bytes(2));
    expect(log().some((line) => line.includes(' url '))).toBe(false);
  });

  it('does not keep to addresses after one failure that the network may have caused', async () => {
    const { emulator, storage, log } = inBrowser();
    emulator.addFault({ route: 'files/upload', fault: { kind: 'drop', when: 'before' } });
    await storage.put(A, bytes(1));
    await storage.put(B, bytes(2));
    expect(log()).toEqual(['files/upload header none', 'files/upload url 200', 'files/upload header 200']);
  });

  it('is unavailable when neither way gets an answer', async () => {
    const { emulator, storage } = inBrowser();
    emulator.addFault({ route: '*', fault: { kind: 'no-cors' }, times: 'always' });
    expect((await failure(storage.get(A))).kind).toBe('Unavailable');
  });

  it('reads a wait from the body, as browsers hide the header', async () => {
    const { emulator, storage } = inBrowser();
    emulator.addFault({ route: 'files/upload', fault: { kind: 'rate-limit', body: 'json', retryAfter: 15 } });
    expect((await failure(storage.put(A, bytes(1)))).retryAfter).toBe(15_000);
  });

  it('notices a short download also where the metadata header is hidden', async () => {
    const { emulator, storage } = setting({ fetch: hiding });
    await storage.put(A, bytes(1, 2, 3, 4));
    expect(await storage.get(A)).toEqual(bytes(1, 2, 3, 4));
    emulator.addFault({ route: 'files/download', fault: { kind: 'truncate', bytes: 2, cut: true } });
    expect((await failure(storage.get(A))).kind).toBe('Unavailable');
  });
});
