/** The stand-in on a port, with the official client, unmodified but for its root address, and with a page's CORS. */
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { auth, drive } from '@googleapis/drive';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { browserFetch } from '../../dropbox/emulator/browser-fetch.ts';
import { DEMO_CLIENT_ID, DEMO_CLIENT_SECRET } from './emulator.ts';
import { type ServedEmulator, serveDriveEmulator } from './serve.ts';

let served: ServedEmulator;
beforeEach(async () => {
  served = await serveDriveEmulator();
});
afterEach(() => served.close());

/** With its own OAuth client, which renews tokens by the secret. */
function officialClient(refreshToken: string) {
  const { url } = served;
  const oauth = new auth.OAuth2({
    clientId: DEMO_CLIENT_ID,
    clientSecret: DEMO_CLIENT_SECRET,
    endpoints: { oauth2TokenUrl: `${url}/oauth2/token`, oauth2RevokeUrl: `${url}/oauth2/revoke` },
  });
  oauth.setCredentials({ refresh_token: refreshToken });
  // Uploads take the root address from the call alone.
  return { oauth, root: { rootUrl: `${url}/` }, client: drive({ version: 'v3', auth: oauth, rootUrl: `${url}/` }) };
}

const body = (text: string) => ({ mimeType: 'application/octet-stream', body: Readable.from([Buffer.from(text)]) });

describe('the official client', () => {
  it.each(['drive', 'appDataFolder'])('keeps, lists, follows, reads and deletes files in %s', async (space) => {
    const { client, root } = officialClient(served.emulator.signIn().refreshToken);
    const { ids } = (await client.files.generateIds({ count: 2, space })).data;
    const [folder = '', id = ''] = ids ?? [];
    const parents = [space === 'drive' ? 'root' : 'appDataFolder'];
    const mimeType = 'application/vnd.google-apps.folder';
    await client.files.create({ requestBody: { id: folder, name: 'log', parents, mimeType } });
    const { startPageToken } = (await client.changes.getStartPageToken()).data;
    const requestBody = { id, name: 'Ünï', parents: [folder] };
    const made = await client.files.create({ requestBody, media: body('hello'), fields: 'id,sha256Checksum' }, root);
    expect(made.data).toEqual({
      id,
      sha256Checksum: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    });
    const again = client.files.create({ requestBody, media: body('hello') }, root);
    await expect(again).rejects.toMatchObject({
      status: 409,
      response: { data: { error: { errors: [{ reason: 'fileIdInUse' }] } } },
    });
    const listed = await client.files.list({ q: `'${folder}' in parents and trashed = false`, spaces: space });
    expect(listed.data.files).toMatchObject([{ id, name: 'Ünï' }]);
    const { changes } = (await client.changes.list({ pageToken: startPageToken ?? '', spaces: space })).data;
    expect(changes).toMatchObject([{ fileId: id, removed: false }]);
    const options = { responseType: 'arraybuffer', headers: { Range: 'bytes=1-3' } } as const;
    const part = await client.files.get({ fileId: id, alt: 'media' }, options);
    expect(Buffer.from(part.data as unknown as ArrayBuffer).toString()).toBe('ell');
    await client.files.delete({ fileId: folder });
    await expect(client.files.get({ fileId: id })).rejects.toMatchObject({ status: 404 });
  });

  it('renews a token in its own way, and learns that it was taken back', async () => {
    const { client, oauth } = officialClient(served.emulator.signIn().refreshToken);
    const fields = 'user/emailAddress';
    expect((await client.about.get({ fields })).data.user?.emailAddress).toBe('ada@demo.example');
    await oauth.revokeCredentials();
    const { client: another } = officialClient('1//0taken-back');
    await expect(another.about.get({ fields })).rejects.toThrow('invalid_grant');
  });

  it('tries again what may be tried again, and no refusal', async () => {
    const { client } = officialClient(served.emulator.signIn().refreshToken);
    const fault = { kind: 'unavailable', status: 503 } as const;
    served.emulator.addFault({ route: 'files.list', fault });
    expect((await client.files.list()).data.files).toEqual([]);
    const refused = { kind: 'error', status: 403, reason: 'userRateLimitExceeded' } as const;
    served.emulator.addFault({ route: 'files.list', fault: refused });
    await expect(client.files.list()).rejects.toMatchObject({ status: 403 });
  });
});

describe('a request without a length', () => {
  it('is refused, as when nothing is sent by a client that does not say so', async () => {
    const socket = connect(Number(new URL(served.url).port), '127.0.0.1');
    const lines = ['PUT /upload/drive/v3/files?upload_id=x HTTP/1.1', 'Host: x', 'Connection: close', '', ''];
    socket.write(lines.join('\r\n'));
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toMatch(/^HTTP\/1.1 411 /);
  });
});

describe('a page of another origin', () => {
  it('may ask with a token, a range, and of a session that it began', async () => {
    const page = browserFetch(fetch, 'https://notes.example');
    const headers = { Authorization: `Bearer ${served.emulator.signIn().accessToken}` };
    const begun = await page(`${served.url}/upload/drive/v3/files?uploadType=resumable`, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json', 'X-Upload-Content-Length': '5' },
      body: JSON.stringify({ name: 'x' }),
    });
    const session = begun.headers.get('Location') ?? '';
    const asked = await page(session, { method: 'PUT', headers: { 'Content-Range': 'bytes */5' } });
    expect(asked.status).toBe(308);
    const done = await page(session, { method: 'PUT', body: 'hello' });
    const { id } = (await done.json()) as { id: string };
    const address = `${served.url}/drive/v3/files/${id}?alt=media`;
    const part = await page(address, { headers: { ...headers, Range: 'bytes=1-3' } });
    expect([await part.text(), part.headers.get('Content-Range')]).toEqual(['ell', 'bytes 1-3/5']);
    const refused = await page(`${served.url}/drive/v3/files`, {});
    expect(refused.status).toBe(401);
  });

  it('gets nothing where the answer, or the question before it, is without CORS', async () => {
    const page = browserFetch(fetch, 'https://notes.example');
    const headers = { Authorization: `Bearer ${served.emulator.signIn().accessToken}` };
    for (const kind of ['no-cors', 'refuse-preflight'] as const) {
      served.emulator.addFault({ route: 'files.list', fault: { kind } });
      await expect(page(`${served.url}/drive/v3/files`, { headers })).rejects.toThrow(TypeError);
    }
    expect((await page(`${served.url}/drive/v3/files`, { headers })).status).toBe(200);
  });
});
