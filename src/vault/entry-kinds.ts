/** What an entry of a pack can be. Kinds that this program doesn't know are kept as they are (rule V4). */

/** An update event, or several merged into one. */
export const UPDATE = 0;
/** The whole state of a document. */
export const STATE = 1;
export const KNOWN_KINDS: readonly number[] = [UPDATE, STATE];
