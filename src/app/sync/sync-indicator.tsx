/** The state of the sync at the foot of the sidebar, always in words. */
import { CircleCheck, CloudUpload, HardDrive, RefreshCw, TriangleAlert, type LucideIcon } from 'lucide-react';
import { useRoute } from '../navigation.ts';
import { useLanguageTag, useStrings } from '../strings/catalogue.ts';
import { RouteLink } from '../ui/route-link.tsx';
import { type Mood, syncWords } from './status-words.ts';
import { useSyncState } from './use-sync-state.ts';
import './sync-indicator.css';

export const MOOD_ICONS: Readonly<Record<Mood, LucideIcon>> = {
  local: HardDrive,
  calm: CircleCheck,
  busy: RefreshCw,
  waiting: CloudUpload,
  attention: TriangleAlert,
};

export function SyncIndicator() {
  const t = useStrings();
  const language = useLanguageTag();
  const route = useRoute();
  const state = useSyncState();
  if (!state) return <span />;
  const { text, mood } = syncWords(t, language, state);
  const Icon = MOOD_ICONS[mood];
  return (
    <RouteLink
      className={`sidebar-link sync-indicator sync-${mood}`}
      to={{ page: 'sync' }}
      aria-label={t.sync.indicator(text)}
      aria-current={route.page === 'sync' ? 'page' : undefined}
    >
      <Icon size={17} strokeWidth={1.9} aria-hidden />
      <span className="sync-indicator-words">{text}</span>
    </RouteLink>
  );
}
