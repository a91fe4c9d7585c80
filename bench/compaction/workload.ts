/**
 * What people do with their notes over the years, the same for the same seed: mostly they come back to a few that they have just
 * used, sometimes they begin a new one, sometimes they open an old one.
 */
import { type NoteId, noteId } from '../../src/notes/ids.ts';
import { bytes16, randomFrom } from '../corpus.ts';

const DAY = 86_400_000;
/** Of all pushes. The others change notes that were used lately. */
const SHARE = { fresh: 0.1, old: 0.03, several: 0.1 };
/** Notes used lately, among which the next one mostly is. */
const RECENT = 200;
/** The n-th of them is taken with a probability of 1/n to this power. */
const ZIPF = 1.1;
/** Characters that one push adds to a note, and of a new note. */
const TYPED = { least: 10, more: 300 };
const BEGUN = { least: 80, more: 1500 };
/** People sleep: edits come between these hours of a day. */
const AWAKE = { from: 7, to: 23 };

export interface Edit {
  readonly id: NoteId;
  readonly isNew: boolean;
  /** Characters to be added. */
  readonly typed: number;
  /** Characters to be taken away there before. */
  readonly deleted: number;
  /** From the note's beginning, 0, to its end, 1. */
  readonly where: number;
}

/** One push. */
export interface Step {
  /** ms since the beginning. */
  readonly at: number;
  /** Which device, from 0. */
  readonly device: number;
  readonly edits: readonly Edit[];
}

export interface Course {
  readonly seed: number;
  readonly days: number;
  readonly pushes: number;
  readonly devices: number;
}

/** @param there notes that are there at the beginning, the one used last at the end. */
export function* workload({ seed, days, pushes, devices }: Course, there: readonly NoteId[]): Generator<Step> {
  const random = randomFrom(seed, -1);
  const notes = [...there];
  const recent = there.slice(-RECENT).toReversed();
  const weights = Array.from({ length: RECENT }, (_, rank) => (rank + 1) ** -ZIPF);
  const weight = weights.reduce((sum, each) => sum + each, 0);

  function use(id: NoteId): void {
    const at = recent.indexOf(id);
    if (at >= 0) recent.splice(at, 1);
    recent.unshift(id);
    recent.length = Math.min(recent.length, RECENT);
  }

  function lately(): NoteId {
    let left = random() * weight;
    for (const [rank, each] of weights.entries()) {
      left -= each;
      if (left <= 0 && rank < recent.length) return recent[rank] as NoteId;
    }
    return recent.at(-1) as NoteId;
  }

  function edit(): Edit {
    const kind = random();
    const typed = Math.floor(TYPED.least + random() ** 2 * TYPED.more);
    if (kind < SHARE.fresh) {
      const id = noteId(bytes16(random));
      notes.push(id);
      return { id, isNew: true, typed: Math.floor(BEGUN.least + random() ** 2 * BEGUN.more), deleted: 0, where: 0 };
    }
    const deleted = random() < 0.3 ? Math.floor(random() * 60) : 0;
    const id = kind < SHARE.fresh + SHARE.old ? (notes[Math.floor(random() * notes.length)] as NoteId) : lately();
    return { id, isNew: false, typed, deleted, where: random() };
  }

  const times = Array.from({ length: pushes }, () => {
    const hour = AWAKE.from + random() * (AWAKE.to - AWAKE.from);
    return Math.floor(random() * days) * DAY + Math.floor((hour / 24) * DAY);
  }).sort((a, b) => a - b);
  // People stay with one device for a while.
  let device = 0;
  for (const at of times) {
    if (random() < 0.2) device = Math.floor(random() * devices);
    const edits: Edit[] = [edit()];
    while (random() < SHARE.several) edits.push(edit());
    const once = edits.filter(({ id }, index) => edits.findIndex((other) => other.id === id) === index);
    for (const { id } of once) use(id);
    yield { at, device, edits: once };
  }
}
