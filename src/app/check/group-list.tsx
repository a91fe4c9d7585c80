/** Sentences about objects, each with the objects to unfold. */
import { ChevronRight, CircleCheck, Info, type LucideIcon, TriangleAlert } from 'lucide-react';
import { fullDate } from '../dates.ts';
import { writtenBytes } from '../settings/bytes.ts';
import { useLanguageTag, useStrings } from '../strings/catalogue.ts';
import type { Group, ListedObject, Tone } from './finding-groups.ts';

/** Of many objects the first tell enough. */
const SHOWN = 30;
const ICONS: Readonly<Record<Tone, LucideIcon>> = { trouble: TriangleAlert, note: Info, good: CircleCheck };

export function GroupList({ groups }: { groups: readonly Group[] }) {
  return (
    <ul>
      {groups.map((group) => (
        <li key={group.key} className={`check-group check-${group.tone}`}>
          {group.objects.length > 0 ? (
            <details>
              <summary>
                <Sentence group={group} />
                <ChevronRight className="check-chevron" size={16} strokeWidth={1.9} aria-hidden />
              </summary>
              <Objects objects={group.objects} />
            </details>
          ) : (
            <div className="check-plain">
              <Sentence group={group} />
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

function Sentence({ group }: { group: Group }) {
  const Icon = ICONS[group.tone];
  return (
    <>
      <Icon className="check-icon" size={18} strokeWidth={1.8} aria-hidden />
      <span className="check-text">{group.text}</span>
    </>
  );
}

function Objects({ objects }: { objects: readonly ListedObject[] }) {
  const t = useStrings();
  return (
    <ul className="check-objects">
      {objects.slice(0, SHOWN).map((object) => (
        <li key={object.name}>
          <code>{object.name}</code>
          <Facts object={object} />
        </li>
      ))}
      {objects.length > SHOWN && <li>{t.check.andMore(objects.length - SHOWN)}</li>}
    </ul>
  );
}

function Facts({ object }: { object: ListedObject }) {
  const t = useStrings();
  const language = useLanguageTag();
  const facts = [
    writtenBytes(language, object.size),
    object.time > 0 ? fullDate(language, object.time) : t.check.unknownDate,
    ...(object.detail === null ? [] : [object.detail]),
  ];
  return <p>{facts.join(' · ')}</p>;
}
