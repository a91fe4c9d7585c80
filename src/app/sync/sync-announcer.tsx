/** Tells screen readers, politely, when the state of the sync changes: not each step of it, and not the minutes passing. */
import { useState } from 'react';
import { useLanguageTag, useStrings } from '../strings/catalogue.ts';
import { syncWords } from './status-words.ts';
import { useSyncState } from './use-sync-state.ts';

export function SyncAnnouncer() {
  const t = useStrings();
  const language = useLanguageTag();
  const state = useSyncState();
  const [said, setSaid] = useState({ key: '', text: '' });

  const words = state && syncWords(t, language, state);
  const settled = words && words.mood !== 'busy' ? words : null;
  const key =
    settled && state ? `${settled.mood}:${state.status?.trouble?.kind}:${state.status?.lastSynced}` : said.key;
  // The first state is there to be found, and needs no announcement.
  if (settled && key !== said.key) setSaid({ key, text: said.key === '' ? '' : settled.text });

  return <output className="visually-hidden">{said.text}</output>;
}
