/** What the window is like, as React state. */
import { useCallback, useSyncExternalStore } from 'react';

function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (changed: () => void) => {
      const media = matchMedia(query);
      media.addEventListener('change', changed);
      return () => media.removeEventListener('change', changed);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches);
}

/** Room for the sidebar beside list and note. The same bounds stand in shell.css. */
export const useSidebarFits = (): boolean => useMedia('(min-width: 64rem)');

/** Room for the list and the note side by side. */
export const useTwoPanesFit = (): boolean => useMedia('(min-width: 44rem)');
