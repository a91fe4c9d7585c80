import { describe, expect, test } from 'vitest';
import { type LocalTrouble, NO_OTHER_VAULTS, NOTHING_UNREAD, type SyncStatus, type Trouble } from '../../engine/api.ts';
import { LIBRARY } from '../../notes/ids.ts';
import { en } from '../strings/en.ts';
import { syncWords, troubleWords } from './status-words.ts';

const now = Date.UTC(2026, 10, 18, 12);
const status: SyncStatus = {
  kind: 'dropbox',
  access: 'redirect',
  label: 'Dropbox',
  account: 'ada@example.org',
  phase: 'idle',
  progress: null,
  trouble: null,
  unread: NOTHING_UNREAD,
  vaults: NO_OTHER_VAULTS,
  lastSynced: now - 1000,
};
const words = (change: Partial<SyncStatus>, waiting = 0) =>
  syncWords(en, 'en', { status: { ...status, ...change }, waiting, now });

/** One of each, so that the compiler asks for words when a kind is added. */
const locals: { readonly [K in LocalTrouble['kind']]: LocalTrouble & { kind: K } } = {
  full: { kind: 'full' },
  'no-database': { kind: 'no-database' },
  insecure: { kind: 'insecure' },
  blocked: { kind: 'blocked' },
  newer: { kind: 'newer' },
  failed: { kind: 'failed', detail: 'UnknownError' },
};
const troubles: { readonly [K in Exclude<Trouble['kind'], 'local'>]: Trouble & { kind: K } } = {
  'sign-in': { kind: 'sign-in' },
  'half-connected': { kind: 'half-connected' },
  'other-account': { kind: 'other-account', expected: 'ada@example.org', found: 'bob@example.org' },
  quota: { kind: 'quota' },
  'rate-limited': { kind: 'rate-limited', until: now + 60_000 },
  unavailable: { kind: 'unavailable' },
  emptied: { kind: 'emptied', lost: 7, of: 7 },
  closed: { kind: 'closed', left: 2 },
  'too-large': { kind: 'too-large', notes: [LIBRARY, LIBRARY] },
  rejected: { kind: 'rejected', detail: 'malformed_path' },
  bug: { kind: 'bug', detail: 'TypeError' },
};
const all: readonly Trouble[] = [
  ...Object.values(troubles),
  ...Object.values(locals).map((trouble) => ({ kind: 'local', trouble }) as const),
];

describe('the sync indicator', () => {
  test('says that notes are kept here while no storage is connected', () => {
    expect(syncWords(en, 'en', { status: null, waiting: 0, now })).toEqual({
      text: 'Saved on this device',
      mood: 'local',
    });
  });

  test.each([
    [{}, 0, 'Synced just now', 'calm'],
    [{ unread: { ...NOTHING_UNREAD, damaged: 1 } }, 0, 'Synced, but not all is readable', 'attention'],
    [{ unread: { ...NOTHING_UNREAD, lost: 1 } }, 0, 'Synced, but not all is readable', 'attention'],
    [{ unread: { ...NOTHING_UNREAD, newer: 1 } }, 0, 'Synced just now', 'calm'],
    [{ lastSynced: now - 5 * 60_000 }, 0, 'Synced 5 minutes ago', 'calm'],
    [{ lastSynced: null }, 0, 'Not synced yet', 'calm'],
    [{}, 3, '3 notes waiting', 'waiting'],
    [{ phase: 'checking' }, 0, 'Checking…', 'busy'],
    [{ phase: 'sending' }, 1, 'Sending 1 note…', 'busy'],
    [{ phase: 'sending' }, 0, 'Sending…', 'busy'],
    [{ phase: 'receiving', progress: { done: 2, total: 9 } }, 0, 'Receiving, 2 of 9', 'busy'],
    [{ phase: 'receiving', progress: { done: 0, total: 1 } }, 0, 'Receiving notes…', 'busy'],
    [{ phase: 'paused' }, 2, '2 notes waiting', 'waiting'],
    [{ trouble: troubles['sign-in'] }, 3, 'Dropbox asks you to sign in again', 'attention'],
    [{ trouble: troubles.unavailable }, 3, '3 notes waiting', 'waiting'],
    [{ trouble: troubles.unavailable }, 0, 'Can’t reach Dropbox', 'waiting'],
  ] as const)('%o with %d waiting: %s', (change, waiting, text, mood) => {
    expect(words(change, waiting)).toEqual({ text, mood });
  });

  test('trouble that needs a person comes before whatever else goes on', () => {
    expect(words({ phase: 'sending', trouble: troubles.quota }, 5)).toEqual({
      text: 'Dropbox is full',
      mood: 'attention',
    });
  });
});

describe('words for trouble', () => {
  test.each(all.map((trouble) => [trouble.kind === 'local' ? `local ${trouble.trouble.kind}` : trouble.kind, trouble]))(
    '%s says what happened and what can be done',
    (_, trouble) => {
      const said = troubleWords(en, 'en', trouble, 'Dropbox');
      expect(said.title).toMatch(/\S/);
      expect(said.body).toMatch(/[.:]$/);
      expect(`${said.title} ${said.body}`).not.toMatch(/undefined|NaN|\[object/);
    },
  );

  test('no two kinds are said alike', () => {
    const bodies = all.map((trouble) => troubleWords(en, 'en', trouble, 'Dropbox').body);
    expect(new Set(bodies).size).toBe(all.length);
  });

  test('a lost login is mended by signing in, an emptied storage by putting back', () => {
    expect(troubleWords(en, 'en', troubles['sign-in'], 'Dropbox').remedy).toBe('reconnect');
    expect(troubleWords(en, 'en', troubles.emptied, 'Dropbox').remedy).toBe('put-back');
  });

  test('a part that is missing is told from all of it', () => {
    const some = troubleWords(en, 'en', { kind: 'emptied', lost: 3, of: 7 }, 'Dropbox');
    expect(some.body).toContain('3 of the 7');
    expect(troubleWords(en, 'en', troubles.emptied, 'Dropbox').body).toMatch(/^Everything/);
  });

  test('what the program said is kept apart, for a report', () => {
    expect(troubleWords(en, 'en', troubles.bug, 'Dropbox')).toMatchObject({ detail: 'TypeError', remedy: 'reload' });
    expect(troubleWords(en, 'en', troubles.quota, 'Dropbox').detail).toBeNull();
  });
});
