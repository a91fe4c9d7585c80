/** What an entry of a pack can be. Kinds that this program doesn't know are kept as they are (rule V4). */

/** An update event, or several merged into one. */
export const UPDATE = 0;
/** The whole state of a document. */
export const STATE = 1;
/** A note was deleted for good: what of it was known then. Stands in the head, for ever (rule V23). */
export const PURGE = 2;
/** A person deleted the vault in this storage. Stands in the head, on the library (rule V27). */
export const CLOSED = 3;
export const KNOWN_KINDS: readonly number[] = [UPDATE, STATE, PURGE, CLOSED];
/** Kinds whose payload is a Yjs update. */
export const UPDATES: readonly number[] = [UPDATE, STATE];
