/** Checking and repairing the storage in use. */
import { ScanSearch, Square } from 'lucide-react';
import { useState } from 'react';
import type { StorageCheck } from '../../engine/api.ts';
import type { CheckShown } from '../../engine/queries.ts';
import { useLive, useSatchel } from '../satchel.tsx';
import { useLanguageTag, useStrings } from '../strings/catalogue.ts';
import { troubleWords } from '../sync/status-words.ts';
import { Button } from '../ui/button.tsx';
import { Section } from '../ui/page.tsx';
import { Segments } from '../ui/segments.tsx';
import { useToast } from '../ui/toasts.tsx';
import { CheckResult } from './check-result.tsx';
import { fractionOf, stepWords } from './progress.ts';
import './check.css';

const DEPTHS = ['quick', 'full'] as const;
type Depth = (typeof DEPTHS)[number];

/** Nothing while no storage is connected. */
export function CheckSection() {
  const live = useLive(
    async (queries) => ({ check: await queries.storageCheck(), status: await queries.status() }),
    [],
  );
  if (!live?.check || !live.status) return null;
  return <Check check={live.check} label={live.status.label} />;
}

function Check({ check, label }: { check: CheckShown; label: string }) {
  const t = useStrings();
  const { sync } = useSatchel();
  const toast = useToast();
  const [depth, setDepth] = useState<Depth>('quick');
  const { running, ended, last } = check;
  const run = (work: Promise<void>): void => void work.catch(() => toast({ text: t.check.failed }));
  return (
    <Section title={t.check.title(label)}>
      <div className="row">
        <div className="row-words">
          <span>{t.check.name}</span>
          <p>{t.check.about(label)}</p>
        </div>
      </div>
      <div className="check-choice">
        <div>
          <Segments
            label={t.check.depth}
            value={depth}
            choices={DEPTHS.map((value) => ({ value, name: t.check.depths[value] }))}
            onChange={setDepth}
          />
          <p>{t.check.depthAbout[depth]}</p>
        </div>
        {/* One button in two coats, so that whoever pressed it by keyboard stays where they are. */}
        <Button
          icon={running ? Square : ScanSearch}
          disabled={running?.stopping === true}
          onClick={() => run(running ? sync.stopChecking() : sync.checkStorage({ full: depth === 'full' }))}
        >
          {running ? (running.stopping ? t.check.stopping : t.check.stop) : last ? t.check.again : t.check.start}
        </Button>
      </div>
      {running && <Running running={running} />}
      {!running && ended && <Ended ended={ended} label={label} />}
      {last && (
        <div className="check-result" aria-busy={running !== null}>
          <CheckResult check={check} checked={last} label={label} onRepair={() => run(sync.repairStorage())} />
        </div>
      )}
      <Announcement check={check} />
    </Section>
  );
}

function Running({ running }: { running: NonNullable<StorageCheck['running']> }) {
  const t = useStrings();
  const fraction = fractionOf(running.step);
  return (
    <div className="check-running">
      <progress aria-label={t.check.bar} {...(fraction === null ? {} : { value: fraction })} max={1} />
      <p>{stepWords(t, running.step)}</p>
    </div>
  );
}

function Ended({ ended, label }: { ended: NonNullable<StorageCheck['ended']>; label: string }) {
  const t = useStrings();
  const language = useLanguageTag();
  if (ended.kind !== 'failed')
    return <p className="check-ended">{ended.kind === 'stopped' ? t.check.stopped : t.check.interrupted}</p>;
  const { title, body, detail } = troubleWords(t, language, ended.trouble, label);
  return (
    <div className="check-ended check-failed">
      <h3>{title}</h3>
      <p>{body}</p>
      {detail !== null && <pre className="detail">{detail}</pre>}
    </div>
  );
}

/** Tells screen readers that it began and how it ended, not each step. */
function Announcement({ check: { running, last } }: { check: CheckShown }) {
  const t = useStrings();
  const [before, setBefore] = useState(running !== null);
  const [said, setSaid] = useState('');
  if (before !== (running !== null)) {
    setBefore(running !== null);
    if (running) setSaid(t.check.steps.listing);
    else if (last?.repair) setSaid(t.check.repairedAll);
    else if (last) {
      const isGood = last.report.findings.every((finding) => !('rescue' in finding) || finding.rescue === 'elsewhere');
      setSaid(isGood ? t.check.good : t.check.bad);
    }
  }
  return <output className="visually-hidden">{said}</output>;
}
