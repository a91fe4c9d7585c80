/** Connecting a storage, step by step, and leaving it: what the app asks of the engine in its worker. */
import { ConsentError, type PendingConsent, type ProviderConfig } from '../../backends/provider.ts';
import type { ConnectionRow } from '../cache/database.ts';
import { createVault, forgetStorage, look, putBack, unlock, vaultsListed } from '../vault/connect.ts';
import type { Place } from '../vault/context.ts';
import { isVaultError } from '../vault/errors.ts';
import type { VaultId } from '../vault/names.ts';
import { comeAgain } from '../vault/reconcile.ts';
import { readSlot } from '../vault/slots.ts';
import { canBeJoined, type VaultThere } from '../vault/two-vaults.ts';
import { packKey, readMeta } from '../vault/state.ts';
import { entropyOf, newWords } from '../vault/words.ts';
import type { Accounts } from './account-api.ts';
import type { Checking, Deciding, Found, Sync, Trouble, UnlockResult } from './api.ts';
import { choices } from './configuration.ts';
import {
  CONSENT,
  connected,
  draft,
  drop,
  forgetWayIn,
  keepDraft,
  leave,
  openStorage,
  providerDeps,
  providerFor,
} from './connections.ts';
import { type Host, SESSION } from './host.ts';
import { secretOf } from './secret.ts';
import { troubleFrom } from './trouble.ts';

/** While a person waits, a few tries; the leader has more patience. */
const PATIENCE = 3;

/** What is kept while the person is at the provider's page. */
interface ConsentUnderWay {
  readonly kind: string;
  readonly config: ProviderConfig;
  readonly ownClient: boolean;
  readonly pending: PendingConsent;
}

async function placeOf(host: Host, row: ConnectionRow): Promise<Place> {
  return { state: host.state, storage: await openStorage(host, row, PATIENCE), storageId: row.id, deps: host.vault };
}

function trouble(host: Host, error: unknown, row?: ConnectionRow): { kind: 'trouble'; trouble: Trouble } {
  return { kind: 'trouble', trouble: troubleFrom(error, row?.account ?? '', host.vault.now()) };
}

/** The draft becomes the storage in use; one that was in use before is left. */
async function finish(host: Host, row: ConnectionRow): Promise<void> {
  const before = await connected(host);
  await host.db.transaction('rw', [host.db.connections, host.db.status], async () => {
    if (before && before.id !== row.id) await drop(host, before);
    // The state alone: a token may have been renewed since the row was read.
    await host.db.connections.update(row.id, { state: 'connected' });
  });
  if (before && before.id !== row.id)
    await forgetStorage({ state: host.state, storageId: before.id, deps: host.vault });
  host.nudge.send();
}

/** Signed in once more to the account that is in use: only the tokens are new. */
async function signInAgain(host: Host, fresh: ConnectionRow): Promise<ConnectionRow | null> {
  const before = await connected(host);
  // Another client id is another app, and with some providers another folder.
  const same = (before?.config as ProviderConfig | undefined)?.clientId === (fresh.config as ProviderConfig).clientId;
  if (!before || !same || before.kind !== fresh.kind || before.accountId !== fresh.accountId) return null;
  const row: ConnectionRow = { ...fresh, id: before.id, state: 'connected' };
  await host.db.connections.put(row);
  await host.db.connections.delete(fresh.id);
  host.nudge.send();
  return row;
}

async function localNotes(host: Host): Promise<number> {
  return host.state.read(
    ['notes'],
    async (tx) => (await tx.notes.list()).filter((note) => note.here && !note.sample).length,
  );
}

/** Whether only a newer program can open it: told by its first key slot, which unlocking needs anyway. */
async function isNewer(place: Place, there: VaultThere): Promise<boolean> {
  const rows = await place.state.read(['slots'], (tx) => tx.slots.where('storage', [place.storageId]));
  const slots = rows.filter((row) => row.vault === there.id && row.present).sort((a, b) => a.time - b.time);
  let newer = 0;
  for (const row of slots) {
    const bytes = row.bytes ?? (await place.storage.get(row.name));
    await place.state.write(['slots'], (tx) => tx.slots.put({ ...row, id: packKey(place.storageId, row.name), bytes }));
    try {
      readSlot(bytes);
      return false;
    } catch (error) {
      if (!isVaultError(error)) throw error;
      if (error.kind === 'Newer') newer++;
    }
  }
  return newer > 0;
}

async function whatIsThere(host: Host, row: ConnectionRow): Promise<Found> {
  const place = await placeOf(host, row);
  const own = await host.state.read(['meta'], (tx) => readMeta(tx, 'vault'));
  const there = await look(place);
  const { account } = row;
  if (own && there.some((vault) => vault.id === own.id)) {
    await host.withLock(SESSION, async () => {
      await comeAgain(place, own.id);
      await finish(host, row);
    });
    return { kind: 'known', account };
  }
  const first = there.find(canBeJoined);
  if (!first) return { kind: 'empty', account, ownVault: own !== undefined };
  if (await isNewer(place, first)) return { kind: 'newer', account };
  return {
    kind: 'vault',
    account,
    vaultId: first.id,
    otherVault: own !== undefined,
    localNotes: await localNotes(host),
  };
}

export function createSync(host: Host): Omit<Sync, keyof Accounts | keyof Checking | keyof Deciding> {
  /** Joins, makes or moves the vault in the draft's storage, and takes the storage into use. */
  async function settle(work: (place: Place) => Promise<UnlockResult>): Promise<UnlockResult> {
    const row = await draft(host);
    if (!row) return { kind: 'trouble', trouble: { kind: 'bug', detail: 'no connection is being made' } };
    try {
      const place = await placeOf(host, row);
      return await host.withLock(SESSION, async () => {
        const result = await work(place);
        if (result.kind === 'open') await finish(host, row);
        return result;
      });
    } catch (error) {
      if (isVaultError(error, 'WrongSecret')) return { kind: 'wrong-secret' };
      return trouble(host, error, row);
    }
  }

  return {
    providers: async () => choices(host.providers, await host.configuration()),

    async beginConsent(kind, { redirectUri, clientId }) {
      const provider = providerFor(host, kind);
      if (provider.access.by !== 'redirect') throw new Error(`"${kind}" has no consent page`);
      const configured = (await host.configuration())[kind];
      const config = clientId === undefined ? configured : { clientId };
      if (!config) throw new Error(`"${kind}" has no client id`);
      const { url, pending } = await provider.access.begin(config, redirectUri, providerDeps(host));
      const value: ConsentUnderWay = { kind, config, ownClient: clientId !== undefined, pending };
      await host.db.local.put({ key: CONSENT, value });
      return url;
    },

    async finishConsent(callbackUrl) {
      const consent = (await host.db.local.get(CONSENT))?.value as ConsentUnderWay | undefined;
      if (!consent) return { kind: 'failed', detail: 'no sign-in was under way' };
      // A code can be used once; coming back to the same address later must not try it again.
      await host.db.local.delete(CONSENT);
      const { access } = providerFor(host, consent.kind);
      if (access.by !== 'redirect') return { kind: 'failed', detail: 'no sign-in was under way' };
      try {
        const { kind, config, ownClient, pending } = consent;
        const settings = await access.finish(config, pending, new URL(callbackUrl), providerDeps(host));
        // Kept before the provider is asked anything else: the code is spent, and these tokens are all there is.
        await keepDraft(host, { kind, config, ownClient, settings });
        return { kind: 'signed-in' };
      } catch (error) {
        if (error instanceof ConsentError && error.kind === 'Declined') return { kind: 'declined' };
        return { kind: 'failed', detail: error instanceof Error ? error.message : 'unknown' };
      }
    },

    async found() {
      const row = await draft(host);
      if (!row) return null;
      try {
        const { accountId, label } = await (await openStorage(host, row, PATIENCE)).about();
        await host.db.connections.update(row.id, { accountId, account: label });
        const known = (await host.db.connections.get(row.id)) ?? { ...row, accountId, account: label };
        if (await signInAgain(host, known)) return { kind: 'known', account: label };
        return await whatIsThere(host, known);
      } catch (error) {
        return trouble(host, error, row);
      }
    },

    newWords: async () => newWords(host.vault.crypto),

    createVault: ({ passphrase, words }) =>
      settle(async (place) => {
        const entropy = entropyOf(words.join(' '));
        if (!entropy) return { kind: 'not-words' };
        const created = await createVault(place, { passphrase, entropy, cost: host.argonCost });
        return created.kind === 'created' ? { kind: 'open' } : { kind: 'other-vault' };
      }),

    unlock: (secret) =>
      settle(async (place) => {
        const opened = secretOf(secret);
        if (opened.kind !== 'secret') return opened;
        const vault = await chosenVault(place);
        if (!vault) return { kind: 'trouble', trouble: { kind: 'unavailable' } };
        await unlock(place, vault, opened.secret);
        return { kind: 'open' };
      }),

    putVaultThere: () =>
      settle(async (place) => {
        // Made by another device while the person thought about it.
        if ((await look(place)).some(canBeJoined)) return { kind: 'other-vault' };
        await putBack(place);
        return { kind: 'open' };
      }),

    async cancelConnect() {
      // First: an answer that is still on its way finds that nobody waits for it.
      await forgetWayIn(host);
      const row = await draft(host);
      if (!row) return;
      const dropped = await host.db.transaction('rw', [host.db.connections, host.db.status], async () => {
        // Another tab may just have finished it.
        if ((await host.db.connections.get(row.id))?.state !== 'draft') return false;
        await drop(host, row);
        return true;
      });
      if (dropped) await forgetStorage({ state: host.state, storageId: row.id, deps: host.vault });
    },

    async disconnect() {
      const row = await connected(host);
      if (row) await leave(host, row);
    },

    async syncNow() {
      host.nudge.send();
    },
  };
}

/** The vault that `found` told of, from what it listed. */
async function chosenVault(place: Place): Promise<VaultId | undefined> {
  return (await vaultsListed(place)).find(canBeJoined)?.id;
}
