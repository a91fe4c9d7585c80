/** What is in the storage and couldn't be read: nothing of it is lost. */
import type { Unread } from '../../engine/api.ts';
import { useStrings } from '../strings/catalogue.ts';
import { Section } from '../ui/page.tsx';

export function UnreadSection({ unread }: { unread: Unread }) {
  const t = useStrings();
  const { damaged, newer, aside } = unread;
  if (damaged + newer + aside === 0) return null;
  return (
    <Section title={t.sync.unreadTitle}>
      {damaged > 0 && <p className="row">{t.sync.damaged(damaged)}</p>}
      {newer > 0 && <p className="row">{t.sync.newer(newer)}</p>}
      {aside > 0 && <p className="row">{t.sync.aside(aside)}</p>}
    </Section>
  );
}
