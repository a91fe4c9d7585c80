/** The notes whose changes no storage has yet. */
import { useLive } from '../satchel.tsx';
import { useStrings } from '../strings/catalogue.ts';
import { Section } from '../ui/page.tsx';
import { RouteLink } from '../ui/route-link.tsx';

const SHOWN = 10;

export function WaitingSection({ waiting }: { waiting: number }) {
  const t = useStrings();
  const notes = useLive((queries) => queries.waitingNotes(SHOWN), [waiting]) ?? [];
  return (
    <Section title={t.sync.whatWaits}>
      <ul>
        {notes.map(({ id, title }) => (
          <li key={id} className="row">
            <RouteLink className="row-link" to={{ page: 'notes', view: { kind: 'all' }, note: id }}>
              {title || t.list.untitled}
            </RouteLink>
          </li>
        ))}
        {waiting > notes.length && notes.length > 0 && (
          <li className="row row-value">{t.sync.andMore(waiting - notes.length)}</li>
        )}
      </ul>
    </Section>
  );
}
