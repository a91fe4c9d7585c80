/** The card: what a list shows of a note. Derived from the note's document, never edited. */
import type * as Y from 'yjs';
import { isNotebookId, type NotebookId } from './ids.ts';
import { normaliseTag, propsOf, TAG_PREFIX, textOf } from './note.ts';
import { clip, plainLine } from './plain.ts';

export interface Card {
  /** The first non-empty line without its Markdown marks, at most 200 characters; empty for an empty note. */
  readonly title: string;
  /** Plain text after the title, at most EXCERPT_LENGTH characters. */
  readonly excerpt: string;
  /** Lower-cased, sorted, without `#`. */
  readonly tags: readonly string[];
  readonly notebook: NotebookId | null;
  readonly pinned: boolean;
  /** ms since 1970, or null when the note isn't in the trash. */
  readonly trashedAt: number | null;
  /** ms since 1970. */
  readonly created: number;
  /** ms since 1970. */
  readonly modified: number;
  readonly tasks: { readonly open: number; readonly done: number };
}

export const EXCERPT_LENGTH = 100;
const TITLE_LENGTH = 200;
/** How much of a note is looked at for title and excerpt, in UTF-16 units: a note may be a megabyte, or one endless line. */
const BEGINNING = 4096;
/** The last millisecond that a Date can hold. */
const LAST_DATE = 8.64e15;

/**
 * Works on any document: what a newer or a hostile client wrote of another type than expected counts as not there. A missing
 * `created` reads as 0, a missing `modified` as `created`.
 */
export function card(doc: Y.Doc): Card {
  const text = textOf(doc).toJSON();
  const props = propsOf(doc);
  const tags = new Set<string>();
  for (const [key, value] of props.entries()) {
    const tag = key.startsWith(TAG_PREFIX) && value === true ? normaliseTag(key.slice(TAG_PREFIX.length)) : null;
    if (tag !== null) tags.add(tag);
  }
  const notebook = props.get('notebook');
  const created = date(props.get('created')) ?? 0;
  return {
    ...titleAndExcerpt(text),
    tags: [...tags].sort(),
    notebook: typeof notebook === 'string' && isNotebookId(notebook) ? notebook : null,
    pinned: props.get('pinned') === true,
    trashedAt: date(props.get('trashedAt')),
    created,
    modified: date(props.get('modified')) ?? created,
    tasks: taskCounts(text),
  };
}

/** A fence of code, or a list item with a task box, at the start of a line and behind any quote signs. */
const FENCE_OR_TASK =
  /^[ \t]*(?:>[ \t]*)*(?:(`{3,}(?=[^`\r\n]*$)|~{3,})[ \t]*(\S?)|(?:[-*+]|\d{1,9}[.)])[ \t]+\[([ xX])\][ \t])/gm;

/** Counts the task items of GitHub-flavoured Markdown, `- [ ]` and `- [x]`, outside fenced code. */
export function taskCounts(text: string): { readonly open: number; readonly done: number } {
  let open = 0;
  let done = 0;
  let fence: string | null = null;
  for (const [, marks, after, box] of text.matchAll(FENCE_OR_TASK)) {
    if (marks !== undefined) {
      // A fence is closed by one of its own kind, at least as long, with nothing behind it.
      if (fence === null) fence = marks;
      else if (marks[0] === fence[0] && marks.length >= fence.length && after === '') fence = null;
    } else if (fence === null) {
      if (box === ' ') open++;
      else done++;
    }
  }
  return { open, done };
}

function titleAndExcerpt(text: string): { readonly title: string; readonly excerpt: string } {
  const start = text.search(/\S/u);
  if (start < 0) return { title: '', excerpt: '' };
  let title = '';
  let excerpt = '';
  for (const line of clip(text.slice(start, start + BEGINNING + 1), BEGINNING).split(/\r\n?|\n/u)) {
    const plain = plainLine(line);
    if (plain === '') continue;
    if (title === '') title = clip(plain, TITLE_LENGTH).trimEnd();
    else excerpt += excerpt === '' ? plain : ` ${plain}`;
    if (excerpt.length >= EXCERPT_LENGTH) break;
  }
  return { title, excerpt: clip(excerpt, EXCERPT_LENGTH).trimEnd() };
}

function date(value: unknown): number | null {
  if (typeof value !== 'number' || !(value >= 0 && value <= LAST_DATE)) return null;
  // Adding 0 makes 0 of -0, which would be another number in a card's bytes.
  return Math.floor(value) + 0;
}
