/** Moving about: hash routes through wouter, and a browser's back button that does what people expect. */
import { useEffect, useEffectEvent } from 'react';
import { navigate, useHashLocation } from 'wouter/use-hash-location';
import { parseRoute, pathOf, type Route } from './routes.ts';

/** Kept with an entry of the browser's history. */
interface EntryState {
  /** The entry before this one is the list that this note was opened from. */
  readonly fromList?: boolean;
  /** This entry only stands for the n-th thing open on top of the page, which going back closes. */
  readonly layer?: number;
}

const entryState = (): EntryState => (history.state as EntryState | null) ?? {};

const layerHere = (): number => entryState().layer ?? 0;

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
  navigate(pathOf(route), { replace: replace || layerHere() > 0, state });
}

/** On the way to a list from something on top of one of its notes: the entries of both are left in one go. */
let goingUp = false;

/**
 * From an open note, or from what is open on top of it, to the note's list: back where the person came from, so that the history
 * doesn't grow at every turn.
 */
export function goUp(route: Route & { readonly page: 'notes' }): void {
  if (entryState().fromList) {
    goingUp = layerHere() > 0;
    history.go(-1 - layerHere());
  } else go({ ...route, note: null }, { replace: true });
}

/** What is open on top of the page, the topmost last: how each is closed. */
const layers: (() => void)[] = [];
/** A layer was closed, and its entry is about to be left; one that opens meanwhile takes the entry over. */
let leaving: ReturnType<typeof setTimeout> | undefined;

addEventListener('popstate', () => {
  goingUp = false;
  if (layerHere() < layers.length) layers.at(-1)?.();
});

/** While `open`, the browser's back button closes the thing on top instead of leaving the page below it. */
export function useBackCloses(open: boolean, close: () => void): void {
  const onBack = useEffectEvent(close);
  useEffect(() => {
    if (!open) return;
    clearTimeout(leaving);
    const closeThis = (): void => onBack();
    layers.push(closeThis);
    if (layerHere() < layers.length) {
      const state: EntryState = { ...entryState(), layer: layers.length };
      history.pushState(state, '');
    }
    return () => {
      layers.splice(layers.indexOf(closeThis), 1);
      leaving = setTimeout(() => {
        if (!goingUp && layerHere() > layers.length) history.back();
      });
    };
  }, [open]);
}
