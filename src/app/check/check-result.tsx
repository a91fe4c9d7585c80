/** What the last check found, and what a repair came to. */
import { ChevronRight, CircleCheck, TriangleAlert, Undo2 } from 'lucide-react';
import { type ReactNode, type Ref, useEffect, useRef } from 'react';
import type { Checked, RepairReport } from '../../engine/api.ts';
import type { CheckShown } from '../../engine/queries.ts';
import { fullDate } from '../dates.ts';
import { writtenBytes } from '../settings/bytes.ts';
import { useLanguageTag, useStrings } from '../strings/catalogue.ts';
import type { Strings } from '../strings/en.ts';
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
  const groups = findingGroups(t, label, checked.report.findings);
  return (
    <>
      {checked.repair && <RepairResult repair={checked.repair} label={label} />}
      {checked.repair && groups.length > 0 ? (
        <details className="check-before">
          <summary>
            <span>{t.check.foundBefore}</span>
            <ChevronRight className="check-chevron" size={16} strokeWidth={1.9} aria-hidden />
          </summary>
          <GroupList groups={groups} />
        </details>
      ) : (
        <>
          <Verdict good={groups.every(({ tone }) => tone !== 'trouble')} words={[t.check.good, t.check.bad]}>
            <Notes check={check} checked={checked} label={label} />
            <Meta checked={checked} />
          </Verdict>
          {groups.length > 0 && <GroupList groups={groups} />}
        </>
      )}
      {check.repairable && (
        <div className="row">
          <div className="row-words">
            <p>{t.check.repairAbout(label)}</p>
          </div>
          <Button look="primary" icon={Undo2} disabled={check.running !== null} onClick={onRepair}>
            {t.check.repair}
          </Button>
        </div>
      )}
    </>
  );
}

interface VerdictProps {
  readonly good: boolean;
  /** When it is good, and when it isn't. */
  readonly words: readonly [good: string, bad: string];
  readonly heading?: Ref<HTMLHeadingElement>;
  readonly children: ReactNode;
}

function Verdict({ good, words, heading, children }: VerdictProps) {
  const Icon = good ? CircleCheck : TriangleAlert;
  return (
    <div className={`check-verdict check-${good ? 'good' : 'trouble'}`}>
      <span className="check-mark">
        <Icon size={20} strokeWidth={1.8} aria-hidden />
      </span>
      <div>
        <h3 ref={heading} tabIndex={-1}>
          {words[good ? 0 : 1]}
        </h3>
        {children}
      </div>
    </div>
  );
}

function RepairResult({ repair, label }: { repair: RepairReport; label: string }) {
  const t = useStrings();
  const language = useLanguageTag();
  const heading = useRef<HTMLHeadingElement>(null);
  // The button that was pressed has gone, and took the focus along.
  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus({ preventScroll: true });
  }, []);
  const groups = repairGroups(t, label, repair);
  const good = groups.every(({ tone }) => tone !== 'trouble');
  return (
    <>
      <Verdict good={good} words={[t.check.repairedAll, t.check.repairedTitle]} heading={heading}>
        {groups.length === 0 && <p>{t.check.nothingToDo}</p>}
        <p className="check-meta">{t.check.repairedMeta(fullDate(language, repair.began))}</p>
      </Verdict>
      {groups.length > 0 && <GroupList groups={groups} />}
    </>
  );
}

function Notes({ check, checked, label }: Pick<CheckResultProps, 'check' | 'checked' | 'label'>) {
  const t = useStrings();
  const { known, restorable, waiting, notebooks } = checked.report.notes;
  const rest = known - restorable - waiting - check.lacking.length;
  return (
    <>
      <p>
        {[
          restorableWords(t, label, known, restorable),
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
                <RouteLink to={{ page: 'notes', view: { kind: 'all' }, note: id }}>
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

function restorableWords(t: Strings, label: string, known: number, restorable: number): string {
  if (known === 0) return t.check.noNotes;
  if (restorable === known) return t.check.allNotes(known, label);
  return restorable === 0 ? t.check.noneNotes(known, label) : t.check.someNotes(restorable, known, label);
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
