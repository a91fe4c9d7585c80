/** How far a check is. */
import type { CheckStep } from '../../engine/api.ts';
import type { Strings } from '../strings/en.ts';

/** Comparing takes little beside reading. */
const READING = 0.9;

/** From 0 to 1; null while nobody knows. */
export function fractionOf(step: CheckStep): number | null {
  switch (step.phase) {
    case 'waiting':
    case 'listing':
      return null;
    case 'reading':
      return step.ofBytes === 0 ? READING : (step.bytes / step.ofBytes) * READING;
    case 'comparing':
      return READING + (step.ofNotes === 0 ? 1 : step.notes / step.ofNotes) * (1 - READING);
    case 'repairing':
      return step.of === 0 ? 1 : step.done / step.of;
  }
}

export function stepWords(t: Strings, step: CheckStep): string {
  const words = t.check.steps;
  switch (step.phase) {
    case 'waiting':
      return words.waiting;
    case 'listing':
      return words.listing;
    case 'reading':
      return words.reading(step.objects, step.ofObjects);
    case 'comparing':
      return words.comparing(step.notes, step.ofNotes);
    case 'repairing':
      return words.repairing(step.done, step.of);
  }
}
