/** How many notes there are behind a link. */
import { useStrings } from '../strings/catalogue.ts';

export function SidebarCount({ count }: { count: number | undefined }) {
  const t = useStrings();
  if (count === undefined || count === 0) return null;
  return (
    <span className="sidebar-count">
      <span aria-hidden>{count}</span>
      <span className="visually-hidden">{t.list.count(count)}</span>
    </span>
  );
}
