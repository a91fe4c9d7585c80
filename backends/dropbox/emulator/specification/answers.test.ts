/** Every route of the stand-in, and every answer it gives, held against Dropbox's official specification. */
import { describe, expect, it } from 'vitest';
import { Dropbox } from 'dropbox';
import { conformance } from '../../../conformance.ts';
import { runCheck } from '../../../conformance/check.ts';
import type { Place } from '../../../conformance/place.ts';
import { contentHash } from '../../content-hash.ts';
import { headerSafeJson } from '../../header-safe-json.ts';
import { emulatedDropboxPlace } from '../../place.ts';
import { ROUTES, asFetch, createDropboxEmulator } from '../emulator.ts';
import { SPECS_MISSING, hasSpecification, readSpecification } from './folder.ts';
import { judging } from './judge.ts';

const commit = (path: string) => ({ path });
const bytes = (...values: number[]) => new Uint8Array(values);

function judgedEmulator() {
  const emulator = createDropboxEmulator();
  const judge = judging(readSpecification(), asFetch(emulator));
  const { accessToken } = emulator.signIn();
  // The SDK in Node expects node-fetch's `buffer`.
  const sdkFetch = async (url: string, init: RequestInit) => {
    const response = await judge.fetch(url, init);
    return Object.assign(response, { buffer: async () => Buffer.from(await response.arrayBuffer()) });
  };
  return { emulator, judge, accessToken, sdk: new Dropbox({ accessToken, fetch: sdkFetch }) };
}

/** The tags of a refusal, for the assertions: "path/conflict/file". */
async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    const { error: body } = error as { error: { error_summary?: string } | string };
    return typeof body === 'string' ? body : (body.error_summary ?? '').replace(/\/\.*$/, '');
  }
  return 'no refusal';
}

describe.skipIf(!hasSpecification())(
  `the official specification (${hasSpecification() ? 'given' : SPECS_MISSING})`,
  () => {
    it.each(ROUTES.map((route) => [route.name, route] as const))(
      'has %s, called as the stand-in has it',
      (name, route) => {
        const official = readSpecification().routes.get(name);
        expect(official?.attributes).toMatchObject({
          allow_app_folder_app: 'true',
          auth: expect.stringContaining(route.auth),
          ...(route.host !== 'api' && { host: route.host }),
          ...(route.style !== 'rpc' && { style: route.style }),
        });
        expect(official?.attributes['scope']).toBe(route.scope);
        expect(official?.argument.name === 'Void').toBe(!route.takesArgument);
      },
    );

    it('allows every answer to a careful tour of all routes by the official SDK', async () => {
      const { emulator, judge, sdk, accessToken } = judgedEmulator();

      const stored = await sdk.filesUpload({
        path: '/Log/A',
        contents: bytes(1, 2),
        client_modified: '2020-02-03T04:05:06Z',
      });
      expect(stored.result).toMatchObject({ path_lower: '/log/a', client_modified: '2020-02-03T04:05:06Z', size: 2 });
      expect((await sdk.filesUpload({ path: '/log/a', contents: bytes(1, 2) })).result.rev).toBe(stored.result.rev);
      expect(await refusal(sdk.filesUpload({ path: '/log/a', contents: bytes(3) }))).toBe('path/conflict/file');
      expect(await refusal(sdk.filesUpload({ path: '/log', contents: bytes(3) }))).toBe('path/conflict/folder');
      expect(await refusal(sdk.filesUpload({ path: '/log/a/b', contents: bytes(3) }))).toBe(
        'path/conflict/file_ancestor',
      );
      expect(await refusal(sdk.filesUpload({ path: '/.dropbox', contents: bytes(3) }))).toBe('path/disallowed_name');
      expect(await refusal(sdk.filesUpload({ path: '/a//b', contents: bytes(3) }))).toBe('path/malformed_path');
      expect(await refusal(sdk.filesUpload({ path: '/c', contents: bytes(3), content_hash: '0'.repeat(64) }))).toBe(
        'content_hash_mismatch',
      );
      const strict = { path: '/log/a', contents: bytes(1, 2), strict_conflict: true };
      expect(await refusal(sdk.filesUpload(strict))).toBe('path/conflict/file');
      const renamed = await sdk.filesUpload({ path: '/log/a', contents: bytes(3), autorename: true });
      expect(renamed.result.name).toBe('a (1)');
      const mode = { '.tag': 'update', update: stored.result.rev } as const;
      const updated = await sdk.filesUpload({ path: '/log/a', contents: bytes(9), mode });
      expect(updated.result.id).toBe(stored.result.id);
      expect(await refusal(sdk.filesUpload({ path: '/log/a', contents: bytes(8), mode }))).toBe('path/conflict/file');

      const old = await sdk.filesDownload({ path: `rev:${stored.result.rev}` });
      expect(old.result).toMatchObject({ fileBinary: Buffer.from([1, 2]), rev: stored.result.rev });
      expect(await refusal(sdk.filesDownload({ path: '/nobody' }))).toBe('path/not_found');
      expect(await refusal(sdk.filesDownload({ path: '/log' }))).toBe('path/not_file');

      expect((await sdk.filesGetMetadata({ path: updated.result.id })).result['.tag']).toBe('file');
      expect((await sdk.filesGetMetadata({ path: '/log' })).result['.tag']).toBe('folder');
      expect(await refusal(sdk.filesGetMetadata({ path: '/nobody' }))).toBe('path/not_found');
      expect((await sdk.filesCreateFolderV2({ path: '/New' })).result.metadata.path_lower).toBe('/new');
      expect(await refusal(sdk.filesCreateFolderV2({ path: '/new' }))).toBe('path/conflict/folder');

      const listing = await sdk.filesListFolder({ path: '', recursive: true, limit: 2 });
      expect(listing.result).toMatchObject({ has_more: true });
      let { cursor, has_more } = listing.result;
      while (has_more) ({ cursor, has_more } = (await sdk.filesListFolderContinue({ cursor })).result);
      await sdk.filesDeleteV2({ path: '/new' });
      const later = await sdk.filesListFolderContinue({ cursor });
      expect(later.result.entries).toEqual([
        { '.tag': 'deleted', name: 'New', path_lower: '/new', path_display: '/New' },
      ]);
      const hidden = await sdk.filesGetMetadata({ path: '/new', include_deleted: true });
      expect(hidden.result['.tag']).toBe('deleted');
      expect(await refusal(sdk.filesListFolder({ path: '/nobody' }))).toBe('path/not_found');
      expect(await refusal(sdk.filesListFolder({ path: '/log/a' }))).toBe('path/not_folder');
      const latest = (await sdk.filesListFolderGetLatestCursor({ path: '/log' })).result.cursor;
      const waiting = sdk.filesListFolderLongpoll({ cursor: latest, timeout: 30 });
      await sdk.filesUpload({ path: '/log/later', contents: bytes(5) });
      expect((await waiting).result).toEqual({ changes: true });
      emulator.behave({ longpollBackoff: 20 });
      const backoff = await sdk.filesListFolderLongpoll({ cursor: latest });
      expect(backoff.result).toEqual({ changes: true, backoff: 20 });
      emulator.resetCursors();
      expect(await refusal(sdk.filesListFolderContinue({ cursor: latest }))).toBe('reset');
      expect(await refusal(sdk.filesListFolderLongpoll({ cursor: latest }))).toBe('reset');
      expect(await refusal(sdk.filesListFolderContinue({ cursor: 'garbage' }))).toContain('Invalid "cursor"');

      expect(await refusal(sdk.filesDeleteV2({ path: '/nobody' }))).toBe('path_lookup/not_found');
      expect(await refusal(sdk.filesDeleteV2({ path: '/log/later', parent_rev: '000000000' }))).toBe(
        'path_write/conflict/file',
      );
      const launch = await sdk.filesDeleteBatch({ entries: [{ path: '/log/later' }, { path: '/nobody' }] });
      if (launch.result['.tag'] !== 'async_job_id') throw new Error('a job was expected');
      const job = await sdk.filesDeleteBatchCheck({ async_job_id: launch.result.async_job_id });
      expect(job.result).toMatchObject({ '.tag': 'complete', entries: [{ '.tag': 'success' }, { '.tag': 'failure' }] });
      expect(await refusal(sdk.filesDeleteBatchCheck({ async_job_id: 'nobody' }))).toBe('invalid_async_job_id');
      emulator.addFault({ route: 'files/delete_batch', fault: { kind: 'delete-job', polls: 1, failed: 'other' } });
      const failing = await sdk.filesDeleteBatch({ entries: [{ path: '/log/a' }] });
      if (failing.result['.tag'] !== 'async_job_id') throw new Error('a job was expected');
      const { async_job_id } = failing.result;
      expect((await sdk.filesDeleteBatchCheck({ async_job_id })).result['.tag']).toBe('in_progress');
      expect((await sdk.filesDeleteBatchCheck({ async_job_id })).result['.tag']).toBe('failed');
      emulator.behave({ deleteAtOnce: true });
      const atOnce = await sdk.filesDeleteBatch({ entries: [{ path: '/log/a' }] });
      expect(atOnce.result['.tag']).toBe('complete');

      const one = (await sdk.filesUploadSessionStart({ contents: bytes(1, 2) })).result.session_id;
      const wrong = sdk.filesUploadSessionAppendV2({ cursor: { session_id: one, offset: 1 }, contents: bytes(3) });
      expect(await refusal(wrong)).toBe('incorrect_offset');
      await sdk.filesUploadSessionAppendV2({ cursor: { session_id: one, offset: 2 }, contents: bytes(3), close: true });
      const closed = sdk.filesUploadSessionAppendV2({ cursor: { session_id: one, offset: 3 }, contents: bytes(4) });
      expect(await refusal(closed)).toBe('closed');
      const finished = await sdk.filesUploadSessionFinish({
        cursor: { session_id: one, offset: 3 },
        commit: commit('/log/s'),
      });
      expect(finished.result.content_hash).toBe(await contentHash(bytes(1, 2, 3)));
      const gone = sdk.filesUploadSessionFinish({ cursor: { session_id: one, offset: 3 }, commit: commit('/log/s') });
      expect(await refusal(gone)).toBe('lookup_failed/not_found');
      expect(
        await refusal(sdk.filesUploadSessionStart({ session_type: { '.tag': 'concurrent' }, contents: bytes(1) })),
      ).toBe('concurrent_session_data_not_allowed');

      const { session_ids } = (await sdk.filesUploadSessionStartBatch({ num_sessions: 3 })).result;
      const appendBatch = (entries: unknown, body: Uint8Array<ArrayBuffer>) =>
        judge.fetch('https://content.dropboxapi.com/2/files/upload_session/append_batch', {
          method: 'POST',
          headers: {
            Authorization: `Bearer ${accessToken}`,
            'Content-Type': 'application/octet-stream',
            'Dropbox-API-Arg': headerSafeJson({ entries }),
          },
          body,
        });
      const entries = session_ids.map((session_id, index) => ({
        cursor: { session_id, offset: index === 2 ? 7 : 0 },
        length: 1,
        close: true,
      }));
      const appended = await appendBatch(entries, bytes(1, 2, 3));
      expect(await appended.json()).toEqual({
        entries: [
          { '.tag': 'success' },
          { '.tag': 'success' },
          { '.tag': 'failure', failure: { '.tag': 'incorrect_offset', correct_offset: 0 } },
        ],
      });
      expect((await appendBatch(entries, bytes(1))).status).toBe(409);
      const batch = await sdk.filesUploadSessionFinishBatchV2({
        entries: session_ids.map((session_id, index) => ({
          cursor: { session_id, offset: 1 },
          commit: commit(`/log/b${index}`),
        })),
      });
      expect(batch.result.entries.map((entry) => entry['.tag'])).toEqual(['success', 'success', 'failure']);

      await sdk.usersGetCurrentAccount();
      await sdk.usersGetSpaceUsage();
      expect((await sdk.checkUser({ query: 'hello' })).result).toEqual({ result: 'hello' });
      emulator.setQuota(1);
      expect(await refusal(sdk.filesUpload({ path: '/big', contents: bytes(1, 2, 3, 4) }))).toBe(
        'path/insufficient_space',
      );
      const reasons = ['too_many_requests', 'too_many_write_operations'] as const;
      for (const reason of reasons)
        emulator.addFault({ route: 'check/user', fault: { kind: 'rate-limit', body: 'json', retryAfter: 15, reason } });
      for (const reason of reasons) expect(await refusal(sdk.checkUser({}))).toBe(reason);
      emulator.addFault({ route: 'check/user', fault: { kind: 'missing-scope', scope: 'account_info.read' } });
      expect(await refusal(sdk.checkUser({}))).toBe('missing_scope');
      emulator.expireAccessTokens();
      expect(await refusal(sdk.checkUser({}))).toBe('expired_access_token');
      const other = new Dropbox({ accessToken: emulator.signIn().accessToken, fetch: judge.fetch });
      await other.authTokenRevoke();
      expect(await refusal(other.checkUser({}))).toBe('invalid_access_token');

      expect(judge.problems).toEqual([]);
      const seen = new Set([...judge.judged].filter((at) => at.endsWith(' 200')).map((at) => at.slice(0, -4)));
      expect(ROUTES.map((route) => route.name).filter((name) => !seen.has(name))).toEqual([]);
    });

    it('allows everything that our own client and the stand-in say to each other', async () => {
      const { emulator, judge } = judgedEmulator();
      const { faults: _, ...place } = emulatedDropboxPlace({
        emulator,
        fetch: judge.fetch,
        mode: 'header',
        title: 'judged',
      });
      const calm: Place = place;
      const failed: string[] = [];
      for (const check of conformance) if ((await runCheck(check, calm)).kind === 'failed') failed.push(check.title);
      expect(failed).toEqual([]);
      await calm.close?.();
      expect(judge.problems).toEqual([]);
      expect(judge.judged.size).toBeGreaterThan(8);
    });

    it('notices an answer that the specification does not allow', async () => {
      const { emulator, judge, sdk } = judgedEmulator();
      emulator.addFault({ route: 'files/list_folder', fault: { kind: 'error', error: { '.tag': 'never_heard_of' } } });
      await refusal(sdk.filesListFolder({ path: '' }));
      expect(judge.problems).toEqual(['files/list_folder 409: there is no tag "never_heard_of"']);
    });
  },
);
