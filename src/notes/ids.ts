/** Names of documents. All are 16 bytes, written as 32 lower-case hexadecimal digits. */

declare const brand: unique symbol;

/** Any CRDT document of a vault: a note, or one of the few reserved ones below. */
export type DocId = string & { readonly [brand]: 'DocId' };
export type NoteId = DocId & { readonly [brand]: 'DocId'; readonly note: true };
export type NotebookId = string & { readonly [brand]: 'NotebookId' };

/** The document that holds the notebooks. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a literal of 32 digits; no guard can run on a constant
export const LIBRARY = '00000000000000000000000000000000' as DocId;

const ID = /^[0-9a-f]{32}$/;
/** Ids up to this are reserved for documents that aren't notes. */
const LAST_RESERVED = '000000000000000000000000000000ff';
/** All ids for documents that aren't notes; the first is the library's, the others wait for newer programs. */
export const RESERVED: readonly DocId[] = Array.from(
  { length: 256 },
  (_, number) => number.toString(16).padStart(32, '0') as DocId,
);

export function isDocId(text: string): text is DocId {
  return ID.test(text);
}

export function isNoteId(text: string): text is NoteId {
  return ID.test(text) && text > LAST_RESERVED;
}

export function isNotebookId(text: string): text is NotebookId {
  return ID.test(text);
}

export function hexOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

export function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(hex.length / 2);
  for (let index = 0; index < bytes.length; index++)
    bytes[index] = Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16);
  return bytes;
}

/** @param random 16 random bytes. */
export function noteId(random: Uint8Array): NoteId {
  const id = hexOf(random);
  if (!isNoteId(id)) throw new RangeError('a note id is made from 16 random bytes');
  return id;
}

/** @param random 16 random bytes. */
export function notebookId(random: Uint8Array): NotebookId {
  const id = hexOf(random);
  if (!isNotebookId(id)) throw new RangeError('a notebook id is made from 16 random bytes');
  return id;
}
