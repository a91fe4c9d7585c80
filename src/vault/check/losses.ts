/** Which pushes the readable packs of a storage hold together, which they lack, and which packs are of no more use. */
import type { ObjectName } from '../../../backends/storage.ts';
import type { Coverage, Element } from '../coverage.ts';
import { partsOf } from '../coverage.ts';
import { createDominance } from '../dominance.ts';
import { parseName } from '../names.ts';
import { coveredBy } from '../standing.ts';
import type { Damage, Finding, ObjectFacts, Rescue } from './report.ts';

/** What counts of a readable pack. */
export interface Holding {
  readonly name: ObjectName;
  readonly object: ObjectFacts;
  readonly covers: readonly Element[];
  readonly with: readonly Element[];
  /** What its writer said that it had. */
  readonly applied: Coverage;
}

/** Packs that one single other one takes the place of (rule V19). */
export function superseded(holdings: readonly Holding[]): Finding[] {
  const dominates = createDominance();
  // Whoever dominates a pack covers each element of it, so that only those who cover some one of them need be asked.
  const byElement = new Map<Element, Holding[]>();
  for (const holding of holdings) {
    for (const item of holding.covers) {
      const list = byElement.get(item);
      if (list) list.push(holding);
      else byElement.set(item, [holding]);
    }
  }
  return holdings.flatMap((holding): Finding[] => {
    const [any] = holding.covers;
    const by = any && (byElement.get(any) ?? []).find((other) => dominates(other, holding));
    return by ? [{ kind: 'superseded', object: holding.object, by: by.name }] : [];
  });
}

/** What this device remembers of a pack that the storage doesn't show any more. */
export interface Remembered {
  readonly object: ObjectFacts;
  readonly covers: readonly Element[];
}

export interface LossInput {
  readonly holdings: readonly Holding[];
  readonly damaged: readonly {
    readonly object: ObjectFacts;
    readonly damage: Damage;
    readonly covers: readonly Element[];
  }[];
  readonly gone: readonly Remembered[];
  /** Objects that only a newer program, or one with another key, can read: nothing is said against them. */
  readonly unreadable: readonly ObjectFacts[];
  /** Pushes that were named: by this device, by what it heard, by the packs that are there. */
  readonly named: ReadonlySet<Element>;
  /** Pushes whose content is on this device. */
  readonly applied: Coverage;
  /** Sealed here and on their way there. */
  readonly underWay: ReadonlySet<Element>;
}

export interface Losses {
  readonly findings: readonly Finding[];
  /** Names of packs that took something with them which this device has and nothing else there holds. */
  readonly torn: readonly ObjectName[];
  /** Whether something has gone of which it isn't known in which pack it was. */
  readonly unnamed: boolean;
}

/** As much of it as stands in coverage. */
function hashIn({ name }: ObjectFacts): string | undefined {
  return parseName(name)?.hash.slice(0, 16);
}

/** A push that this device never read may have been named to it: the hash is in both names. */
function namedBy(object: ObjectFacts, named: ReadonlySet<Element>): Element[] {
  const hash = hashIn(object);
  return [...named].filter((item) => partsOf(item).hash === hash);
}

/** Finds what is missing, and what is lost with packs that are damaged (rules V13, V27, V34). */
export function losses(input: LossInput): Losses {
  const covered = coveredBy(input.holdings);
  const lacking = new Set<Element>();
  const unreadable = new Set(input.unreadable.map(hashIn));
  const isThere = (item: Element) =>
    covered.has(item) || input.underWay.has(item) || unreadable.has(partsOf(item).hash);
  for (const item of input.named) if (!isThere(item)) lacking.add(item);
  for (const { covers } of [...input.damaged, ...input.gone])
    for (const item of covers) if (!covered.has(item)) lacking.add(item);
  const rescueOf = (elements: readonly Element[]): Rescue => {
    if (elements.length > 0 && elements.every((item) => covered.has(item))) return 'elsewhere';
    return elements.length > 0 && elements.every((item) => covered.has(item) || input.applied.has(item))
      ? 'here'
      : 'nowhere';
  };
  const findings: Finding[] = [];
  const torn: ObjectName[] = [];
  const told = new Set<Element>();
  const tell = (object: ObjectFacts, elements: readonly Element[]) => {
    for (const item of elements) told.add(item);
    if (elements.some((item) => lacking.has(item) && input.applied.has(item))) torn.push(object.name);
  };
  for (const { object, damage, covers } of input.damaged) {
    const elements = covers.length > 0 ? covers : namedBy(object, input.named);
    findings.push({ kind: 'damaged', object, damage, elements, rescue: rescueOf(elements) });
    tell(object, elements);
  }
  for (const { object, covers } of input.gone) {
    const elements = covers.filter((item) => lacking.has(item) && !told.has(item));
    if (elements.length === 0) continue;
    findings.push({ kind: 'missing', object, elements, rescue: rescueOf(elements) });
    tell(object, elements);
  }
  const rest = [...lacking].filter((item) => !told.has(item));
  for (const rescue of ['here', 'nowhere'] as const) {
    const elements = rest.filter((item) => input.applied.has(item) === (rescue === 'here'));
    if (elements.length > 0) findings.push({ kind: 'missing', object: null, elements, rescue });
  }
  return { findings, torn, unnamed: rest.some((item) => input.applied.has(item)) };
}
