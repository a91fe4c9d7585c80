/** The notes whose changes no storage has yet. */
import { useLive } from '../satchel.tsx';
import { useStrings } from '../strings/catalogue.ts';
import { Section } from '../ui/page.tsx';
import { RouteLink } from '../ui/route-link.tsx';

const SHOWN = 10;

export function WaitingSection({ waiting }: { waiting: number }) {
  const t = useStrings();
  const notes = useLive((queries) => queries.waitingNotes(SHOWN), [waiting]);
  if (!notes) return null;
  const rest = waiting - notes.length;
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
        {rest > 0 && (
          // Where there was room for all that have a title, these have none: a purged note leaves nothing to name.
          <li className="row row-value">{notes.length < SHOWN ? t.sync.waitingUnnamed(rest) : t.sync.andMore(rest)}</li>
        )}
      </ul>
    </Section>
  );
}
