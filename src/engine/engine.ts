/** The engine in any host: connecting, fetching single notes, and, if no other engine on this device does, following the storage. */
import type { DocId } from '../notes/ids.ts';
import { openContext } from '../vault/context.ts';
import { fetchNote } from '../vault/bodies.ts';
import { createAccountCare } from './account.ts';
import type { Sync, Trouble } from './api.ts';
import { connected, openStorage } from './connections.ts';
import type { Host } from './host.ts';
import { lead } from './leader.ts';
import { createSigningIn } from './signing-in.ts';
import { createStorageCheck } from './storage-check.ts';
import { createSync } from './sync.ts';
import { createVaults } from './vaults.ts';
import { troubleFrom } from './trouble.ts';

export interface Engine extends Sync {
  /** Null once the note's pieces are here; else why they aren't. */
  fetchNote(id: DocId): Promise<{ readonly reason: Trouble | null } | null>;
}

export function createEngine(host: Host): Engine {
  return {
    ...createSync(host),
    ...createSigningIn(host),
    ...createAccountCare(host),
    ...createVaults(host),
    ...createStorageCheck(host),
    async fetchNote(id) {
      const row = await connected(host);
      if (!row) return { reason: null };
      try {
        const storage = await openStorage(host, row, 2);
        const context = await openContext({ state: host.state, storage, storageId: row.id, deps: host.vault });
        return context && (await fetchNote(context, id)) ? null : { reason: null };
      } catch (error) {
        return { reason: troubleFrom(error, row.account, host.vault.now()) };
      }
    },
  };
}

/** Follows the storage whenever no other engine on this device does, until the signal fires. Rejects then. */
export function followStorage(host: Host, signal: AbortSignal): Promise<void> {
  return lead(host, signal);
}
