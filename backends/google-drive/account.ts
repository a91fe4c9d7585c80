/** Whose account it is, and how full. */
import { fieldOf } from '../field-of.ts';
import type { About } from '../storage.ts';
import { foreignAnswer } from './failure.ts';
import { type Transport, call } from './transport.ts';

/** Sizes are text on the wire, as they may be larger than a number can be. */
function bytes(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : Number.NaN;
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/** @throws {DriveFailure | StorageError} */
export async function readAbout(transport: Transport, signal: AbortSignal | undefined): Promise<About> {
  const method = 'about.get';
  const fields = 'user(permissionId,emailAddress,displayName),storageQuota(limit,usage)';
  const answer = await call(transport, { method, verb: 'GET', path: '/drive/v3/about', query: { fields }, signal });
  const user = fieldOf(answer, 'user');
  const accountId = fieldOf(user, 'permissionId');
  // Some people keep their address to themselves.
  const label = fieldOf(user, 'emailAddress') ?? fieldOf(user, 'displayName');
  if (typeof accountId !== 'string' || accountId === '' || typeof label !== 'string')
    throw foreignAnswer(method, 'something else');
  const quota = fieldOf(answer, 'storageQuota');
  const used = bytes(fieldOf(quota, 'usage'));
  const limit = bytes(fieldOf(quota, 'limit'));
  return { accountId, label, ...(used !== undefined && { used }), ...(limit !== undefined && { quota: limit }) };
}
