/** Who may do what in the bucket of bodies: the bucket's part of the roles that a deployment gives. */
import type { Principal } from '../credentials.ts';

export type BucketAction = 'GetObject' | 'PutObject' | 'DeleteObject' | 'ListBucket';

/** A person's own bodies may be fetched and put, and nothing else; the function may do all. */
export function isAllowed(principal: Principal, action: BucketAction, key: string): boolean {
  if (principal.is === 'function') return true;
  return (action === 'GetObject' || action === 'PutObject') && key.startsWith(`bodies/${principal.sub}/`);
}
