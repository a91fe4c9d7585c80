/** The stand-in's manners over HTTP: what it refuses and how, ranges, cursors, locks and sessions over time. */
import { describe, expect, it } from 'vitest';
import { headerSafeJson } from '../header-safe-json.ts';
import { asFetch, createDropboxEmulator } from './emulator.ts';
import { createHandClock } from '../../hand-clock.ts';
import type { Behaviour } from './world.ts';

const HOUR = 60 * 60 * 1000;

function setting(behaviour: Partial<Behaviour> = {}) {
  const clock = createHandClock();
  const emulator = createDropboxEmulator({ clock, behaviour });
  const authorization = `Bearer ${emulator.signIn().accessToken}`;
  const send = (host: string, route: string, headers: HeadersInit, body?: BodyInit) =>
    asFetch(emulator)(`https://${host}.dropboxapi.com/2/${route}`, {
      method: 'POST',
      headers,
      ...(body !== undefined && { body }),
    });
  const rpc = (route: string, argument: unknown) =>
    send('api', route, { Authorization: authorization, 'Content-Type': 'application/json' }, JSON.stringify(argument));
  const upload = (route: string, argument: unknown, content: readonly number[] | Uint8Array<ArrayBuffer> = []) =>
    send(
      'content',
      route,
      {
        Authorization: authorization,
        'Content-Type': 'application/octet-stream',
        'Dropbox-API-Arg': headerSafeJson(argument),
      },
      Uint8Array.from(content),
    );
  const download = (path: string, headers: Readonly<Record<string, string>> = {}, method = 'POST') =>
    asFetch(emulator)('https://content.dropboxapi.com/2/files/download', {
      method,
      headers: { Authorization: authorization, 'Dropbox-API-Arg': headerSafeJson({ path }), ...headers },
    });
  return { emulator, clock, authorization, send, rpc, upload, download };
}

async function json(response: Promise<Response>) {
  // A test says by its assertions what it expects of the answer.
  return (await (await response).json()) as Record<string, unknown>;
}

async function tag(response: Promise<Response>): Promise<string> {
  const { error_summary: summary } = await json(response);
  return typeof summary === 'string' ? summary.replace(/\/\.*$/, '') : 'no error';
}

describe('bad input is told in plain text', () => {
  const octets = 'application/octet-stream';
  const arg = headerSafeJson({ path: '/a' });
  it.each([
    [
      { 'Content-Type': octets, 'Dropbox-API-Arg': arg },
      'Must provide HTTP header "Authorization" or URL parameter "authorization".',
    ],
    [
      { Authorization: 'yes', 'Content-Type': 'application/json', 'Dropbox-API-Arg': arg },
      'Bad HTTP "Content-Type" header: "application/json". Expecting one of "application/octet-stream", "text/plain; charset=dropbox-cors-hack".',
    ],
    [
      { Authorization: 'yes', 'Content-Type': octets, 'Dropbox-API-Arg': headerSafeJson({ path: 'hello.txt' }) },
      `HTTP header "Dropbox-API-Arg": path: 'hello.txt' did not match pattern '(/(.|[\\r\\n])*)|(ns:[0-9]+(/(.|[\\r\\n])*)?)|(id:.*)'`,
    ],
    [
      { Authorization: 'yes', 'Content-Type': octets, 'Dropbox-API-Arg': headerSafeJson({ path: '/a', pat: 1 }) },
      `HTTP header "Dropbox-API-Arg": unknown field 'pat'`,
    ],
    [
      { Authorization: 'yes', 'Content-Type': octets, 'Dropbox-API-Arg': '{' },
      'HTTP header "Dropbox-API-Arg": could not decode input as JSON',
    ],
    [
      { Authorization: 'yes', 'Content-Type': octets, 'Dropbox-API-Arg': '{"path":"/é"}' },
      'HTTP header "Dropbox-API-Arg": could not decode input as JSON',
    ],
    [
      { Authorization: 'yes', 'Content-Type': octets },
      'Must provide HTTP header "Dropbox-API-Arg" or URL parameter "arg".',
    ],
    [
      { Authorization: 'Bearer x', 'Content-Type': octets, 'Dropbox-API-Arg': arg },
      'The given OAuth 2 access token is malformed.',
    ],
  ])('%#: %j', async (headers, text) => {
    const { send, authorization } = setting();
    const given: Record<string, string> = { ...headers };
    if (given['Authorization'] === 'yes') given['Authorization'] = authorization;
    const response = await send('content', 'files/upload', given, new Uint8Array(1));
    expect(response.status).toBe(400);
    expect(response.headers.get('Content-Type')).toMatch(/^text\/plain/);
    expect(await response.text()).toBe(`Error in call to API function "files/upload": ${text}`);
  });

  it('names a missing field of a body', async () => {
    const response = await setting().rpc('files/get_metadata', {});
    expect(await response.text()).toBe(
      `Error in call to API function "files/get_metadata": request body: missing required field 'path'`,
    );
  });

  it('takes no authorization with a long poll, and no call at the wrong host', async () => {
    const { rpc, send, authorization } = setting();
    const headers = { Authorization: authorization, 'Content-Type': 'application/json' };
    expect((await send('notify', 'files/list_folder/longpoll', headers, '{"cursor":"x"}')).status).toBe(400);
    expect((await rpc('files/download', { path: '/a' })).status).toBe(404);
    expect((await rpc('files/no_such_route', {})).status).toBe(404);
  });

  it.each([undefined, 'null'])('takes %s as the argument of a call that has none', async (body) => {
    const { send, authorization } = setting();
    const headers = { Authorization: authorization, ...(body !== undefined && { 'Content-Type': 'application/json' }) };
    expect((await send('api', 'users/get_current_account', headers, body)).status).toBe(200);
  });
});

describe('names and headers', () => {
  it('carries any name through headers in both directions', async () => {
    const { upload, download } = setting();
    const path = '/é😀\u007f.bin'.replace('\u007f', '');
    expect(headerSafeJson({ path: '/é😀\u007f.bin' })).toBe('{"path":"/\\u00e9\\ud83d\\ude00\\u007f.bin"}');
    expect((await upload('files/upload', { path }, [1])).status).toBe(200);
    const result = (await download(path)).headers.get('Dropbox-API-Result') ?? '';
    expect(/^[\u0020-\u007e]*$/.test(result)).toBe(true);
    expect(JSON.parse(result)).toMatchObject({ path_display: path });
  });

  it('ends error summaries in random dots', async () => {
    const { rpc } = setting();
    const summaries = new Set<unknown>();
    while (summaries.size < 3) summaries.add((await json(rpc('files/get_metadata', { path: '/x' })))['error_summary']);
    for (const summary of summaries) expect(summary).toMatch(/^path\/not_found\/\.{0,3}$/);
  });
});

describe('downloads', () => {
  it.each([
    ['bytes=1-2', 206, [2, 3], 'bytes 1-2/4'],
    ['bytes=2-', 206, [3, 4], 'bytes 2-3/4'],
    ['bytes=2-99', 206, [3, 4], 'bytes 2-3/4'],
    ['bytes=-1', 206, [4], 'bytes 3-3/4'],
    ['bytes=4-', 416, [], 'bytes */4'],
    ['nonsense', 200, [1, 2, 3, 4], null],
  ] as const)('answers %s with %i', async (range, status, content, contentRange) => {
    const { upload, download } = setting();
    await upload('files/upload', { path: '/a' }, [1, 2, 3, 4]);
    const response = await download('/a', { Range: range });
    expect(response.status).toBe(status);
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual(content);
    expect(response.headers.get('Content-Range')).toBe(contentRange);
  });

  it('answers 304 by GET when the revision is known', async () => {
    const { upload, download } = setting();
    const { rev } = await json(upload('files/upload', { path: '/a' }, [1]));
    const etag = (await download('/a', {}, 'GET')).headers.get('ETag') ?? '';
    expect(etag).toBe(`W/"${String(rev)}"`);
    expect((await download('/a', { 'If-None-Match': etag }, 'GET')).status).toBe(304);
  });
});

describe('over time', () => {
  it('expires access tokens, cursors and upload sessions', async () => {
    const { clock, rpc, upload, emulator } = setting({ tokenLifetime: 40 * 24 * 3600, cursorLifetime: HOUR });
    await upload('files/upload', { path: '/a' }, [1]);
    const { cursor } = await json(rpc('files/list_folder', { path: '' }));
    const { session_id } = await json(upload('files/upload_session/start', {}, [1]));
    clock.advance(HOUR + 1);
    expect(await tag(rpc('files/list_folder/continue', { cursor }))).toBe('reset');
    clock.advance(6 * 24 * HOUR);
    const append = () => upload('files/upload_session/append_v2', { cursor: { session_id, offset: 1 } }, [2]);
    const late = () => upload('files/upload_session/append_v2', { cursor: { session_id, offset: 2 } }, [3]);
    expect((await append()).status).toBe(200);
    clock.advance(24 * HOUR);
    expect(await tag(late())).toBe('not_found');
    clock.advance(33 * 24 * HOUR);
    expect(await tag(rpc('check/user', {}))).toBe('expired_access_token');
    expect(emulator.world.sessions.size).toBe(0);
  });

  it('ends a long poll after its timeout, and at once at a change', async () => {
    const { clock, rpc, upload, send } = setting();
    const { cursor } = await json(rpc('files/list_folder', { path: '' }));
    const poll = (timeout: number) =>
      json(
        send(
          'notify',
          'files/list_folder/longpoll',
          { 'Content-Type': 'application/json' },
          JSON.stringify({ cursor, timeout }),
        ),
      );
    const first = poll(30);
    await expect.poll(clock.waiting).toBe(1);
    clock.advance(29_999);
    expect(clock.waiting()).toBe(1);
    clock.advance(1);
    expect(await first).toEqual({ changes: false });
    const second = poll(480);
    await expect.poll(clock.waiting).toBe(1);
    await upload('files/upload', { path: '/a' }, [1]);
    expect(await second).toEqual({ changes: true });
    expect(clock.waiting()).toBe(0);
  });

  it('refuses a commit that meets another, in each of the ways that the service has for it', async () => {
    const { emulator, clock, upload, rpc } = setting({ lockHold: 1000 });
    const { session_ids } = await json(rpc('files/upload_session/start_batch', { num_sessions: 1 }));
    const [session_id] = session_ids as string[];
    await upload('files/upload_session/append_v2', { cursor: { session_id, offset: 0 }, close: true }, [7]);
    const finishBatch = () =>
      rpc('files/upload_session/finish_batch_v2', {
        entries: [{ cursor: { session_id, offset: 1 }, commit: { path: '/c' } }],
      });
    const first = upload('files/upload', { path: '/a' }, [1]);
    await expect.poll(clock.waiting).toBe(1);

    expect(await tag(upload('files/upload', { path: '/b' }, [2]))).toBe('path/too_many_write_operations');
    expect(await tag(rpc('files/delete_v2', { path: '/b' }))).toBe('too_many_write_operations');
    expect(await json(finishBatch())).toEqual({
      entries: [{ '.tag': 'failure', failure: { '.tag': 'too_many_write_operations' } }],
    });
    emulator.behave({ lockFace: 'rate-limit' });
    const limited = await upload('files/upload', { path: '/b' }, [2]);
    expect(limited.status).toBe(429);
    expect(limited.headers.get('Retry-After')).toBe('1');
    expect(await tag(Promise.resolve(limited))).toBe('too_many_write_operations');

    clock.advance(1000);
    expect((await first).status).toBe(200);
    const again = finishBatch();
    await expect.poll(clock.waiting).toBe(1);
    clock.advance(1000);
    expect((await json(again))['entries']).toMatchObject([{ '.tag': 'success', size: 1 }]);
  });
});

describe('upload sessions', () => {
  const MIB4 = 4_194_304;

  it('takes pieces in any order where that was asked for, and minds the holes', async () => {
    const { upload } = setting();
    const { session_id } = await json(upload('files/upload_session/start', { session_type: 'concurrent' }));
    const append = (offset: number, length: number, close: boolean) =>
      upload('files/upload_session/append_v2', { cursor: { session_id, offset }, close }, new Uint8Array(length));
    const finish = () =>
      upload('files/upload_session/finish', { cursor: { session_id, offset: MIB4 + 3 }, commit: { path: '/a' } });
    expect(await tag(append(1, MIB4, false))).toBe('concurrent_session_invalid_offset');
    expect(await tag(append(0, 5, false))).toBe('concurrent_session_invalid_data_size');
    expect(await tag(finish())).toBe('concurrent_session_not_closed');
    expect((await append(MIB4, 3, true)).status).toBe(200);
    expect(await tag(finish())).toBe('concurrent_session_missing_data');
  });

  it('keeps the bytes of an upload that could not be saved, to be saved under another name', async () => {
    const { upload } = setting();
    await upload('files/upload', { path: '/a' }, [1]);
    const { error } = await json(upload('files/upload', { path: '/a' }, [2, 3]));
    const session_id: unknown = Reflect.get(error as object, 'upload_session_id');
    const saved = upload('files/upload_session/finish', { cursor: { session_id, offset: 2 }, commit: { path: '/b' } });
    expect(await json(saved)).toMatchObject({ path_lower: '/b', size: 2 });
  });

  it('loses the end of a piece when asked to, and says from where to go on', async () => {
    const { emulator, upload } = setting();
    const { session_id } = await json(upload('files/upload_session/start', {}));
    emulator.addFault({ route: 'files/upload_session/append_v2', fault: { kind: 'partial-append', bytes: 2 } });
    const append = (offset: number) =>
      upload('files/upload_session/append_v2', { cursor: { session_id, offset } }, [1, 2, 3, 4]);
    await expect(append(0)).rejects.toThrow(TypeError);
    expect((await json(append(0)))['error']).toEqual({ '.tag': 'incorrect_offset', correct_offset: 2 });
  });
});

describe('listings', () => {
  it('lead to the right set when things come and go between small pages', async () => {
    const { rpc, upload } = setting({ pageSize: 2 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) await upload('files/upload', { path: `/${name}` }, [1]);
    const seen = new Set<string>();
    const apply = (page: Record<string, unknown>) => {
      for (const entry of page['entries'] as Record<string, string>[])
        if (entry['.tag'] === 'deleted') seen.delete(entry['name'] ?? '');
        else seen.add(entry['name'] ?? '');
      return page;
    };
    let page = apply(await json(rpc('files/list_folder', { path: '' })));
    await rpc('files/delete_v2', { path: '/a' });
    await rpc('files/delete_v2', { path: '/e' });
    await upload('files/upload', { path: '/0' }, [1]);
    while (page['has_more'] === true)
      page = apply(await json(rpc('files/list_folder/continue', { cursor: page['cursor'] })));
    expect([...seen].sort()).toEqual(['0', 'b', 'c', 'd']);
  });

  it("tell a folder's end with one tombstone where the folder itself is listed", async () => {
    const { rpc, upload } = setting();
    await upload('files/upload', { path: '/f/a' }, [1]);
    await upload('files/upload', { path: '/f/b' }, [2]);
    const all = await json(rpc('files/list_folder', { path: '', recursive: true }));
    const within = await json(rpc('files/list_folder', { path: '/f' }));
    await rpc('files/delete_v2', { path: '/F' });
    await upload('files/upload', { path: '/f/c' }, [3]);
    const told = async ({ cursor }: Record<string, unknown>) =>
      ((await json(rpc('files/list_folder/continue', { cursor })))['entries'] as Record<string, string>[]).map(
        (entry) => `${entry['.tag']} ${entry['path_lower']}`,
      );
    expect(await told(all)).toEqual(['deleted /f', 'folder /f', 'file /f/c']);
    expect(await told(within)).toEqual(['deleted /f/a', 'deleted /f/b', 'file /f/c']);
  });
});

it('refuses preflights in URL-parameter mode, and needs its parameter there', async () => {
  const { emulator, authorization } = setting();
  const call = (query: string, init: RequestInit) =>
    asFetch(emulator)(`https://api.dropboxapi.com/2/check/user?${query}`, init);
  const preflight = { method: 'OPTIONS', headers: { Origin: 'https://notes.example' } };
  expect((await call('', preflight)).headers.get('Access-Control-Allow-Origin')).toBe('*');
  expect((await call('reject_cors_preflight=true', preflight)).headers.has('Access-Control-Allow-Origin')).toBe(false);
  const simple = {
    method: 'POST',
    headers: { Origin: 'https://notes.example', 'Content-Type': 'text/plain; charset=dropbox-cors-hack' },
    body: '{}',
  };
  const query = `authorization=${encodeURIComponent(authorization)}`;
  expect((await call(query, simple)).status).toBe(400);
  expect((await call(`${query}&reject_cors_preflight=true`, simple)).status).toBe(200);
});
