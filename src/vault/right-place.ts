/** That a storage is the one that this device's vault was connected to (rule V9). */
import { type Context, openContext, type Place } from './context.ts';
import { OtherAccount, OtherVault } from './errors.ts';
import { readMeta } from './state.ts';

/**
 * Opens the vault for work beside a session's.
 * @param account the id of the account that this vault was connected to
 * @throws {OtherAccount} when another one is signed in
 * @throws {OtherVault} when this device belongs to another vault by now, or to none
 */
export async function openInPlace(place: Place, account: string, signal?: AbortSignal): Promise<Context> {
  const about = await place.storage.about(signal);
  if (about.accountId !== account) throw new OtherAccount(about.label);
  const context = await openContext(place);
  const home = await place.state.read(['meta'], (tx) => readMeta(tx, `home ${place.storageId}`));
  if (!context || (home !== undefined && home !== context.vault)) throw new OtherVault();
  return context;
}
