/** What a check found and a repair came to, in sentences: one for all that are of one kind. The catalogue has the words. */
import type { Finding, ObjectFacts, Repaired, RepairReport, WhyNot } from '../../engine/api.ts';
import type { Strings } from '../strings/en.ts';

/** `trouble`: something of the person's is in danger; `note`: worth knowing, and nothing to do; `good`: put right. */
export type Tone = 'trouble' | 'note' | 'good';

export interface Group {
  readonly key: string;
  readonly tone: Tone;
  readonly text: string;
  readonly objects: readonly ListedObject[];
}

export interface ListedObject extends ObjectFacts {
  /** What is wrong with this one. */
  readonly detail: string | null;
}

interface Kind {
  readonly tone: Tone;
  readonly words: (count: number) => string;
}

/** Which sentence a finding is told in, and how many things it stands for. */
function kindOf(t: Strings, label: string, finding: Finding): Kind & { readonly key: string; readonly count: number } {
  const words = t.check;
  const kind = (key: string, tone: Tone, say: Kind['words'], count = 1) => ({ key, tone, words: say, count });
  const trouble = (key: string, say: Kind['words'], count = 1) => kind(key, 'trouble', say, count);
  const aside = (key: string, say: Kind['words']) => kind(key, 'note', say);
  switch (finding.kind) {
    case 'missing': {
      const here = finding.rescue === 'here';
      if (finding.object) return trouble(`missing ${finding.rescue}`, here ? words.missingHere : words.missingNowhere);
      return trouble(
        `unseen ${finding.rescue}`,
        here ? words.unseenHere : words.unseenNowhere,
        finding.elements.length,
      );
    }
    case 'damaged': {
      if (finding.rescue === 'elsewhere') return aside('damaged elsewhere', words.damagedElsewhere);
      const here = finding.rescue === 'here';
      return trouble(`damaged ${finding.rescue}`, here ? words.damagedHere : words.damagedNowhere);
    }
    case 'slot-missing':
      return trouble(
        `slot-missing ${finding.rescue}`,
        finding.rescue === 'here' ? words.slotMissingHere : words.slotMissingNowhere,
      );
    case 'slot-damaged':
      return trouble(
        `slot-damaged ${finding.rescue}`,
        finding.rescue === 'here' ? words.slotDamagedHere : words.slotDamagedNowhere,
      );
    case 'late':
      return finding.lacks === 'listing'
        ? aside('late listing', (count) => words.lateListing(count, label))
        : aside('late read', (count) => words.lateRead(count, label));
    case 'foreign':
      return finding.what === 'vault'
        ? aside('foreign vault', words.foreignVault)
        : aside('foreign file', words.foreignFile);
    case 'unmentioned':
      return aside('unmentioned', words.unmentioned);
    case 'newer':
      return aside('newer', words.newer);
    case 'locked':
      return aside('locked', words.locked);
    case 'superseded':
      return aside('superseded', words.superseded);
  }
}

function listed(t: Strings, finding: Finding): ListedObject[] {
  if (!finding.object) return [];
  return [{ ...finding.object, detail: finding.kind === 'damaged' ? t.check.damage[finding.damage] : null }];
}

function troubleFirst(groups: readonly Group[]): Group[] {
  return [...groups.filter(({ tone }) => tone === 'trouble'), ...groups.filter(({ tone }) => tone !== 'trouble')];
}

/** @param label what the person calls the storage */
export function findingGroups(t: Strings, label: string, findings: readonly Finding[]): Group[] {
  const groups = new Map<string, { kind: Kind; count: number; objects: ListedObject[] }>();
  for (const finding of findings) {
    const kind = kindOf(t, label, finding);
    const group = groups.get(kind.key) ?? { kind, count: 0, objects: [] };
    group.count += kind.count;
    group.objects.push(...listed(t, finding));
    groups.set(kind.key, group);
  }
  return troubleFirst(
    [...groups].map(([key, { kind, count, objects }]) => ({ key, tone: kind.tone, text: kind.words(count), objects })),
  );
}

function countOf({ loss }: Repaired): number {
  return loss.kind === 'missing' && !loss.object ? loss.elements.length : 1;
}

/** What came of what was lost. What lay elsewhere anyway needs no word. */
export function repairGroups(t: Strings, label: string, report: RepairReport): Group[] {
  const words = t.check;
  const why: Readonly<Record<WhyNot, Kind['words']>> = {
    'not-here': words.notHere,
    'in-part': words.inPart,
    full: (count) => words.full(count, label),
  };
  const group = (key: string, tone: Tone, say: Kind['words'], which: (one: Repaired) => boolean): Group[] => {
    const those = report.repaired.filter(which);
    const count = those.reduce((sum, each) => sum + countOf(each), 0);
    return count > 0 ? [{ key, tone, text: say(count), objects: those.flatMap(({ loss }) => listed(t, loss)) }] : [];
  };
  return [
    ...group('put-back', 'good', words.putBack, ({ outcome }) => outcome.kind === 'put-back'),
    ...group('well', 'good', words.well, ({ outcome }) => outcome.kind === 'well'),
    ...(Object.keys(why) as WhyNot[]).flatMap((reason) =>
      group(reason, 'trouble', why[reason], ({ outcome }) => outcome.kind === 'not' && outcome.why === reason),
    ),
  ];
}
