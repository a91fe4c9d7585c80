/** An address that leads nowhere. */
import { Compass, Menu as MenuIcon } from 'lucide-react';
import { useStrings } from '../strings/catalogue.ts';
import { IconButton } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { RouteLink } from '../ui/route-link.tsx';

export function UnknownPage({ onMenu }: { onMenu: (() => void) | null }) {
  const t = useStrings();
  return (
    <>
      <EmptyState whole icon={Compass} title={t.unknownPage.title} body={t.unknownPage.body}>
        <RouteLink className="button button-primary" to={{ page: 'notes', view: { kind: 'all' }, note: null }}>
          {t.unknownPage.home}
        </RouteLink>
      </EmptyState>
      {onMenu && <IconButton icon={MenuIcon} label={t.sidebar.open} className="corner-button" onClick={onMenu} />}
    </>
  );
}
