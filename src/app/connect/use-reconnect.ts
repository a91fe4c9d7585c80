/** Signing in once more where the login has ended: at the provider's page, or with the app's own form. */
import type { SyncStatus } from '../../engine/api.ts';
import { go } from '../navigation.ts';
import { useSatchel } from '../satchel.tsx';
import { useConsent } from './use-consent.ts';

/** Resolves to false when it can't be done now; otherwise the page is about to be left. */
export function useReconnect(): (status: Pick<SyncStatus, 'kind' | 'label' | 'access'>) => Promise<boolean> {
  const { sync } = useSatchel();
  const consent = useConsent();
  return async ({ kind, label, access }) => {
    if (access === 'redirect') return consent(kind, label);
    try {
      // What stands in the way is said there, where it can be tried again.
      await sync.beginSignInAgain();
      go({ page: 'connect' });
      return true;
    } catch {
      return false;
    }
  };
}
