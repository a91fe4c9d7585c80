/** What the sync is doing, in a person's words. The catalogue has the words; here is which of them fit. */
import type { SyncStatus, Trouble } from '../../engine/api.ts';
import { clockTime, timeAgo } from '../dates.ts';
import type { Strings } from '../strings/en.ts';

export interface SyncState {
  /** Null while no storage is connected. */
  readonly status: SyncStatus | null;
  readonly waiting: number;
  /** ms since 1970. */
  readonly now: number;
}

/** `calm`: nothing to do; `busy`: something moves; `waiting`: it will; `attention`: a person has to look. */
export type Mood = 'local' | 'calm' | 'busy' | 'waiting' | 'attention';

export function syncWords(
  t: Strings,
  language: string,
  { status, waiting, now }: SyncState,
): { readonly text: string; readonly mood: Mood } {
  if (!status) return { text: t.sync.onlyHere, mood: 'local' };
  const { trouble, phase, progress, lastSynced } = status;
  if (trouble) {
    // Being away from the network is nothing to be alarmed about: what waits is what a person wants to know.
    if (passes(trouble)) {
      return { text: waiting > 0 ? t.sync.waiting(waiting) : troubleTitle(t, trouble, status.label), mood: 'waiting' };
    }
    return { text: troubleTitle(t, trouble, status.label), mood: 'attention' };
  }
  switch (phase) {
    case 'checking':
      return { text: t.sync.checking, mood: 'busy' };
    case 'receiving':
      return {
        text: progress && progress.total > 1 ? t.sync.receivingPart(progress.done, progress.total) : t.sync.receiving,
        mood: 'busy',
      };
    case 'sending':
      return { text: waiting > 0 ? t.sync.sending(waiting) : t.sync.sendingPlain, mood: 'busy' };
    case 'paused':
      return { text: waiting > 0 ? t.sync.waiting(waiting) : t.sync.paused, mood: 'waiting' };
    case 'idle':
      if (waiting > 0) return { text: t.sync.waiting(waiting), mood: 'waiting' };
      // What is there and isn't whole is nothing to be calm about, though syncing goes on.
      if (status.unread.damaged > 0 || status.unread.lost > 0) return { text: t.sync.syncedUnread, mood: 'attention' };
      return { text: syncedWhen(t, language, lastSynced, now), mood: 'calm' };
  }
}

function syncedWhen(t: Strings, language: string, lastSynced: number | null, now: number): string {
  if (lastSynced === null) return t.sync.notYet;
  const ago = timeAgo(language, lastSynced, now);
  return ago === null ? t.sync.syncedNow : t.sync.synced(ago);
}

/** Whether the sync goes on by itself, without anybody doing anything. */
export function passes(trouble: Trouble): boolean {
  return trouble.kind === 'unavailable' || trouble.kind === 'rate-limited';
}

function troubleTitle(t: Strings, trouble: Trouble, label: string): string {
  const words = t.sync.troubleShort;
  switch (trouble.kind) {
    case 'sign-in':
      return words.signIn(label);
    case 'other-account':
      return words.otherAccount(label);
    case 'half-connected':
      return words.halfConnected;
    case 'quota':
      return words.quota(label);
    case 'rate-limited':
      return words.rateLimited(label);
    case 'unavailable':
      return words.unavailable(label);
    case 'emptied':
      return words.emptied(label);
    case 'closed':
      return words.closed(label);
    case 'too-large':
      return words.tooLarge(trouble.notes.length);
    case 'rejected':
      return words.rejected(label);
    case 'bug':
      return words.bug;
    case 'local':
      return localTitle(t, trouble.trouble.kind);
  }
}

function localTitle(t: Strings, kind: (Trouble & { kind: 'local' })['trouble']['kind']): string {
  const words = t.sync.troubleShort;
  switch (kind) {
    case 'full':
      return words.full;
    case 'no-database':
      return words.noDatabase;
    case 'insecure':
      return words.insecure;
    case 'blocked':
      return words.blocked;
    case 'newer':
      return words.newer;
    case 'failed':
      return words.failed;
  }
}

/** What a person can do about it, besides waiting. */
export type Remedy = 'reconnect' | 'finish' | 'sync-now' | 'put-back' | 'reload';

export interface TroubleWords {
  readonly title: string;
  readonly body: string;
  /** For a report: what the program said, not meant for reading. */
  readonly detail: string | null;
  readonly remedy: Remedy;
}

export function troubleWords(t: Strings, language: string, trouble: Trouble, label: string): TroubleWords {
  const title = troubleTitle(t, trouble, label);
  const words = t.sync.trouble;
  const say = (body: string, remedy: Remedy, detail: string | null = null): TroubleWords => ({
    title,
    body,
    detail,
    remedy,
  });
  switch (trouble.kind) {
    case 'sign-in':
      return say(words.signIn(label), 'reconnect');
    case 'other-account':
      return say(words.otherAccount(trouble.expected, trouble.found), 'reconnect');
    case 'half-connected':
      return say(words.halfConnected(label), 'finish');
    case 'quota':
      return say(words.quota(label), 'sync-now');
    case 'rate-limited':
      return say(words.rateLimited(clockTime(language, trouble.until)), 'sync-now');
    case 'unavailable':
      return say(words.unavailable(label), 'sync-now');
    case 'emptied':
      return say(words.emptied(trouble.lost, trouble.of, label), 'put-back');
    case 'closed':
      return say(
        trouble.left > 0 ? `${words.closed(label)} ${words.closedLeft(trouble.left)}` : words.closed(label),
        'put-back',
      );
    case 'too-large':
      return say(words.tooLarge, 'sync-now');
    case 'rejected':
      return say(words.rejected(label), 'sync-now', trouble.detail);
    case 'bug':
      return say(words.bug, 'reload', trouble.detail);
    case 'local': {
      const local = localWords(t, trouble.trouble);
      return say(local.body, trouble.trouble.kind === 'full' ? 'sync-now' : 'reload', local.detail);
    }
  }
}

/** What is wrong with this browser's own database, at length. */
export function localWords(
  t: Strings,
  trouble: (Trouble & { kind: 'local' })['trouble'],
): { readonly title: string; readonly body: string; readonly detail: string | null } {
  const words = t.trouble;
  switch (trouble.kind) {
    case 'full':
      return { title: words.fullTitle, body: words.fullBody, detail: null };
    case 'no-database':
      return { title: words.noDatabaseTitle, body: words.noDatabaseBody, detail: null };
    case 'insecure':
      return { title: words.insecureTitle, body: words.insecureBody, detail: null };
    case 'blocked':
      return { title: words.blockedTitle, body: words.blockedBody, detail: null };
    case 'newer':
      return { title: words.newerTitle, body: words.newerBody, detail: null };
    case 'failed':
      return { title: words.failedTitle, body: words.failedBody, detail: trouble.detail };
  }
}
