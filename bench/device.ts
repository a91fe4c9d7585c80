/** A device under measurement: the vault with the platform's own cryptography and compression, connected step by step as the app does it. */
import type { Storage } from '../backends/storage.ts';
import { platformCompression } from '../src/vault/compression.ts';
import { createVault, look, unlock } from '../src/vault/connect.ts';
import type { Place, VaultDeps } from '../src/vault/context.ts';
import { type ArgonCost, webCrypto } from '../src/vault/crypto.ts';
import { createSession, type Session } from '../src/vault/session.ts';
import type { State } from '../src/vault/state.ts';

const PASSPHRASE = 'seven grey herons on a low wall';
/** What a passphrase costs is a choice, of about a second, and would only blur what a sync takes. */
const CHEAP: ArgonCost = { memory: 64, passes: 1, lanes: 1 };

export const platform: VaultDeps = { crypto: webCrypto, compression: platformCompression, now: () => Date.now() };

export function placeOf(state: State, storage: Storage, deps: VaultDeps = platform): Place {
  return { state, storage, storageId: 'bench', deps };
}

/** The first device: asks whose storage it is, looks what is there, makes a vault. */
export async function found(place: Place): Promise<Session> {
  const { accountId } = await place.storage.about();
  if ((await look(place)).length > 0) throw new Error('the storage was not empty');
  const made = await createVault(place, { passphrase: PASSPHRASE, entropy: place.deps.crypto.random(16), cost: CHEAP });
  if (made.kind !== 'created') throw new Error('another vault was there');
  return createSession(place, accountId);
}

/** A further device: asks whose storage it is, looks what is there, opens a key slot. */
export async function join(place: Place): Promise<Session> {
  const { accountId } = await place.storage.about();
  const [there] = await look(place);
  if (!there) throw new Error('no vault is there');
  await unlock(place, there.id, { kind: 'passphrase', passphrase: PASSPHRASE });
  return createSession(place, accountId);
}
