/** What a check of a storage found, as plain data: it is kept in the database, shown, and handed to `repair`. */
import type { ObjectName } from '../../../backends/storage.ts';
import type { NoteId } from '../../notes/ids.ts';
import type { Element } from '../coverage.ts';

/** What a listing says of an object, or what this device remembers of one that has gone. */
export interface ObjectFacts {
  readonly name: ObjectName;
  /** Bytes. */
  readonly size: number;
  /** The provider's time, in ms since 1970; 0 when it was never listed. */
  readonly time: number;
}

/** What is wrong with the bytes of an object. */
export type Damage =
  /** Not the bytes that its name stands for. */
  | 'bytes'
  /** Shorter or longer than it says. */
  | 'length'
  /** Its header or its head doesn't open. */
  | 'head'
  /** A block behind the head doesn't open. */
  | 'block'
  /** An entry in it can't be read. */
  | 'entry';

/** Whether what is lost with an object can be had: */
export type Rescue =
  /** other objects here hold all of it, */
  | 'elsewhere'
  /** this device has it and can put it back, */
  | 'here'
  /** or neither, as far as this device knows. */
  | 'nowhere';

export type Finding =
  /** Named by a pack, or once seen, and nothing readable here holds its content. `object` null: only named. */
  | {
      readonly kind: 'missing';
      readonly object: ObjectFacts | null;
      readonly elements: readonly Element[];
      readonly rescue: Rescue;
    }
  | {
      readonly kind: 'damaged';
      readonly object: ObjectFacts;
      readonly damage: Damage;
      /** What it held, where that is known. */
      readonly elements: readonly Element[];
      readonly rescue: Rescue;
    }
  /** Listing and reading contradict each other. */
  | { readonly kind: 'late'; readonly object: ObjectFacts; readonly lacks: 'listing' | 'read' }
  /** Of another vault, or no object of Satchel's at all. */
  | { readonly kind: 'foreign'; readonly object: ObjectFacts; readonly what: 'vault' | 'file' }
  /** It is there and sound, and nobody has told this device of it yet. */
  | { readonly kind: 'unmentioned'; readonly object: ObjectFacts }
  | {
      readonly kind: 'newer';
      readonly object: ObjectFacts;
      readonly what: 'format' | 'kind of object' | 'kind of entry';
    }
  /** Sealed with a key that this device hasn't. */
  | { readonly kind: 'locked'; readonly object: ObjectFacts }
  | { readonly kind: 'slot-missing'; readonly object: ObjectFacts; readonly rescue: 'here' | 'nowhere' }
  | { readonly kind: 'slot-damaged'; readonly object: ObjectFacts; readonly rescue: 'here' | 'nowhere' }
  /** Another object holds all of it; it waits to be deleted. */
  | { readonly kind: 'superseded'; readonly object: ObjectFacts; readonly by: ObjectName };

export interface Totals {
  readonly objects: number;
  readonly bytes: number;
  /** Readable ones of this vault. */
  readonly packs: number;
  readonly slots: number;
  readonly attachments: number;
}

/** What a device would get that reads this storage and nothing else. */
export interface NotesThere {
  /** Notes that this device knows. */
  readonly known: number;
  /** Of these, the ones that could be restored just as they are here. */
  readonly restorable: number;
  /** Of the others, those with changes that only wait to be sent. */
  readonly waiting: number;
  /** The first of the others that don't. */
  readonly lacking: readonly NoteId[];
  /** Whether the notebooks could be restored. */
  readonly notebooks: boolean;
}

export interface CheckReport {
  readonly full: boolean;
  /** This device's clock when the check began, in ms since 1970. */
  readonly began: number;
  readonly findings: readonly Finding[];
  readonly totals: Totals;
  readonly notes: NotesThere;
}

export type CheckProgress =
  | { readonly phase: 'listing' }
  /** Objects and bytes read, of how many. */
  | {
      readonly phase: 'reading';
      readonly objects: number;
      readonly ofObjects: number;
      readonly bytes: number;
      readonly ofBytes: number;
    }
  | { readonly phase: 'comparing'; readonly notes: number; readonly ofNotes: number };
