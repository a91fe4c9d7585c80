import type { View } from '../../engine/queries.ts';
import { useLive } from '../satchel.tsx';
import { useStrings } from '../strings/catalogue.ts';

/** What a view is called; `gone` for a notebook that isn't there any more. */
export function useViewName(view: View): { readonly name: string; readonly gone: boolean } {
  const t = useStrings();
  const notebooks = useLive(async (queries) => (await queries.sidebar()).notebooks, []);
  switch (view.kind) {
    case 'all':
      return { name: t.sidebar.all, gone: false };
    case 'pinned':
      return { name: t.sidebar.pinned, gone: false };
    case 'trash':
      return { name: t.sidebar.trash, gone: false };
    case 'tag':
      return { name: `#${view.tag}`, gone: false };
    case 'notebook': {
      const notebook = notebooks?.find(({ id }) => id === view.id);
      return { name: notebook?.name || t.notebook.unnamed, gone: notebooks !== undefined && !notebook };
    }
  }
}
