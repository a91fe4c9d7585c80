/** From a passphrase to key material, at a cost that makes guessing dear and that no storage can push beyond bounds. */
import type { ArgonCost, Bytes, Crypto } from './crypto.ts';
import { VaultError } from './errors.ts';

/** About a third of a second on a laptop, two on a phone. */
export const ARGON_COST: ArgonCost = { memory: 64 * 1024, passes: 3, lanes: 1 };

/** A slot comes from the storage: without bounds a hostile one could take all memory, or hours (rule V31). */
const MOST: ArgonCost = { memory: 1024 * 1024, passes: 16, lanes: 8 };

/** @param salt 16 bytes @returns 32 bytes @throws {VaultError} `Unreasonable` */
export async function stretch(crypto: Crypto, passphrase: string, salt: Bytes, cost: ArgonCost): Promise<Bytes> {
  const { memory, passes, lanes } = cost;
  if (
    memory < 8 * lanes ||
    memory > MOST.memory ||
    passes < 1 ||
    passes > MOST.passes ||
    lanes < 1 ||
    lanes > MOST.lanes
  ) {
    throw new VaultError('Unreasonable', 'the slot asks for an unreasonable cost');
  }
  // The same passphrase typed on another keyboard may arrive composed in another way.
  return crypto.stretch(passphrase.normalize('NFKC'), salt, cost);
}
