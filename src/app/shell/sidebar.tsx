/** Where the notes are: views, notebooks, tags; below them the state of the sync and the settings. */
import { Hash, Pin, Plus, Settings, StickyNote, Trash2, type LucideIcon } from 'lucide-react';
import { useState } from 'react';
import type { View } from '../../engine/queries.ts';
import { useRoute } from '../navigation.ts';
import { pathOf, type Route } from '../routes.ts';
import { useLive } from '../satchel.tsx';
import { useStrings } from '../strings/catalogue.ts';
import { SyncIndicator } from '../sync/sync-indicator.tsx';
import { IconButton } from '../ui/button.tsx';
import { RouteLink } from '../ui/route-link.tsx';
import { NotebookDialog, type NotebookTask } from './notebook-task.tsx';
import { NotebookRow } from './notebook-row.tsx';
import { SidebarCount } from './sidebar-count.tsx';
import { SatchelMark } from './satchel-mark.tsx';
import './sidebar.css';

export function Sidebar() {
  const t = useStrings();
  const route = useRoute();
  const content = useLive((queries) => queries.sidebar(), []);
  const [task, setTask] = useState<NotebookTask | null>(null);
  const { notebooks = [], tags = [], counts } = content ?? {};

  return (
    <nav className="sidebar" aria-label={t.sidebar.label}>
      <div className="sidebar-brand">
        <SatchelMark />
        <span>{t.app.name}</span>
      </div>
      <div className="sidebar-scroller">
        <ul className="sidebar-group">
          <SidebarLink
            icon={StickyNote}
            name={t.sidebar.all}
            view={{ kind: 'all' }}
            count={counts?.all}
            route={route}
          />
          <SidebarLink
            icon={Pin}
            name={t.sidebar.pinned}
            view={{ kind: 'pinned' }}
            count={counts?.pinned}
            route={route}
          />
          <SidebarLink
            icon={Trash2}
            name={t.sidebar.trash}
            view={{ kind: 'trash' }}
            count={counts?.trash}
            route={route}
          />
        </ul>

        <div className="sidebar-heading">
          <h2>{t.sidebar.notebooks}</h2>
          <IconButton
            icon={Plus}
            label={t.sidebar.addNotebook}
            onClick={() => setTask({ kind: 'create', parent: null })}
          />
        </div>
        {content && notebooks.length === 0 && <p className="sidebar-hint">{t.sidebar.noNotebooks}</p>}
        <ul className="sidebar-group">
          {notebooks.map((notebook) => (
            <NotebookRow key={notebook.id} notebook={notebook} all={notebooks} route={route} onTask={setTask} />
          ))}
        </ul>

        {tags.length > 0 && (
          <>
            <div className="sidebar-heading">
              <h2>{t.sidebar.tags}</h2>
            </div>
            <ul className="sidebar-group">
              {tags.map(({ tag, notes }) => (
                <SidebarLink key={tag} icon={Hash} name={tag} view={{ kind: 'tag', tag }} count={notes} route={route} />
              ))}
            </ul>
          </>
        )}
      </div>
      <div className="sidebar-foot">
        <SyncIndicator />
        <RouteLink
          className="icon-button"
          to={{ page: 'settings' }}
          aria-label={t.sidebar.settings}
          title={t.sidebar.settings}
          aria-current={route.page === 'settings' ? 'page' : undefined}
        >
          <Settings size={18} strokeWidth={1.8} aria-hidden />
        </RouteLink>
      </div>
      <NotebookDialog task={task} notebooks={notebooks} onDone={() => setTask(null)} />
    </nav>
  );
}

interface SidebarLinkProps {
  readonly icon: LucideIcon;
  readonly name: string;
  readonly view: View;
  readonly count: number | undefined;
  readonly route: Route;
}

function SidebarLink({ icon: Icon, name, view, count, route }: SidebarLinkProps) {
  const here: Route = { page: 'notes', view, note: null };
  const current = route.page === 'notes' && pathOf({ ...route, note: null }) === pathOf(here);
  return (
    <li>
      <RouteLink className="sidebar-link" to={here} aria-current={current ? 'page' : undefined}>
        <Icon size={17} strokeWidth={1.8} aria-hidden />
        <span className="sidebar-name">{name}</span>
        <SidebarCount count={count} />
      </RouteLink>
    </li>
  );
}
