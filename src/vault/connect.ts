/** Making a vault in a storage, joining the one that is there, putting one back. */
import { areaOf, isStorageError, type ObjectName } from '../../backends/storage.ts';
import { hexOf } from '../notes/ids.ts';
import type { Place } from './context.ts';
import type { ArgonCost, Bytes } from './crypto.ts';
import { outboxEverything } from './documents.ts';
import { isVaultError, VaultError } from './errors.ts';
import { unsend } from './identity.ts';
import { importRing, newRawRing, type StoredRing } from './keys.ts';
import { FORGETTING, forgetPacks, list, listedPack } from './listing.ts';
import { nameOf, parseName, type VaultId } from './names.ts';
import { openSlot, readSlot, sealSlot, type SlotSecret, withoutSuperseded } from './slots.ts';
import { packKey, readMeta, type SlotRow, type StorageId, type Transaction, writeMeta } from './state.ts';
import { canBeJoined, rememberLeft, type VaultThere } from './two-vaults.ts';

/** Without a slot nobody can open it, and without a pack it may be half made: neither may hide a vault that holds notes. */
function worth(there: VaultThere): number {
  return Number(there.slots > 0) * 2 + Number(there.packs > 0);
}

/** Lists the storage. @returns the vaults that are there, the one that counts first (rule V29). */
export async function look(place: Place, signal?: AbortSignal): Promise<readonly VaultThere[]> {
  await list(place, { full: true }, signal);
  return vaultsListed(place);
}

/** The same, from what was listed last. */
export async function vaultsListed(place: Omit<Place, 'storage'>): Promise<readonly VaultThere[]> {
  return place.state.read(['packs', 'slots'], async (tx) => {
    const found = new Map<VaultId, { packs: number; slots: number }>();
    const count = (name: ObjectName, kind: 'packs' | 'slots') => {
      const vault = parseName(name)?.vault;
      if (!vault) return;
      const entry = found.get(vault) ?? { packs: 0, slots: 0 };
      entry[kind]++;
      found.set(vault, entry);
    };
    for (const row of await tx.packs.where('storage', [place.storageId])) if (row.present) count(row.name, 'packs');
    for (const row of await tx.slots.where('storage', [place.storageId])) if (row.present) count(row.name, 'slots');
    return [...found]
      .map(([id, counts]) => ({ id, ...counts }))
      .sort((a, b) => worth(b) - worth(a) || (a.id < b.id ? -1 : 1));
  });
}

const ADOPTING = [
  'meta',
  'notes',
  'bodies',
  'outbox',
  'purges',
  'uploads',
  'applied',
  'missing',
  'gaps',
  'slots',
  'pending',
  'aside',
  'packs',
  'contents',
  'objects',
  'sights',
] as const;
type Adopting = Transaction<(typeof ADOPTING)[number]>;

/** From now on this device belongs to the vault, and everything that it holds is on its way there. */
async function adopt(
  tx: Adopting,
  storage: StorageId,
  vault: VaultId,
  ring: StoredRing,
  slots: readonly SlotRow[],
): Promise<void> {
  const before = await readMeta(tx, 'vault');
  if (before && before.id !== vault) {
    const packs = (await tx.packs.list()).filter((row) => parseName(row.name)?.vault === before.id);
    await rememberLeft(tx, storage, before, packs);
    // What was known and under way belongs to the vault that is left; the notes themselves come along.
    await tx.uploads.delete((await tx.uploads.list()).map((row) => row.id));
    await tx.applied.delete((await tx.applied.list()).map((row) => row.element));
    await tx.missing.delete((await tx.missing.list()).map((row) => row.element));
    await tx.outbox.delete((await tx.outbox.list()).map((row) => row.n as number));
    await tx.gaps.delete((await tx.gaps.list()).map((row) => row.doc));
    await tx.meta.delete([
      'device',
      `alarm ${storage}`,
      `reconcile ${storage}`,
      `given-up ${storage}`,
      `closed ${storage}`,
    ]);
    // What was kept aside stays: it may be all that is left of something.
    await forgetPacks(tx, packs);
    // They lie where they lay, as objects of another vault.
    const there = packs.filter((row) => row.storage === storage && row.present);
    await tx.packs.putMany(there.map((row) => listedPack(storage, row)));
  }
  await writeMeta(tx, 'vault', { id: vault, ring });
  await writeMeta(tx, `home ${storage}`, vault);
  await tx.slots.putMany(slots);
  if (before?.id !== vault) await outboxEverything(tx);
}

export interface NewVaultSecrets {
  readonly passphrase: string;
  /** 16 bytes; see words.ts. */
  readonly entropy: Bytes;
  readonly cost: ArgonCost;
}

export type Created =
  | { readonly kind: 'created'; readonly vault: VaultId }
  /** Another device made one at the same moment, and that one counts (rule V29). Nothing here has changed. */
  | { readonly kind: 'other-vault'; readonly vault: VaultId };

/** Writes a slot, reads it back and opens it, before anything relies on it (rule V31). */
async function putSlot(
  place: Place,
  vault: VaultId,
  bytes: Bytes,
  secret: SlotSecret,
  signal?: AbortSignal,
): Promise<SlotRow> {
  const { crypto, now } = place.deps;
  const name = nameOf(vault, 'k', await crypto.sha256(bytes));
  await place.storage.put(name, bytes, signal);
  const back = await place.storage.get(name, undefined, signal);
  await openSlot(crypto, readSlot(back), secret);
  return {
    id: packKey(place.storageId, name),
    storage: place.storageId,
    name,
    vault,
    time: now(),
    present: true,
    bytes,
  };
}

/** Makes a vault. Everything on this device is then in its outbox. */
export async function createVault(place: Place, secrets: NewVaultSecrets, signal?: AbortSignal): Promise<Created> {
  const { crypto } = place.deps;
  const vault = hexOf(crypto.random(16)) as VaultId;
  const raw = newRawRing(crypto);
  const sealed: [SlotSecret, Bytes][] = [];
  for (const secret of [
    { kind: 'passphrase', passphrase: secrets.passphrase },
    { kind: 'words', entropy: secrets.entropy },
  ] satisfies SlotSecret[]) {
    sealed.push([secret, await sealSlot(crypto, vault, raw, secret, { cost: secrets.cost })]);
  }
  // A person may have taken long over the passphrase, and another device made a vault meanwhile.
  const before = (await look(place, signal)).find(canBeJoined);
  if (before) return { kind: 'other-vault', vault: before.id };
  const slots: SlotRow[] = [];
  for (const [secret, bytes] of sealed) slots.push(await putSlot(place, vault, bytes, secret, signal));
  // Two devices that make a vault at once both list after writing, so that at least one sees the other (rule V29).
  const other = (await look(place, signal)).find(
    (there) => there.id !== vault && canBeJoined(there) && (there.packs > 0 || there.id < vault),
  );
  if (other) return { kind: 'other-vault', vault: other.id };
  const ring = await importRing(crypto, raw);
  await place.state.write(ADOPTING, (tx) => adopt(tx, place.storageId, vault, ring, slots));
  return { kind: 'created', vault };
}

async function slotsOf(place: Place, vault: VaultId): Promise<SlotRow[]> {
  const rows = await place.state.read(['slots'], (tx) => tx.slots.where('storage', [place.storageId]));
  // The passphrase's slot is written first, and most people type that.
  return rows
    .filter((row) => row.vault === vault && row.present)
    .sort((a, b) => a.time - b.time || (a.name < b.name ? -1 : 1));
}

/**
 * Fetches a slot that this device hasn't, and keeps it. Null when it has gone.
 * @throws {VaultError} `Damaged` when it isn't what its name says: what is kept here is put back one day (rule V31).
 */
async function withBytes(
  place: Place,
  row: SlotRow,
  signal?: AbortSignal,
): Promise<(SlotRow & { bytes: Bytes }) | null> {
  if (row.bytes) return { ...row, bytes: row.bytes };
  try {
    const full = { ...row, bytes: await place.storage.get(row.name, undefined, signal) };
    if (hexOf(await place.deps.crypto.sha256(full.bytes)) !== parseName(row.name)?.hash)
      throw new VaultError('Damaged', 'a key slot has other bytes than its name says');
    await place.state.write(['slots'], (tx) => tx.slots.put(full));
    return full;
  } catch (error) {
    if (isStorageError(error, 'NotFound')) return null;
    if (isStorageError(error, 'Rejected'))
      throw new VaultError('Damaged', 'the storage refuses to give a key slot', { cause: error });
    throw error;
  }
}

/**
 * Joins a vault that `look` found. Everything that this device holds is then in its outbox.
 * @throws {VaultError} `WrongSecret` when a slot for such a secret says no, or there is none; else what was wrong with the
 *   slots that could not be asked: `Newer`, `Unreasonable`, `Damaged`.
 */
export async function unlock(place: Place, vault: VaultId, secret: SlotSecret, signal?: AbortSignal): Promise<void> {
  const { crypto } = place.deps;
  let worst: VaultError | null = null;
  /** A slot for another kind of secret says nothing about this one. */
  let others = false;
  for (const row of await slotsOf(place, vault)) {
    try {
      const kept = await withBytes(place, row, signal);
      if (!kept) continue;
      const slot = readSlot(kept.bytes);
      if (slot.vault !== vault) throw new VaultError('Foreign', 'the slot belongs to another vault than its name says');
      if (slot.kind !== secret.kind) {
        others = true;
        continue;
      }
      const raw = await openSlot(crypto, slot, secret);
      const ring = await importRing(crypto, raw);
      await place.state.write(ADOPTING, (tx) => adopt(tx, place.storageId, vault, ring, [kept]));
      return;
    } catch (error) {
      if (!isVaultError(error)) throw error;
      // A slot that says no is a better answer than one that can't be read.
      if (worst === null || error.kind === 'WrongSecret') worst = error;
    }
  }
  if (worst === null && others) throw new VaultError('WrongSecret', 'the vault has no slot for this kind of secret');
  throw worst ?? new VaultError('Damaged', 'the vault has no key slot that can be read');
}

/** Fetches the slots that this device doesn't hold yet, so that it could put them back (rule V31). */
export async function keepSlots(place: Place, vault: VaultId, signal?: AbortSignal): Promise<void> {
  for (const row of await slotsOf(place, vault)) {
    try {
      await withBytes(place, row, signal);
    } catch (error) {
      // A damaged slot isn't worth keeping, and no reason to stop a sync.
      if (!isVaultError(error)) throw error;
    }
  }
}

/**
 * The person wants this device's vault in a storage that lacks it, or most of it: the slots are put there first, and everything else
 * with the next syncs (see reconcile.ts). Only after the person has said so (rule V27).
 */
export async function putBack(place: Place, signal?: AbortSignal): Promise<void> {
  const { state, storage, storageId } = place;
  const { vault, slots } = await state.read(['meta', 'slots'], async (tx) => ({
    vault: await readMeta(tx, 'vault'),
    slots: await tx.slots.list(),
  }));
  if (!vault) throw new Error('this device belongs to no vault');
  const own = new Map(slots.filter((row) => row.vault === vault.id && row.bytes).map((row) => [row.name, row]));
  for (const row of withoutSuperseded([...own.values()])) {
    if (areaOf(row.name) === 'log') await storage.put(row.name, row.bytes as Bytes, signal);
  }
  await state.write(ADOPTING, async (tx) => {
    await tx.slots.putMany(
      [...own.values()].map((row) => ({ ...row, id: packKey(storageId, row.name), storage: storageId, present: true })),
    );
    await tx.meta.delete([`alarm ${storageId}`]);
    await writeMeta(tx, `home ${storageId}`, vault.id);
    const closed = await readMeta(tx, `closed ${storageId}`);
    await writeMeta(tx, `reconcile ${storageId}`, { pushes: null, reopens: closed !== undefined });
    // What has gone before this device could read it, and what others had and nobody found, is nothing to wait for any more.
    const vanished = (await tx.packs.where('storage', [storageId])).filter(
      (row) => !row.present && row.covers.length === 0,
    );
    await forgetPacks(tx, vanished);
    await tx.missing.delete((await tx.missing.list()).map((row) => row.element));
  });
}

/** Forgets a storage. What was sealed for it and not sent goes into the outbox again; the notes and the vault's keys stay. */
export async function forgetStorage(place: Omit<Place, 'storage'>): Promise<void> {
  const { state, storageId } = place;
  await unsend(state, { storage: storageId, forgetDevice: false });
  await state.write([...FORGETTING, 'aside', 'meta'], async (tx) => {
    const packs = await tx.packs.where('storage', [storageId]);
    await tx.aside.delete(
      (
        await tx.aside.where(
          'pack',
          packs.map((row) => row.id),
        )
      ).map((row) => row.id),
    );
    await tx.meta.delete(
      (['listing', 'alarm', 'home', 'reconcile', 'given-up', 'closed', 'clocks', 'left'] as const).map(
        (key) => `${key} ${storageId}`,
      ),
    );
    await forgetPacks(tx, packs);
  });
}
