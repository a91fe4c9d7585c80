/**
 * A note: one Yjs document, with its Markdown in the root text `text` and its properties under flat keys of the root map
 * `props`. Flat, because two devices that each make a nested map lose one of the two maps with all that was in it, whereas
 * two keys of one map never touch each other.
 *
 *     notebook   id of its notebook        pinned     true
 *     tag:<x>    true, one key for a tag   trashedAt  ms since 1970
 *     created    ms since 1970             modified   ms since 1970
 *     restored   ms since 1970             back:<x>   true, one key for a purge
 *
 * What is not so (not pinned, no notebook, not in the trash) is a key that isn't there. Defaults are derived on reading.
 */
import * as Y from 'yjs';
import { isNotebookId, type NotebookId } from './ids.ts';
import { clip } from './plain.ts';

export const TAG_PREFIX = 'tag:';
const BACK_PREFIX = 'back:';
const TAG_LENGTH = 64;
/**
 * Typing would otherwise write a property for every key pressed, each of which stays in the document's history for ever as a
 * deleted entry and travels in every push. Lists say when a note was changed to the minute at best.
 */
const MODIFIED_STEP = 60_000;

/**
 * @param clientId for content that a program makes. Everything that a person writes uses a fresh random one, drawn whenever a
 *   document is opened and never stored: a client id used again after its past was lost makes two devices differ for ever.
 */
export function newDoc(clientId?: number): Y.Doc {
  // Nobody asks for a document's guid, and drawing one costs more than reading a short note.
  const doc = new Y.Doc({ gc: true, guid: '' });
  if (clientId !== undefined) doc.clientID = clientId;
  return doc;
}

export function textOf(doc: Y.Doc): Y.Text {
  return doc.getText('text');
}

/**
 * Takes out what isn't text: only a hostile client puts an embedded object there. An editor counts it as nothing and Yjs as one
 * character, so that everything typed behind it would land in the wrong place.
 */
export function removeEmbeds(doc: Y.Doc): void {
  const text = textOf(doc);
  if (text.toJSON().length === text.length) return;
  doc.transact(() => {
    let at = 0;
    for (const { insert } of text.toDelta() as { insert: unknown }[]) {
      if (typeof insert === 'string') at += insert.length;
      else text.delete(at, 1);
    }
  });
}

/** Values are what some client wrote there: of any type, until looked at. */
export function propsOf(doc: Y.Doc): Y.Map<unknown> {
  return doc.getMap<unknown>('props');
}

/**
 * Writes a new note into an empty document, in one transaction.
 * @param note.now ms since 1970.
 * @throws RangeError when the document already holds something.
 */
export function initNote(
  doc: Y.Doc,
  note: { readonly now: number; readonly text?: string; readonly notebook?: NotebookId | null },
): void {
  if (propsOf(doc).size > 0 || textOf(doc).length > 0) throw new RangeError('a new note starts in an empty document');
  doc.transact(() => {
    if (note.text !== undefined && note.text !== '') textOf(doc).insert(0, note.text);
    write(doc, 'created', note.now);
    write(doc, 'modified', note.now);
    setNotebook(doc, note.notebook ?? null);
  });
}

export function setPinned(doc: Y.Doc, pinned: boolean): void {
  write(doc, 'pinned', pinned ? true : null);
}

/** @param at ms since 1970; null takes the note out of the trash, but see restore. */
export function setTrashed(doc: Y.Doc, at: number | null): void {
  write(doc, 'trashedAt', at);
}

/**
 * Takes the note out of the trash because the person said so. That is written, not only the date taken away: whoever deletes the
 * note for good without having heard of it deletes only what had been seen, and an edit that only deletes counts as seen.
 * @param now ms since 1970
 * @param purges that the person takes it back from; see answeredPurges
 */
export function restore(doc: Y.Doc, now: number, purges: Iterable<string> = []): void {
  doc.transact(() => {
    setTrashed(doc, null);
    write(doc, 'restored', now);
    for (const purge of purges) write(doc, BACK_PREFIX + purge, true);
  });
}

/** Those of the times that the note was deleted for good which the person has answered by taking it back. */
export function answeredPurges(doc: Y.Doc): ReadonlySet<string> {
  const answered = new Set<string>();
  for (const [key, value] of propsOf(doc).entries())
    if (value === true && key.startsWith(BACK_PREFIX)) answered.add(key.slice(BACK_PREFIX.length));
  return answered;
}

/** @throws RangeError when it isn't the id of a notebook. */
export function setNotebook(doc: Y.Doc, notebook: NotebookId | null): void {
  if (notebook !== null && !isNotebookId(notebook))
    throw new RangeError('a notebook id is 32 lower-case hexadecimal digits');
  write(doc, 'notebook', notebook);
}

/** @throws RangeError when nothing is left of the tag, see normaliseTag. */
export function addTag(doc: Y.Doc, tag: string): void {
  const normal = normaliseTag(tag);
  if (normal === null) throw new RangeError('a tag needs at least one letter, digit or sign');
  write(doc, TAG_PREFIX + normal, true);
}

/** Removes every spelling that reads as this tag, as another program may have written one of its own. */
export function removeTag(doc: Y.Doc, tag: string): void {
  const normal = normaliseTag(tag);
  if (normal === null) return;
  const props = propsOf(doc);
  const spellings = [...props.keys()].filter(
    (key) => key.startsWith(TAG_PREFIX) && normaliseTag(key.slice(TAG_PREFIX.length)) === normal,
  );
  if (spellings.length > 0) doc.transact(() => spellings.forEach((key) => props.delete(key)));
}

/**
 * Notes that the note was changed, unless it says so already to within a minute. A date more than a minute ahead was written
 * by a wrong clock and is put right, or it would hold the note on top of the list until it came true.
 * @param now ms since 1970.
 */
export function touch(doc: Y.Doc, now: number): void {
  const there = propsOf(doc).get('modified');
  if (typeof there !== 'number' || !(Math.abs(now - there) < MODIFIED_STEP)) write(doc, 'modified', now);
}

/**
 * One spelling for each tag, the same on every device: without `#` before it, in lower case (of no language in particular),
 * composed (NFC), with `-` for white space, at most 64 UTF-16 units.
 * @returns null when nothing is left.
 */
export function normaliseTag(text: string): string | null {
  const tag = text
    // Half a surrogate pair can't be written in UTF-8: the key would be another one after a sync.
    .replace(/(?!\s)\p{Cc}|\p{Cs}/gu, '')
    .normalize('NFC')
    .toLowerCase()
    .normalize('NFC')
    .replace(/^[\s#＃]+|\s+$/gu, '')
    .replace(/\s+/gu, '-');
  return tag === '' ? null : clip(tag, TAG_LENGTH);
}

/** Null takes the key away. A value that is there already isn't written again: it would be one more thing to push and merge. */
function write(doc: Y.Doc, key: string, value: string | number | true | null): void {
  const props = propsOf(doc);
  if (value === null) props.delete(key);
  else if (props.get(key) !== value) props.set(key, value);
}
