/** The stand-in on a port: the official SDK as a client, the controls over HTTP, and a folder that outlives it. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dropbox } from 'dropbox';
import { afterEach, describe, expect, it } from 'vitest';
import { headerSafeJson } from '../header-safe-json.ts';
import type { ServeOptions, ServedEmulator } from './serve.ts';
import { serveDropboxEmulator } from './serve.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  while (ends.length > 0) await ends.pop()?.();
});

async function serve(options?: ServeOptions): Promise<ServedEmulator> {
  const served = await serveDropboxEmulator(options);
  ends.push(() => served.close());
  return served;
}

/** The SDK's own `domain` option would mangle the hosts, so its addresses are rewritten on the way. */
function sdkFetch(served: ServedEmulator) {
  return async (url: string, init: RequestInit) => {
    const response = await fetch(
      url.replace(/^https:\/\/(api|content|notify)\.dropboxapi\.com/, `${served.url}/$1`),
      init,
    );
    return Object.assign(response, { buffer: async () => Buffer.from(await response.arrayBuffer()) });
  };
}

const control = (
  served: ServedEmulator,
  action: string,
  argument: unknown,
  headers: Readonly<Record<string, string>> = {},
) =>
  fetch(`${served.url}/control/${action}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(argument),
  });

describe('the official SDK, unmodified but for its fetch', () => {
  it('renews its token in its own way, uploads, lists, waits, downloads and deletes', async () => {
    const served = await serve();
    const { refreshToken } = served.emulator.signIn();
    const sdk = new Dropbox({ refreshToken, clientId: 'local-demo', fetch: sdkFetch(served) });
    await sdk.filesUpload({ path: '/log/Ünï', contents: Buffer.from('hello') });
    const { cursor } = (await sdk.filesListFolder({ path: '', recursive: true })).result;
    const waiting = sdk.filesListFolderLongpoll({ cursor });
    await sdk.filesUpload({ path: '/log/b', contents: Buffer.from('again') });
    expect((await waiting).result.changes).toBe(true);
    expect((await sdk.filesDownload({ path: '/log/ünï' })).result).toMatchObject({ fileBinary: Buffer.from('hello') });
    await sdk.filesDeleteV2({ path: '/log' });
    expect(served.emulator.filePaths()).toEqual([]);
  });

  it('gets its errors as the SDK tells them', async () => {
    const served = await serve();
    const sdk = new Dropbox({ accessToken: served.emulator.signIn().accessToken, fetch: sdkFetch(served) });
    await expect(sdk.filesDownload({ path: '/nobody' })).rejects.toMatchObject({
      name: 'DropboxResponseError',
      status: 409,
      error: { error: { '.tag': 'path', path: { '.tag': 'not_found' } } },
    });
    await expect(sdk.filesListFolderContinue({ cursor: 'x' })).rejects.toMatchObject({
      status: 400,
      error: expect.stringContaining('Error in call to API function "files/list_folder/continue"'),
    });
  });
});

describe('on a port', () => {
  it('takes the arguments of a thousand appends in one header', async () => {
    const served = await serve();
    const { accessToken } = served.emulator.signIn();
    const sdk = new Dropbox({ accessToken, fetch: sdkFetch(served) });
    const { session_ids } = (await sdk.filesUploadSessionStartBatch({ num_sessions: 1000 })).result;
    const entries = session_ids.map((session_id) => ({ cursor: { session_id, offset: 0 }, length: 1, close: true }));
    const response = await fetch(`${served.url}/content/2/files/upload_session/append_batch`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${accessToken}`,
        'Content-Type': 'application/octet-stream',
        'Dropbox-API-Arg': headerSafeJson({ entries }),
      },
      body: new Uint8Array(1000),
    });
    expect(response.status).toBe(200);
  });

  it('plays all hosts at one address without prefixes, as a plain configuration has it', async () => {
    const served = await serve();
    const { accessToken } = served.emulator.signIn();
    const headers = { Authorization: `Bearer ${accessToken}` };
    const response = await fetch(`${served.url}/2/users/get_space_usage`, { method: 'POST', headers });
    expect(response.status).toBe(200);
  });

  it('breaks a connection in the middle when asked to', async () => {
    const served = await serve();
    await served.emulator.writeFile('/a', new Uint8Array(5000));
    const { accessToken } = served.emulator.signIn();
    const download = () =>
      fetch(`${served.url}/content/2/files/download`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${accessToken}`, 'Dropbox-API-Arg': '{"path":"/a"}' },
      });
    served.emulator.addFault({ route: 'files/download', fault: { kind: 'truncate', bytes: 100, cut: true } });
    const broken = await download();
    expect(broken.headers.get('Content-Length')).toBe('5000');
    await expect(broken.arrayBuffer()).rejects.toThrow('terminated');
    served.emulator.addFault({ route: 'files/download', fault: { kind: 'truncate', bytes: 100, cut: false } });
    expect((await (await download()).arrayBuffer()).byteLength).toBe(100);
    served.emulator.addFault({ route: 'files/download', fault: { kind: 'drop', when: 'before' } });
    await expect(download()).rejects.toThrow('fetch failed');
  });
});

describe('controls over HTTP', () => {
  it('set faults, change behaviour and tell what went on', async () => {
    const served = await serve();
    const tokens = (await (await control(served, 'sign-in', {})).json()) as { accessToken: string };
    const call = () =>
      fetch(`${served.url}/api/2/users/get_space_usage`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${tokens.accessToken}` },
      });
    await control(served, 'fault', {
      route: 'users/*',
      fault: { kind: 'unavailable', status: 503 },
      times: 2,
      skip: 1,
    });
    expect([(await call()).status, (await call()).status, (await call()).status, (await call()).status]).toEqual([
      200, 503, 503, 200,
    ]);
    await control(served, 'set-quota', { quota: 7 });
    expect(await (await call()).json()).toMatchObject({ allocation: { allocated: 7 } });
    expect(await (await control(served, 'requests', {})).json()).toHaveLength(5);
    await control(served, 'revoke-tokens', {});
    expect((await call()).status).toBe(401);
    expect(JSON.stringify(await (await control(served, 'requests', {})).json())).not.toContain(tokens.accessToken);
    await control(served, 'write-file', { path: '/log/x', bytes: [1, 2] });
    expect(await (await control(served, 'files', {})).json()).toEqual(['/log/x']);
  });

  it.each([
    ['fault', { route: 'x', fault: { kind: 'no such kind' } }, 400],
    ['fault', { fault: { kind: 'drop', when: 'before' } }, 400],
    ['set-quota', { quota: 'much' }, 400],
    ['remove-file', { path: '/nobody' }, 400],
    ['no-such-action', {}, 404],
  ])('say what is wrong with %s %j', async (action, argument, status) => {
    const response = await control(await serve(), action, argument);
    expect(response.status).toBe(status);
    expect((await response.text()).length).toBeGreaterThan(5);
  });

  it('are out of reach for web pages', async () => {
    const served = await serve();
    const simple = { 'Content-Type': 'text/plain' };
    expect((await control(served, 'requests', {}, simple)).status).toBe(403);
    const answer = await control(served, 'requests', {}, { Origin: 'https://evil.example' });
    expect(answer.headers.has('Access-Control-Allow-Origin')).toBe(false);
  });

  it('are not served to other computers', async () => {
    const served = await serve({ host: '0.0.0.0' });
    const { port } = new URL(served.url);
    const response = await fetch(`http://127.0.0.1:${port}/control/requests`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    });
    expect(response.status).toBe(404);
  });
});

describe('a folder', () => {
  it('keeps files, tokens and cursors from one run to the next', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dropbox-stand-in-'));
    ends.push(() => rm(folder, { recursive: true }));
    const first = await serveDropboxEmulator({ folder });
    const { accessToken } = first.emulator.signIn();
    const before = new Dropbox({ accessToken, fetch: sdkFetch(first) });
    await before.filesUpload({ path: '/log/a', contents: Buffer.from('kept') });
    await before.filesUpload({ path: '/log/same', contents: Buffer.from('kept') });
    const { cursor } = (await before.filesListFolder({ path: '/log' })).result;
    await first.close();
    expect(await readdir(join(folder, 'content'))).toHaveLength(1);

    const second = await serve({ folder });
    const after = new Dropbox({ accessToken, fetch: sdkFetch(second) });
    await after.filesUpload({ path: '/log/b', contents: Buffer.from('new') });
    const { entries } = (await after.filesListFolderContinue({ cursor })).result;
    expect(entries.map((entry) => entry.name)).toEqual(['b']);
    expect((await after.filesDownload({ path: '/log/a' })).result).toMatchObject({ fileBinary: Buffer.from('kept') });
  });
});
