/** What isn't as it should be in the storage, though syncing goes on. */
import type { Unread } from '../../engine/api.ts';
import { useStrings } from '../strings/catalogue.ts';
import { Section } from '../ui/page.tsx';
import { RouteLink } from '../ui/route-link.tsx';

export const hasUnread = (unread: Unread): boolean => Object.values(unread).some((count) => count > 0);

export function UnreadSection({ unread }: { unread: Unread }) {
  const t = useStrings();
  const { damaged, newer, locked, unknown, aside, gone, lost, missing } = unread;
  if (!hasUnread(unread)) return null;
  return (
    <Section title={t.sync.unreadTitle}>
      {damaged > 0 && <p className="row">{t.sync.damaged(damaged)}</p>}
      {newer > 0 && <p className="row">{t.sync.newer(newer)}</p>}
      {locked > 0 && <p className="row">{t.sync.locked(locked)}</p>}
      {unknown > 0 && <p className="row">{t.sync.unknown(unknown)}</p>}
      {aside > 0 && <p className="row">{t.sync.aside(aside)}</p>}
      {gone > 0 && <p className="row">{t.sync.gone(gone)}</p>}
      {lost > 0 && <p className="row">{t.sync.lost(lost)}</p>}
      {missing > 0 && <p className="row">{t.sync.missing(missing)}</p>}
      <RouteLink className="row row-link" to={{ page: 'settings' }}>
        {t.check.look}
      </RouteLink>
    </Section>
  );
}
