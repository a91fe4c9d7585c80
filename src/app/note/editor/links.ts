/** Ctrl/⌘ and a click opens a link, in a window of its own that learns nothing of this one. */
import { syntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

/** A note may come from anywhere, so only addresses that run nothing here are opened. */
const HARMLESS = new Set(['http:', 'https:', 'mailto:', 'tel:']);

export const openLinkOnClick = EditorView.domEventHandlers({
  click(event, view) {
    if (!(event.ctrlKey || event.metaKey)) return false;
    const at = view.posAtCoords(event);
    const address = at === null ? null : linkAt(view.state, at);
    if (!address) return false;
    window.open(address, '_blank', 'noopener,noreferrer');
    return true;
  },
});

/** The address of the link at a place in the text, if it is one that may be opened. */
export function linkAt(state: EditorState, at: number): string | null {
  for (let node = syntaxTree(state).resolveInner(at, -1); ; ) {
    const url = node.name === 'URL' ? node : node.name === 'Link' ? node.getChild('URL') : null;
    if (url) return harmless(state.sliceDoc(url.from, url.to));
    if (!node.parent) return null;
    node = node.parent;
  }
}

function harmless(text: string): string | null {
  const bare = /^<?(.*?)>?$/.exec(text)?.[1] ?? '';
  const address = /^www\./i.test(bare) ? `https://${bare}` : /^[^\s:/]+@[^\s:/]+$/.test(bare) ? `mailto:${bare}` : bare;
  return URL.canParse(address) && HARMLESS.has(new URL(address).protocol) ? address : null;
}
