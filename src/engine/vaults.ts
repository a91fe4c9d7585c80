/** What a person decides about a vault in the storage in use: putting it back, deleting it there, going over to another one. */
import type { ConnectionRow } from '../cache/database.ts';
import { closeVault } from '../vault/closing.ts';
import { putBack, unlock } from '../vault/connect.ts';
import type { Context, Place } from '../vault/context.ts';
import { isVaultError } from '../vault/errors.ts';
import { openInPlace } from '../vault/right-place.ts';
import { createSession } from '../vault/session.ts';
import { leftThere, removeLeft, vaultThatCounts } from '../vault/two-vaults.ts';
import type { Decision, Deciding, OtherVaults, UnlockResult } from './api.ts';
import { forgetCheck } from './check-row.ts';
import { connected, openStorage } from './connections.ts';
import { type Host, SESSION } from './host.ts';
import { secretOf } from './secret.ts';
import { troubleFrom } from './trouble.ts';

/** While a person waits, a few tries. */
const PATIENCE = 3;

/** Other vaults in the storage, as the last listing showed them. */
export async function otherVaults(place: Pick<Context, 'state' | 'storageId' | 'vault'>): Promise<OtherVaults> {
  const left = await leftThere(place);
  return { counts: (await vaultThatCounts(place)) !== null, left: left && (left.remaining ?? 'ready') };
}

type Stopped = Extract<Decision, { readonly kind: 'trouble' }>;

export function createVaults(host: Host): Deciding {
  /** Does something in the storage in use, which is the one that this vault was connected to; the leader then begins anew with it. */
  async function decide<Result>(
    work: (ctx: Context, row: ConnectionRow) => Promise<Result>,
  ): Promise<Result | Stopped> {
    const row = await connected(host);
    if (!row) return { kind: 'trouble', trouble: { kind: 'unavailable' } };
    try {
      const storage = await openStorage(host, row, PATIENCE);
      const place: Place = { state: host.state, storage, storageId: row.id, deps: host.vault };
      return await host.withLock(SESSION, async () => {
        try {
          return await work(await openInPlace(place, row.accountId), row);
        } finally {
          // What the leader's session has in mind of this storage isn't so any more.
          await host.db.connections.update(row.id, { signedInAt: host.vault.now() });
        }
      });
    } catch (error) {
      return { kind: 'trouble', trouble: troubleFrom(error, row.account, host.vault.now()) };
    }
  }
  const done: Decision = { kind: 'done' };

  return {
    putBack: () =>
      decide(async (ctx, row) => {
        await putBack(ctx);
        await forgetCheck(host.db, row.id);
        return done;
      }),

    deleteVault: () =>
      decide(async (ctx, row) => {
        await closeVault(ctx);
        await forgetCheck(host.db, row.id);
        return done;
      }),

    unlockOther: (secret) =>
      decide<UnlockResult>(async (ctx, row) => {
        const opened = secretOf(secret);
        if (opened.kind !== 'secret') return opened;
        // Whatever can still be read of the vault that is left comes along.
        await createSession(ctx, row.accountId).pull();
        const vault = await vaultThatCounts(ctx);
        if (!vault) return { kind: 'trouble', trouble: { kind: 'unavailable' } };
        try {
          await unlock(ctx, vault, opened.secret);
          return { kind: 'open' };
        } catch (error) {
          if (isVaultError(error, 'WrongSecret')) return { kind: 'wrong-secret' };
          throw error;
        }
      }),

    removeOther: () =>
      decide<Decision>(async (ctx) => {
        const remaining = await removeLeft(ctx);
        return remaining ? { kind: remaining } : done;
      }),
  };
}
