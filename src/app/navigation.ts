/** Moving about: hash routes through wouter, and a browser's back button that does what people expect. */
import { useEffect, useEffectEvent } from 'react';
import { navigate, useHashLocation } from 'wouter/use-hash-location';
import { parseRoute, pathOf, type Route } from './routes.ts';

/** Kept with an entry of the browser's history. */
interface EntryState {
  /** The entry before this one is the list that this note was opened from. */
  readonly fromList?: boolean;
  /** This entry only stands for something open on top of the page, which going back closes. */
  readonly layer?: boolean;
}

const entryState = (): EntryState => (history.state as EntryState | null) ?? {};

export function useRoute(): Route {
  const [path] = useHashLocation();
  return parseRoute(path);
}

export const hrefOf = (route: Route): string => `#${pathOf(route)}`;

/** Goes to a route; `replace` leaves no way back to the present one. */
export function go(route: Route, { replace = false }: { replace?: boolean } = {}): void {
  const here = parseRoute(location.hash.slice(1));
  const fromList = route.page === 'notes' && route.note !== null && here.page === 'notes' && here.note === null;
  const state: EntryState = replace ? { fromList: entryState().fromList ?? false } : { fromList };
  navigate(pathOf(route), { replace: replace || entryState().layer === true, state });
}

/** From an open note to its list: back where the person came from, so that the history doesn't grow at every turn. */
export function goUp(route: Route & { readonly page: 'notes' }): void {
  if (entryState().fromList) history.back();
  else go({ ...route, note: null }, { replace: true });
}

/** While `open`, the browser's back button closes the thing on top instead of leaving the page below it. */
export function useBackCloses(open: boolean, close: () => void): void {
  const onBack = useEffectEvent(close);
  useEffect(() => {
    if (!open) return;
    const state: EntryState = { ...entryState(), layer: true };
    history.pushState(state, '');
    const onPop = (): void => onBack();
    addEventListener('popstate', onPop);
    return () => {
      removeEventListener('popstate', onPop);
      if (entryState().layer) history.back();
    };
  }, [open]);
}
