/** Who may do what in the bucket of bodies: what the roles and policies of a deployment say, in `../../infra/`. */
import type { Principal } from '../credentials.ts';

export type BucketAction = 'GetObject' | 'PutObject' | 'DeleteObject' | 'ListBucket';

/**
 * A person may fetch and put their own bodies, and never write over one. The function looks at, lists and removes
 * bodies, but puts none.
 * @param onlyNew whether the request has `If-None-Match`
 */
export function isAllowed(principal: Principal, action: BucketAction, key: string, onlyNew = false): boolean {
  switch (principal.is) {
    case 'owner':
      return true;
    case 'function':
      return action === 'ListBucket' || (action !== 'PutObject' && key.startsWith('bodies/'));
    case 'person':
      return (
        key.startsWith(`bodies/${principal.sub}/`) && (action === 'GetObject' || (action === 'PutObject' && onlyNew))
      );
  }
}
