/** What is particular to Drive, asked of the stand-in as a careful client would, and as a careless one. */
import { beforeEach, describe, expect, it } from 'vitest';
import { createHandClock, type HandClock } from '../../hand-clock.ts';
import { createDriveEmulator, DEMO_CLIENT_ID, type DriveEmulator } from './emulator.ts';
import { SCOPES } from './store.ts';

const API = 'https://www.googleapis.com';
const PIECE = 256 * 1024;
const bytes = (...values: number[]) => new Uint8Array(values);

let clock: HandClock;
let emulator: DriveEmulator;
let token: string;
beforeEach(() => {
  clock = createHandClock();
  emulator = createDriveEmulator({ clock });
  token = emulator.signIn().accessToken;
});

type Asked = Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> };

const send = (path: string, init: Asked = {}) =>
  emulator.fetch(
    new Request(path.startsWith('http') ? path : `${API}${path}`, {
      ...init,
      headers: { Authorization: `Bearer ${token}`, ...init.headers },
    }),
  );

type Json = Record<string, unknown>;
const read = async (path: string, init?: Asked) => (await (await send(path, init)).json()) as Json;
const post = (body: unknown, headers: Readonly<Record<string, string>> = {}): Asked => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

/** What the API says is wrong: "409 fileIdInUse". */
async function refusal(path: string, init?: Asked): Promise<string> {
  const response = await send(path, init);
  const { error } = (await response.json()) as { error?: { errors: { reason: string }[] } };
  return `${response.status} ${error?.errors[0]?.reason ?? 'no error'}`;
}

async function folder(name = 'folder', parents: readonly string[] = ['root']): Promise<string> {
  const metadata = { name, parents, mimeType: 'application/vnd.google-apps.folder' };
  return String((await read('/drive/v3/files', post(metadata)))['id']);
}

async function file(name: string, content: Uint8Array<ArrayBuffer>, metadata: Json = {}): Promise<Json> {
  const head = `--b\r\nContent-Type: application/json\r\n\r\n${JSON.stringify({ name, ...metadata })}\r\n--b\r\nContent-Type: application/octet-stream\r\n\r\n`;
  return read('/upload/drive/v3/files?uploadType=multipart&fields=*', {
    method: 'POST',
    headers: { 'Content-Type': 'multipart/related; boundary=b' },
    body: new Blob([head, content, '\r\n--b--']),
  });
}

const reserved = async (count: number, space = 'drive') =>
  (await read(`/drive/v3/files/generateIds?count=${count}&space=${space}`))['ids'] as string[];

const names = async (query: string, more = '') =>
  ((await read(`/drive/v3/files?q=${encodeURIComponent(query)}${more}`))['files'] as Json[]).map((one) => one['name']);

describe('ids', () => {
  it('are given out, work once for each account and space, and stay used after the file has gone', async () => {
    const [id = '', other = ''] = await reserved(2);
    expect((await file('a', bytes(1), { id }))['id']).toBe(id);
    const create = (body: Json) => refusal('/drive/v3/files', post(body));
    expect(await create({ id, name: 'again' })).toBe('409 fileIdInUse');
    await send(`/drive/v3/files/${id}`, { method: 'DELETE' });
    expect(await create({ id, name: 'again' })).toBe('409 fileIdInUse');
    expect(await create({ id: other, parents: ['appDataFolder'] })).toBe('400 invalid');
    expect(await create({ id: 'made-up', name: 'x' })).toBe('400 invalid');
    token = emulator.signIn({ account: emulator.accounts()[1]?.id ?? '' }).accessToken;
    expect(await create({ id: other, name: 'x' })).toBe('400 invalid');
    expect(await refusal('/drive/v3/files/generateIds?count=1001')).toBe('400 invalid');
  });
});

describe('uploads in several parts', () => {
  it('keep every byte, whatever it looks like', async () => {
    const all = Uint8Array.from({ length: 256 }, (_, index) => index);
    const content = new Uint8Array([...all, ...new TextEncoder().encode('\n--b--\r\n-b\r\n\r\n'), ...all]);
    const made = await file('x', content);
    expect(made['size']).toBe(String(content.length));
    const got = await send(`/drive/v3/files/${String(made['id'])}?alt=media`);
    expect(new Uint8Array(await got.arrayBuffer())).toEqual(content);
  });

  it('make a second file of the same name, as names are not unique', async () => {
    await file('twin', bytes(1));
    await file('twin', bytes(2));
    expect(await names("name = 'twin'")).toEqual(['twin', 'twin']);
  });

  it('are refused when the account is full, too large, or not in two parts', async () => {
    emulator.setQuota(3);
    await file('a', bytes(1, 2, 3));
    expect((await file('b', bytes(1)))['error']).toMatchObject({
      code: 403,
      errors: [{ reason: 'storageQuotaExceeded' }],
    });
    emulator.setQuota(1e9);
    expect((await file('large', new Uint8Array(5 * 1024 * 1024)))['error']).toMatchObject({ code: 413 });
    const broken = { method: 'POST', headers: { 'Content-Type': 'multipart/related; boundary=b' }, body: '--b\r\n' };
    expect(await refusal('/upload/drive/v3/files?uploadType=multipart', broken)).toBe('400 badRequest');
    expect(await refusal('/upload/drive/v3/files?uploadType=guess', broken)).toBe('400 invalid');
  });

  it('take a type from the end of a name that comes without one', async () => {
    expect((await file('README.md', bytes(1)))['mimeType']).toBe('text/markdown');
    expect((await file('readme', bytes(1)))['mimeType']).toBe('application/octet-stream');
  });
});

async function begin(metadata: Json = { name: 'r' }, headers: Readonly<Record<string, string>> = {}) {
  const response = await send('/upload/drive/v3/files?uploadType=resumable', post(metadata, headers));
  expect([response.status, await response.text()]).toEqual([200, '']);
  return response.headers.get('Location') ?? '';
}
/** "308 bytes=0-9": the status, and what is said to be stored. */
async function put(
  session: string,
  range: string | undefined,
  body = new Uint8Array(),
  more: Readonly<Record<string, string>> = {},
) {
  const headers = { ...(range !== undefined && { 'Content-Range': range }), ...more };
  const response = await emulator.fetch(new Request(session, { method: 'PUT', headers, body }));
  return `${response.status} ${response.headers.get('Range') ?? ''}`.trim();
}

describe('an upload that can be resumed', () => {
  it('says how much is stored, exactly, and is done with the last byte', async () => {
    const session = await begin();
    expect(await put(session, 'bytes */*')).toBe('308');
    expect(await put(session, `bytes 0-${PIECE - 1}/${PIECE + 2}`, new Uint8Array(PIECE))).toBe(
      `308 bytes=0-${PIECE - 1}`,
    );
    expect(await put(session, `bytes */${PIECE + 2}`)).toBe(`308 bytes=0-${PIECE - 1}`);
    expect(await put(session, `bytes ${PIECE}-${PIECE + 1}/${PIECE + 2}`, bytes(7, 8))).toBe('200');
    expect(await put(session, `bytes */${PIECE + 2}`)).toBe('200');
    expect(await names("name = 'r'")).toEqual(['r']);
  });

  it('is never finished by a question, also when it names the size that is stored', async () => {
    const session = await begin();
    await put(session, `bytes 0-${PIECE - 1}/*`, new Uint8Array(PIECE));
    expect(await put(session, `bytes */${PIECE}`)).toBe(`308 bytes=0-${PIECE - 1}`);
    expect(await names("name = 'r'")).toEqual([]);
  });

  it('may store less than was sent, and go on from there', async () => {
    const session = await begin();
    emulator.addFault({ route: 'upload.resume', fault: { kind: 'store-less', bytes: 2 } });
    expect(await put(session, 'bytes 0-4/5', bytes(1, 2, 3, 4, 5))).toBe('308 bytes=0-1');
    expect(await put(session, 'bytes 3-4/5', bytes(4, 5))).toBe('400');
    expect(await put(session, 'bytes 2-4/5', bytes(3, 4, 5))).toBe('200');
    const id = String(((await read("/drive/v3/files?q=name='r'"))['files'] as Json[])[0]?.['id']);
    const got = new Uint8Array(await (await send(`/drive/v3/files/${id}?alt=media`)).arrayBuffer());
    expect(got).toEqual(bytes(1, 2, 3, 4, 5));
  });

  it('may keep to itself how much is stored', async () => {
    const session = await begin();
    emulator.addFault({ route: 'upload.resume', fault: { kind: 'no-range' } });
    expect(await put(session, `bytes 0-${PIECE - 1}/*`, new Uint8Array(PIECE))).toBe('308');
    expect(await put(session, 'bytes */*')).toBe(`308 bytes=0-${PIECE - 1}`);
  });

  it('refuses pieces that are no multiple, that leave a hole, or that are not what was announced', async () => {
    const session = await begin({ name: 'r' }, { 'X-Upload-Content-Length': '10' });
    expect(await put(session, 'bytes 0-2/*', bytes(1, 2, 3))).toBe('400');
    expect(await put(session, `bytes ${PIECE}-${PIECE}/${PIECE + 1}`, bytes(1))).toBe('400');
    expect(await put(session, 'bytes 0-2/3', bytes(1, 2, 3))).toBe('400');
    expect(await put(session, 'bytes 0-9/11', new Uint8Array(10))).toBe('400');
    expect(await put(session, undefined, new Uint8Array(10))).toBe('200');
  });

  it('belongs to the origin that began it, needs no token, and lives for a week', async () => {
    const session = await begin({ name: 'r' }, { Origin: 'https://notes.example' });
    expect(await put(session, 'bytes */*', bytes(), { Origin: 'https://other.example' })).toBe('403');
    expect(await put(session, 'bytes */*', bytes(), { Origin: 'https://notes.example' })).toBe('308');
    clock.advance(7 * 24 * 60 * 60 * 1000 + 1);
    expect(await put(session, 'bytes */*', bytes(), { Origin: 'https://notes.example' })).toBe('404');
  });

  it('meets an id in use at its end', async () => {
    const [id = ''] = await reserved(1);
    const session = await begin({ id, name: 'r' });
    await file('first', bytes(1), { id });
    expect(await put(session, undefined, bytes(2))).toBe('409');
  });
});

describe('q', () => {
  it('knows what careful clients ask for', async () => {
    const parent = await folder("it's\\here");
    await file('one', bytes(1), { parents: [parent], appProperties: { part: 'log' } });
    await file('Two words', bytes(1), { parents: [parent] });
    const { id } = await file('gone', bytes(1), { parents: [parent] });
    emulator.person().trash(String(id));
    expect(await names(`'${parent}' in parents and trashed = false`)).toEqual(['one', 'Two words']);
    expect(await names(`'${parent}' in parents`)).toEqual(['one', 'Two words', 'gone']);
    expect(await names('trashed=true')).toEqual(['gone']);
    expect(await names("name = 'ONE'")).toEqual(['one']);
    expect(await names("name contains 'wor'")).toEqual(['Two words']);
    expect(await names("name contains 'ords'")).toEqual([]);
    expect(await names("name = 'it\\'s\\\\here'")).toEqual(["it's\\here"]);
    expect(await names("appProperties has { key='part' and value='log' }")).toEqual(['one']);
    expect(
      await names("mimeType = 'application/vnd.google-apps.folder' or (name = 'one' and not trashed = true)"),
    ).toEqual(["it's\\here", 'one']);
    expect(await names(`createdTime > '2031-05-06T00:00:00Z' and modifiedTime <= '2030-01-01T00:00:00Z'`)).toEqual([]);
  });

  it('finds nothing in a folder that is not there, and says so', async () => {
    expect(await refusal(`/drive/v3/files?q=${encodeURIComponent("'nowhere' in parents")}`)).toBe('404 notFound');
  });

  it.each([
    "id = 'x'",
    "name > 'a'",
    "name = 'a' and",
    "(name = 'a'",
    'name = a',
    "name = 'a' name = 'b'",
    "size = '1'",
    "'x' in owners",
    "name = 'unfinished",
    'trashed = maybe',
    "createdTime > 'yesterday'",
    "appProperties has { key='a' }",
  ])('is refused where it makes no sense: %s', async (query) => {
    expect(await refusal(`/drive/v3/files?q=${encodeURIComponent(query)}`)).toBe('400 invalid');
  });
});

describe('fields', () => {
  it('choose, deeply, and with stars', async () => {
    const { id } = await file('f', bytes(1, 2));
    const one = `/drive/v3/files/${String(id)}`;
    expect(await read(one)).toEqual({ kind: 'drive#file', id, name: 'f', mimeType: 'application/octet-stream' });
    expect(await read(`${one}?fields=size, owners/emailAddress`)).toEqual({
      size: '2',
      owners: [{ emailAddress: 'ada@demo.example' }],
    });
    expect(await read('/drive/v3/files?fields=files(id,parents),files/name')).toMatchObject({
      files: [{ id, name: 'f' }],
    });
    expect(await read(`${one}?fields=owners(*),sha256Checksum`)).toHaveProperty('owners');
  });

  it('are refused where there is no such field, and needed for about', async () => {
    for (const fields of ['etag', 'files(id', 'id,', 'owners(name)', 'id)'])
      expect(await refusal(`/drive/v3/files/root?fields=${encodeURIComponent(fields)}`)).toMatch(/^40[04] /);
    expect(await refusal('/drive/v3/files?fields=files(etag)')).toBe('400 invalidParameter');
    expect(await refusal('/drive/v3/about')).toBe('400 required');
  });
});

describe('spaces', () => {
  it('are apart, and need a scope each', async () => {
    await file('hidden', bytes(1), { parents: ['appDataFolder'] });
    await file('shown', bytes(1));
    expect(await names('trashed = false')).toEqual(['shown']);
    expect(await names("'appDataFolder' in parents", '&spaces=appDataFolder')).toEqual(['hidden']);
    token = emulator.signIn({ scopes: [SCOPES.drive] }).accessToken;
    expect(await refusal('/drive/v3/files?spaces=appDataFolder')).toBe('403 insufficientPermissions');
    expect(await refusal('/drive/v3/files', post({ parents: ['appDataFolder'] }))).toBe('403 insufficientPermissions');
    expect(await refusal('/drive/v3/files?spaces=photos')).toBe('400 invalid');
  });

  it("allow no trash and no move in the app's own, and show another app nothing", async () => {
    const { id } = await file('hidden', bytes(1), { parents: ['appDataFolder'] });
    const one = `/drive/v3/files/${String(id)}`;
    const patch = { ...post({ trashed: true }), method: 'PATCH' };
    expect(await refusal(one, patch)).toBe('403 notSupportedForAppDataFolderFiles');
    token = emulator.signIn({ clientId: 'another' }).accessToken;
    expect(await refusal(one)).toBe('404 notFound');
    expect(await names('trashed = false', '&spaces=appDataFolder')).toEqual([]);
  });
});

describe('listings', () => {
  it('come in pages whose tokens work only there', async () => {
    for (const name of ['a', 'b', 'c']) await file(name, bytes(1));
    const first = await read('/drive/v3/files?pageSize=2');
    const next = encodeURIComponent(String(first['nextPageToken']));
    expect((await read(`/drive/v3/files?pageSize=2&pageToken=${next}`))['files']).toMatchObject([{ name: 'c' }]);
    expect(await refusal('/drive/v3/files?pageToken=nonsense')).toBe('400 invalid');
    expect(await refusal(`/drive/v3/changes?pageToken=${next}`)).toBe('400 invalid');
    emulator.resetPageTokens();
    expect(await refusal(`/drive/v3/files?pageToken=${next}`)).toBe('400 invalid');
    expect(await refusal('/drive/v3/files?pageSize=0')).toBe('400 invalid');
  });

  it('lag, by name more than by parent, while a file by its id is there at once and gone at once', async () => {
    emulator.behave({ nameLag: 10_000, listLag: 2000 });
    const parent = await folder();
    const { id } = await file('late', bytes(1), { parents: [parent] });
    expect((await read(`/drive/v3/files/${String(id)}`))['name']).toBe('late');
    expect(await names(`'${parent}' in parents`)).toEqual([]);
    clock.advance(3000);
    expect(await names(`'${parent}' in parents`)).toEqual(['late']);
    expect(await names("name = 'late'")).toEqual([]);
    clock.advance(8000);
    expect(await names("name = 'late'")).toEqual(['late']);
    await send(`/drive/v3/files/${String(id)}`, { method: 'DELETE' });
    expect(await refusal(`/drive/v3/files/${String(id)}`)).toBe('404 notFound');
    expect(await names(`'${parent}' in parents`)).toEqual(['late']);
    clock.advance(2001);
    expect(await names(`'${parent}' in parents`)).toEqual([]);
  });
});

const start = async () => String((await read('/drive/v3/changes/startPageToken'))['startPageToken']);
const changes = async (from: string, more = '') => {
  const page = await read(`/drive/v3/changes?pageToken=${from}${more}&fields=*`);
  const told = (page['changes'] as Json[]).map(({ removed, file: one }) =>
    removed === true ? 'removed' : (one as Json)['name'],
  );
  return { told, next: page['nextPageToken'], last: page['newStartPageToken'] };
};

describe('the feed of changes', () => {
  it('names each file as it is now, in pages, and from its own end on', async () => {
    const from = await start();
    const { id } = await file('a', bytes(1));
    await file('b', bytes(1));
    expect((await changes(from, '&pageSize=1')).told).toEqual(['a']);
    expect((await changes(from, '&pageSize=1')).next).toBeDefined();
    const before = await changes(from);
    expect(before.told).toEqual(['a', 'b']);
    await send(`/drive/v3/files/${String(id)}`, { method: 'DELETE' });
    expect((await changes(from)).told).toEqual(['b', 'removed']);
    expect((await changes(from, '&includeRemoved=false')).told).toEqual(['b']);
    expect((await changes(String(before.last))).told).toEqual(['removed']);
    expect(await refusal('/drive/v3/changes')).toBe('400 required');
  });

  it('tells of a space only when asked for it', async () => {
    const from = await start();
    await file('hidden', bytes(1), { parents: ['appDataFolder'] });
    expect((await changes(from)).told).toEqual([]);
    expect((await changes(from, '&spaces=appDataFolder')).told).toEqual(['hidden']);
    expect((await changes(from, '&spaces=appDataFolder&restrictToMyDrive=true')).told).toEqual([]);
  });

  it('may be late, out of order, and silent', async () => {
    let draws = 0;
    emulator = createDriveEmulator({
      clock,
      // The first change takes the longest, the second not as long.
      randomBytes: (length) =>
        length === 1 ? bytes([255, 100][draws++ % 2] ?? 0) : crypto.getRandomValues(new Uint8Array(length)),
      behaviour: { changesLag: 10_000, reorder: true },
    });
    token = emulator.signIn().accessToken;
    const from = await start();
    await file('a', bytes(1));
    await file('b', bytes(1));
    expect((await changes(from)).told).toEqual([]);
    clock.advance(5000);
    const some = await changes(from);
    expect(some.told).toEqual(['b']);
    clock.advance(5000);
    expect((await changes(String(some.last))).told).toEqual(['a']);
    emulator.behave({ loseChanges: true });
    await file('c', bytes(1));
    clock.advance(1e9);
    token = emulator.signIn().accessToken;
    expect((await changes(from)).told).toEqual(['b', 'a']);
  });

  it('shows what goes into the trash with its folder', async () => {
    const parent = await folder();
    await file('inside', bytes(1), { parents: [parent] });
    const from = await start();
    emulator.person().trash(parent);
    const page = await read(`/drive/v3/changes?pageToken=${from}&fields=changes/file(name,trashed,explicitlyTrashed)`);
    expect(page['changes']).toEqual([
      { file: { name: 'folder', trashed: true, explicitlyTrashed: true } },
      { file: { name: 'inside', trashed: true, explicitlyTrashed: false } },
    ]);
  });
});

describe('downloads', () => {
  it('come in parts, and are refused past the end', async () => {
    const { id } = await file('d', bytes(1, 2, 3, 4));
    const get = async (range: string) => {
      const response = await send(`/drive/v3/files/${String(id)}?alt=media`, { headers: { Range: range } });
      return [response.status, response.headers.get('Content-Range'), new Uint8Array(await response.arrayBuffer())];
    };
    expect(await get('bytes=1-2')).toEqual([206, 'bytes 1-2/4', bytes(2, 3)]);
    expect(await get('bytes=2-')).toEqual([206, 'bytes 2-3/4', bytes(3, 4)]);
    expect(await get('bytes=-1')).toEqual([206, 'bytes 3-3/4', bytes(4)]);
    expect((await get('bytes=4-'))[0]).toBe(416);
    expect(await refusal(`/drive/v3/files/${await folder()}?alt=media`)).toBe('403 fileNotDownloadable');
  });

  it('take no token from the address', async () => {
    const { id } = await file('d', bytes(1));
    const address = `${API}/drive/v3/files/${String(id)}?alt=media&access_token=${token}`;
    expect((await emulator.fetch(new Request(address))).status).toBe(401);
  });
});

const batch = (calls: readonly string[]) => {
  const parts = calls.map(
    (call, index) => `--x\r\nContent-Type: application/http\r\nContent-ID: <${index}>\r\n\r\n${call}\r\n\r\n`,
  );
  return send('/batch/drive/v3', {
    method: 'POST',
    headers: { 'Content-Type': 'multipart/mixed; boundary=x' },
    body: `${parts.join('')}--x--`,
  });
};

describe('a batch', () => {
  it('answers each call, in no order, and downloads nothing', async () => {
    const { id } = await file('a', bytes(1));
    const text = await (
      await batch([
        `GET /drive/v3/files/${String(id)}?alt=media`,
        'DELETE /drive/v3/files/nobody',
        `DELETE /drive/v3/files/${String(id)} HTTP/1.1`,
      ])
    ).text();
    expect(text).toMatch(/Content-ID: <response-0>\r\n\r\nHTTP\/1.1 302 /);
    expect(text).toMatch(/Content-ID: <response-1>\r\n\r\nHTTP\/1.1 404 /);
    expect(text).toMatch(/Content-ID: <response-2>\r\n\r\nHTTP\/1.1 204 /);
    expect(emulator.person().files(DEMO_CLIENT_ID)).toEqual([]);
  });

  it('is refused above a hundred calls, or when it makes no sense', async () => {
    expect((await batch(Array.from({ length: 101 }, () => 'GET /drive/v3/files'))).status).toBe(400);
    expect((await batch([])).status).toBe(400);
    expect((await batch(['nonsense'])).status).toBe(400);
    token = 'wrong';
    expect((await batch(['GET /drive/v3/files'])).status).toBe(401);
  });
});
