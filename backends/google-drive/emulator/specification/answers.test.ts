/** Every method of the stand-in, and every answer it gives, held against Google's official discovery document. */
import { Readable } from 'node:stream';
import { drive } from '@googleapis/drive';
import { describe, expect, it } from 'vitest';
import { conformance } from '../../../conformance.ts';
import { runCheck } from '../../../conformance/check.ts';
import type { Place } from '../../../conformance/place.ts';
import { createHandClock } from '../../../hand-clock.ts';
import { emulatedDrivePlace } from '../../place.ts';
import { asFetch, createDriveEmulator, METHOD_NAMES } from '../emulator.ts';
import { SCOPES } from '../store.ts';
import { hasSpecification, methodsOf, readSpecification, SPECS_MISSING } from './discovery.ts';
import { judging } from './judge.ts';

const API = 'https://www.googleapis.com';

type Asked = Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> };

function judgedEmulator() {
  const clock = createHandClock();
  const emulator = createDriveEmulator({ clock });
  const judge = judging(readSpecification(), asFetch(emulator));
  const { accessToken } = emulator.signIn();
  const api = (path: string, init: Asked = {}) =>
    judge.fetch(`${API}${path}`, { ...init, headers: { Authorization: `Bearer ${accessToken}`, ...init.headers } });
  const official = drive({ version: 'v3', fetchImplementation: judge.fetch, retry: false });
  const headers = { Authorization: `Bearer ${accessToken}` };
  return { emulator, clock, judge, api, official, headers };
}

const json = (body: unknown): Asked => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
});

describe.skipIf(!hasSpecification())(
  `the official specification (${hasSpecification() ? 'given' : SPECS_MISSING})`,
  () => {
    it.each(METHOD_NAMES.map((name) => [name]))('has %s, for apps with either of the two scopes', (name) => {
      const method = methodsOf(readSpecification()).find(({ id }) => id === `drive.${name}`);
      expect(method?.scopes).toEqual(expect.arrayContaining(Object.values(SCOPES)));
    });

    it('allows every answer to a careful tour of all methods by the official client', async () => {
      const { emulator, judge, api, official, headers } = judgedEmulator();
      const options = { headers };
      const { data: about } = await official.about.get({ fields: '*' }, options);
      expect(about.user?.emailAddress).toBe('ada@demo.example');
      const { data: generated } = await official.files.generateIds({ count: 3, space: 'drive' }, options);
      const [folderId = '', fileId = '', sparedId = ''] = generated.ids ?? [];
      expect(new Set(generated.ids).size).toBe(3);
      const { data: start } = await official.changes.getStartPageToken({}, options);
      const folder = await official.files.create(
        {
          requestBody: {
            id: folderId,
            name: 'Folder',
            mimeType: 'application/vnd.google-apps.folder',
            appProperties: { part: 'log' },
          },
          fields: '*',
        },
        options,
      );
      expect(folder.data.spaces).toEqual(['drive']);
      const made = await official.files.create(
        {
          requestBody: { id: fileId, name: 'a', parents: [folderId] },
          media: { mimeType: 'application/octet-stream', body: Readable.from([Buffer.from('hello')]) },
          fields: '*',
        },
        options,
      );
      expect(made.data).toMatchObject({ size: '5', md5Checksum: '5d41402abc4b2a76b9719d911017c592', trashed: false });
      const again = official.files.create({ requestBody: { id: fileId, name: 'a' } }, options);
      await expect(again).rejects.toMatchObject({ status: 409 });
      const foreign = official.files.create({ requestBody: { id: 'made-up' } }, options);
      await expect(foreign).rejects.toMatchObject({ status: 400 });
      const list = { q: `'${folderId}' in parents and trashed = false`, fields: '*' };
      expect((await official.files.list(list, options)).data.files).toMatchObject([{ id: fileId }]);
      expect((await official.files.get({ fileId, fields: '*' }, options)).data.name).toBe('a');
      const bytes = await official.files.get({ fileId, alt: 'media' }, { ...options, responseType: 'arraybuffer' });
      expect(Buffer.from(bytes.data as unknown as ArrayBuffer).toString()).toBe('hello');
      await official.files.update({ fileId, requestBody: { name: 'b' }, fields: '*' }, options);
      const { data: changes } = await official.changes.list(
        { pageToken: start.startPageToken ?? '', fields: '*' },
        options,
      );
      expect(changes.changes?.map((change) => change.file?.name)).toEqual(['Folder', 'b']);
      await official.files.delete({ fileId }, options);
      await expect(official.files.get({ fileId }, options)).rejects.toMatchObject({ status: 404 });

      const begun = await api(
        '/upload/drive/v3/files?uploadType=resumable&fields=*',
        json({ id: sparedId, name: 'c' }),
      );
      const session = begun.headers.get('Location') ?? '';
      expect((await judge.fetch(session, { method: 'PUT', body: 'resumed' })).status).toBe(200);
      const replaced = await api(`/upload/drive/v3/files/${sparedId}?uploadType=media`, { method: 'PATCH', body: 'x' });
      expect(replaced.status).toBe(200);
      emulator.expireAccessTokens();
      expect((await api('/drive/v3/files')).status).toBe(401);

      expect(judge.problems).toEqual([]);
      const seen = new Set([...judge.judged].filter((at) => / 20\d$/.test(at)).map((at) => at.slice(6, -4)));
      expect(METHOD_NAMES.filter((name) => !seen.has(name))).toEqual([]);
    });

    it.each(['drive', 'appDataFolder'] as const)(
      'allows everything that our own client and the stand-in say to each other in %s',
      async (space) => {
        const { emulator, clock, judge } = judgedEmulator();
        const { faults: _, ...place } = emulatedDrivePlace({
          emulator,
          clock,
          fetch: judge.fetch,
          api: API,
          space,
          together: false,
          title: 'judged',
        });
        const calm: Place = place;
        const failed: string[] = [];
        for (const check of conformance) if ((await runCheck(check, calm)).kind === 'failed') failed.push(check.title);
        expect(failed).toEqual([]);
        await calm.close?.();
        expect(judge.problems).toEqual([]);
        expect(judge.judged.size).toBeGreaterThan(8);
      },
      120_000,
    );

    it('notices an answer, and a question, that the specification does not allow', async () => {
      const { emulator } = judgedEmulator();
      const judge = judging(readSpecification(), async (input, init) => {
        const response = await asFetch(emulator)(input, init);
        return Response.json({ ...(await response.json()), size: 7, kindness: true }, { status: response.status });
      });
      const headers = { Authorization: `Bearer ${emulator.signIn().accessToken}` };
      await judge.fetch(`${API}/drive/v3/files/generateIds?count=2000&colour=red`, { headers });
      await judge.fetch(`${API}/drive/v3/files?pagesize=3`, { headers });
      expect(judge.problems).toEqual([
        'drive.files.list 200: there is no "size"',
        'drive.files.list 200: there is no "kindness"',
        'drive.files.list, asked: there is no parameter "pagesize"',
      ]);
    });
  },
);
