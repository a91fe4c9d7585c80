/** The account of the connection in use, as a person looks after it. */
import { type Account, type AccountAccess, AccountError, type ConnectionSettings } from '../../backends/provider.ts';
import { isStorageError } from '../../backends/storage.ts';
import type { ConnectionRow } from '../cache/database.ts';
import { forgetStorage } from '../vault/connect.ts';
import type { AccountCare, AccountChange, Refusal } from './account-api.ts';
import { configOf, connected, drop, leave, openDeps, providerFor } from './connections.ts';
import { type Host, SESSION } from './host.ts';

/** @throws {Error} when the provider isn't signed in to by an account. */
export function accessOf(host: Host, kind: string): AccountAccess {
  const { access } = providerFor(host, kind);
  if (access.by !== 'account') throw new Error(`"${kind}" is signed in to on a page of its own`);
  return access;
}

function refusal(error: unknown): Refusal {
  const detail = error instanceof Error ? error.message : String(error);
  if (error instanceof AccountError) return { kind: 'refused', reason: error.kind, detail };
  if (isStorageError(error, 'Unavailable')) return { kind: 'refused', reason: 'Offline', detail };
  if (isStorageError(error, 'Unauthorized')) return { kind: 'refused', reason: 'SignedOut', detail };
  if (isStorageError(error, 'RateLimited')) return { kind: 'refused', reason: 'TooMany', detail };
  return { kind: 'refused', reason: 'Failed', detail };
}

/** What went wrong as a value: an error's kind doesn't survive the way from a worker to its page. */
export async function orRefusal<Result>(work: () => Promise<Result>): Promise<Result | Refusal> {
  try {
    return await work();
  } catch (error) {
    return refusal(error);
  }
}

export function createAccountCare(host: Host): AccountCare {
  /** The one that made the secret which is to be proved. */
  let proving: { readonly of: string; readonly account: Account } | null = null;

  async function own(): Promise<{ readonly row: ConnectionRow; readonly account: Account }> {
    const row = await connected(host);
    if (!row) throw new AccountError('SignedOut', 'no storage is connected');
    const config = await configOf(host, row);
    const settings = row.settings as ConnectionSettings;
    return { row, account: await accessOf(host, row.kind).account(config, settings, openDeps(host, row)) };
  }

  async function change(wanted: AccountChange): Promise<void> {
    const { row, account } = await own();
    switch (wanted.change) {
      case 'password':
        return account.changePassword(wanted.from, wanted.to);
      case 'prove-totp':
        return (proving?.of === row.id ? proving.account : account).proveTotp(wanted.code);
      case 'remove-totp':
        return account.removeTotp();
      case 'sign-out':
        await account.signOut({ everywhere: wanted.everywhere }).catch((error: unknown) => {
          // On this device the login is forgotten in any case.
          const { reason } = refusal(error);
          if (wanted.everywhere || (reason !== 'Offline' && reason !== 'SignedOut')) throw error;
        });
        return leave(host, row);
      case 'delete':
        // No sync may put anything there meanwhile, or take what goes for a loss.
        return host.withLock(SESSION, async () => {
          await account.deleteAccount();
          await drop(host, row);
          await forgetStorage({ state: host.state, storageId: row.id, deps: host.vault });
        });
    }
  }

  return {
    account: () =>
      orRefusal(async () => {
        const { account } = await own();
        return { kind: 'account', email: account.email, totp: await account.totp() } as const;
      }),

    newTotp: () =>
      orRefusal(async () => {
        const { row, account } = await own();
        proving = { of: row.id, account };
        return { kind: 'totp', ...(await account.beginTotp()) } as const;
      }),

    changeAccount: (wanted) =>
      orRefusal(async () => {
        await change(wanted);
        return { kind: 'done' } as const;
      }),
  };
}
