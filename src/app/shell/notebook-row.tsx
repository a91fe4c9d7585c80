/** One notebook of the sidebar, with its menu. */
import {
  ArrowDown,
  ArrowUp,
  BookPlus,
  Ellipsis,
  FolderInput,
  Notebook as NotebookIcon,
  Pencil,
  Trash2,
} from 'lucide-react';
import type { Sidebar } from '../../engine/queries.ts';
import type { Route } from '../routes.ts';
import { useSatchel } from '../satchel.tsx';
import { useStrings } from '../strings/catalogue.ts';
import { IconButton } from '../ui/button.tsx';
import { Menu } from '../ui/menu.tsx';
import { RouteLink } from '../ui/route-link.tsx';
import { useToast } from '../ui/toasts.tsx';
import type { NotebookTask } from './notebook-task.tsx';
import { SidebarCount } from './sidebar-count.tsx';

export type ListedNotebook = Sidebar['notebooks'][number];

interface NotebookRowProps {
  readonly notebook: ListedNotebook;
  readonly all: readonly ListedNotebook[];
  readonly route: Route;
  readonly onTask: (task: NotebookTask) => void;
}

export function NotebookRow({ notebook, all, route, onTask }: NotebookRowProps) {
  const t = useStrings();
  const toast = useToast();
  const { notes } = useSatchel();
  const { id, parent } = notebook;
  const name = notebook.name || t.notebook.unnamed;
  const siblings = all.filter((other) => other.parent === parent);
  const place = siblings.findIndex((other) => other.id === id);
  const [above, below] = [siblings[place - 1], siblings[place + 1]];
  const current = route.page === 'notes' && route.view.kind === 'notebook' && route.view.id === id;
  const move = (to: { before: ListedNotebook['id'] } | { after: ListedNotebook['id'] }): void => {
    notes.moveNotebook(id, { parent, ...to }).catch(() => toast({ text: t.note.couldNotSave }));
  };

  return (
    <li className="notebook-row" aria-level={notebook.depth + 1} style={{ '--depth': notebook.depth }}>
      <RouteLink
        className="sidebar-link"
        to={{ page: 'notes', view: { kind: 'notebook', id }, note: null }}
        aria-current={current ? 'page' : undefined}
      >
        <NotebookIcon size={17} strokeWidth={1.8} aria-hidden />
        <span className="sidebar-name">{name}</span>
        <SidebarCount count={notebook.notes} />
      </RouteLink>
      <Menu
        trigger={<IconButton icon={Ellipsis} label={t.notebook.actions(name)} />}
        entries={[
          { kind: 'action', icon: Pencil, words: t.notebook.rename, run: () => onTask({ kind: 'rename', notebook }) },
          {
            kind: 'action',
            icon: BookPlus,
            words: t.notebook.newInside,
            run: () => onTask({ kind: 'create', parent: notebook }),
          },
          { kind: 'separator' },
          {
            kind: 'action',
            icon: ArrowUp,
            words: t.notebook.moveUp,
            disabled: !above,
            run: () => above && move({ before: above.id }),
          },
          {
            kind: 'action',
            icon: ArrowDown,
            words: t.notebook.moveDown,
            disabled: !below,
            run: () => below && move({ after: below.id }),
          },
          { kind: 'action', icon: FolderInput, words: t.notebook.move, run: () => onTask({ kind: 'move', notebook }) },
          { kind: 'separator' },
          {
            kind: 'action',
            icon: Trash2,
            words: t.notebook.remove,
            danger: true,
            run: () => onTask({ kind: 'remove', notebook }),
          },
        ]}
      />
    </li>
  );
}
