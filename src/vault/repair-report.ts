/** What a repair of a storage came to, as plain data, and what there is to repair. */
import type { Finding } from './check/report.ts';

/** Findings that something was lost with; about the others there is nothing to do, or nothing that a program should. */
export type Loss = Extract<Finding, { readonly kind: 'missing' | 'damaged' | 'slot-missing' | 'slot-damaged' }>;

export type WhyNot =
  /** This device hasn't got it. */
  | 'not-here'
  /** It has a part of it only, so that no whole note could be put back. */
  | 'in-part'
  | 'full';

export type Outcome =
  /** Its content is in the storage again. */
  | { readonly kind: 'put-back' }
  /** It reads well now: it was only late. */
  | { readonly kind: 'well' }
  /** Other objects there hold all of it. */
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'not'; readonly why: WhyNot };

export interface Repaired {
  readonly loss: Loss;
  readonly outcome: Outcome;
}

export interface RepairReport {
  /** This device's clock when it began, in ms since 1970. */
  readonly began: number;
  readonly repaired: readonly Repaired[];
}

export function isLoss(finding: Finding): finding is Loss {
  return (
    finding.kind === 'missing' ||
    finding.kind === 'damaged' ||
    finding.kind === 'slot-missing' ||
    finding.kind === 'slot-damaged'
  );
}

/** Whether a repair would put something back. */
export function canBeRepaired(findings: readonly Finding[]): boolean {
  return findings.some((finding) => isLoss(finding) && finding.rescue === 'here');
}

/** What a repair left undone that it could do another time. */
export function unrepaired(report: RepairReport): readonly Loss[] {
  return report.repaired.flatMap(({ loss, outcome }) =>
    outcome.kind === 'not' && outcome.why === 'full' ? [loss] : [],
  );
}
