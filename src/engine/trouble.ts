/** From errors to what a person can do about them. */
import { isStorageError } from '../../backends/storage.ts';
import { DatabaseError, troubleOf } from '../cache/database.ts';
import { OtherAccount, OtherVault } from '../vault/errors.ts';
import type { LocalTrouble, Trouble } from './api.ts';

/** Without the provider's word for it, how long to wait. */
const USUAL_WAIT = 60_000;

function wordsOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

export function localTrouble(error: unknown): LocalTrouble {
  const kind = troubleOf(error);
  return kind === 'failed' ? { kind, detail: wordsOf(error) } : { kind };
}

function isDatabaseError(error: unknown): boolean {
  if (error instanceof DatabaseError) return true;
  // Dexie's own errors, and those of IndexedDB.
  return (error instanceof Error && 'inner' in error) || error instanceof DOMException || troubleOf(error) !== 'failed';
}

/** @param expected label of the account that the vault was connected to. */
export function troubleFrom(error: unknown, expected: string, now: number): Trouble {
  if (error instanceof OtherAccount) return { kind: 'other-account', expected, found: error.account };
  if (error instanceof OtherVault) return { kind: 'half-connected' };
  if (isStorageError(error)) {
    switch (error.kind) {
      case 'Unauthorized':
        return { kind: 'sign-in' };
      case 'RateLimited':
        return { kind: 'rate-limited', until: now + (error.retryAfter ?? USUAL_WAIT) };
      case 'QuotaExceeded':
        return { kind: 'quota' };
      case 'Unavailable':
      case 'NotFound':
      case 'CursorExpired':
        return { kind: 'unavailable' };
      case 'Taken':
      case 'Rejected':
        return { kind: 'rejected', detail: error.message };
    }
  }
  if (isDatabaseError(error)) return { kind: 'local', trouble: localTrouble(error) };
  return { kind: 'bug', detail: wordsOf(error) };
}
