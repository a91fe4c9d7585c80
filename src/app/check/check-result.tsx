/** What the last check found, and what a repair came to. */
import { CircleCheck, TriangleAlert, Undo2 } from 'lucide-react';
import type { Checked } from '../../engine/api.ts';
import type { CheckShown } from '../../engine/queries.ts';
import { fullDate } from '../dates.ts';
import { writtenBytes } from '../settings/bytes.ts';
import { useLanguageTag, useStrings } from '../strings/catalogue.ts';
import { Button } from '../ui/button.tsx';
import { RouteLink } from '../ui/route-link.tsx';
import { findingGroups, repairGroups } from './finding-groups.ts';
import { GroupList } from './group-list.tsx';

interface CheckResultProps {
  readonly check: CheckShown;
  readonly checked: Checked;
  readonly label: string;
  readonly onRepair: () => void;
}

export function CheckResult({ check, checked, label, onRepair }: CheckResultProps) {
  const t = useStrings();
  const { report, repair } = checked;
  const groups = findingGroups(t, label, report.findings);
  const isGood = groups.every(({ tone }) => tone !== 'trouble');
  const Icon = isGood ? CircleCheck : TriangleAlert;
  const busy = check.running !== null;
  return (
    <>
      <div className={`check-verdict check-${isGood ? 'good' : 'trouble'}`}>
        <span className="check-mark">
          <Icon size={20} strokeWidth={1.8} aria-hidden />
        </span>
        <div>
          <h3>{isGood ? t.check.good : t.check.bad}</h3>
          <Notes check={check} checked={checked} label={label} />
          <Meta checked={checked} />
        </div>
      </div>
      {groups.length > 0 && <GroupList groups={groups} />}
      {check.repairable && (
        <div className="row">
          <div className="row-words">
            <p>{t.check.repairAbout(label)}</p>
          </div>
          <Button look="primary" icon={Undo2} disabled={busy} onClick={onRepair}>
            {t.check.repair}
          </Button>
        </div>
      )}
      {repair && <Repair checked={checked} label={label} />}
    </>
  );
}

function Notes({ check, checked, label }: Pick<CheckResultProps, 'check' | 'checked' | 'label'>) {
  const t = useStrings();
  const { known, restorable, waiting, notebooks } = checked.report.notes;
  const rest = known - restorable - waiting - check.lacking.length;
  const words = known === 0 ? t.check.noNotes : t.check.allNotes(known, label);
  return (
    <>
      <p>
        {[
          restorable === known ? words : t.check.someNotes(restorable, known, label),
          ...(waiting > 0 ? [t.check.waitingNotes(waiting)] : []),
          ...(notebooks ? [] : [t.check.notebooks]),
        ].join(' ')}
      </p>
      {check.lacking.length > 0 && (
        <>
          <p className="check-lacking">{t.check.lacking}</p>
          <ul className="check-notes">
            {check.lacking.map(({ id, title }) => (
              <li key={id}>
                <RouteLink className="row-link" to={{ page: 'notes', view: { kind: 'all' }, note: id }}>
                  {title || t.list.untitled}
                </RouteLink>
              </li>
            ))}
            {rest > 0 && <li>{t.check.andMore(rest)}</li>}
          </ul>
        </>
      )}
    </>
  );
}

function Meta({ checked: { report } }: { checked: Checked }) {
  const t = useStrings();
  const language = useLanguageTag();
  const say = report.full ? t.check.meta.full : t.check.meta.quick;
  return (
    <p className="check-meta">
      {say(fullDate(language, report.began), report.totals.objects, writtenBytes(language, report.totals.bytes))}
    </p>
  );
}

function Repair({ checked: { repair }, label }: { checked: Checked; label: string }) {
  const t = useStrings();
  if (!repair) return null;
  const groups = repairGroups(t, label, repair);
  return (
    <div className="check-repair">
      <h3>{t.check.repairedTitle}</h3>
      {groups.length > 0 ? <GroupList groups={groups} /> : <p>{t.check.nothingToDo}</p>}
    </div>
  );
}
