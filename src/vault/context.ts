/** What the parts of a sync share: one vault, one storage, one device. */
import { isVaultError } from './errors.ts';
import { type KeyRing, keyRing } from './keys.ts';
import type { SealDeps } from './object.ts';
import type { Element } from './coverage.ts';
import { readMeta, type State, type StorageId } from './state.ts';
import type { VaultId } from './names.ts';
import type { Storage } from '../../backends/storage.ts';

export interface VaultDeps extends SealDeps {
  /** This device's clock, ms since 1970. */
  readonly now: () => number;
  /** Entry kinds of Yjs updates that the program knows besides this version's: for tests of rule V4. */
  readonly kinds?: readonly number[];
  /** Bytes up to which objects are fetched whole, where it isn't the usual number: for tests, in which objects are small. */
  readonly whole?: number;
}

export interface Place {
  readonly state: State;
  readonly storage: Storage;
  readonly storageId: StorageId;
  readonly deps: VaultDeps;
}

export interface Context extends Place {
  readonly vault: VaultId;
  readonly ring: KeyRing;
  /** What the `applied` table holds. Only the leading session writes that table, so its copy stays right. */
  readonly applied: Set<Element>;
}

/** Null while this device belongs to no vault. */
export async function openContext(place: Place): Promise<Context | null> {
  return place.state.read(['meta', 'applied'], async (tx) => {
    const vault = await readMeta(tx, 'vault');
    if (!vault) return null;
    const applied = new Set((await tx.applied.list()).map((row) => row.element));
    return { ...place, vault: vault.id, ring: keyRing(vault.ring), applied };
  });
}

/** How the state of a pack's row is called, for an object that didn't read. Null for what isn't the object's fault. */
export function unreadable(error: unknown): 'damaged' | 'newer' | 'locked' | null {
  if (!isVaultError(error)) return null;
  if (error.kind === 'Newer') return 'newer';
  return error.kind === 'UnknownKey' ? 'locked' : 'damaged';
}
