/** Shown over a note whose words couldn't be written to this device: they are in the window, and can be taken along. */
import type { LocalTrouble } from '../../engine/api.ts';
import { openText } from '../open-notes.ts';
import { useStrings } from '../strings/catalogue.ts';
import { TakeText } from './take-text.tsx';

export function UnsavedBanner({ trouble }: { trouble: LocalTrouble }) {
  const t = useStrings();
  return (
    <div className="banner banner-alarm" role="alert">
      <p>{trouble.kind === 'full' ? t.trouble.bannerFull : t.trouble.bannerFailed}</p>
      <TakeText text={openText} />
    </div>
  );
}
